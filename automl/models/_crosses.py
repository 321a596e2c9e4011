"""Which pairs of category columns are worth a code of their own."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ._additive import Untold
    from .base import Context

__all__ = ["choose_crosses"]

Floats = NDArray[np.float64]

_COLUMNS = 20
_PARTS = 5
_PRIOR_ROWS = 10.0
_BEYOND_CHANCE = 3.0  # standard errors: the best of up to 190 pairs of noise has 2 to 3


def choose_crosses(seen: Untold, context: Context, most: int) -> list[tuple[int, int]]:
    """Choose pairs of category columns whose joint code tells what no sum over single columns can tell.

    A pair is as good as the share of the residuals' variance that the mean residual of its code explains,
    on rows that the mean was not taken from. Pairs that explain nothing beyond chance are left out.

    Parameters
    ----------
    seen : Untold
    context : Context
    most : int
        How many to choose at most.

    Returns
    -------
    list of (left, right)
        Positions of two category columns each, best first.
    """
    X, residuals, importance, weight = seen
    often = sorted(context.categorical, key=lambda position: -importance[position])[:_COLUMNS]
    codes = {position: _whole(X[:, position]) for position in often}
    found = []
    for left, right in itertools.combinations(sorted(often), 2):
        joint = codes[left] * (codes[right].max(initial=0) + 1) + codes[right]
        gain, error = _explained(joint, residuals, weight)
        if gain > _BEYOND_CHANCE * error:
            found.append((gain, left, right))
    return [(left, right) for _, left, right in sorted(found, reverse=True)[:most]]


def _whole(codes: Floats) -> NDArray[np.int64]:
    """Codes from 0 without gaps; a missing one is a code as well."""
    return np.asarray(np.unique(codes, return_inverse=True)[1], dtype=np.int64)


def _explained(joint: NDArray[np.int64], residuals: Floats, weight: Floats) -> tuple[float, float]:
    """Share of the residuals' variance that the means of other rows of the same code explain, and its error.

    The rows are in random order; a fifth of them is judged by the means of the others.
    """
    groups = _whole(joint)  # type: ignore[arg-type]
    part = np.arange(len(groups)) % _PARTS
    cells = groups * _PARTS + part
    count = int(groups.max()) + 1
    sizes = np.bincount(cells, weight, minlength=count * _PARTS).reshape(count, _PARTS)
    others = sizes.sum(axis=1, keepdims=True) - sizes
    gains = np.zeros(len(groups))
    for residual in residuals.T:
        sums = np.bincount(cells, weight * residual, minlength=count * _PARTS).reshape(count, _PARTS)
        means = (sums.sum(axis=1, keepdims=True) - sums) / (others + _PRIOR_ROWS)
        told = means[groups, part]
        gains += told * (2 * residual - told)
    gain = float(np.average(gains, weights=weight))
    error = np.sqrt((weight**2 * (gains - gain) ** 2).sum()) / weight.sum()
    return gain, float(error)
