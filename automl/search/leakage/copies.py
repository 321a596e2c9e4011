"""Charge: a column that is the target once more, with noise or in bands."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from automl.data import Kind
from automl.search.leakage.case import Case

__all__ = ["COPY", "LIKE", "likeness"]

COPY = 0.95
"""A column so alike the target is a copy whatever the others tell."""
LIKE = 0.8
"""From here on it is one if the others together tell far less."""
_FEWEST_BANDS = 5
_ROWS_PER_BAND = 5

Floats = NDArray[np.float64]


def likeness(case: Case, name: str) -> float:
    """How much of the target a column holds as it stands, without any model: 1 all, 0 (or less) nothing.

    Values and whole-number classes: 1 - mean (x - y)² / var y, the R² of taking the column for the target.
    Classes and a column of as many values: the share of the rows outside of the largest class that are right
    when each value stands for a class of its own. Values and a column of bands that follow each other without
    overlap (a price and its price range): 1.

    Parameters
    ----------
    case : Case
    name : str
        A raw column.
    """
    places = case.derived[name]
    kind = case.schema[name].kind
    if not places or kind in (Kind.TEXT, Kind.DATETIME):
        return 0.0
    # The code of a category stands before what is made of its words.
    x = case.X[:, places[0]]
    known = ~np.isnan(x)
    if known.mean() < 0.9:
        return 0.0
    x, y, labels = x[known], case.y[known], case.labels[known]
    found = [0.0]
    if case.classes:
        found.append(_same_partition(x, y))
    elif _in_bands(x, y):
        found.append(1.0)
    if case.schema[name].kind == Kind.NUMBER:
        found.extend(_as_it_stands(x, target) for target in (labels, y))
    return max(found)


def _as_it_stands(x: Floats, y: NDArray[np.float64] | NDArray[np.int64]) -> float:
    """R² of the column as the prediction."""
    spread = float(np.var(y))
    return 1 - float(np.mean((x - y) ** 2)) / spread if spread else 0.0


def _same_partition(x: Floats, y: NDArray[np.float64] | NDArray[np.int64]) -> float:
    """How much the best pairing of values and classes gets right of what the largest class leaves."""
    values, codes = np.unique(x, return_inverse=True)
    classes = int(y.max()) + 1
    if len(values) != classes:
        return 0.0
    table = np.zeros((classes, classes))
    np.add.at(table, (codes, y.astype(np.int64)), 1)
    agreed = float(table[linear_sum_assignment(-table)].sum() / len(y))
    base = float(table.sum(axis=0).max() / len(y))
    return (agreed - base) / (1 - base) if base < 1 else 0.0


def _in_bands(x: Floats, y: NDArray[np.float64] | NDArray[np.int64]) -> bool:
    """Whether the target's values under each value of the column lie in intervals that do not overlap."""
    values, codes, rows = np.unique(x, return_inverse=True, return_counts=True)
    if not _FEWEST_BANDS <= len(values) <= len(y) / _ROWS_PER_BAND or np.median(rows) < _ROWS_PER_BAND:
        return False
    low, high = np.full(len(values), np.inf), np.full(len(values), -np.inf)
    np.minimum.at(low, codes, y)
    np.maximum.at(high, codes, y)
    order = np.argsort(low, kind="stable")
    return bool((high[order][:-1] <= low[order][1:]).all() and (high > low).any())
