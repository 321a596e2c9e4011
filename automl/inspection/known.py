"""What the model learned from, as a measure of what is usual: made once for all questions about rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .matter import Matter

if TYPE_CHECKING:
    import pandas as pd

    from explain.row.counterfactuals.scorer import RowScorer
    from explain.row.plausible import Plausibility
    from explain.row.whatif import ExplainsRows

__all__ = ["explainer_of", "known_rows", "plausibility_of", "scorer_of"]

_MOST = 20_000


def known_rows(matter: Matter) -> pd.DataFrame:
    """Rows that the model learned from; of very many a sample, which is noted."""
    chosen = matter.sample(_MOST, among=matter.learned, what="rows learned from")
    return matter.once("known", lambda: matter.rows.iloc[chosen])


def plausibility_of(matter: Matter) -> Plausibility:
    """What these rows hold, alone and together."""
    from explain.row.plausible import Plausibility

    known = known_rows(matter)
    return matter.once("plausibility", lambda: Plausibility(known, seed=matter.seed))


def explainer_of(matter: Matter) -> ExplainsRows:
    """The model's explainer against its background."""
    from explain import Explainer

    return matter.once("explainer", lambda: Explainer(matter.model, matter.background, seed=matter.seed))


def scorer_of(matter: Matter) -> RowScorer:
    """What the model itself says of rows."""
    from explain.row.counterfactuals.scorer import RowScorer

    return matter.once("scorer", lambda: RowScorer(matter.model))
