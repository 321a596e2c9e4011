"""How the columns of a new table differ from those that a model expects, as findings with rows and values.

`Schema.coerce` decides what can be scored; this puts together what it said of the pieces of a table, and
tells what is odd from what is to be expected of any new rows.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from automl.data import Column, Dataset, Finding, Kind, RawTable, Schema
from automl.data.findings import Severity, preview
from automl.monitoring.counts import as_numbers
from automl.monitoring.measures import surprise
from automl.monitoring.reference import Profile, Reference
from automl.monitoring.rules import SURPRISE, UNREADABLE
from automl.monitoring.words import share as percent

__all__ = ["Differences", "look_alike"]

_KEPT = 10
_ALIKE = 0.75
_OVERLAP = 0.9
_NOUNS = {Kind.NUMBER: "numbers", Kind.DATETIME: "dates"}


@dataclass
class _Seen:
    """Where something was seen: how often, and the first rows and values."""

    count: int = 0
    rows: list[int] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)

    def add(self, count: int, rows: Iterable[int], examples: Iterable[str]) -> None:
        self.count += count
        self.rows = [*self.rows, *rows][:_KEPT]
        self.examples = list(dict.fromkeys([*self.examples, *examples]))[:_KEPT]

    def evidence(self, rows: int) -> dict[str, Any]:
        share = self.count / rows if rows else 0.0
        return {"count": self.count, "share": share, "rows": self.rows, "examples": self.examples}

    def where(self) -> str:
        return f"first in data row {self.rows[0]:,}" if self.rows else "in the table"


class Differences:
    """Collects what is odd about a table, piece by piece.

    Parameters
    ----------
    schema : Schema
        Of the columns that the model reads.
    reference : Reference
    target : str
        The column that is predicted; new rows may have it or not.
    """

    def __init__(self, schema: Schema, reference: Reference, target: str) -> None:
        self._schema = schema
        self._profiles = {profile.name: profile for profile in reference.columns}
        self._rows_before = reference.rows
        self._target = target
        self._rows = 0
        self._known: dict[str, int] = {}
        self._seen: dict[tuple[str, str], _Seen] = {}
        self._about_file: list[Finding] = []
        self._about_columns: list[Finding] = []
        self.absent: tuple[str, ...] = ()

    def add(self, table: RawTable, dataset: Dataset) -> None:
        """Look at the next rows.

        Parameters
        ----------
        table : RawTable
            As read.
        dataset : Dataset
            The same rows behind the gate, absent columns as missing.
        """
        first = self._rows
        if not first:
            self._compare_names(table)
            self._about_file = [f for f in table.report.findings if f.severity != "info"]
        for finding in dataset.findings:
            if finding.column is not None and finding.code in ("unparseable_value", "unseen_category"):
                told = finding.evidence
                values = told.get("examples") or told.get("values") or ()
                self._note(finding.code, finding.column).add(
                    told["count"], (first + row for row in told["rows"]), values
                )
        for column in self._schema:
            if column.name not in self.absent:
                self._look_at(column, dataset.frame[column.name], first)
        self._rows += len(dataset.frame)

    def findings(self) -> tuple[Finding, ...]:
        """What was found, the most serious first."""
        found = [*self._about_columns, *self._about_file]
        for column in self._schema:
            if column.name not in self.absent:
                found += self._about(column)
        order = {"error": 0, "warning": 1, "info": 2}
        return tuple(sorted(found, key=lambda each: order[each.severity]))

    def forget(self, columns: Iterable[str]) -> None:
        """Leave out what was seen of some columns, such as those that were not written down."""
        gone = set(columns)
        self._seen = {key: seen for key, seen in self._seen.items() if key[1] not in gone}
        self._about_columns = [each for each in self._about_columns if each.column not in gone]

    def _note(self, code: str, column: str) -> _Seen:
        return self._seen.setdefault((code, column), _Seen())

    def _compare_names(self, table: RawTable) -> None:
        there = [str(name) for name in table.frame.columns]
        self.absent = tuple(name for name in self._schema.names if name not in there)
        spare = [name for name in there if name not in self._schema and name != self._target]
        for name in self.absent:
            like = look_alike(self._schema[name], table.frame, spare)
            if like is not None:
                spare.remove(like)
            self._about_columns.append(_absent(name, like))
        if spare:
            self._about_columns.append(
                Finding(
                    "extra_columns", "info", None,
                    f"{len(spare):,} column(s) that the model does not read: {preview(spare, 5)}.",
                    {"columns": spare[:100], "count": len(spare)},
                )
            )  # fmt: skip

    def _look_at(self, column: Column, values: pd.Series[Any], first: int) -> None:
        missing = values.isna().to_numpy()
        self._known[column.name] = self._known.get(column.name, 0) + int((~missing).sum())
        if missing.any():
            rows = np.flatnonzero(missing)
            self._note("missing", column.name).add(len(rows), (rows[:_KEPT] + first + 1).tolist(), ())
        if column.kind not in (Kind.NUMBER, Kind.DATETIME):
            return
        before = self._profiles[column.name].counts
        if before.minimum is None or before.maximum is None:
            return
        numbers = as_numbers(column, values)
        outside = np.flatnonzero((numbers < before.minimum) | (numbers > before.maximum))
        if len(outside):
            shown = [_shown(value) for value in values.iloc[outside[:_KEPT]]]
            rows = (outside[:_KEPT] + first + 1).tolist()
            self._note("outside", column.name).add(len(outside), rows, shown)

    def _about(self, column: Column) -> list[Finding]:
        profile = self._profiles[column.name]
        found = []
        unread = self._seen.get(("unparseable_value", column.name), _Seen())
        if unread.count:
            found.append(self._unreadable(column, unread))
        if unseen := self._seen.get(("unseen_category", column.name)):
            found.append(self._unseen(column, unseen, profile))
        if outside := self._seen.get(("outside", column.name)):
            found.append(self._outside(column, outside, profile))
        gone = self._seen.get(("missing", column.name), _Seen())
        empty = gone.count - unread.count
        if empty > 0 and not profile.counts.missing:
            found.append(self._newly_missing(column, gone, empty))
        return found

    def _unreadable(self, column: Column, seen: _Seen) -> Finding:
        share = seen.count / max(self._known[column.name] + seen.count, 1)
        noun = _NOUNS.get(column.kind, "values")
        evidence = seen.evidence(self._rows)
        if share >= UNREADABLE:
            return Finding(
                "changed_kind", "error", column.name,
                f"{column.name!r} should hold {noun}; {percent(share)} of its values are none, such as "
                f"{preview(seen.examples)} ({seen.where()}). They count as missing.",
                evidence, f"Give the column as {noun}, written as in the training table.",
            )  # fmt: skip
        return Finding(
            "unreadable_values", "warning", column.name,
            f"{seen.count:,} value(s) of {column.name!r} are no {noun} and count as missing: "
            f"{preview(seen.examples)} ({seen.where()}).",
            evidence, "Correct them.",
        )  # fmt: skip

    def _unseen(self, column: Column, seen: _Seen, profile: Profile) -> Finding:
        chance = surprise(seen.count, self._rows, profile.singles, self._rows_before)
        return Finding(
            "unseen_category", self._severity(chance), column.name,
            f"{seen.count:,} row(s) have a value of {column.name!r} that the training table did not have: "
            f"{preview(seen.examples)} ({seen.where()}).",
            seen.evidence(self._rows) | {"probability": chance},
            self._fix(chance, "The model treats them as unknown; check the spelling."),
        )  # fmt: skip

    def _outside(self, column: Column, seen: _Seen, profile: Profile) -> Finding:
        low, high = profile.counts.minimum, profile.counts.maximum
        if column.kind == Kind.DATETIME:
            ends = [_shown(pd.Timestamp(end or 0.0, unit="s")) for end in (low, high)]
            return Finding(
                "out_of_range", "info", column.name,
                f"{seen.count:,} date(s) of {column.name!r} lie outside of {ends[0]} to {ends[1]}, which the "
                f"training table spans: {preview(seen.examples)} ({seen.where()}).",
                seen.evidence(self._rows) | {"low": ends[0], "high": ends[1]},
            )  # fmt: skip
        chance = surprise(seen.count, self._known[column.name], 1, profile.counts.present)
        return Finding(
            "out_of_range", self._severity(chance), column.name,
            f"{seen.count:,} value(s) of {column.name!r} lie outside of {_shown(low)} to {_shown(high)}, "
            f"which the training table spans: {preview(seen.examples)} ({seen.where()}).",
            seen.evidence(self._rows) | {"low": low, "high": high, "probability": chance},
            self._fix(chance, "Check their unit. The model has not learned what follows from such values."),
        )  # fmt: skip

    def _newly_missing(self, column: Column, seen: _Seen, empty: int) -> Finding:
        chance = surprise(empty, self._rows, 0, self._rows_before)
        return Finding(
            "new_missing", self._severity(chance), column.name,
            f"{empty:,} value(s) of {column.name!r} are missing ({percent(empty / self._rows)}, "
            f"{seen.where()}); in the training table none was.",
            seen.evidence(self._rows) | {"count": empty, "probability": chance},
            self._fix(chance, "Find out why: the model has not learned what a missing value means here."),
        )  # fmt: skip

    def _severity(self, chance: float) -> Severity:
        """Whether something is more frequent than new rows like the old ones would have it, by chance."""
        return "warning" if chance * 3 * len(self._schema) <= SURPRISE else "info"

    def _fix(self, chance: float, fix: str) -> str:
        """What to do about it; nothing where it is to be expected."""
        return fix if self._severity(chance) == "warning" else ""


def look_alike(column: Column, frame: pd.DataFrame, spare: Iterable[str]) -> str | None:
    """The spare column of a table that may be a column under another name: by the name, or by its labels.

    Parameters
    ----------
    column : Column
        That the table lacks.
    frame : DataFrame
        The table as read.
    spare : iterable of str
        Columns of the table that nothing else is known of.
    """
    plain: Mapping[str, str] = {_letters(name): name for name in reversed(list(spare)) if _letters(name)}
    near = difflib.get_close_matches(_letters(column.name), list(plain), n=1, cutoff=_ALIKE)
    if near:
        return plain[near[0]]
    labels = set(column.categories or ())
    if len(labels) < 2:
        return None
    for name in spare:
        values = set(frame[name].dropna().astype(str).head(5_000))
        if len(values) > 1 and len(values & labels) >= _OVERLAP * len(values):
            return name
    return None


def _letters(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum())


def _absent(name: str, like: str | None) -> Finding:
    if like is not None:
        return Finding(
            "renamed_column", "error", name,
            f"The column {name!r} is not in the table; {like!r} looks like it.",
            {"like": like}, f"If that is it, rename {like!r} to {name!r}.",
        )  # fmt: skip
    return Finding(
        "missing_column", "error", name, f"The column {name!r} is not in the table.", {},
        "Add it, or have it taken as missing in every row: predictions are less certain then.",
    )  # fmt: skip


def _shown(value: Any) -> str:
    if isinstance(value, pd.Timestamp):
        return str(value.date()) if value == value.normalize() else str(value)
    return f"{value:.6g}" if isinstance(value, float) else str(value)
