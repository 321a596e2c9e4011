"""Whether its explanations can be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..matter import Matter
from ..registry import Told, inspection
from ._words import between, percent

if TYPE_CHECKING:
    from explain.judge.stability import Stability

__all__ = ["stability"]

_MOST = 1000
_FOLDS = 5  # models of other rows that are compared


def _tell(result: Stability) -> Told:
    agreement = result.models or result.background
    if agreement is None:
        return Told((result.verdict(),))
    what = "models of other rows" if agreement.source == "models" else "other background rows"
    rows = tuple(
        (name, percent(mean), between(low, high, share=True))
        for name, mean, low, high in zip(
            agreement.columns, agreement.importance, agreement.low, agreement.high, strict=True
        )
    )
    return Told((result.verdict(),), ("column", "importance", f"range over {what}"), rows, ("importance",))


@inspection(
    "whether explanations hold with other background rows, models of other rows, and rows nearly the same",
    result="explain.judge.stability:Stability",
    tell=_tell,
)
def stability(matter: Matter, *, time_budget: float | None, progress: Any) -> Stability:
    """Explain again under other circumstances."""
    from explain import check_stability

    models = [fold.model for fold in matter.folds()[:_FOLDS]]
    if len(models) > 1:
        matter.notes.append("Models learned from other rows are those of the folds, each without its own.")
    return check_stability(
        matter.model,
        matter.rows.iloc[matter.sample(_MOST)],
        matter.background,
        models=models,
        rows=50,
        seed=matter.seed,
        time_budget=time_budget,
        progress=progress,
    )
