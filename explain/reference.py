"""What is usual in a column, taken from the background: for sentences and plots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

Kind = Literal["number", "date", "label"]

_QUANTILES = 21


@dataclass(frozen=True)
class Reference:
    """The background's values in one column.

    Attributes
    ----------
    kind : {"number", "date", "label"}
    quantiles : tuple of float
        21 equally spaced quantiles; dates as seconds since 1970; empty for labels or without values.
    top : str or None
        The most frequent label.
    top_share : float
        Its share of the rows.
    missing_share : float
    """

    kind: Kind
    quantiles: tuple[float, ...]
    top: str | None
    top_share: float
    missing_share: float

    @classmethod
    def of(cls, column: pd.Series[Any]) -> Reference:
        """Reference of a background column of any dtype."""
        present = column.dropna()
        missing = 1.0 - len(present) / max(1, len(column))
        kind = column_kind(column)
        if kind == "label":
            if present.empty:
                return cls(kind, (), None, 0.0, missing)
            counts = present.astype(str).value_counts()
            top = str(min(counts.index[counts == counts.max()]))
            return cls(kind, (), top, float(counts.max()) / len(column), missing)
        values = as_numbers(present)
        values = values[np.isfinite(values)]
        if not len(values):
            return cls(kind, (), None, 0.0, missing)
        quantiles = np.quantile(values, np.linspace(0, 1, _QUANTILES), method="inverted_cdf")
        return cls(kind, tuple(float(q) for q in quantiles), None, 0.0, missing)

    @property
    def typical(self) -> float | None:
        """The median of numbers and dates."""
        return self.quantiles[_QUANTILES // 2] if self.quantiles else None

    def percentile(self, value: float) -> float | None:
        """Share of the background below ``value``, 0..1, half of the ties counted."""
        if not self.quantiles:
            return None
        grid = np.asarray(self.quantiles)
        low = np.searchsorted(grid, value, side="left") / len(grid)
        high = np.searchsorted(grid, value, side="right") / len(grid)
        return float(low + high) / 2


def column_kind(column: pd.Series[Any]) -> Kind:
    """How the values of a column are to be shown."""
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return "date"
    if pd.api.types.is_bool_dtype(column.dtype) or not pd.api.types.is_numeric_dtype(column.dtype):
        return "label"
    return "number"


def as_numbers(column: pd.Series[Any]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Numbers as they are, dates as seconds since 1970, missing as NaN."""
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        naive = column.dt.tz_convert(None) if getattr(column.dt, "tz", None) is not None else column
        seconds = (naive - pd.Timestamp(0)).dt.total_seconds()
        return np.asarray(seconds.to_numpy(dtype=np.float64), dtype=np.float64)
    return np.asarray(column.to_numpy(dtype=np.float64, na_value=np.nan), dtype=np.float64)
