"""Frames of raw rows in JSON, and their fingerprints."""

from __future__ import annotations

import hashlib
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
    cells: list[Any] = []
    for value in column.tolist():
        if _missing(value):
            cells.append(None)
        elif isinstance(value, pd.Timestamp):
            cells.append(value.isoformat())
        elif isinstance(value, float) and not np.isfinite(value):
            cells.append("Infinity" if value > 0 else "-Infinity")
        elif isinstance(value, (bool, int, float, str)):
            cells.append(value)
        else:
            cells.append(str(value))
    return cells


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
    rows: pd.DataFrame = background.reset_index(drop=True)
    return rows


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
    rows: pd.DataFrame = X[list(background.columns)].reset_index(drop=True)
    return rows


def _check_frame(name: str, frame: Any) -> None:
    if not isinstance(frame, pd.DataFrame):
        raise InputError(
            f"Expected {name} as a pandas DataFrame of raw columns, found {type(frame).__name__}."
        )
    if frame.columns.has_duplicates:
        twice = frame.columns[frame.columns.duplicated()][0]
        raise InputError(f"Expected {name} with distinct column names, found {twice!r} more than once.")
