"""Frames of raw rows in JSON, and their fingerprints."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from .errors import InputError


def frame_to_json(frame: pd.DataFrame) -> dict[str, Any]:
    """Columns with their dtypes; missing values as null, dates in ISO 8601."""
    return {
        "rows": len(frame),
        "columns": [
            {"name": str(name), "dtype": str(frame.iloc[:, j].dtype), "values": _cells(frame.iloc[:, j])}
            for j, name in enumerate(frame.columns)
        ],
    }


def _cells(column: pd.Series[Any]) -> list[Any]:
    return [plain_cell(value) for value in column.tolist()]


def plain_cell(value: Any) -> Any:
    """A raw value as JSON has it: missing as None, dates in ISO 8601, infinite numbers as text."""
    if _missing(value):
        return None
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    if isinstance(value, float) and not np.isfinite(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value if isinstance(value, (bool, int, float, str)) else str(value)


def _missing(value: Any) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value)


def frame_from_json(data: dict[str, Any]) -> pd.DataFrame:
    """Inverse of :func:`frame_to_json`; categorical columns come back with the categories that occur."""
    columns = {}
    for j, column in enumerate(data["columns"]):
        values, dtype = column["values"], column["dtype"]
        if dtype.startswith("datetime64"):
            series = pd.Series(
                pd.to_datetime(pd.Series(values, dtype=object), format="ISO8601", utc="," in dtype)
            )
            columns[j] = series.astype(dtype)
        elif dtype.startswith(("float", "Float")):
            columns[j] = pd.Series([np.nan if v is None else float(v) for v in values], dtype=dtype)
        else:
            columns[j] = pd.Series(values, dtype=object).astype(dtype)
    frame = pd.DataFrame(columns, index=pd.RangeIndex(data["rows"]))
    frame.columns = pd.Index([column["name"] for column in data["columns"]])
    return frame


def frame_hash(frame: pd.DataFrame) -> str:
    """SHA-256 of column names, dtypes and values."""
    digest = hashlib.sha256()
    for j, name in enumerate(frame.columns):
        column = frame.iloc[:, j]
        digest.update(f"{name}\0{column.dtype}\0".encode())
        digest.update("\0".join(map(repr, _cells(column))).encode())
    return digest.hexdigest()


def checked_background(background: Any) -> pd.DataFrame:
    """Background rows, numbered from 0.

    Raises
    ------
    InputError
        If it is no DataFrame, is empty, or a column occurs twice.
    """
    _check_frame("background", background)
    if not len(background):
        raise InputError(
            "Expected at least one background row, found none; give some rows of the training data."
        )
    numbered: pd.DataFrame = background.reset_index(drop=True)
    return numbered


def checked_rows(X: Any, background: pd.DataFrame) -> pd.DataFrame:
    """Rows, numbered from 0, with the background's columns in the background's order.

    Raises
    ------
    InputError
        If it is no DataFrame, or columns are missing, occur twice, or are unknown.
    """
    _check_frame("X", X)
    absent = [str(name) for name in background.columns if name not in X.columns]
    if absent:
        raise InputError(f"Expected X to have the background's columns; missing: {', '.join(absent)}.")
    extra = [str(name) for name in X.columns if name not in background.columns]
    if extra:
        raise InputError(f"Expected X to have only the background's columns; also found: {', '.join(extra)}.")
    numbered: pd.DataFrame = X[list(background.columns)].reset_index(drop=True)
    return numbered


def checked_table(X: Any) -> pd.DataFrame:
    """Rows of at least one, numbered from 0.

    Raises
    ------
    InputError
        If it is no DataFrame, is empty, or a column occurs twice.
    """
    _check_frame("X", X)
    if not len(X):
        raise InputError("Expected at least one row in X, found none.")
    numbered: pd.DataFrame = X.reset_index(drop=True)
    return numbered


def column_position(columns: Sequence[str], column: str) -> int:
    """Position of a column.

    Raises
    ------
    InputError
        If there is no such column.
    """
    if column not in columns:
        raise InputError(f"Expected a column out of {', '.join(columns)}, found {column!r}.")
    return columns.index(column)


def checked_frames(X: Any, background: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows and background rows; see `checked_rows` and `checked_background`."""
    behind = checked_background(background)
    return checked_rows(X, behind), behind


def _check_frame(name: str, frame: Any) -> None:
    if not isinstance(frame, pd.DataFrame):
        raise InputError(
            f"Expected {name} as a pandas DataFrame of raw columns, found {type(frame).__name__}."
        )
    if frame.columns.has_duplicates:
        twice = frame.columns[frame.columns.duplicated()][0]
        raise InputError(f"Expected {name} with distinct column names, found {twice!r} more than once.")
