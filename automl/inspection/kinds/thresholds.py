"""What a threshold of its own for each group would change, and cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..matter import Matter
from ..parameters import Parameter, choice, table_column
from ..registry import Told, inspection
from ._words import percent

if TYPE_CHECKING:
    from explain.judge.thresholds import EqualisingThresholds

__all__ = ["thresholds"]

_MOST = 200_000


def _tell(result: EqualisingThresholds) -> Told:
    before, after = result.equalised()
    rows = tuple(
        (
            group,
            percent(float(result.thresholds[g])),
            percent(float(before.values[g])),
            percent(float(after.values[g])),
        )
        for g, group in enumerate(result.groups)
    )
    headers = (" and ".join(result.columns), "threshold", f"{before.words} now", "then")
    return Told((result.sentence(),), headers, rows, right=headers[1:])


@inspection(
    "what a threshold for each group of a column would change and cost; nothing is applied",
    result="explain.judge.thresholds:EqualisingThresholds",
    tell=_tell,
    parameters=(
        Parameter("column", "the column whose groups are meant", table_column),
        Parameter(
            "rate",
            "what would be made equal: selection_rate, true_positive_rate or false_positive_rate",
            choice("selection_rate", "true_positive_rate", "false_positive_rate"),
            "selection_rate",
        ),
    ),
)
def thresholds(
    matter: Matter, *, time_budget: float | None, progress: Any, column: str, rate: str
) -> EqualisingThresholds:
    """Set on all rows that were judged; what they do is measured on rows that they were not set on."""
    from explain.judge.thresholds import equalising_thresholds

    scored = matter.scored(matter.table, rows=matter.judged(most=_MOST))
    return equalising_thresholds(scored, column, rate=rate, seed=matter.seed)
