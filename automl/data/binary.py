"""Excel workbooks and Parquet files."""

from __future__ import annotations

import io
import itertools
import warnings
import zipfile
import zlib
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import DataError, MissingExtraError, SettingError
from .cells import value_text
from .dialect import has_header
from .findings import Finding, preview
from .frames import distinct_names, normalise_frame
from .table import ReadOptions

__all__ = ["Workbook", "read_excel", "read_parquet"]

# What openpyxl lets through when the parts of a workbook are damaged (found by mutating files).
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True)
class Workbook:
    """A table from a workbook and where it stood."""

    frame: pd.DataFrame
    sheet: str
    sheets: tuple[str, ...]
    header: bool
    header_line: int | None
    findings: tuple[Finding, ...]


def read_excel(data: bytes, source: str, options: ReadOptions, most: int | None = None) -> Workbook:
    """The chosen sheet of an .xlsx workbook, or its first that is not empty; at most so many of its rows.

    Raises
    ------
    DataError
        If the workbook is damaged or all sheets are empty.
    SettingError
        If the chosen sheet does not exist.
    """
    try:
        import openpyxl
    except ImportError as error:
        raise MissingExtraError(
            "Reading Excel files needs openpyxl, which is not installed.",
            fix="pip install openpyxl, or save as CSV.",
        ) from error
    try:
        with warnings.catch_warnings():
            # openpyxl warns about drawings and validations that it leaves out; no cell is concerned.
            warnings.simplefilter("ignore", UserWarning)
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            sheets = tuple(str(name) for name in book.sheetnames)
            if options.sheet is not None and options.sheet not in sheets:
                raise SettingError(
                    f"{source} has no sheet {options.sheet!r}.", fix=f"Sheets are: {preview(sheets, 20)}."
                )
            for name in (options.sheet,) if options.sheet is not None else sheets:
                sheet = book[name]
                cells = itertools.islice(getattr(sheet, "values", ()), most)  # chart sheets have none
                rows = [list(row) for row in cells]
                rows = [row for row in rows if any(cell is not None and cell != "" for cell in row)]
                if rows:
                    return _table(rows, name, sheets, options)
    except SettingError:
        raise
    except _DAMAGE as error:
        raise DataError(
            f"{source} is a damaged Excel workbook ({type(error).__name__}: {str(error)[:200]}).",
            fix="Open it in Excel or LibreOffice and save it again, or save it as CSV.",
        ) from error
    which = f"The sheet {options.sheet!r}" if options.sheet else f"Each of the {len(sheets)} sheet(s)"
    raise DataError(f"{which} of {source} is empty.", fix="Check that the right file was chosen.")


def _table(rows: list[list[object]], name: str, sheets: tuple[str, ...], options: ReadOptions) -> Workbook:
    findings: list[Finding] = []
    width = max((i + 1 for row in rows for i, cell in enumerate(row) if cell not in (None, "")), default=0)
    rows = [[*row[:width], *[None] * (width - len(row))] for row in rows]
    skip = 0
    if width >= 3:
        while skip < min(20, len(rows) - 1) and sum(cell not in (None, "") for cell in rows[skip]) <= 1:
            skip += 1
    if skip:
        findings.append(
            Finding(
                "skipped_lines", "warning", None,
                f"{skip} row(s) before the header were left out: "
                f"{preview(next((c for c in row if c is not None), '') for row in rows[:skip])}.",
                {"count": skip},
            )
        )  # fmt: skip
        rows = rows[skip:]
    shown = [["" if cell is None else value_text(cell) for cell in row] for row in rows[:300]]
    header = has_header(shown) if options.header is None else options.header
    if header:
        names = [text or f"Unnamed: {i}" for i, text in enumerate(shown[0])]
        rows = rows[1:]
    else:
        names = [f"column_{i + 1}" for i in range(width)]
        findings.append(
            Finding(
                "no_header", "warning", None,
                f"The first row looks like data, so the columns were named {preview(names)}.",
                {"columns": width},
                "Say that the first row is the header if it is one; better, name the columns in the file.",
            )
        )  # fmt: skip
    names, renamed = distinct_names(names)
    findings.extend(renamed)
    if len(sheets) > 1 and options.sheet is None:
        findings.append(
            Finding(
                "several_sheets", "info", None,
                f"The workbook has {len(sheets)} sheets; {name!r} was read.",
                {"sheets": list(sheets)},
                "Choose another sheet if this is not the one.",
            )
        )  # fmt: skip
    columns = {
        title: pd.Series([np.nan if row[i] in (None, "") else row[i] for row in rows], dtype=object)
        for i, title in enumerate(names)
    }
    frame, notes = normalise_frame(
        pd.DataFrame({title: cells.infer_objects() for title, cells in columns.items()})
    )
    return Workbook(frame, name, sheets, header, skip + 1 if header else None, (*findings, *notes))


def read_parquet(data: bytes, source: str) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    """The table of a Parquet file.

    Raises
    ------
    DataError
        If it is cut off or damaged.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise MissingExtraError(
            "Reading Parquet files needs pyarrow, which is not installed.",
            fix="pip install pyarrow, or save as CSV.",
        ) from error
    try:
        table = pyarrow.parquet.read_table(pyarrow.BufferReader(data))
        frame = table.to_pandas()
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise DataError(
            f"{source} is a Parquet file that is cut off or damaged ({str(error)[:200]}).",
            fix="Download or write it again.",
        ) from error
    if any(name is not None for name in frame.index.names):
        frame = frame.reset_index()  # a named index is data
    return normalise_frame(frame)
