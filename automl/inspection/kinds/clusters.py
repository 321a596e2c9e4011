"""Columns that tell much about each other."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from ..matter import Matter
from ..registry import Told, inspection
from ._words import figure

if TYPE_CHECKING:
    from explain.whole.clusters import Clusters

__all__ = ["clusters"]

_MOST = 5000


def _tell(result: Clusters) -> Told:
    pairs = sorted(
        ((result.between(a, b), a, b) for a, b in combinations(result.columns, 2)), key=lambda p: -p[0]
    )
    rows = tuple((a, b, figure(size)) for size, a, b in pairs[:10])
    return Told((result.sentence(),), ("column", "and", "association"), rows, right=("association",))


@inspection(
    "columns that tell much about each other, so that their importance is shared",
    result="explain.whole.clusters:Clusters",
    tell=_tell,
)
def clusters(matter: Matter, *, time_budget: float | None, progress: Any) -> Clusters:
    """Complete linkage of the associations, on at most 5,000 rows."""
    from explain import cluster_columns

    rows = matter.rows.iloc[matter.sample(_MOST)]
    return cluster_columns(rows, seed=matter.seed, time_budget=time_budget, progress=progress)
