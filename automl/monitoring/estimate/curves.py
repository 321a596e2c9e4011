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

__all__ = ["Curve", "Noise", "fit_curve", "needs_curve"]

Floats = NDArray[np.float64]
Noise = Literal["chances", "losses"]

_UNFITTED = 0.5
"""Share of a fitted curve's variance that a curve has which was found to be needless. It may be wrong by
anything from nothing to about what the test for it can see, which is the noise of a fitted one."""
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
    """

    points: tuple[float, ...]
    values: tuple[float, ...]
    centres: tuple[float, ...]
    rows: tuple[int, ...]
    spreads: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        known = (
            len(self.points) == len(self.values)
            and len(self.centres) == len(self.rows) > 0
            and len(self.spreads) in (0, len(self.centres))
            and all(each > 0 for each in self.rows)
            and all(
                np.isfinite(each).all() for each in (self.points, self.values, self.centres, self.spreads)
            )
            and all(np.all(np.diff(each) >= 0) for each in (self.points, self.values, self.centres))
            and all(each >= 0 for each in self.spreads)
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
            Learned again less as it is. Of a curve that is not fitted: around it, and narrower.
        """
        from scipy.optimize import isotonic_regression

        rows = np.asarray(self.rows, dtype=np.float64)
        truth = self(np.asarray(self.centres, dtype=np.float64))
        came = _redrawn(rng, truth, rows, self.spreads, draws, noise)
        if len(truth) > 1:
            came = np.stack([isotonic_regression(each, weights=rows).x for each in came])
        off = came - truth
        if not self.is_fitted:
            off = (off - off.mean(axis=0)) * np.sqrt(_UNFITTED)
        return np.asarray(off, dtype=np.float64)

    def moved(self, predicted: Floats, off: Floats) -> Floats:
        """What predicted numbers come to if the curve is off by so much at its centres."""
        return np.asarray(self(predicted) + np.interp(predicted, self.centres, off), dtype=np.float64)


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
    # Equal predictions belong together: bins whose centres are equal are one.
    centres, first = np.unique([predicted[part].mean() for part in parts], return_index=True)
    joined = [np.concatenate(parts[i:j]) for i, j in zip(first, [*first[1:], len(parts)], strict=True)]
    return Curve(
        tuple(map(float, points)),
        tuple(map(float, values)),
        tuple(map(float, centres)),
        tuple(len(part) for part in joined),
        tuple(float(f"{came[part].std():.{_DIGITS}g}") for part in joined) if noise == "losses" else (),
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
