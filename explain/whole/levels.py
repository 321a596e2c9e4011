"""An order of labels in which neighbours have like rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..reference import as_numbers, column_kind

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def similar_order(frame: pd.DataFrame, j: int, cell: Ints, levels: int) -> Ints:
    """Order the levels of a column by how like their rows are in the other columns.

    The distance of two levels is summed over the other columns: the largest gap between the cumulative
    distributions of numbers and dates (Kolmogorov and Smirnov), half the sum of the gaps between the shares
    of labels (total variation). Classical multidimensional scaling to one dimension makes an order of it, as
    Apley and Zhu (2020) do in their package ALEPlot.

    Parameters
    ----------
    frame : DataFrame of shape (n, M)
    j : int
        Position of the column.
    cell : int array of shape (n,)
        The level of each row, 0..levels − 1; anything else is left aside.
    levels : int

    Returns
    -------
    int array of shape (levels,)
        Level numbers in order, such that the more frequent end, by level number, comes first.
    """
    if levels < 3:
        return np.arange(levels)
    distance = np.zeros((levels, levels))
    for other in range(frame.shape[1]):
        if other != j:
            distance += _distances(frame.iloc[:, other], cell, levels)
    squared = distance**2
    centred = squared - squared.mean(axis=0) - squared.mean(axis=1)[:, None] + squared.mean()
    _, vectors = np.linalg.eigh(-centred / 2)
    order = np.argsort(vectors[:, -1], kind="stable")
    return order if order[0] < order[-1] else order[::-1].copy()


def _distances(column: pd.Series[Any], cell: Ints, levels: int) -> Floats:
    """Distances between the levels in one other column, shape (levels, levels)."""
    label = column_kind(column) == "label"
    if label:
        codes = pd.factorize(column, use_na_sentinel=False)[0]
    else:
        values = as_numbers(column)
        codes = np.unique(np.where(np.isnan(values), -np.inf, values), return_inverse=True)[1]
    width = int(codes.max()) + 1
    share = np.zeros((levels, width))
    for level in range(levels):
        held = codes[cell == level]
        share[level] = np.bincount(held, minlength=width) / max(1, len(held))
    if label:
        return np.asarray(np.abs(share[:, None] - share[None]).sum(axis=2) / 2, dtype=np.float64)
    below = np.cumsum(share, axis=1)
    result = np.zeros((levels, levels))
    for level in range(levels):
        result[level] = np.abs(below - below[level]).max(axis=1)
    return result
