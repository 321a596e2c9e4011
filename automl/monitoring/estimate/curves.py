"""From what is predicted to what it comes to: a rising curve, learned from rows with labels, and its chance.

A curve is learned by isotonic regression, or is none where the predicted numbers are right as they are. How
sure it is, is told by bins of those rows: their outcomes are drawn anew, and the curve is learned again.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from explain.stored import Stored

__all__ = ["WIDER", "Curve", "Noise", "fit_curve", "needs_curve"]

Floats = NDArray[np.float64]
Noise = Literal["chances", "losses"]

WIDER = 1.05
"""By how much what is drawn lies further out than the draws say. How losses spread, and where steps lie, is
known from the same rows, and draws from them vary a little less than new rows do: 90 % intervals held 86 to
90 % in the simulations of the tests without it."""

_CERTAIN = 1e-6
_PRIOR = 1.0
_STEPS = 50
_SPLITS, _TEST_SHARE, _BINS, _SEED = 10, 0.1, 10, 42
_PERFECT = 0.999
_DIGITS = 9


@dataclass(frozen=True)
class Curve(Stored):
    """A rising curve.

    Attributes
    ----------
    points, values : tuple of float
        Linear between them, constant outside; both empty where the predicted number is taken as it is.
    centres : tuple of float
        Ascending: mean predicted number of each bin of the rows that it was learned from.
    rows : tuple of int
        Rows of each bin.
    spreads : tuple of float
        Of losses: their standard deviation within each bin; empty for probabilities.
    odds : tuple of float
        Of probabilities that are taken as they are: intercept and slope of the true log-odds on the predicted
        ones, the variance of the intercept, their covariance, and the variance of the slope. Empty otherwise.
    """

    points: tuple[float, ...]
    values: tuple[float, ...]
    centres: tuple[float, ...]
    rows: tuple[int, ...]
    spreads: tuple[float, ...] = ()
    odds: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        known = (
            len(self.points) == len(self.values)
            and len(self.centres) == len(self.rows) > 0
            and len(self.spreads) in (0, len(self.centres))
            and len(self.odds) in (0, 5)
            and all(each > 0 for each in self.rows)
            and all(
                np.isfinite(each).all()
                for each in (self.points, self.values, self.centres, self.spreads, self.odds)
            )
            and all(np.all(np.diff(each) >= 0) for each in (self.points, self.values, self.centres))
            and all(each >= 0 for each in self.spreads)
            and (not self.odds or _is_covariance(*self.odds[2:]))
        )
        if not known:
            raise ValueError("A curve is damaged.")

    @property
    def is_fitted(self) -> bool:
        """Whether it changes anything."""
        return bool(self.points)

    def __call__(self, predicted: Floats) -> Floats:
        """What predicted numbers come to."""
        if not self.points:
            return predicted
        return np.asarray(np.interp(predicted, self.points, self.values), dtype=np.float64)

    def deviations(self, rng: np.random.Generator, draws: int, noise: Noise) -> Floats:
        """How far the curve may be off at each centre, by learning it again from outcomes that it implies.

        Parameters
        ----------
        rng : Generator
        draws : int
        noise : {"chances", "losses"}
            Whether outcomes are 0 or 1, or are losses of the bin's spread.

        Returns
        -------
        ndarray, shape (draws, centres)
            Learned again less as it is. Of probabilities that are taken as they are: these less what a
            logistic curve makes of them, within its standard errors; it is surer than one of many steps.
        """
        if self.odds:
            return self._off_the_odds(rng, draws)
        from scipy.optimize import isotonic_regression

        rows = np.asarray(self.rows, dtype=np.float64)
        truth = self(np.asarray(self.centres, dtype=np.float64))
        came = _redrawn(rng, truth, rows, self.spreads, draws, noise)
        if len(truth) > 1:
            came = np.stack([isotonic_regression(each, weights=rows).x for each in came])
        return np.asarray(came - truth, dtype=np.float64)

    def _off_the_odds(self, rng: np.random.Generator, draws: int) -> Floats:
        centres = np.asarray(self.centres)
        intercept, slope, *spread = self.odds
        covariance = np.array([[spread[0], spread[1]], [spread[1], spread[2]]])
        drawn = rng.multivariate_normal([intercept, slope], covariance, size=draws, method="cholesky")
        return np.asarray(centres - _chance(drawn[:, :1] + drawn[:, 1:] * _odds(centres)), dtype=np.float64)

    def moved(self, predicted: Floats, off: Floats) -> Floats:
        """What predicted numbers come to if the curve is off by so much at its centres."""
        return np.asarray(self(predicted) + np.interp(predicted, self.centres, off), dtype=np.float64)


def _is_covariance(one: float, both: float, other: float) -> bool:
    return one > 0 and other > 0 and one * other >= both**2


def _redrawn(
    rng: np.random.Generator,
    truth: Floats,
    rows: Floats,
    spreads: tuple[float, ...],
    draws: int,
    noise: Noise,
) -> Floats:
    """Mean outcomes of bins, drawn anew, shape (draws, bins)."""
    shape = (draws, len(truth))
    if noise == "chances":
        return rng.binomial(rows.astype(np.int64), np.clip(truth, 0.0, 1.0), size=shape) / rows
    # Means of few skewed losses are skewed themselves, and never negative: a gamma distribution.
    variance = np.asarray(spreads) ** 2 / rows
    mean = np.maximum(truth, 1e-300)
    scale = np.maximum(variance, 1e-300) / mean
    drawn = rng.gamma(mean / scale, scale, size=shape)
    return np.where(variance > 0, drawn, truth)


def _odds(chance: Floats) -> Floats:
    clipped = np.clip(chance, _CERTAIN, 1 - _CERTAIN)
    return np.asarray(np.log(clipped / (1 - clipped)), dtype=np.float64)


def _chance(odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -50.0, 50.0))), dtype=np.float64)


def _line_of_odds(predicted: Floats, came: Floats) -> tuple[float, ...]:
    """Intercept and slope of a logistic regression on the log-odds, and their variances and covariance.

    By Newton's method; one row's worth of belief in 0 and 1 keeps them finite where no row contradicts.
    """
    X = np.column_stack([np.ones(len(predicted)), _odds(predicted)])
    expected = np.array([0.0, 1.0])
    found = expected.copy()
    for _ in range(_STEPS):
        chance = _chance(X @ found)
        weight = np.maximum(chance * (1 - chance), _CERTAIN)
        information = (X * weight[:, None]).T @ X + _PRIOR * np.eye(2)
        step = np.linalg.solve(information, X.T @ (came - chance) - _PRIOR * (found - expected))
        found = found + step
        if np.abs(step).max() < _CERTAIN:
            break
    covariance = np.linalg.inv(information)
    return (*map(float, found), float(covariance[0, 0]), float(covariance[0, 1]), float(covariance[1, 1]))


def fit_curve(predicted: Floats, came: Floats, *, bins: int, fitted: bool, noise: Noise) -> Curve:
    """Learn a curve from rows with a label.

    Parameters
    ----------
    predicted, came : ndarray, shape (rows,)
    bins : int
        At most so many, of about as many rows each.
    fitted : bool
        Whether it changes anything, see `needs_curve`.
    noise : {"chances", "losses"}
    """
    points: Floats = np.empty(0)
    values: Floats = np.empty(0)
    if fitted:
        from sklearn.isotonic import IsotonicRegression

        model = IsotonicRegression(out_of_bounds="clip").fit(predicted, came)
        points, values = model.X_thresholds_, model.y_thresholds_
    order = np.argsort(predicted, kind="stable")
    parts = [part for part in np.array_split(order, max(min(bins, len(order)), 1)) if len(part)]
    # Equal predictions belong together: bins whose centres are equal are one. A mean of equal numbers may
    # differ from them in the last digit, hence the limits.
    means = [np.clip(predicted[part].mean(), *predicted[part[[0, -1]]]) for part in parts]
    centres, first = np.unique(means, return_index=True)
    joined = [np.concatenate(parts[i:j]) for i, j in zip(first, [*first[1:], len(parts)], strict=True)]
    return Curve(
        tuple(map(float, points)),
        tuple(map(float, values)),
        tuple(map(float, centres)),
        tuple(len(part) for part in joined),
        tuple(float(f"{came[part].std():.{_DIGITS}g}") for part in joined) if noise == "losses" else (),
        _line_of_odds(predicted, came) if noise == "chances" and not fitted else (),
    )


def needs_curve(chance: Floats, happened: NDArray[np.bool_]) -> bool:
    """Whether probabilities of an event come closer to the truth by isotonic regression.

    The expected calibration error with a curve, of rows that it was not learned from, must be lower than
    without: over ten random tenths of the rows together, in ten bins of as many rows. That is how NannyML
    decides (`nannyml.calibration.needs_calibration`, version 0.13), by the same random numbers, so that its
    estimates and these can be compared.

    Parameters
    ----------
    chance : ndarray, shape (rows,)
    happened : ndarray of bool, shape (rows,)

    Returns
    -------
    bool
        False where the event never happens or always does, hardly ever (a split needs two rows of either), or
        is told without any doubt (area under the ROC curve above 0.999).
    """
    from sklearn.isotonic import IsotonicRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedShuffleSplit

    times = int(happened.sum())
    if min(times, len(happened) - times) < 2 or len(happened) < 2 * _BINS:
        return False
    if roc_auc_score(happened, chance) > _PERFECT:
        return False
    split = StratifiedShuffleSplit(_SPLITS, test_size=_TEST_SHARE, random_state=_SEED)
    plain, curved, truth = [], [], []
    for train, test in split.split(chance, happened):
        model = IsotonicRegression(out_of_bounds="clip").fit(chance[train], happened[train])
        plain.append(chance[test])
        curved.append(model.predict(chance[test]))
        truth.append(happened[test].astype(np.float64))
    known = np.concatenate(truth)
    return _error(np.concatenate(plain), known) > _error(np.concatenate(curved), known)


def _error(chance: Floats, truth: Floats) -> float:
    """Expected calibration error in bins of as many rows each, the last one larger."""
    order = np.argsort(chance)
    chance, truth = chance[order], truth[order]
    width = len(chance) // _BINS
    ends = [*(width * i for i in range(_BINS)), len(chance)]
    gaps = [
        (end - start) * abs(chance[start:end].mean() - truth[start:end].mean())
        for start, end in pairwise(ends)
    ]
    return float(np.sum(gaps) / len(chance))
