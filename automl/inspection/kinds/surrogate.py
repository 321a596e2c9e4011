"""A small tree that imitates the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..matter import Matter
from ..parameters import Parameter, count
from ..registry import Told, inspection

if TYPE_CHECKING:
    from explain.whole.surrogate import Surrogate

__all__ = ["surrogate"]

_MOST = 10_000


def _tell(result: Surrogate) -> Told:
    return Told((result.sentence(), *result.rules()))


@inspection(
    "rules of a small tree that imitates the model, and how well it does",
    result="explain.whole.surrogate:Surrogate",
    tell=_tell,
    parameters=(Parameter("depth", "of the tree, 1 to 6", count(1, 6), 3),),
)
def surrogate(matter: Matter, *, time_budget: float | None, progress: Any, depth: int) -> Surrogate:
    """Learn the model's own predictions of as many rows as there is time for."""
    from explain import fit_surrogate

    rows = matter.rows.iloc[matter.sample(_MOST)]
    return fit_surrogate(
        matter.model, rows, depth=depth, seed=matter.seed, time_budget=time_budget, progress=progress
    )
