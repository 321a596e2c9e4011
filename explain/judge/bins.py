"""Rows in bins of about equal weight by a predicted value."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def equal_bins(values: Floats, weight: Floats, bins: int) -> NDArray[np.int64]:
    """The bin of each row, 0 for the lowest values, shape (n,); equal values share a bin, none is empty.

    Parameters
    ----------
    values, weight : arrays of shape (n,)
    bins : int
        At most so many.
    """
    _, place = np.unique(values, return_inverse=True)
    mass = np.bincount(place, weight)
    middle = (np.cumsum(mass) - mass / 2) / mass.sum()
    coarse = np.minimum((middle * bins).astype(np.int64), bins - 1)
    used = np.bincount(coarse, mass, bins) > 0
    return np.asarray(np.maximum(np.cumsum(used) - 1, 0)[coarse][place], dtype=np.int64)
