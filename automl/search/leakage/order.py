"""Charge: a column that counts, such as an identifier that grows with time, and tells the target."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl.data import Kind
from automl.data.identifiers import named_like_identifier
from automl.search.leakage.case import Case

__all__ = ["counters"]

_DISTINCT = 0.99
_EVEN = 0.98  # correlation of the sorted values with 1, 2, 3, …
_IN_ORDER = 0.95  # rank correlation with the place in the table
_PARSED = 0.95
_LAST_NUMBER = r"(\d+)\D*$"

Floats = NDArray[np.float64]


def counters(case: Case) -> Iterator[tuple[str, Floats]]:
    """Columns that count rows, used or left out as identifiers, with their numbers.

    Whole numbers (of a code like "INV-00123" the last ones) that differ in nearly every row, and that are
    spread as evenly as a counter spreads them; and either rise or fall with the rows, or are named as an
    identifier is. Measured quantities are not spread evenly, or not whole, or repeat.

    Yields
    ------
    (str, ndarray of float, shape (rows,))
    """
    for name in case.raw.columns:
        kind = case.schema[name].kind
        if kind not in (Kind.NUMBER, Kind.IDENTIFIER):
            continue
        numbers = _numbers(case.raw[name])
        known = np.isfinite(numbers)
        values = numbers[known]
        if known.mean() < _PARSED or len(np.unique(values)) < _DISTINCT * len(values):
            continue
        if (values != np.round(values)).any() or np.ptp(values) < len(values) - 1:
            continue
        rising = abs(_correlation(pd.Series(values).rank().to_numpy(), case.place[known]))
        even = _correlation(np.sort(values), np.arange(len(values)))
        named = named_like_identifier(name) or kind == Kind.IDENTIFIER
        if even >= _EVEN and (rising >= _IN_ORDER or named):
            yield name, numbers


def _numbers(column: pd.Series[Any]) -> Floats:
    if pd.api.types.is_numeric_dtype(column):
        return column.to_numpy(dtype=np.float64)
    found = column.astype("string").str.extract(_LAST_NUMBER, expand=False)
    return pd.to_numeric(found, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)


def _correlation(x: NDArray[Any], y: NDArray[Any]) -> float:
    return float(np.corrcoef(x, y)[0, 1])
