"""Performance of a classifier without labels, from its own probabilities.

A calibrated probability is the share of such rows that have the label. So each row is, in parts, one of every
class; counted so, a table without labels has an expected confusion matrix, and every other score likewise
(confidence-based performance estimation, CBPE: NannyML's documentation, "How it works").

An interval holds what the labels will show. Two things are drawn for it: labels by the calibrated
probabilities, and the curves that calibrate, from what their own rows would show if they were drawn again. A
curve fits its rows a little too well, which makes the model look better; it does so again in each draw, so
that what a draw is off by is taken away, and not added (the basic bootstrap: Davison and Hinkley, "Bootstrap
Methods and their Application", 1997, section 5.2).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from automl.metrics import Metric
from automl.monitoring.estimate.curves import WIDER, Curve, fit_curve, needs_curve

__all__ = ["Expected", "calibrated", "class_curves", "class_draws"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

_BINS = 100
_ALL_BINS = 1_000  # of all classes together
_FEWEST_BINS = 10
_CELLS = 10_000  # rows times classes of a draw
_FEWEST_ROWS = 200


class Expected:
    """Scores of predictions where each row is of each class with a probability.

    Parameters
    ----------
    metrics : sequence of Metric
    prediction : ndarray, shape (rows, classes)
        The model's probabilities, as they are.
    decided : ndarray of int, shape (rows,)
        Codes of the labels that the model gives.
    """

    def __init__(self, metrics: Sequence[Metric], prediction: Floats, decided: Codes) -> None:
        rows, classes = prediction.shape
        # Each row stands once for each class, and counts there by its probability.
        truth = np.tile(np.arange(classes), rows)
        repeated = np.repeat(prediction, classes, axis=0)
        labels = np.repeat(decided, classes)
        self._scores = [
            metric.weighted(truth, labels if metric.needs == "label" else repeated) for metric in metrics
        ]

    def __call__(self, chances: Floats) -> Floats:
        """The scores for such chances of each class, shape (rows, classes); NaN where undefined."""
        weights = chances.reshape(-1)
        return np.array([score(weights) for score in self._scores])


def class_curves(prediction: Floats, truth: Codes, *, fitted: Sequence[bool] | None = None) -> list[Curve]:
    """Learn to calibrate probabilities: a curve for each class; of two classes one, for the second.

    Parameters
    ----------
    prediction : ndarray, shape (rows, classes)
        Of rows that the model has not learned from.
    truth : ndarray of int, shape (rows,)
    fitted : sequence of bool, optional
        Which of the curves change anything; default those that help.
    """
    classes = prediction.shape[1]
    shown = [1] if classes == 2 else list(range(classes))
    bins = min(_BINS, max(_ALL_BINS // len(shown), _FEWEST_BINS))
    curves = []
    for place, code in enumerate(shown):
        happened = truth == code
        helps = needs_curve(prediction[:, code], happened) if fitted is None else fitted[place]
        curves.append(
            fit_curve(
                prediction[:, code], happened.astype(np.float64), bins=bins, fitted=helps, noise="chances"
            )
        )
    return curves


def calibrated(curves: Sequence[Curve], prediction: Floats, off: Sequence[Floats] | None = None) -> Floats:
    """Calibrated probabilities, shape (rows, classes).

    Parameters
    ----------
    curves : sequence of Curve
    prediction : ndarray, shape (rows, classes)
    off : sequence of ndarray, optional
        By how much each curve is off at its centres.
    """
    codes = [1] if prediction.shape[1] == 2 else range(prediction.shape[1])
    found = [
        curve(prediction[:, code]) if off is None else curve.moved(prediction[:, code], off[place])
        for place, (code, curve) in enumerate(zip(codes, curves, strict=True))
    ]
    if len(found) == 1:
        second = np.clip(found[0], 0.0, 1.0)
        return np.column_stack([1 - second, second])
    chances = np.clip(np.column_stack(found), 0.0, None)
    total = chances.sum(axis=1, keepdims=True)
    return np.where(total > 0, chances / np.where(total > 0, total, 1.0), 1 / len(found))


def class_draws(
    metrics: Sequence[Metric],
    curves: Sequence[Curve],
    prediction: Floats,
    decided: Codes,
    *,
    draws: int,
    rng: np.random.Generator,
    flattered: Floats | None = None,
) -> Floats:
    """How far the scores that labels will show may be from the estimates, shape (draws, metrics).

    Parameters
    ----------
    metrics : sequence of Metric
    curves : sequence of Curve
    prediction : ndarray, shape (rows, classes)
    decided : ndarray of int, shape (rows,)
    draws : int
    rng : Generator
    flattered : ndarray, shape (metrics,), optional
        By how much the estimates were higher than the truth where that is known. Each of several classes has
        a curve of its own, and what comes of them together need not be right, be there ever so many rows;
        this then takes the place of what the draws are off by on average.
    """
    rows, classes = prediction.shape
    some = min(rows, max(_CELLS // classes, _FEWEST_ROWS))
    if some < rows:
        chosen = np.sort(rng.choice(rows, some, replace=False))
        prediction, decided = prediction[chosen], decided[chosen]
    chances = calibrated(curves, prediction)
    expected = Expected(metrics, prediction, decided)
    middle = expected(chances)
    upto = np.cumsum(chances, axis=1)[:, :-1]
    off = [curve.deviations(rng, draws, "chances") for curve in curves]
    narrower = np.sqrt(some / rows)  # labels of all rows vary less than those of some
    labels, curve = np.empty((draws, len(metrics))), np.empty((draws, len(metrics)))
    for number in range(draws):
        truth = (rng.random((some, 1)) > upto).sum(axis=1)
        labels[number] = expected(np.eye(classes)[truth]) - middle
        moved = calibrated(curves, prediction, [each[number] for each in off])
        curve[number] = expected(moved) - middle
    if flattered is not None:
        curve += flattered - curve.mean(axis=0)
    return np.asarray(WIDER * (narrower * labels - curve), dtype=np.float64)
