"""Text tables: from UTF-8 bytes to cells, every oddity repaired and reported, or refused by line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from .arrow import read_regular
from .cells import TEXT
from .dialect import (
    Dialect,
    detect_dialect,
    guess_decimal,
    has_header,
    parse_records,
    refuse_nothing,
    sample_of,
)
from .exact import read_exact
from .findings import Finding, preview
from .frames import distinct_names
from .layout import uniform_records
from .table import ReadOptions

__all__ = ["Delimited", "read_delimited"]

# A backslash before a quote mark that does not end its field; the first pattern makes sure of a quoted field.
_ESCAPED_FIELD = re.compile(rb'(?:^|[,;\t|\n])"(?:[^"\n\\]|""|\\[^"])*\\"(?![",;\t|\r\n]|$)')
_ESCAPED = re.compile(rb'(?<!\\)\\"(?![,;\t|\r\n]|$)')


@dataclass(frozen=True)
class Delimited:
    """A text table and how it was read."""

    frame: pd.DataFrame
    dialect: Dialect
    decimal: str
    header: bool
    header_line: int | None
    findings: tuple[Finding, ...]


def read_delimited(data: bytes, source: str, options: ReadOptions) -> Delimited:
    """A text table as cells of text.

    Parameters
    ----------
    data : bytes
        UTF-8 without a byte order mark.
    source : str
        Its name, for messages.
    options : ReadOptions

    Raises
    ------
    DataError
        With the line, if the records do not make a table.
    """
    findings: list[Finding] = []
    if b"\r" in data and b"\n" not in data:
        data = data.replace(b"\r", b"\n")  # line ends of old Macs
    data, options, hint_lines = _excel_hint(data, options)
    data, escapes = _backslash_quotes(data, options)
    findings.extend(escapes)
    sample, whole = sample_of(data)
    dialect = detect_dialect(sample, options, whole=whole)
    records = parse_records(sample, dialect.delimiter, dialect.quotechar)
    refuse_nothing(records, source)
    if not whole and len(records) > 1:
        records.pop()
    header = has_header(records[dialect.skip :]) if options.header is None else options.header
    if dialect.skip:
        skipped = [dialect.delimiter.join(record) for record in records[: dialect.skip]]
        findings.append(
            Finding(
                "skipped_lines", "warning", None,
                f"{dialect.skip} line(s) before the header were left out: {preview(skipped)}.",
                {"count": dialect.skip},
                "Remove titles and comments from the file if they matter elsewhere.",
            )
        )  # fmt: skip
    names = records[dialect.skip] if header else []
    frame = _fast(data, dialect, names, header)
    header_line = None
    if frame is None:
        frame, header_line, notes = read_exact(data.decode("utf-8"), dialect, header, source)
        findings.extend(notes)
    elif header:
        header_line = _line_of(data, dialect.skip)
    named, notes = _named(frame, names, header, dialect)
    findings.extend(notes)
    if dialect.shown_delimiter is None:
        findings.append(
            Finding(
                "one_column",
                "info",
                None,
                "No delimiter was found that makes several columns; every line was read as one value.",
                {},
                "Choose the delimiter if there is one.",
            )
        )
        findings.extend(_blank_lines(data))
    decimal = options.decimal or guess_decimal(records[dialect.skip + 1 :], dialect.delimiter)
    if header_line is not None:
        header_line += hint_lines
    return Delimited(named, dialect, decimal, header, header_line, tuple(findings))


def _excel_hint(data: bytes, options: ReadOptions) -> tuple[bytes, ReadOptions, int]:
    """Take "sep=;", which Excel writes and reads as a first line, as the hint that it is."""
    end = data.find(b"\n", 0, 20)
    line = data[: max(end, 0)].strip().strip(b'"')
    if len(line) == 5 and line.lower().startswith(b"sep="):
        delimiter = options.delimiter or line[4:5].decode("ascii", errors="replace")
        return data[end + 1 :], replace(options, delimiter=delimiter), 1
    return data, options, 0


def _backslash_quotes(data: bytes, options: ReadOptions) -> tuple[bytes, list[Finding]]:
    """Quote marks escaped by a backslash, as databases export them, doubled as CSV has it; and a finding."""
    if options.quotechar not in (None, '"') or not _ESCAPED_FIELD.search(data, 0, 1 << 20):
        return data, []
    data, count = _ESCAPED.subn(b'""', data)
    return data, [
        Finding(
            "backslash_quotes",
            "info",
            None,
            f'{count:,} quote marks escaped by a backslash (\\") were read as part of their values.',
            {"count": count},
        )
    ]


def _blank_lines(data: bytes) -> list[Finding]:
    """In a single column a blank line may be a missing value, so leaving it out is worth a word."""
    lines = data.rstrip().split(b"\n")
    count = sum(not line.strip() for line in lines)
    if not count:
        return []
    return [
        Finding(
            "blank_lines",
            "warning",
            None,
            f"{count:,} blank line(s) between the rows were left out.",
            {"count": count},
            'Write "" for a missing value in a table of one column.',
        )
    ]


def _line_of(data: bytes, skip: int) -> int:
    """The line of the file on which the record after `skip` non-blank ones starts (short preambles only)."""
    line = 0
    for number, raw in enumerate(data[: 1 << 20].split(b"\n"), start=1):
        if raw.strip():
            line = number
            if skip == 0:
                break
            skip -= 1
    return line


def _fast(data: bytes, dialect: Dialect, names: Sequence[str], header: bool) -> pd.DataFrame | None:
    """The cells through a fast parser, if all records have as many fields; else None.

    pandas fills short records and shifts or cuts long ones without a word, hence the check beforehand.
    """
    width = len(names) if header else dialect.width
    counted = uniform_records(data, dialect.delimiter, dialect.quotechar, width, skip=dialect.skip)
    if counted is None:
        return None
    frame = read_regular(data, dialect.delimiter, dialect.quotechar, width)
    if frame is None or len(frame) != counted:
        frame = _through_pandas(data, dialect, width)
    if frame is None or len(frame) != counted:
        return None  # the exact reader finds out what is wrong, and where
    body: pd.DataFrame = frame.iloc[dialect.skip + header :].reset_index(drop=True)
    return body


def _through_pandas(data: bytes, dialect: Dialect, width: int) -> pd.DataFrame | None:
    quoting: dict[str, Any] = (
        {"quotechar": dialect.quotechar} if dialect.quotechar else {"quoting": csv.QUOTE_NONE}
    )
    try:
        frame: pd.DataFrame = pd.read_csv(
            io.BytesIO(data), sep=dialect.delimiter, header=None, names=list(range(width)), dtype=TEXT,
            keep_default_na=False, na_values=[""], index_col=False, encoding="utf-8", engine="c",
            skiprows=0, low_memory=True, **quoting,
        )  # fmt: skip
    except (pd.errors.ParserError, pd.errors.EmptyDataError):
        return None
    return frame


def _named(
    frame: pd.DataFrame, names: Sequence[str], header: bool, dialect: Dialect
) -> tuple[pd.DataFrame, list[Finding]]:
    """The frame with its column names: as pandas would give them, so that a model knows them again."""
    findings: list[Finding] = []
    width = frame.shape[1]
    if not header:
        frame.columns = pd.Index([f"column_{i + 1}" for i in range(width)])
        findings.append(
            Finding(
                "no_header", "warning", None,
                f"The first row looks like data, so the columns were named {preview(frame.columns)}.",
                {"columns": width},
                "Say that the first row is the header if it is one; better, name the columns in the file.",
            )
        )  # fmt: skip
        return frame, findings
    full = [*(["row_names"] if frame.attrs.pop("row_names", False) else []), *names]
    unnamed = [i for i, name in enumerate(full) if not name]
    full = [name or f"Unnamed: {i}" for i, name in enumerate(full)]
    if unnamed:
        findings.append(
            Finding(
                "unnamed_columns", "info", full[unnamed[0]],
                f"{len(unnamed):,} column(s) have no name in the header and are called "
                f"{preview(full[i] for i in unnamed)}.",
                {"positions": [i + 1 for i in unnamed[:100]]},
                "Name every column in the header.",
            )
        )  # fmt: skip
    full, renamed = distinct_names(full)
    frame.columns = pd.Index(full)
    return frame, [*findings, *renamed]
