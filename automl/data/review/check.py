"""A table held against a reviewed schema: anomalies with their rows, piece by piece or at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

from ..columns import Column, Kind
from ..findings import Finding
from ..schema import Dataset
from ..table import RawTable
from . import words
from .celltype import CellType
from .codes import DOMAIN, INFINITE, MISSING, NOT_READ, TYPE, UNIQUE
from .constraints import Constraints
from .reviewed import ReviewedSchema
from .rules import Rules

__all__ = ["Check", "Purpose", "check_table"]

Purpose = Literal["training", "scoring"]

_KEPT = 10
_ENOUGH = 20
"""Values that a column needs before it is remarkable that all of them are numbers."""


@dataclass
class _Seen:
    """Where something was seen: how often, and the first rows and values."""

    count: int = 0
    rows: list[int] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)

    def add(self, count: int, rows: Iterable[int], examples: Iterable[str] = ()) -> None:
        self.count += count
        self.rows = [*self.rows, *rows][:_KEPT]
        self.examples = list(dict.fromkeys([*self.examples, *examples]))[:_KEPT]


@dataclass
class _Column:
    """What was seen of a column."""

    constraints: Constraints
    kind: CellType
    rules: Rules
    present: int = 0
    missing: _Seen = field(default_factory=_Seen)
    broken: dict[str, _Seen] = field(default_factory=dict)
    unread: _Seen = field(default_factory=_Seen)
    infinite: _Seen = field(default_factory=_Seen)
    only_numbers: bool = False
    values: set[Any] = field(default_factory=set)


def _column(constraints: Constraints, column: Column, kind: CellType) -> _Column:
    texts = kind == "BYTES" and column.kind not in (Kind.NUMBER, Kind.DATETIME)
    return _Column(constraints, kind, Rules(constraints, column, kind), only_numbers=texts)


class Check:
    """Collects what is wrong with a table, piece by piece.

    Parameters
    ----------
    reviewed : ReviewedSchema
    purpose : {"training", "scoring"}
        Rows to predict may lack the target and be of any number.
    """

    def __init__(self, reviewed: ReviewedSchema, *, purpose: Purpose = "training") -> None:
        self._reviewed, self._purpose = reviewed, purpose
        self._rows = 0
        self._there: list[str] | None = None
        self._columns = {
            column.name: _column(reviewed[column.name], column, reviewed.cell_type(column.name))
            for column in reviewed.reads
        }

    def add(self, table: RawTable, dataset: Dataset | None = None) -> None:
        """Look at the next rows.

        Parameters
        ----------
        table : RawTable
            As read.
        dataset : Dataset, optional
            The same rows behind a gate; columns that it lacks, and all without it, are read one at a time.
        """
        if self._there is None:
            self._there = [str(name) for name in table.frame.columns]
        for name, seen in self._columns.items():
            if name not in table.frame.columns:
                continue
            if dataset is not None and name in dataset.schema:
                read = dataset
            else:
                read = self._reviewed.reads.coerce(table, columns=[name])
            self._look_at(seen, read.frame[name], [each for each in read.findings if each.column == name])
        self._rows += len(table.frame)

    def anomalies(self) -> tuple[Finding, ...]:
        """What is wrong, the most serious first; the code of each is named in `automl.data.review.codes`."""
        found = [*self._about_table()]
        for seen in self._columns.values():
            if seen.constraints.name in (self._there or ()):
                found += self._about(seen)
        order = {"error": 0, "warning": 1, "info": 2}
        return tuple(sorted(found, key=lambda each: order[each.severity]))

    def _look_at(self, seen: _Column, values: pd.Series[Any], findings: list[Finding]) -> None:
        first, lost = self._rows, 0
        for each in findings:
            if each.code == "unparseable_value":
                told = each.evidence
                place = seen.infinite if told["examples"] == ["inf"] else seen.unread
                place.add(told["count"], (first + row for row in told["rows"]), told["examples"])
                lost += told["count"]
        gone = values.isna().to_numpy()
        if (empty := int(gone.sum()) - lost) > 0:
            # Where some could not be read, the first rows named may be of those.
            seen.missing.add(empty, (np.flatnonzero(gone)[:_KEPT] + first + 1).tolist())
        seen.present += len(values) - int(gone.sum()) + lost
        for code, rows in seen.rules.broken(values).items():
            self._note(seen, code, values, rows)
        if seen.constraints.unique:
            self._find_repeated(seen, values)
        if seen.only_numbers:
            seen.only_numbers = all(map(_is_number, values.dropna().unique()))

    def _note(self, seen: _Column, code: str, values: pd.Series[Any], rows: Any) -> None:
        shown = [words.shown(value) for value in values.iloc[rows[: 10 * _KEPT]]]
        seen.broken.setdefault(code, _Seen()).add(len(rows), (rows[:_KEPT] + self._rows + 1).tolist(), shown)

    def _find_repeated(self, seen: _Column, values: pd.Series[Any]) -> None:
        known = values.notna()
        repeated = known & (values.duplicated() | values.isin(list(seen.values) if seen.values else []))
        seen.values.update(values[known].tolist())
        if repeated.any():
            self._note(seen, UNIQUE, values, np.flatnonzero(repeated.to_numpy()))

    def _about_table(self) -> list[Finding]:
        there = set(self._there or ())
        found = []
        for column in self._reviewed.columns:
            spared = self._purpose == "scoring" and column.name == self._reviewed.target
            if column.required and column.name not in there and not spared:
                found.append(words.missing_column(column.name))
        if self._reviewed.unknown_columns != "allow":
            refused = self._reviewed.unknown_columns == "refuse"
            new = [name for name in self._there or () if name not in self._reviewed]
            found += [words.new_column(name, "error" if refused else "warning") for name in new]
        if self._purpose == "training":
            found += words.wrong_count(self._rows, self._reviewed.min_rows, self._reviewed.max_rows)
        return found

    def _about(self, seen: _Column) -> list[Finding]:
        column, rows = seen.constraints, self._rows
        if rows and not seen.present:
            return [words.not_present(column, rows)] if column.required else []
        found = []
        # Of all rows, only all will do, however close to 1 a share comes.
        scarce = bool(rows) and seen.present / rows < column.min_present
        if scarce or (column.min_present >= 1 and seen.missing.count):
            found.append(self._told(seen, MISSING, seen.missing))
        broken = dict(seen.broken)
        found += self._about_types(seen, broken)
        off = broken.pop(DOMAIN, None)
        if off is not None and (column.is_closed or 1 - off.count / seen.present < column.min_domain_mass):
            found.append(self._told(seen, DOMAIN, off))
        return found + [self._told(seen, code, each) for code, each in broken.items()]

    def _about_types(self, seen: _Column, broken: dict[str, _Seen]) -> list[Finding]:
        """Texts where numbers or dates belong, parts where whole numbers do, numbers instead of labels."""
        column, found = seen.constraints, []
        wrong = broken.pop(TYPE, None)
        unread = seen.unread if seen.unread.count else None
        if column.kind not in (Kind.NUMBER, Kind.DATETIME):
            unread = wrong
        if seen.infinite.count:
            code = TYPE if seen.kind == "INT" else INFINITE
            found.append(self._told(seen, code, seen.infinite))
        if wrong is not None and wrong is not unread:
            found.append(self._told(seen, TYPE, wrong))
        if unread is not None:
            found.append(self._told(seen, TYPE, unread))
            ends = column.minimum is not None or column.maximum is not None
            ranged = (ends or column.is_closed) and column.kind is not Kind.DATETIME
            if ranged and seen.kind in NOT_READ:
                found.append(self._told(seen, NOT_READ[seen.kind], unread))
        if seen.only_numbers and seen.present >= _ENOUGH:
            broken.pop(DOMAIN, None)
            found.append(words.only_numbers(column, seen.present, self._rows))
        return found

    def _told(self, seen: _Column, code: str, where: _Seen) -> Finding:
        return words.told(
            code, seen.constraints, seen.kind, self._rows, where.count, where.rows, where.examples
        )


def check_table(
    reviewed: ReviewedSchema, table: RawTable, *, purpose: Purpose = "training"
) -> tuple[Finding, ...]:
    """What is wrong with a table, the most serious first.

    Parameters
    ----------
    reviewed : ReviewedSchema
    table : RawTable
    purpose : {"training", "scoring"}

    Returns
    -------
    tuple of Finding
        `code` as in `automl.data.review.codes`; `evidence` has `count`, `share` (of the rows), `rows`
        (counted from 1, the first ten) and `examples`.
    """
    check = Check(reviewed, purpose=purpose)
    check.add(table)
    return check.anomalies()


def _is_number(text: object) -> bool:
    try:
        float(str(text))
    except ValueError:
        return False
    return True
