"""How far the larger values of a column lie out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["skewness"]


def skewness(X: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the skewness of each column without its missing values; 0 for constant and empty columns."""
    known = ~np.isnan(X)
    rows = np.maximum(known.sum(axis=0), 1)
    values = np.where(known, X, 0.0)
    centred = np.where(known, values - values.sum(axis=0) / rows, 0.0)
    spread = np.sqrt((centred**2).sum(axis=0) / rows)
    standard = np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 0)
    return np.asarray((standard**3).sum(axis=0) / rows)
