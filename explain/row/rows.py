"""One raw row, as given by a form, a file or a frame, in the dtypes of the training rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..errors import InputError
from ..formats import is_missing
from ..frames import checked_frames
from ..reference import column_kind

_TRUE, _FALSE = {"true", "yes", "1", "1.0"}, {"false", "no", "0", "0.0"}


def as_row(row: Mapping[str, Any] | pd.Series[Any] | pd.DataFrame, training: pd.DataFrame) -> pd.DataFrame:
    """One row as a frame with the training rows' columns, in their order.

    Parameters
    ----------
    row : mapping, Series or DataFrame of one row
        Raw values by column. A frame keeps its dtypes; other values are read as the training column's kind.
    training : DataFrame of shape (N, M)

    Raises
    ------
    InputError
        If columns are missing or unknown, there is not exactly one row, or a value cannot be read.
    """
    if isinstance(row, pd.DataFrame):
        if len(row) != 1:
            raise InputError(f"Expected one row, found {len(row)}; give them one at a time.")
        return checked_frames(row, training)[0]
    values = {str(name): value for name, value in row.items()}
    _require_columns(values, training)
    absent = [str(name) for name in training.columns if name not in values]
    if absent:
        raise InputError(f"Expected a value for every column; missing: {', '.join(absent)}.")
    frame = pd.DataFrame({j: cell(values[name], training[name]) for j, name in enumerate(training.columns)})
    frame.columns = training.columns
    return frame


def edited(row: pd.DataFrame, changes: Mapping[str, Any], training: pd.DataFrame) -> pd.DataFrame:
    """A copy of a one-row frame with some values replaced.

    Raises
    ------
    InputError
        If a column is unknown or a value cannot be read as the column's kind.
    """
    _require_columns(changes, training)
    columns = {
        j: cell(changes[name], training[name]) if name in changes else row[name].reset_index(drop=True)
        for j, name in enumerate(training.columns)
    }
    frame = pd.DataFrame(columns)
    frame.columns = training.columns
    return frame


def cell(value: Any, like: pd.Series[Any]) -> pd.Series[Any]:
    """A single value as a Series of a training column's dtype, or of the nearest that can hold it.

    Raises
    ------
    InputError
        If a number, date or yes/no is expected and the value is none.
    """
    dtype, kind = like.dtype, column_kind(like)
    if is_missing(value) or (isinstance(value, str) and not value.strip() and kind != "label"):
        return _missing(dtype)
    if kind == "date":
        return _date(value, like)
    if kind == "number":
        return _number(value, like)
    if pd.api.types.is_bool_dtype(dtype):
        return pd.Series([_truth(value, like)], dtype=dtype)
    if isinstance(dtype, pd.CategoricalDtype):
        known = value in dtype.categories
        return pd.Series([value], dtype=dtype if known else dtype.__class__([*dtype.categories, value]))
    plain = isinstance(dtype, np.dtype)  # of objects: the value as it is
    return pd.Series([value], dtype=dtype) if plain else pd.Series([str(value)], dtype=dtype)


def _require_columns(values: Mapping[str, Any], training: pd.DataFrame) -> None:
    unknown = [str(name) for name in values if name not in training.columns]
    if unknown:
        offered = ", ".join(map(str, training.columns))
        raise InputError(f"Expected columns out of {offered}; found also: {', '.join(unknown)}.")


def _missing(dtype: Any) -> pd.Series[Any]:
    if dtype.kind in "iu" and isinstance(dtype, np.dtype):
        return pd.Series([np.nan])
    if dtype.kind == "b" and isinstance(dtype, np.dtype):
        return pd.Series([None], dtype=object)
    return pd.Series([None], dtype=dtype)


def _date(value: Any, like: pd.Series[Any]) -> pd.Series[Any]:
    try:
        moment = pd.Timestamp(value)
    except (TypeError, ValueError) as error:
        raise InputError(f"Expected a date for {like.name}, such as 2024-05-31, found {value!r}.") from error
    zone = getattr(like.dtype, "tz", None)
    if zone is not None:
        moment = moment.tz_localize(zone) if moment.tzinfo is None else moment.tz_convert(zone)
    elif moment.tzinfo is not None:
        moment = moment.tz_convert(None)
    return pd.Series([moment]).astype(like.dtype)


def _number(value: Any, like: pd.Series[Any]) -> pd.Series[Any]:
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise InputError(f"Expected a number for {like.name}, found {value!r}.") from error
    if np.isnan(number):
        return _missing(like.dtype)
    if like.dtype.kind not in "iu":
        return pd.Series([number], dtype=like.dtype)
    try:
        return pd.Series([int(number) if number == int(number) else number], dtype=like.dtype)
    except (OverflowError, TypeError, ValueError):
        return pd.Series([number])


def _truth(value: Any, like: pd.Series[Any]) -> bool:
    text = str(value).strip().lower()
    if text not in _TRUE | _FALSE:
        raise InputError(f"Expected true or false for {like.name}, found {value!r}.")
    return text in _TRUE
