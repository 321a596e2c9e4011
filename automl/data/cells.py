"""Cells as text: one pandas type for text on every pandas, and values as a CSV file shows them."""

from __future__ import annotations

import datetime
import decimal
import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["TEXT", "as_text", "by_distinct", "is_text", "text_series", "value_text"]

# pandas 3 has a string type with NaN for missing; before it, text is held as plain objects.
TEXT: Any = pd.StringDtype(na_value=np.nan) if int(pd.__version__.split(".")[0]) >= 3 else np.dtype(object)


def text_series(values: Any, index: pd.Index[Any] | None = None, name: Any = None) -> pd.Series[Any]:
    """Texts and missing values as a Series of the text type."""
    series: pd.Series[Any] = pd.Series(values, index=index, dtype=TEXT, name=name)
    return series


def is_text(series: pd.Series[Any]) -> bool:
    """Whether a column holds nothing but text and missing values."""
    if isinstance(series.dtype, pd.StringDtype):
        return True
    if series.dtype != object:
        return False
    return pd.api.types.infer_dtype(series, skipna=True) in ("string", "empty")


def value_text(value: Any) -> str:
    """A single value as a CSV file would show it: 1.0 is "1", a midnight is a date, True is "True"."""
    if isinstance(value, str):
        return value
    if isinstance(value, (bool, np.bool_)):
        return "True" if value else "False"
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (float, np.floating)):
        number = float(value)
        if math.isfinite(number) and number.is_integer() and abs(number) < 1e15:
            return str(int(number))
        return repr(number)
    if isinstance(value, decimal.Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).decode("utf-8", errors="backslashreplace")
    if isinstance(value, datetime.datetime):
        midnight = (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0)
        return value.date().isoformat() if midnight and value.tzinfo is None else value.isoformat(sep=" ")
    return str(value)


def by_distinct(
    series: pd.Series[Any], convert: Callable[[list[Any]], Iterable[Any]], dtype: Any
) -> pd.Series[Any]:
    """Convert each distinct value once and spread the results over the rows.

    Columns repeat themselves: a million dates are a few thousand distinct ones, so parsing the distinct
    values is what makes parsing cheap.

    Parameters
    ----------
    series : Series of hashable values
    convert : function from the list of distinct non-missing values to as many results
    dtype : dtype of the results; missing cells become its missing value
    """
    codes, distinct = pd.factorize(series)
    results = pd.Series(list(convert(list(distinct))) if len(distinct) else [], dtype=dtype)
    taken = results.array.take(codes, allow_fill=True)
    spread: pd.Series[Any] = pd.Series(taken, index=series.index, name=series.name, dtype=dtype)
    return spread


def as_text(series: pd.Series[Any]) -> pd.Series[Any]:
    """A column of any type as text, missing stays missing."""
    if isinstance(series.dtype, pd.StringDtype):
        return series if series.dtype == TEXT else series.astype(TEXT)
    if isinstance(series.dtype, pd.CategoricalDtype):
        codes = series.cat.codes.to_numpy()
        levels = as_text(pd.Series(series.cat.categories))
        taken = levels.array.take(codes, allow_fill=True)
        return text_series(taken, index=series.index, name=series.name)
    if series.dtype == object:
        if is_text(series):
            return text_series(series.where(series.notna(), np.nan), index=series.index, name=series.name)
        # Mixed objects cannot be told apart by hashing (1 == 1.0 == True), so each is written on its own.
        missing = series.isna().to_numpy()
        texts = [np.nan if gone else value_text(value) for value, gone in zip(series, missing, strict=True)]
        return text_series(texts, index=series.index, name=series.name)
    return by_distinct(series, lambda values: [value_text(value) for value in values], TEXT)
