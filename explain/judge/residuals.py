"""The errors of a regression: their size, where they lean, and whether they grow with the prediction.

References
----------
Koenker (1981), "A note on studentizing a test for heteroscedasticity", Journal of Econometrics 17.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .. import formats
from ..errors import InputError
from ..intervals import Estimate, effective, mean_estimate, means_by, normal_quantile, student
from ..stored import Stored
from .bins import equal_bins
from .scored import Scored

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEVELS = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
_FEWEST_IN_BIN = 30
_SHOWN = 1000
_WORST = 10


@dataclass(frozen=True, eq=False)
class Residuals(Stored):
    """Residuals: truth less prediction, in units of the target.

    Attributes
    ----------
    rows : int
    mean, mean_absolute, root_mean_square : Estimate
    r2 : float
        Share of the variance explained.
    quantiles : array of shape (9,)
        At ``LEVELS``.
    predicted, bin_mean, bin_low, bin_high, bin_lower, bin_upper : arrays of shape (B,)
        In bins of the prediction: its mean, the mean residual with its interval, and the 10 % and 90 %
        quantiles of the residuals.
    shown_row, shown_predicted, shown_residual : arrays of shape (min(n, 1000),)
        Rows to draw: a random choice.
    worst_row, worst_predicted, worst_truth : arrays of shape (min(n, 10),)
        The largest absolute residuals.
    spread_ratio : Estimate
        Standard deviation of the residuals in the fifth of the rows with the highest predictions, divided by
        that in the lowest fifth; NaN with too few rows.
    spread_p : float
        Of the hypothesis that the variance does not depend on the prediction (Koenker's form of the
        Breusch-Pagan test).
    level : float
    """

    rows: int
    mean: Estimate
    mean_absolute: Estimate
    root_mean_square: Estimate
    r2: float
    quantiles: Floats
    predicted: Floats
    bin_mean: Floats
    bin_low: Floats
    bin_high: Floats
    bin_lower: Floats
    bin_upper: Floats
    shown_row: Ints
    shown_predicted: Floats
    shown_residual: Floats
    worst_row: Ints
    worst_predicted: Floats
    worst_truth: Floats
    spread_ratio: Estimate
    spread_p: float
    level: float

    def sentence(self) -> str:
        """How large errors are, whether they lean, and whether they grow, in words."""
        size, lean = self.mean_absolute, self.mean
        text = (
            f"Predictions are off by {_interval(size)} on average; half of them by less than "
            f"{formats.number(self._half())}."
        )
        if lean.low > 0 or lean.high < 0:
            side = "low" if lean.value > 0 else "high"
            shown = Estimate(abs(lean.value), *sorted((abs(lean.low), abs(lean.high))))
            text += f" They are too {side} by {_interval(shown)}."
        else:
            text += " No leaning to one side could be shown."
        ratio = self.spread_ratio
        if self.spread_p <= 1 - self.level and (ratio.low > 1 or ratio.high < 1):
            growing = "more" if ratio.value > 1 else "less"
            times = ratio if ratio.value > 1 else Estimate(1 / ratio.value, 1 / ratio.high, 1 / ratio.low)
            text += (
                f" Errors vary {growing} where predictions are high: {_interval(times, 2)} times as "
                f"{'much' if growing == 'more' else 'little'} in the highest fifth as in the lowest."
            )
        return text

    def _half(self) -> float:
        return float(np.median(np.abs(self.shown_residual)))


def _interval(estimate: Estimate, digits: int = 3) -> str:
    value, low, high = (formats.number(v, digits) for v in (estimate.value, estimate.low, estimate.high))
    return f"{value} ({low} to {high})"


def residuals_of(scored: Scored, *, bins: int = 10, level: float = 0.95, seed: int = 0) -> Residuals:
    """Measure the residuals of a regression.

    Parameters
    ----------
    scored : Scored
    bins : int
        Of the prediction; fewer where they would have less than 30 rows.
    level : float
    seed : int
        Of the choice of rows to draw.

    Returns
    -------
    Residuals
    """
    if scored.classes is not None:
        raise InputError("Expected predictions of a regression, found those of a classifier.")
    n, w = scored.rows, scored.weight
    truth, predicted = scored.truth, scored.prediction
    residual = truth - predicted
    weights, alike = scored.weights(), scored.inflation
    squares = mean_estimate(residual**2, w, level, alike)
    variance = float(np.average((truth - np.average(truth, weights=weights)) ** 2, weights=weights))
    place = equal_bins(predicted, np.ones(n), max(1, min(bins, n // _FEWEST_IN_BIN)))
    size = int(place.max()) + 1
    bin_mean, error, freedom = means_by(residual, w, place, size, alike)
    half = student(level, freedom) * error
    lower, upper = _by_bin(residual, w, place, size)
    shown = np.sort(np.random.default_rng(seed).choice(n, min(n, _SHOWN), replace=False))
    worst = np.argsort(-np.abs(residual), kind="stable")[:_WORST]
    return Residuals(
        n,
        mean_estimate(residual, w, level, alike),
        mean_estimate(np.abs(residual), w, level, alike),
        _root(squares),
        1 - squares.value / variance if variance > 0 else float("nan"),
        _quantiles(residual, w, LEVELS),
        means_by(predicted, w, place, size)[0],
        bin_mean,
        bin_mean - half,
        bin_mean + half,
        lower,
        upper,
        shown,
        predicted[shown],
        residual[shown],
        worst,
        predicted[worst],
        truth[worst],
        _spread_ratio(residual, predicted, w, level, alike),
        _koenker(residual, predicted, weights, alike),
        level,
    )


def _root(squares: Estimate) -> Estimate:
    """The root of a mean square; the interval by its logarithm, whose distribution is less skewed."""
    if squares.value <= 0:
        return Estimate(0.0, 0.0, 0.0)
    grown = np.exp((squares.high - squares.value) / squares.value)
    return Estimate(
        float(np.sqrt(squares.value)),
        float(np.sqrt(squares.value / grown)),
        float(np.sqrt(squares.value * grown)),
    )


def _quantiles(values: Floats, weight: Floats | None, levels: tuple[float, ...]) -> Floats:
    if weight is None:
        return np.asarray(np.quantile(values, levels))
    return np.asarray(np.quantile(values, levels, weights=weight, method="inverted_cdf"))


def _by_bin(residual: Floats, weight: Floats | None, place: Ints, size: int) -> tuple[Floats, Floats]:
    ends = [
        _quantiles(residual[place == b], None if weight is None else weight[place == b], (0.1, 0.9))
        for b in range(size)
    ]
    lower, upper = np.array(ends).T
    return lower, upper


def _spread_ratio(
    residual: Floats, predicted: Floats, weight: Floats | None, level: float, inflation: float
) -> Estimate:
    """Ratio of standard deviations, its interval by the logarithm with the kurtosis that was found."""
    order = np.argsort(predicted, kind="stable")
    fifth = len(order) // 5
    if fifth < _FEWEST_IN_BIN:
        return Estimate(float("nan"), float("nan"), float("nan"))
    logs, errors = [], []
    for rows in (order[-fifth:], order[:fifth]):
        w = np.ones(fifth) if weight is None else weight[rows]
        if not w.sum() > 0:
            return Estimate(float("nan"), float("nan"), float("nan"))
        off = residual[rows] - np.average(residual[rows], weights=w)
        variance = float(np.average(off**2, weights=w))
        if variance <= 0:
            return Estimate(float("nan"), float("nan"), float("nan"))
        kurtosis = float(np.average(off**4, weights=w)) / variance**2
        logs.append(0.5 * np.log(variance))
        errors.append(inflation * (kurtosis - 1) / (4 * effective(w)))
    middle = logs[0] - logs[1]
    half = normal_quantile(level) * np.sqrt(sum(errors))
    return Estimate(float(np.exp(middle)), float(np.exp(middle - half)), float(np.exp(middle + half)))


def _koenker(residual: Floats, predicted: Floats, weight: Floats, inflation: float) -> float:
    """Whether squared residuals go along with the prediction; n R² is chi-squared with one degree."""
    from scipy.special import chdtrc

    w = weight / weight.sum()
    squared, x = residual**2, predicted - w @ predicted
    off = squared - w @ squared
    scale = (w @ x**2) * (w @ off**2)
    if scale <= 0:
        return 1.0
    return float(chdtrc(1, effective(weight) / inflation * (w @ (x * off)) ** 2 / scale))
