"""How far the larger values of a column lie out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["skewness"]


def skewness(X: NDArray[np.float64], sample_weight: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
    """Return the skewness of each column without its missing values; 0 for constant and empty columns."""
    known = ~np.isnan(X)
    weight = known.astype(np.float64) if sample_weight is None else known * sample_weight[:, None]
    total = weight.sum(axis=0)
    total = np.where(total > 0, total, 1.0)
    values = np.where(known, X, 0.0)
    centred = np.where(known, values - (weight * values).sum(axis=0) / total, 0.0)
    spread = np.sqrt((weight * centred**2).sum(axis=0) / total)
    standard = np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 0)
    return np.asarray((weight * standard**3).sum(axis=0) / total)
