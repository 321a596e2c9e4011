"""Intervals that several results share: of shares, of means, and of what is computed from counts.

References
----------
Brown, Cai and DasGupta (2001), "Interval estimation for a binomial proportion", Statistical Science 16.
Kish (1965), "Survey Sampling": the effective number of weighted rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .stored import Stored

Floats = NDArray[np.float64]

PRIOR = 0.5
"""Half a row's worth in each cell (Jeffreys), so that a cell without rows is not taken to be impossible."""


@dataclass(frozen=True)
class Estimate(Stored):
    """A number with its interval.

    Attributes
    ----------
    value, low, high : float
    """

    value: float
    low: float
    high: float

    @classmethod
    def of_draws(cls, value: float, draws: Floats, level: float) -> Estimate:
        """The interval between the quantiles of draws that leave out the same share on both sides."""
        return cls(float(value), *np.quantile(draws, tails(level)).tolist())


def tails(level: float) -> list[float]:
    """The two quantiles between which lies ``level``."""
    return [(1 - level) / 2, (1 + level) / 2]


def normal_quantile(level: float) -> float:
    """Standard deviations to the ends of a two-sided interval."""
    return NormalDist().inv_cdf((1 + level) / 2)


def wilson(share: ArrayLike, rows: ArrayLike, level: float) -> tuple[Floats, Floats]:
    """Wilson's interval of a share.

    Parameters
    ----------
    share : array-like
    rows : array-like
        Rows it is a share of; of weighted rows the effective number. Without rows: 0 to 1.
    level : float

    Returns
    -------
    low, high : arrays
    """
    p, n = np.asarray(share, dtype=np.float64), np.asarray(rows, dtype=np.float64)
    z2 = normal_quantile(level) ** 2
    p = np.where(n > 0, np.nan_to_num(p, nan=0.5), 0.5)
    middle = (n * p + z2 / 2) / (n + z2)
    half = np.sqrt(z2) / (n + z2) * np.sqrt(n * p * (1 - p) + z2 / 4)
    empty = n <= 0
    low = np.where(empty | (p <= 0), 0.0, middle - half)
    high = np.where(empty | (p >= 1), 1.0, middle + half)
    return np.clip(low, 0.0, p), np.clip(high, p, 1.0)


def effective(weight: Floats) -> float:
    """Rows without weights that would tell as much (Kish)."""
    return float(weight.sum() ** 2 / (weight**2).sum()) if weight.sum() > 0 else 0.0


def mean_estimate(values: Floats, weight: Floats | None, level: float, inflation: float = 1.0) -> Estimate:
    """A weighted mean with Student's interval; without a second row it is unbounded."""
    mean, error, freedom = (
        float(part[0]) for part in means_by(values, weight, np.zeros(len(values), int), 1, inflation)
    )
    half = float(student(level, freedom)) * error
    return Estimate(mean, mean - half, mean + half)


def student(level: float, freedom: ArrayLike) -> Floats:
    """Standard errors to the ends of Student's two-sided interval; infinite without degrees of freedom."""
    from scipy.special import stdtrit

    free = np.asarray(freedom, dtype=np.float64)
    return np.where(free > 0, stdtrit(np.maximum(free, 1e-3), (1 + level) / 2), np.inf)


def means_by(
    values: Floats, weight: Floats | None, code: NDArray[Any], groups: int, inflation: float = 1.0
) -> tuple[Floats, Floats, Floats]:
    """Weighted mean of each group, its standard error, and its degrees of freedom.

    Parameters
    ----------
    values : array of shape (n,)
    weight : array of shape (n,) or None
    code : array of int, shape (n,)
        The group of each row, 0..groups-1.
    groups : int
    inflation : float
        By how much means vary more than those of independent rows.

    Returns
    -------
    mean, error, freedom : arrays of shape (groups,)
        NaN, infinity and below 1 where there are too few rows.
    """
    w = np.ones(len(values)) if weight is None else weight
    total = np.bincount(code, w, groups)
    squares = np.bincount(code, w * w, groups)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(code, w * values, groups) / total
        rows = total**2 / squares / inflation
        off = w * (values - mean[code])
        # Of so few rows that tell something, the spread is found too small by one of them.
        variance = np.bincount(code, off * off, groups) / total**2 * inflation * rows / (rows - 1)
    few = ~(rows > 1 + 1e-9)
    return mean, np.where(few, np.inf, np.sqrt(variance)), np.where(few, 0.0, rows - 1)


def sums_by(code: NDArray[Any], values: Floats, size: int) -> Floats:
    """Sum of the values with each code 0..size-1, shape (size,)."""
    return np.asarray(np.bincount(code, values, size), dtype=np.float64)


def cell_draws(
    total: Floats, squares: Floats, draws: int, rng: np.random.Generator, *, prior: float = PRIOR
) -> Floats:
    """What the weight in each cell could have been: the Bayesian form of the multinomial bootstrap.

    A cell's weight is drawn from a gamma distribution with the mean and variance of a sum of so many weighted
    rows; without weights, normalised cells follow the Dirichlet distribution of the counts plus ``prior``.
    Unlike drawing counts, this never leaves a cell empty and gives shares of 0 and 1 an interval (Jeffreys').

    Parameters
    ----------
    total, squares : arrays of shape S
        Sums of weights and of squared weights by cell.
    draws : int
    rng : Generator
    prior : float

    Returns
    -------
    array of shape (draws, *S)
    """
    usual = squares.sum() / total.sum() if total.sum() > 0 else 1.0
    with np.errstate(invalid="ignore", divide="ignore"):
        scale = np.where(total > 0, squares / total, usual)
    shape = total / scale
    return rng.standard_gamma(shape + prior, (draws, *total.shape)) * scale
