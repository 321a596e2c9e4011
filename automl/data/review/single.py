"""Single rows held against a reviewed schema: what can be said of a row without the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..columns import Kind
from .codes import DOMAIN, MISSING
from .constraints import Constraints
from .reviewed import ReviewedSchema
from .rules import Rules
from .words import shown

__all__ = ["Broken", "RowCheck", "allowed"]


@dataclass(frozen=True)
class Broken:
    """A constraint that some rows break.

    Attributes
    ----------
    code : str
    column : str
    rows : list of int
        Their positions, ascending, counted from 0.
    """

    code: str
    column: str
    rows: list[int]


class RowCheck:
    """Presence, range, domain, length and pattern of single rows.

    What depends on a share of many rows plays no part: open domains, and columns that may miss some values.

    Parameters
    ----------
    reviewed : ReviewedSchema
        Of the columns of the rows; see `ReviewedSchema.read_by`.
    """

    def __init__(self, reviewed: ReviewedSchema) -> None:
        self._reviewed = reviewed
        self._rules = [
            (
                column.name,
                reviewed[column.name].min_present >= 1,
                Rules(reviewed[column.name], column, reviewed.cell_type(column.name)),
            )
            for column in reviewed.reads
        ]

    def of_frame(self, frame: pd.DataFrame) -> list[Broken]:
        """What canonical rows break."""
        found = []
        for name, needed, rules in self._rules:
            values = frame[name]
            if needed and values.isna().any():
                found.append(Broken(MISSING, name, np.flatnonzero(values.isna()).tolist()))
            found += [
                Broken(code, name, rows.tolist())
                for code, rows in rules.broken(values).items()
                if self._counts(code, name)
            ]
        return found

    def of_rows(self, rows: Sequence[Mapping[str, Any]]) -> list[Broken]:
        """What a few rows break: missing is None, dates are ISO 8601 with microseconds."""
        found: dict[tuple[str, str], list[int]] = {}
        for name, needed, rules in self._rules:
            for place, row in enumerate(rows):
                value = row[name]
                gone = value is None or value != value
                code = (MISSING if needed else None) if gone else rules.of(value)
                if code is not None and self._counts(code, name):
                    found.setdefault((code, name), []).append(place)
        return [Broken(code, name, places) for (code, name), places in found.items()]

    def _counts(self, code: str, name: str) -> bool:
        return code != DOMAIN or self._reviewed[name].is_closed


def allowed(column: Constraints) -> str:
    """What a column may hold, in words that follow "expected"."""
    if column.is_closed and column.domain is not None:
        some = ", ".join(f'"{value}"' for value in column.domain[:10])
        more = f" and {len(column.domain) - 10:,} more" if len(column.domain) > 10 else ""
        return f"one of {some}{more}"
    noun = {Kind.NUMBER: "whole number" if column.whole else "number", Kind.DATETIME: "date"}
    what = f"a {noun.get(column.kind, 'text')}"
    low, high = (
        None if end is None else shown(end if isinstance(end, str) else float(end))
        for end in (column.minimum, column.maximum)
    )
    if low is not None and high is not None:
        return f"{what} from {low} to {high}"
    if low is not None or high is not None:
        return f"{what} from {low} on" if low is not None else f"{what} up to {high}"
    if column.max_length is not None:
        return f"{what} of at most {column.max_length:,} characters"
    if column.pattern is not None:
        return f"{what} that matches {column.pattern}"
    return f"{what}, not missing" if column.min_present >= 1 else what
