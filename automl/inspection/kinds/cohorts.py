"""Why the model predicts otherwise for one group of rows than for another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..matter import Matter
from ..parameters import Parameter, table_column
from ..registry import Told, inspection
from ._words import between, figure

if TYPE_CHECKING:
    from explain.whole.cohorts import Cohorts

__all__ = ["cohorts"]

_ROWS = 300  # explained, over all groups
_GROUPS = 8  # at most, the rest of rare labels among them
_NAMED = 4


def _tell(result: Cohorts) -> Told:
    pair = result.widest()
    if pair is None:
        return Told((result.sentence(),))
    found = result.between(*pair)
    k = found.outputs - 1
    factor = 100.0 if found.scale == "probability" else 1.0
    rows = tuple(
        (
            found.columns[j],
            figure(factor * float(found.difference[j, k])),
            between(factor * float(found.low[j, k]), factor * float(found.high[j, k])),
        )
        for j in found.order()
    )
    unit = " (points)" if found.scale == "probability" else ""
    header = f"“{found.names[1]}” less “{found.names[0]}”{unit}"
    return Told((result.sentence(),), ("column", header, "95 % interval"), rows, right=(header,))


@inspection(
    "why its predictions differ between the groups of a column, by which columns",
    result="explain.whole.cohorts:Cohorts",
    tell=_tell,
    parameters=(Parameter("column", "the column whose groups are compared", table_column),),
)
def cohorts(matter: Matter, *, time_budget: float | None, progress: Any, column: str) -> Cohorts:
    """Explain as many rows of each group as of any other, and compare all pairs."""
    from explain.judge.row_groups import group_rows
    from explain.whole.cohorts import compare_groups, drawn_by_group

    groups = group_rows(matter.table, column, most=_GROUPS - 1)
    if column not in matter.rows:
        matter.notes.append(f"The model does not read {column}.")
    rows = drawn_by_group(groups, _ROWS, matter.seed)
    if len(rows) < len(matter.rows):
        matter.notes.append(
            f"Made on {len(rows):,} of {len(matter.rows):,} rows, drawn at random within each group."
        )
    return compare_groups(
        matter.model,
        matter.rows.iloc[rows],
        matter.background,
        groups.take(rows),
        seed=matter.seed,
        time_budget=time_budget,
        progress=progress,
    )
