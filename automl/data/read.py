"""Reading a table: magic bytes first, then encoding, then layout."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd

from ..errors import DataError
from .binary import read_excel, read_parquet
from .delimited import read_delimited
from .dialect import sample_of
from .encoding import decode
from .findings import Finding
from .frames import normalise_frame
from .magic import file_format, gunzip, refuse_markup
from .table import RawTable, ReadOptions, ReadReport

__all__ = ["Progress", "read_table"]

Progress = Callable[[float, str], None]
_ENDINGS = (".gz", ".csv", ".tsv", ".txt", ".tab", ".xlsx", ".xlsm", ".parquet", ".pq", ".dat", ".data")


def read_table(
    source: str | os.PathLike[str] | pd.DataFrame,
    options: ReadOptions | None = None,
    *,
    name: str | None = None,
    progress: Progress | None = None,
    excel_rows: int | None = None,
) -> RawTable:
    """Read a CSV, TSV, Excel or Parquet file (also gzipped), or take a DataFrame.

    What the file is, its encoding, delimiter, quote mark, decimal mark and header are detected, whatever it
    is called; `options` overrides each. Whatever had to be repaired is in the report's findings.

    Parameters
    ----------
    source : path or DataFrame
    options : ReadOptions, optional
    name : str, optional
        The table's name; by default the file's without its endings.
    progress : function of (share done, what is being done), optional
    excel_rows : int, optional
        Of a workbook, whose cells take long, read at most so many rows of the sheet; default all.

    Returns
    -------
    RawTable

    Raises
    ------
    DataError
        If there is no such file or it holds no table; with the line where there is one.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "prices.csv"
    >>> _ = path.write_text("item;price\\nbread;2,50\\nmilk;1,20\\n")
    >>> table = read_table(path)
    >>> table.report.delimiter, table.report.decimal, table.frame["price"].tolist()
    (';', ',', ['2,50', '1,20'])
    """
    options = options or ReadOptions()
    step = progress or (lambda _share, _what: None)
    if isinstance(source, pd.DataFrame):
        frame, findings = normalise_frame(source)
        report = ReadReport(
            source=name or "DataFrame", format="frame", sha256=None, bytes=None, rows=len(frame),
            columns=frame.shape[1], options=options, findings=findings,
        )  # fmt: skip
        return RawTable(frame, _with_size(report), name or "table")
    path = Path(source)
    data = _bytes_of(path)
    step(0.1, "Reading the file")
    table = _read_bytes(data, path.name, options, step, excel_rows)
    step(1.0, "Read")
    return replace(table, name=name or _short_name(path.name))


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise DataError(f"There is no file {str(path)!r}.", fix="Check the path.") from None
    except IsADirectoryError:
        raise DataError(f"{str(path)!r} is a folder, not a file.", fix="Choose a file in it.") from None
    except PermissionError:
        raise DataError(f"{str(path)!r} may not be read.", fix="Check the file's permissions.") from None
    except (OSError, ValueError) as error:
        raise DataError(f"{str(path)!r} cannot be read: {error}.") from error


def _short_name(name: str) -> str:
    short = name
    while short.lower().endswith(_ENDINGS) and Path(short).stem:
        short = Path(short).stem
    return short


def _read_bytes(
    data: bytes, source: str, options: ReadOptions, step: Progress, excel_rows: int | None
) -> RawTable:
    digest, size = hashlib.sha256(data).hexdigest(), len(data)
    kind = file_format(data, source)
    compression = None
    if kind == "gzip":
        compression = "gzip"
        data = gunzip(data, source)
        kind = file_format(data, source)
        if kind == "gzip":
            raise DataError(f"{source} is compressed twice.", fix="Unpack it once.")
    step(0.2, "Recognising the format")
    report = ReadReport(
        source=source, format=kind, sha256=digest, bytes=size, rows=0, columns=0, compression=compression,
        options=options,
    )  # fmt: skip
    if kind == "excel":
        book = read_excel(data, source, options, excel_rows)
        frame = book.frame
        report = replace(
            report, sheet=book.sheet, sheets=book.sheets, header=book.header, header_line=book.header_line,
            findings=book.findings,
        )  # fmt: skip
    elif kind == "parquet":
        frame, findings = read_parquet(data, source)
        report = replace(report, findings=findings)
    else:
        text = decode(data, source, options.encoding)
        refuse_markup(sample_of(text.data[:20_000])[0], source)
        step(0.4, "Reading the rows")
        table = read_delimited(text.data, source, options)
        frame = table.frame
        report = replace(
            report, format="csv", encoding=text.encoding, delimiter=table.dialect.shown_delimiter,
            decimal=table.decimal, quotechar=table.dialect.quotechar, header=table.header,
            header_line=table.header_line, findings=(*text.findings, *table.findings),
        )  # fmt: skip
    report = replace(report, rows=len(frame), columns=frame.shape[1])
    return RawTable(frame, _with_size(report), source)


def _with_size(report: ReadReport) -> ReadReport:
    if report.rows:
        return report
    return report.with_findings(
        Finding(
            "no_rows",
            "error",
            None,
            "The table has a header but no rows.",
            {},
            "Check that it is the right file.",
        )
    )
