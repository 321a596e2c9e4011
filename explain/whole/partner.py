"""The column that a column works together with most, read off its attributions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..explanation import Explanation
from ..reference import as_numbers, column_kind

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_BIN_ROWS = 20
_MOST_BINS = 10


def strongest_partner(explanation: Explanation, column: str, output: Any = None) -> str | None:
    """The column that tells most of how the attributions of ``column`` differ at the same value of it.

    At equal values of a column, its attributions differ only through other columns that the model lets work
    together with it. What is left of them after a line in each bin of the column is regressed on each other
    column's bins; what counts is ε², the share explained less what chance explains (Kelley, 1935), where an
    F test finds more than chance (1 %, all columns allowed for). Columns that go with the partner show as
    well, so this is a choice of colour; :mod:`explain.whole.interactions` measures.

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
    spread = _beside_lines(moved, explanation.data.iloc[:, j], own)
    size = float(np.abs(explanation.values).max(initial=0.0))
    if explanation.rows < 2 * _BIN_ROWS or float(spread.std()) <= 1e-9 * max(size, 1e-300):
        return None
    from scipy.stats import f

    total = float((spread**2).sum())
    lost = len(spread) - 2 * (int(own.max()) + 1)
    best, found = 0.0, None
    for other, name in enumerate(explanation.columns):
        if other == j:
            continue
        # Within each bin of the column itself: the partner may pull one way here and the other there.
        codes = np.unique(
            own * (_MOST_BINS + 1) + _bins(explanation.data.iloc[:, other]), return_inverse=True
        )[1]
        rest = float(((spread - _means(spread, codes)[codes]) ** 2).sum())
        free = lost - (int(codes.max()) - int(own.max()))
        if free < 1 or free == lost:
            continue
        share = 1 - (rest / free) / (total / lost)
        chance = f.sf(((total - rest) / (lost - free)) / max(rest / free, 1e-300), lost - free, free)
        if share > best and chance < 0.01 / len(explanation.columns):
            best, found = share, name
    return found


def _beside_lines(moved: Floats, column: pd.Series[Any], own: Ints) -> Floats:
    """What is left of the attributions after a line in each bin; after the mean, of labels and missing."""
    left = moved - _means(moved, own)[own]
    if _is_label(column):
        return left
    values = as_numbers(column)
    values = np.where(np.isfinite(values), values, 0.0)
    across = values - _means(values, own)[own]
    square = np.bincount(own, across**2)
    slope = np.bincount(own, across * left) / np.where(square > 0, square, 1.0)
    return np.asarray(left - slope[own] * across, dtype=np.float64)


def _is_label(column: pd.Series[Any]) -> bool:
    return column.dtype == object or column_kind(column) == "label"


def _bins(column: pd.Series[Any]) -> Ints:
    """Up to ten bins of equal counts, or the most frequent labels, and one more for missing values."""
    missing = column.isna().to_numpy(dtype=bool)
    most = max(2, min(_MOST_BINS, len(column) // _BIN_ROWS))
    if _is_label(column):
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
