"""A look at a file before it is scored: is it what the model reads, and can it be scored as it is?

No model is loaded. The file is read from its beginning, piece by piece, for as long as is allowed; what is
said is of the rows looked at, and how many these are is said, too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from automl.data import Finding, RawTable, ReadOptions, ReadReport, Schema
from automl.data.findings import SEVERITIES
from automl.data.review import Check, ReviewedSchema
from automl.monitoring.conformance import untold
from automl.monitoring.differences import Differences
from automl.monitoring.pieces import pieces, renamed
from automl.monitoring.reference import Reference
from automl.monitoring.rules import Level
from automl.store.files import json_records
from explain.formats import listed
from explain.stored import Stored

__all__ = ["Glance", "glance"]

_PIECE = 2_000_000  # bytes of text: read and looked at in a fraction of a second
_EXCEL_ROWS = 2_000
_PREVIEW = 5


@dataclass(frozen=True)
class Glance(Stored):
    """What a file looks like beside what a model reads.

    Attributes
    ----------
    table : str
    level : {"fine", "look", "act"}
        `fine`: nothing is odd; `look`: it can be scored, and something about it is odd; `act`: it cannot be
        scored as it is.
    headline : str
        That in a sentence.
    rows : int
        Rows looked at, from the first one on.
    share : float or None
        Share of the file that they are, 1 for all of it; None where that is not known.
    read : dict
        How it was read; see `report`.
    columns : int
        That the model reads.
    absent : tuple of str
        Those that are not there.
    likely : dict of str to str
        Columns of the file that may be absent ones under another name: from its name to that of the model.
    labelled : bool
        Whether there is a target to compare predictions with.
    target : str
    findings : tuple of Finding
        The most serious first.
    preview : tuple of dict
        The first rows as they were read.
    seconds : float
    """

    table: str
    level: Level
    headline: str
    rows: int
    share: float | None
    read: dict[str, Any]
    columns: int
    absent: tuple[str, ...]
    likely: dict[str, str]
    labelled: bool
    target: str
    findings: tuple[Finding, ...]
    preview: tuple[dict[str, Any], ...]
    seconds: float

    @property
    def whole(self) -> bool:
        """Whether all rows of the file were looked at."""
        return self.share == 1

    @property
    def about_rows(self) -> int | None:
        """How many rows the file has, about; None where that is not known."""
        return None if not self.share else round(self.rows / self.share)

    @property
    def report(self) -> ReadReport:
        """How the file was read."""
        return ReadReport.from_json(self.read)


def glance(
    schema: Schema,
    known: Reference,
    target: str,
    source: Path,
    *,
    name: str | None = None,
    read: ReadOptions | None = None,
    names: Mapping[str, str] | None = None,
    reviewed: ReviewedSchema | None = None,
    seconds: float | None = None,
    progress: Callable[[float, str], None] | None = None,
) -> Glance:
    """Look at a file.

    Parameters
    ----------
    schema : Schema
        Of the columns that the model reads.
    known : Reference
        Counts of the rows that it was learned from; see `automl.monitoring.known`.
    target : str
    source : Path
    name : str, optional
        What the person calls it; default its name.
    read, names
        As for `automl.monitoring.score`.
    reviewed : ReviewedSchema, optional
        What the table must be like.
    seconds : float, optional
        After which no further piece is begun, of a workbook no further row read; default: all of the file is
        looked at.
    progress : callable, optional
        Called with the share done (0 to 1) and what is being done.

    Raises
    ------
    DataError
        When the file holds no table.
    """
    began = time.monotonic()
    step = progress or (lambda _share, _what: None)
    differences = Differences(schema, known, target)
    check = None if reviewed is None else Check(reviewed, purpose="scoring")
    first: RawTable | None = None
    rows, done, labelled = 0, 0.0, False
    quick = {} if seconds is None else {"size": _PIECE, "excel_rows": _EXCEL_ROWS}
    with closing(renamed(pieces(source, read, **quick), names or {})) as found:
        for piece in found:
            table = piece.table
            first = first or table
            dataset = schema.coerce(table, missing_columns="missing")
            differences.add(table, dataset)
            if check is not None:
                check.add(table, dataset)
            rows, done = rows + len(table.frame), piece.done
            labelled = labelled or (target in table.frame and bool(table.frame[target].notna().any()))
            step(done, f"Looked at {rows:,} rows")
            if seconds is not None and time.monotonic() - began > seconds:
                break
    assert first is not None  # a file without a table is refused by `pieces`
    read_rows = rows + (first.report.header_line or 0)  # of the sheet
    cut = first.report.format == "excel" and seconds is not None and read_rows >= _EXCEL_ROWS
    told = differences.findings()
    likely = {f.evidence["like"]: f.column for f in told if f.code == "renamed_column" and f.column}
    anomalies = list(check.anomalies()) if check is not None else []
    together = [*untold(told, anomalies), *anomalies]
    findings = tuple(sorted(together, key=lambda each: SEVERITIES.index(each.severity)))
    absent = differences.absent
    level = _level(findings, rows, absent)
    return Glance(
        table=name or source.name,
        level=level,
        headline=_headline(level, findings, rows, len(schema), absent),
        rows=rows,
        share=None if cut else done,
        read=first.report.to_json(),
        columns=len(schema),
        absent=absent,
        likely=likely,
        labelled=labelled,
        target=target,
        findings=findings,
        preview=_shown(first.frame.head(_PREVIEW)),
        seconds=time.monotonic() - began,
    )


def _level(findings: tuple[Finding, ...], rows: int, absent: tuple[str, ...]) -> Level:
    if not rows or absent:
        return "act"
    return "fine" if all(each.severity == "info" for each in findings) else "look"


def _headline(
    level: Level, findings: tuple[Finding, ...], rows: int, columns: int, absent: tuple[str, ...]
) -> str:
    if not rows:
        return "There is nothing to score: the file has a header but no rows."
    if absent:
        named = listed([*(f"“{name}”" for name in absent[:3]), *_more(len(absent) - 3)])
        one = len(absent) == 1
        what = f"The column {named}, which" if one else f"{len(absent)} columns that"
        which = "" if one else f": {named}"
        return (
            f"It cannot be scored as it is. {what} the model reads{',' if one else ''} "
            f"{'is' if one else 'are'} not in the file{which}."
        )
    if level == "fine":
        return f"Nothing is in the way: all {columns} columns are there, and their values can be read."
    odd = sum(each.severity != "info" for each in findings)
    return "It can be scored. " + (
        "One thing about it is odd: look at it first."
        if odd == 1
        else f"{odd} things about it are odd: look at them first."
    )


def _more(number: int) -> list[str]:
    return [f"{number} more"] if number > 0 else []


def _shown(frame: pd.DataFrame) -> tuple[dict[str, Any], ...]:
    """Rows as texts; None where a value is missing."""
    cells = frame.astype(object)
    return tuple(json_records(cells.where(cells.isna(), cells.astype(str))))
