"""Text tables that are not perfectly regular: one record at a time, with line numbers."""

from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np
import pandas as pd

from ..errors import DataError
from .cells import text_series
from .dialect import Dialect, long_fields, refuse_nothing
from .findings import Finding, preview

__all__ = ["read_exact"]

_MOSTLY_SHORT = 0.5


def read_exact(
    text: str, dialect: Dialect, header: bool, source: str
) -> tuple[pd.DataFrame, int | None, list[Finding]]:
    """The cells, the line of the header, and what had to be repaired.

    Raises
    ------
    DataError
        With the line, if a quote never closes or rows have too many or mostly too few fields.
    """
    records, lines = _records_with_lines(text, dialect, source)
    records, lines = records[dialect.skip :], lines[dialect.skip :]
    refuse_nothing(records, source)
    findings: list[Finding] = []
    header_line = lines[0] if header else None
    body, at = (records[1:], lines[1:]) if header else (records, lines)
    width = len(records[0]) if header else dialect.width
    row_names = False
    if (
        header
        and body
        and all(len(record) == width + 1 for record in body)
        and any(record[-1] for record in body)
    ):
        row_names = True  # R writes row names without a header for them
        findings.append(
            Finding(
                "unnamed_first_column", "warning", None,
                f"The header (line {header_line}) names {width} columns, every row has {width + 1}: the "
                "first column "
                "was taken for row names.",
                {"line": header_line},
                "Name every column in the header.",
            )
        )  # fmt: skip
        width += 1
    _refuse_long(body, at, width, source, dialect, findings)
    _report_short(body, at, width, source, findings)
    rows = [record[:width] + [""] * (width - len(record)) for record in body]
    columns = list(zip(*rows, strict=True)) if rows else [()] * width
    frame = pd.DataFrame(
        {i: text_series([cell or np.nan for cell in column]) for i, column in enumerate(columns)}
    )
    if row_names:
        frame.attrs["row_names"] = True
    return frame, header_line, findings


def _records_with_lines(text: str, dialect: Dialect, source: str) -> tuple[list[list[str]], list[int]]:
    quoting: dict[str, Any] = (
        {"quotechar": dialect.quotechar} if dialect.quotechar else {"quoting": csv.QUOTE_NONE}
    )
    records: list[list[str]] = []
    lines: list[int] = []
    with long_fields():
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=dialect.delimiter, **quoting)
        line = 1
        start = 1
        for record in reader:
            start, line = line, reader.line_num + 1
            if record and not (len(record) == 1 and not record[0].strip()):
                records.append(record)
                lines.append(start)
    if dialect.quotechar and records and line - start > 1:
        _refuse_unclosed(text, start, dialect, source)
    return records, lines


def _refuse_unclosed(text: str, start: int, dialect: Dialect, source: str) -> None:
    """Refuse a last record whose quote never closes: it has swallowed the rest of the file."""
    tail = io.StringIO(text, newline="").readlines()[start - 1 :]
    try:
        with long_fields():
            list(csv.reader(tail, delimiter=dialect.delimiter, quotechar=dialect.quotechar, strict=True))
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise DataError(
                f"{source}, line {start:,}: a quote mark {dialect.quotechar} opens and never closes, so "
                "the rest of "
                "the file would become one cell.",
                fix="Close the quote, or switch quoting off if quote marks are ordinary characters in this "
                "file.",
                line=start,
            ) from error


def _refuse_long(
    body: list[list[str]], at: list[int], width: int, source: str, dialect: Dialect, findings: list[Finding]
) -> None:
    trailing = 0
    for record, line in zip(body, at, strict=True):
        if len(record) <= width:
            continue
        extra = [cell for cell in record[width:] if cell.strip()]
        if extra:
            raise DataError(
                f"{source}, line {line:,}: {len(record):,} fields where {width:,} are expected; "
                f"field {width + 1} holds {preview(extra[:1])}.",
                fix=f"Quote values that contain {dialect.delimiter!r}, or choose another delimiter.",
                line=line,
            )
        trailing += 1
    if trailing:
        findings.append(
            Finding(
                "trailing_delimiter", "info", None,
                f"{trailing:,} row(s) end in a delimiter too many, after which nothing follows; it was "
                "left out.",
                {"rows": trailing},
            )
        )  # fmt: skip


def _report_short(
    body: list[list[str]], at: list[int], width: int, source: str, findings: list[Finding]
) -> None:
    short = [(line, len(record)) for record, line in zip(body, at, strict=True) if len(record) < width]
    if not short:
        return
    line, fields = short[0]
    if len(short) > _MOSTLY_SHORT * len(body):
        raise DataError(
            f"{source}, line {line:,}: {fields:,} field(s) where the header has {width:,}; so it is in "
            f"{len(short):,} "
            f"of {len(body):,} rows.",
            fix="Choose another delimiter or quote mark, or correct the header.",
            line=line,
        )
    last = len(short) == 1 and line == at[-1]
    findings.append(
        Finding(
            "short_rows", "warning", None,
            f"{len(short):,} row(s) have fewer than {width:,} fields, the first in line {line:,} "
            f"({fields:,}); "
            "their last columns count as missing."
            + (" It is the last line: the file may be cut off." if last else ""),
            {"rows": len(short), "lines": [number for number, _ in short[:20]], "expected": width},
            "Correct these lines in the file.",
        )
    )  # fmt: skip
