"""Measures and tests of how far two sets of rows differ, from their counts.

All tests compare two samples: the old rows are not taken for the truth. Every size is a share of the rows
that must have moved, at least, for the one table to look like the other, so that numbers, labels and missing
values are measured alike; beside it stands what chance alone is expected to move between tables of these
sizes.

Where rows belong together, `alike` is the design effect: so many rows tell as much as one independent row,
and tests count rows by that (the first-order correction of Rao and Scott, "The analysis of categorical data
from complex sample surveys", Journal of the American Statistical Association 1981).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from automl.monitoring.counts import Counts, Grid

__all__ = [
    "Tested",
    "adjusted",
    "chi_square_quantile",
    "homogeneity",
    "jensen_shannon",
    "of_shares",
    "psi",
    "smirnov",
    "surprise",
    "wasserstein",
]

Floats = NDArray[np.float64]

_EXPECTED = 5.0
"""Rows that a cell of a contingency table must be expected to have (Cochran's rule)."""
_MEAN_SMIRNOV = 0.8687  # sqrt(π/2) ln 2: mean of the limiting distribution of sqrt(n) D
_PSI_BINS = 10


@dataclass(frozen=True)
class Tested:
    """The outcome of a test of two samples.

    Attributes
    ----------
    statistic : float
    p : float
    moved : float
        Share of the rows that have moved, at least.
    chance : float
        What is to be expected of it where nothing has changed.
    """

    statistic: float
    p: float
    moved: float
    chance: float


def smirnov(before: Counts, after: Counts, alike: float = 1.0) -> Tested | None:
    """Kolmogorov and Smirnov's test of two samples, by the largest gap over the cuts.

    Over some cuts the gap is at most as large as over all values, and with ties its distribution lies below
    that of continuous values: false alarms are at most as frequent as the level says.
    """
    from scipy.stats import kstwo

    n, m = before.present, after.present
    if not n or not m or len(before.cells) < 2:
        return None
    gap = float(np.abs(before.cumulated() - after.cumulated()).max())
    size = n * m / (n + m) / alike
    p = float(np.clip(kstwo.sf(gap, max(round(size), 1)), 0.0, 1.0))
    return Tested(gap, p, gap, min(float(_MEAN_SMIRNOV / np.sqrt(size)), 1.0))


def homogeneity(before: Sequence[int], after: Sequence[int], alike: float = 1.0) -> Tested | None:
    """Pearson's chi-square test that two rows of counts come from one distribution.

    Cells in which fewer than five rows are to be expected are put together, by the sums of both rows alone,
    so that the test keeps its level with many rare labels.
    """
    from scipy.stats import chi2

    table = np.array([before, after], dtype=np.float64) / alike
    table = table[:, table.sum(axis=0) > 0]
    sizes = table.sum(axis=1)
    if (sizes == 0).any():
        return None
    shares = table / sizes[:, None]
    moved = float(np.abs(shares[0] - shares[1]).sum() / 2)
    pooled = table.sum(axis=0) / sizes.sum()
    deviation = np.sqrt(pooled * (1 - pooled) * (1 / sizes).sum())
    chance = float(np.sqrt(2 / np.pi) * deviation.sum() / 2)
    merged = _merged(table)
    if merged.shape[1] < 2:
        return None
    expected = sizes[:, None] * merged.sum(axis=0) / sizes.sum()
    statistic = float(((merged - expected) ** 2 / expected).sum())
    return Tested(statistic, float(chi2.sf(statistic, merged.shape[1] - 1)), moved, min(chance, 1.0))


def _merged(table: Floats) -> Floats:
    """The table with its rare cells as one, which takes in the next rarest until it is not rare itself."""
    table = table[:, np.argsort(-table.sum(axis=0), kind="stable")]
    least = table.sum() * _EXPECTED / table.sum(axis=1).min()
    kept = int((table.sum(axis=0) >= least).sum())
    while kept and 0 < table[:, kept:].sum() < least:
        kept -= 1
    rest = table[:, kept:].sum(axis=1, keepdims=True)
    return np.hstack([table[:, :kept], rest]) if rest.sum() else table[:, :kept]


def of_shares(
    before: int, rows_before: int, after: int, rows_after: int, alike: float = 1.0
) -> Tested | None:
    """Test that an event is as frequent in both: Fisher's exact test where it is rare, else chi-square.

    None where it occurs in no row or in all of them.
    """
    if not rows_before or not rows_after or before + after in (0, rows_before + rows_after):
        return None
    table = [[before, rows_before - before], [after, rows_after - after]]
    moved = abs(after / rows_after - before / rows_before)
    found = homogeneity(table[0], table[1], alike)
    pooled = (before + after) / (rows_before + rows_after)
    deviation = np.sqrt(alike * pooled * (1 - pooled) * (1 / rows_before + 1 / rows_after))
    chance = float(np.sqrt(2 / np.pi) * deviation)
    if found is not None:
        return Tested(found.statistic, found.p, moved, chance)
    from scipy.stats import fisher_exact

    odds, p = fisher_exact(np.round(np.array(table) / alike).astype(np.int64))
    return Tested(float(odds) if np.isfinite(odds) else 0.0, float(p), moved, chance)


def surprise(times: int, rows: int, seen: int, seen_in: int) -> float:
    """Probability of an event in so many of the new rows, or more, after it was seen in some of the old ones.

    From the beta-binomial distribution of the event's frequency in rows that are exchangeable with the old
    ones, with one event more than was seen: exact for new values above the highest of the old ones
    (``seen=0``), cautious else. Pages ask for it, hence without scipy.
    """
    if not times:
        return 1.0
    a, b = seen + 1, max(seen_in - seen, 1)
    k = np.arange(times - 1)
    # Each probability from the one before: the quotient of two neighbours is short, and nothing overflows.
    steps = np.log((rows - k) * (k + a) / ((k + 1.0) * (rows - k - 1 + b)))
    first = math.lgamma(rows + b) - math.lgamma(rows + a + b) + math.lgamma(a + b) - math.lgamma(b)
    fewer = np.exp(first + np.concatenate([[0.0], np.cumsum(steps)])).sum()
    return float(min(max(1.0 - fewer, 0.0), 1.0))


def chi_square_quantile(probability: float, freedom: float) -> float:
    """The quantile of a chi-square distribution, for a probability below about 0.999; without scipy.

    Bisection over the series of the regularised incomplete gamma function (Abramowitz and Stegun, "Handbook
    of Mathematical Functions", 6.5.29).
    """
    shape, low, high = freedom / 2, 0.0, 1.0
    while _gamma_up_to(high, shape) < probability:
        low, high = high, 2 * high
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if _gamma_up_to(middle, shape) < probability else (low, middle)
    return low + high


def _gamma_up_to(end: float, shape: float) -> float:
    """The regularised lower incomplete gamma function."""
    term = total = 1 / shape
    step = shape
    while term > 1e-17 * total:
        step += 1
        term *= end / step
        total += term
    return total * math.exp(shape * math.log(end) - end - math.lgamma(shape))


def wasserstein(grid: Grid, before: Counts, after: Counts) -> float | None:
    """By how much values have moved in the mean, in their own units.

    Exact where the cuts are all values; else the gap of the two distributions is taken to be linear between
    neighbouring cuts.
    """
    n, m = before.present, after.present
    if not n or not m or not grid.cuts:
        return None
    gaps = np.abs(before.cumulated() - after.cumulated())
    between = gaps[:-1] if grid.discrete else (gaps[:-1] + gaps[1:]) / 2
    tails = abs(before.below / n - after.below / m) + abs(before.above / n - after.above / m)
    return float((between * np.diff(grid.cuts)).sum() + tails)


def jensen_shannon(before: Sequence[int], after: Sequence[int]) -> float:
    """The Jensen–Shannon distance with logarithms of base 2: 0 for the same shares, 1 for no common label."""
    one, two = (np.asarray(each, dtype=np.float64) / max(sum(each), 1) for each in (before, after))
    middle = (one + two) / 2

    def entropy(shares: Floats) -> float:
        known = shares[shares > 0]
        return float(-(known * np.log2(known)).sum())

    return float(np.sqrt(max(entropy(middle) - (entropy(one) + entropy(two)) / 2, 0.0)))


def psi(before: Sequence[int], after: Sequence[int], *, ordered: bool) -> float:
    """The population stability index over some ten bins of about equal size before.

    Shares are made of counts and half a row, so that an empty bin does not make it infinite.
    """
    one, two = (np.asarray(each, dtype=np.float64) for each in (before, after))
    if not ordered:
        order = np.argsort(-one, kind="stable")
        one, two = one[order], two[order]
    middles = (np.cumsum(one) - one / 2) / max(one.sum(), 1.0)
    bins = np.minimum((_PSI_BINS * middles).astype(int), _PSI_BINS - 1)
    found = [np.bincount(bins, weights=each, minlength=_PSI_BINS) for each in (one, two)]
    kept = (found[0] + found[1]) > 0
    shares = [(each[kept] + 0.5) / (each[kept] + 0.5).sum() for each in found]
    return float(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())


def adjusted(p: Sequence[float]) -> list[float]:
    """Adjusted p-values of Benjamini and Hochberg, "Controlling the false discovery rate", 1995.

    To call all drifted whose adjusted p-value is at most 5 % makes 5 % of these calls false alarms on
    average; where nothing at all has drifted, that is the probability of any.
    """
    values = np.asarray(p, dtype=np.float64)
    if not len(values):
        return []
    order = np.argsort(-values, kind="stable")
    ranks = np.arange(len(values), 0, -1)
    found = np.empty(len(values))
    found[order] = np.minimum(np.minimum.accumulate(values[order] * len(values) / ranks), 1.0)
    return [float(each) for each in found]
