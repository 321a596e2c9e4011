"""Rows that stand for the table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..matter import Matter
from ..parameters import Parameter, count
from ..registry import Told, inspection
from ._words import figure, percent

if TYPE_CHECKING:
    from explain.row.prototypes import Prototypes

__all__ = ["prototypes"]

_MOST = 20_000


def _tell(result: Prototypes) -> Told:
    rows = [
        (str(place), "stands for the table", percent(share))
        for place, share in zip(result.prototypes, result.stands_for, strict=True)
    ]
    rows += [
        (str(place), "not covered by these", figure(witness))
        for place, witness in zip(result.criticisms, result.witness, strict=True)
    ]
    headers = ("row", "", "share of rows, or density missed")
    return Told((result.sentence(),), headers, tuple(rows), right=("row", headers[2]))


@inspection(
    "rows that stand for the table, and rows that these do not cover",
    result="explain.row.prototypes:Prototypes",
    tell=_tell,
    parameters=(Parameter("count", "how many of them, 1 to 20", count(1, 20), 5),),
)
def prototypes(matter: Matter, *, time_budget: float | None, progress: Any, count: int) -> Prototypes:
    """Choose among the rows that the model learned from."""
    from dataclasses import replace

    from explain import find_prototypes

    known = matter.sample(_MOST, among=matter.learned, what="rows learned from")
    found = find_prototypes(
        matter.rows.iloc[known], k=count, seed=matter.seed, time_budget=time_budget, progress=progress
    )
    return replace(
        found,
        prototypes=tuple(int(known[place]) for place in found.prototypes),
        criticisms=tuple(int(known[place]) for place in found.criticisms),
    )
