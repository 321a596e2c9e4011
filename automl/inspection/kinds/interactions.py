"""Which columns work together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..matter import Matter
from ..registry import Told, inspection
from ._words import between, figure

if TYPE_CHECKING:
    from explain.whole.interactions import Interactions

__all__ = ["interactions"]

_MOST = 200


def _tell(result: Interactions) -> Told:
    rows = tuple(
        (first, second, figure(size), between(low, high), "" if clear else "not told from noise")
        for (first, second), size, low, high, clear in zip(
            result.pairs, result.strength, result.low, result.high, result.clear, strict=True
        )
    )
    headers = ("column", "with", "strength", "95 % interval", "")
    return Told((result.sentence(),), headers, rows, right=("strength",))


@inspection(
    "pairs of columns that work together in the model",
    result="explain.whole.interactions:Interactions",
    tell=_tell,
)
def interactions(matter: Matter, *, time_budget: float | None, progress: Any) -> Interactions:
    """Shapley interaction values of few columns, Friedman's statistic of many."""
    from explain import rank_interactions

    rows = matter.rows.iloc[matter.sample(_MOST)]
    return rank_interactions(
        matter.model,
        rows,
        matter.background,
        seed=matter.seed,
        time_budget=time_budget,
        progress=progress,
    )
