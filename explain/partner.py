"""The column that a column works together with most, read off its attributions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .explanation import Explanation
from .reference import as_numbers

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_BIN_ROWS = 20
_MOST_BINS = 10


def strongest_partner(explanation: Explanation, column: str, output: Any = None) -> str | None:
    """The column that tells most of how the attributions of ``column`` differ at the same value of it.

    At equal values of a column, its attributions differ only through other columns that the model lets work
    together with it. Their spread within bins of the column is regressed on each other column's bins; what
    counts is ε², the share explained less what chance explains (Kelley, 1935). Columns that go with the
    partner show as well, so this is a choice of colour and no test; :func:`explain.interactions` measures.

    Parameters
    ----------
    explanation : Explanation
    column : str
    output : class label or position, optional

    Returns
    -------
    str or None
        None where no column explains more than chance does, or the attributions do not spread.

    Raises
    ------
    InputError
        If there is no such column or output.
    """
    j = explanation.column_index(column)
    moved = explanation.values[:, j, explanation.output_index(output)]
    own = _bins(explanation.data.iloc[:, j])
    spread = moved - _means(moved, own)[own]
    size = float(np.abs(explanation.values).max(initial=0.0))
    if explanation.rows < 2 * _BIN_ROWS or float(spread.std()) <= 1e-9 * max(size, 1e-300):
        return None
    total = float((spread**2).sum())
    best, found = 0.0, None
    for other, name in enumerate(explanation.columns):
        if other == j:
            continue
        # Within each bin of the column itself: the partner may pull one way here and the other there.
        codes = np.unique(
            own * (_MOST_BINS + 1) + _bins(explanation.data.iloc[:, other]), return_inverse=True
        )[1]
        rest = float(((spread - _means(spread, codes)[codes]) ** 2).sum())
        free = len(spread) - int(codes.max()) - 1
        lost = len(spread) - int(own.max()) - 1
        if free > 0 and lost > 0 and 1 - (rest / free) / (total / lost) > best:
            best, found = 1 - (rest / free) / (total / lost), name
    return found


def _bins(column: pd.Series[Any]) -> Ints:
    """Up to ten bins of equal counts, or the most frequent labels, and one more for missing values."""
    missing = column.isna().to_numpy(dtype=bool)
    most = max(2, min(_MOST_BINS, len(column) // _BIN_ROWS))
    if column.dtype == object or not (
        pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_datetime64_any_dtype(column.dtype)
    ):
        codes = pd.factorize(column)[0]
        frequent = np.argsort(-np.bincount(codes[~missing], minlength=1), kind="stable")[: most - 1]
        place = np.full(int(codes.max(initial=0)) + 2, most - 1, dtype=np.int64)
        place[frequent] = np.arange(len(frequent))
        result = place[codes]
    else:
        ranks = pd.Series(as_numbers(column)).rank(pct=True).fillna(1.0).to_numpy()
        result = np.minimum((ranks * most).astype(np.int64), most - 1)
    result[missing] = most
    return np.asarray(np.unique(result, return_inverse=True)[1], dtype=np.int64)


def _means(values: Floats, codes: Ints) -> Floats:
    return np.asarray(np.bincount(codes, values) / np.maximum(np.bincount(codes), 1), dtype=np.float64)
