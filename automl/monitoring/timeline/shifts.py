"""Changes for good of the level of a series: are there any, where, and how sure is that?

The series has a value for each window, with a standard error that its rows explain. Windows may vary beyond
that (weather, campaigns), by a variance τ² that is the same for all of them and is estimated.

Test: the largest standardised difference of the weighted means before and after a window, over all windows:
the likelihood ratio test for a shift of normal means (Hawkins, "Testing a sequence of observations for a
shift in location", JASA 1977; Worsley, "On the likelihood ratio test for a shift in location of normal
populations", JASA 1979). Its critical values are simulated for the very errors of the series, τ² estimated
anew in each simulation, so that few windows of unequal size keep the level. For them τ² is taken at the upper
end of what the series allows (after Berger and Boos, "P values maximized over a confidence set for the
nuisance parameter", JASA 1994), since with few windows it is hardly known. It comes from the differences of
neighbouring windows (von Neumann et al., "The mean square successive difference", Annals of Mathematical
Statistics 1941) without the one across the change that is tried: a change does not hide itself.

Several changes: each side of a change is searched again (binary segmentation: Vostrikova, "Detecting
disorder in multidimensional random processes", Soviet Mathematics Doklady 1981), with p-values doubled at
each step down.

Where: all windows whose likelihood is not too far below the best, with the limit simulated from the fitted
change (Siegmund, "Confidence sets in change-point problems", International Statistical Review 1988).

A series that swings with the season is no series with a constant level: a season is told as a change, and
back. Two windows at the least are before a change and after it: one alone is an outlier, not yet a change.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from automl.monitoring.measures import chi_square_quantile

__all__ = ["FEWEST", "Shift", "Shifts", "find_shifts"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FEWEST = 5
"""Windows from which on a series is searched."""
_SIDE = 2
_DRAWS = 2_000
_WORK = 100_000_000  # cells of arrays, over all simulations of a test
_AT_ONCE = 4_000_000
_CONFIDENCE = 0.95
_SPREAD = 0.8
_POWER = 0.8416  # standard deviations above which 20 % of a normal variable lie


@dataclass(frozen=True)
class Shift:
    """A change of the level.

    Attributes
    ----------
    at : int
        Position of the first value after it.
    low, high : int
        Where that may be, with 95 % confidence.
    before, after : float
        Levels up to the neighbouring changes.
    p : float
    """

    at: int
    low: int
    high: int
    before: float
    after: float
    p: float


@dataclass(frozen=True)
class Shifts:
    """What came of the search.

    Attributes
    ----------
    p : float
        Of the test that the level has not changed at all.
    found : tuple of Shift
        In order.
    detectable : float
        The smallest change in the middle that is found in 80 of 100 cases.
    spread : float
        Standard deviation τ between windows beyond their errors.
    """

    p: float
    found: tuple[Shift, ...]
    detectable: float
    spread: float


class _Test(NamedTuple):
    p: float
    at: int
    between: float  # τ²
    most: float  # the upper end of it
    critical: float


def find_shifts(values: Floats, errors: Floats, *, alarms: float = 0.05, seed: int = 0) -> Shifts:
    """Search a series for changes of its level.

    Parameters
    ----------
    values, errors : ndarray, shape (n,)
        At least five, finite; all errors above zero.
    alarms : float
        Probability of finding any change where there is none.
    seed : int
        Of the simulations.

    Examples
    --------
    >>> import numpy as np
    >>> level = np.repeat([10.0, 12.0], 8)
    >>> noise = np.tile([0.3, -0.4, 0.1, 0.0], 4)
    >>> [shift.at for shift in find_shifts(level + noise, np.full(16, 0.4)).found]
    [8]
    """
    rng = np.random.default_rng([seed, 23])
    values, errors = np.asarray(values, dtype=np.float64), np.asarray(errors, dtype=np.float64)
    first = _test(values, errors, alarms, rng)
    places: dict[int, tuple[float, int, int]] = {}
    _search(values, errors, 0, 1.0, first, alarms, rng, places)
    cuts = [0, *sorted(places), len(values)]
    levels = [_level(values[a:b], errors[a:b], first.between) for a, b in pairwise(cuts)]
    found = tuple(
        Shift(at, places[at][1], places[at][2], levels[i], levels[i + 1], places[at][0])
        for i, at in enumerate(sorted(places))
    )
    middle = len(values) // 2
    weights = 1 / (errors**2 + first.between)
    far = 1 / weights[:middle].sum() + 1 / weights[middle:].sum()
    detectable = float((first.critical + _POWER) * np.sqrt(far))
    return Shifts(first.p, found, detectable, float(np.sqrt(first.between)))


def _search(
    values: Floats,
    errors: Floats,
    begin: int,
    factor: float,
    tested: _Test,
    alarms: float,
    rng: np.random.Generator,
    places: dict[int, tuple[float, int, int]],
) -> None:
    """Note the change of a stretch, and those on both of its sides."""
    p = min(factor * tested.p, 1.0)
    if p > alarms:
        return
    low, high = _where(values, errors, tested, rng)
    places[begin + tested.at] = (p, begin + low, begin + high)
    for part, first in ((slice(None, tested.at), begin), (slice(tested.at, None), begin + tested.at)):
        if len(values[part]) >= FEWEST:
            again = _test(values[part], errors[part], alarms, rng)
            _search(values[part], errors[part], first, 2 * factor, again, alarms, rng, places)


def _test(values: Floats, errors: Floats, alarms: float, rng: np.random.Generator) -> _Test:
    n = len(values)
    tried, between = _statistics(values[None, :], errors)
    best = int(tried[0].argmax())
    spread = _most_between(values, errors)
    draws = int(np.clip(_WORK / n**2, min(400, _DRAWS), _DRAWS))
    null = rng.normal(size=(draws, n)) * np.sqrt(errors**2 + spread)
    parts = np.array_split(null, max(draws * n * n // _AT_ONCE, 1))
    largest = np.concatenate([_statistics(part, errors)[0].max(axis=1) for part in parts])
    p = float((1 + (largest >= tried[0, best]).sum()) / (1 + draws))
    critical = float(np.quantile(largest, 1 - alarms))
    return _Test(p, best + _SIDE, float(between[0, best]), spread, critical)


def _most_between(values: Floats, errors: Floats) -> float:
    """The largest τ² that the differences of neighbouring windows allow, with 80 % confidence.

    Their mean square has the degrees of freedom of von Neumann's statistic, about two for three windows.
    """
    n = len(values)
    freedom = 2 * (n - 1) ** 2 / (3 * n - 4)
    weight, sampling = _weights(errors)
    most = (weight * np.diff(values) ** 2).sum() * freedom / chi_square_quantile(1 - _SPREAD, freedom)
    return float(max((most - (weight * sampling).sum()) / (2 * weight.sum()), 0.0))


def _weights(errors: Floats) -> tuple[Floats, Floats]:
    """How much each difference of neighbouring windows tells, and its variance by their errors."""
    sampling = errors[:-1] ** 2 + errors[1:] ** 2
    return 1 / np.maximum(sampling, sampling.max() * 1e-6), sampling


def _statistics(series: Floats, errors: Floats) -> tuple[Floats, Floats]:
    """Standardised differences at all places, and τ² without the one across each; shape (draws, places)."""
    n = series.shape[1]
    weight, sampling = _weights(errors)
    each = weight * (np.diff(series, axis=1) ** 2 - sampling)
    places = np.arange(_SIDE, n - _SIDE + 1)
    without = each.sum(axis=1, keepdims=True) - each[:, places - 1]
    between = np.maximum(without / (2 * (weight.sum() - weight[places - 1])), 0.0)
    # Values by their weights at each place, since τ² differs: shape (draws, places, n).
    weights = 1 / (errors**2 + between[:, :, None])
    before = np.arange(n) < places[:, None]
    sums = weights.sum(axis=2)
    left = np.where(before, weights, 0.0)
    weighed = left.sum(axis=2)
    total = np.einsum("dpn,dn->dp", weights, series)
    part = np.einsum("dpn,dn->dp", left, series)
    rest = sums - weighed
    far = np.abs(part / weighed - (total - part) / rest)
    return far * np.sqrt(weighed * rest / sums), between


def _where(values: Floats, errors: Floats, tested: _Test, rng: np.random.Generator) -> tuple[int, int]:
    """The first and the last place at which the change may be."""
    n, at = len(values), tested.at
    spread = errors**2 + tested.most
    levels = [_level(part, wide, tested.most) for part, wide in _sides(values, errors, at)]
    fitted = np.repeat(levels, [at, n - at])
    drawn = fitted + rng.normal(size=(_DRAWS, n)) * np.sqrt(spread)
    likely = _likely(drawn, spread)
    limit = float(np.quantile(likely.max(axis=1) - likely[:, at - _SIDE], _CONFIDENCE))
    own = _likely(values[None, :], spread)[0]
    inside = np.flatnonzero(own.max() - own <= limit) + _SIDE
    return int(min(inside.min(), at)), int(max(inside.max(), at))


def _likely(series: Floats, spread: Floats) -> Floats:
    """Twice the gain of likelihood by a change at each place, shape (draws, places)."""
    weight = 1 / spread
    n = len(spread)
    left = np.cumsum(weight)[_SIDE - 1 : n - _SIDE]
    right = weight.sum() - left
    part = np.cumsum(series * weight, axis=1)[:, _SIDE - 1 : n - _SIDE]
    rest = (series * weight).sum(axis=1, keepdims=True) - part
    return np.asarray((part / left - rest / right) ** 2 * left * right / weight.sum())


def _sides(values: Floats, errors: Floats, at: int) -> tuple[tuple[Floats, Floats], ...]:
    return (values[:at], errors[:at]), (values[at:], errors[at:])


def _level(values: Floats, errors: Floats, between: float) -> float:
    return float(np.average(values, weights=1 / (errors**2 + between)))
