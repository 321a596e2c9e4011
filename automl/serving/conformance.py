"""Rows of requests held against the reviewed schema of the bundle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pandas as pd

from ..data.review import Broken, ReviewedSchema, RowCheck, allowed
from .metrics import Metrics
from .problems import Problem, unprocessable
from .wording import shown

__all__ = ["Conformance"]

_MOST_ROWS_NAMED = 10


class Conformance:
    """Counts rows that break constraints, and refuses them where that is wanted.

    Parameters
    ----------
    reviewed : ReviewedSchema
    metrics : Metrics
    policy : {"count", "refuse"}
    """

    def __init__(
        self, reviewed: ReviewedSchema, metrics: Metrics, policy: Literal["count", "refuse"]
    ) -> None:
        self._reviewed, self._check = reviewed, RowCheck(reviewed)
        self._metrics, self._policy = metrics, policy

    def look_at(self, rows: pd.DataFrame | Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Warnings of what the rows of a request break.

        Parameters
        ----------
        rows : DataFrame, or sequence of mappings
            Canonical; in mappings missing is None, dates are ISO 8601.

        Raises
        ------
        RequestError
            422, with every row and column, where such rows are to be refused.
        """
        broken = self._check.of_frame(rows) if isinstance(rows, pd.DataFrame) else self._check.of_rows(rows)
        for each in broken:
            self._metrics.broken(each.code, each.column, len(each.rows))
        if broken and self._policy == "refuse":
            problems = [
                self._problem(each, row, rows) for each in broken for row in each.rows[:_MOST_ROWS_NAMED]
            ]
            more = sum(max(0, len(each.rows) - _MOST_ROWS_NAMED) for each in broken)
            raise unprocessable(problems, more)
        return [self._warning(each) for each in broken]

    def _problem(self, each: Broken, row: int, rows: pd.DataFrame | Sequence[Mapping[str, Any]]) -> Problem:
        value = rows[each.column].iloc[row] if isinstance(rows, pd.DataFrame) else rows[row][each.column]
        found = shown(_plain(value))
        expected = allowed(self._reviewed[each.column])
        return Problem(
            each.code, f"Expected {expected} for {shown(each.column)}, found {found}.",
            "The reviewed schema of the model allows no other.", row, each.column, expected, found,
        )  # fmt: skip

    def _warning(self, each: Broken) -> dict[str, Any]:
        return {
            "code": each.code,
            "message": f"{len(each.rows):,} value(s) of {shown(each.column)} break the reviewed schema, "
            f"which expects {allowed(self._reviewed[each.column])}.",
            "column": each.column,
            "rows": each.rows[:_MOST_ROWS_NAMED],
        }


def _plain(value: Any) -> Any:
    if value is None or value != value:
        return None
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    return value.item() if hasattr(value, "item") else value
