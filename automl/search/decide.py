"""Which label a row gets where the most probable one is not the best: costs, and metrics that count labels.

Two classes: the positive label is given from a threshold of its probability on. With costs that is, in
theory, c_fp / (c_fp + c_fn) (Elkan, "The foundations of cost-sensitive learning", IJCAI 2001), as far as the
probabilities are right. The threshold that was cheapest on the out-of-fold rows follows the luck of few rows
instead. In simulations with right probabilities and eight ways of wrong ones, the cost above that of the best
threshold, in per cent of what deciding without a model costs, was with 60, 200, 600 and 2,000 rows:

    the theory                                   14    14    14    14    (right probabilities: 0)
    the cheapest on the rows                     13   4.2   2.3   0.9    (11, 3.6, 2.9, 0.7)
    the theory unless the rows prove it wrong    13   7.1   3.1   1.2    (6.9, 1.1, 0.5, 0.1)
    what is done here                           3.8   1.6   0.7   0.3    (1.4, 0.6, 0.3, 0.1)

What is done here: the rows say how the probabilities are off, by a logistic curve of two parameters (Platt,
"Probabilistic outputs for support vector machines", 1999) that a prior keeps near the identity, and the
theory is applied to what the probabilities then are.

Metrics that count labels go the same way: the threshold, among at most 90, whose expected confusion matrix by
the corrected probabilities scores best. In the same simulations that fell short of the best F1 by 1.1, 0.4,
0.2 and 0.1 points, the threshold that was best on the rows by 2.9, 2.1, 1.0 and 0.4, and one half by 15.

More than two classes: the label of least expected cost. No model of scikit-learn can carry that while its
probabilities stay as they are, so it is applied where rows are scored, see `automl.bundle.scoring`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import FixedThresholdClassifier

from automl.metrics import Metric, least_cost
from automl.search.select import voted
from automl.store import RunFolder
from automl.task import Task

__all__ = [
    "LEAST_SLOPE",
    "choose_threshold",
    "correction",
    "cross_fitted",
    "decides",
    "labels",
    "theoretical",
    "threshold_of",
    "with_threshold",
]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

_FEWEST_ROWS = 50  # that can say anything about the threshold
_CANDIDATES = 88
_PRIOR = 0.35  # standard deviation of slope and shift around 1 and 0, in units of the logit
_CLIP = 1e-4  # of probabilities, to correct them by: single rows must not lever the curve
_STEPS, _CLOSE = 50, 1e-10
LEAST_SLOPE = 0.05
"""Of that curve: from flatter ones nothing is read."""
_DIGITS = 6  # of a threshold


def decides(task: Task) -> bool:
    """Whether the labels of a task are not simply the most probable ones."""
    return task.costs is not None or (task.kind == "binary" and task.measure.needs == "label")


def theoretical(task: Task) -> float:
    """The threshold of a task of two classes if its probabilities are right; 0.5 without costs."""
    if task.costs is None:
        return 0.5
    (_, false_positive), (false_negative, _) = task.costs
    return false_positive / (false_positive + false_negative)


def choose_threshold(
    task: Task, y: NDArray[Any], prediction: Floats, sample_weight: Floats | None = None
) -> float | None:
    """The probability from which on the positive label is given.

    Parameters
    ----------
    task : Task
    y : ndarray of int, shape (rows,)
        Truth of rows that the model has not learned from.
    prediction : ndarray, shape (rows, classes)
        Their probabilities.
    sample_weight : ndarray, shape (rows,), optional
        How much each row counts.

    Returns
    -------
    float or None
        None where the task needs none. The theoretical one below 50 rows, or where a class is missing.
    """
    if task.kind != "binary" or not decides(task):
        return None
    threshold = theoretical(task)
    found = correction(y, prediction, sample_weight)
    if found is not None:
        slope, shift = found
        if task.costs is None:
            weight = np.ones(len(y)) if sample_weight is None else sample_weight
            corrected = expit(slope * _odds(prediction) + shift)
            threshold = _best(task.measure, prediction[:, 1], corrected, weight)
        elif slope > LEAST_SLOPE and 0 < threshold < 1:
            threshold = float(expit((logit(threshold) - shift) / slope))
    return float(f"{threshold:.{_DIGITS}g}")


def correction(
    y: NDArray[Any], prediction: Floats, sample_weight: Floats | None = None
) -> tuple[float, float] | None:
    """Slope and shift of the logit by which the rows say that the probabilities are off.

    Parameters
    ----------
    y, prediction, sample_weight
        As in `choose_threshold`.

    Returns
    -------
    (float, float) or None
        None below 50 rows, or where a class is missing.
    """
    if len(y) < _FEWEST_ROWS or not 0 < y.sum() < len(y):
        return None
    weight = np.ones(len(y)) if sample_weight is None else sample_weight
    return _correction(_odds(prediction), y, weight)


def _odds(prediction: Floats) -> Floats:
    return np.asarray(logit(np.clip(prediction[:, 1], _CLIP, 1 - _CLIP)))


def _correction(odds: Floats, y: NDArray[Any], weight: Floats) -> tuple[float, float]:
    """Slope and shift of the logits that make the rows likeliest, with a normal prior around 1 and 0."""
    X = np.column_stack([odds, np.ones_like(odds)])
    start = np.array([1.0, 0.0])
    found = start.copy()
    for _ in range(_STEPS):  # Newton; strictly convex, by the prior
        p = expit((X * found).sum(axis=1))
        gradient = (X * (weight * (p - y))[:, None]).sum(axis=0) + (found - start) / _PRIOR**2
        weighted = X * (weight * p * (1 - p))[:, None]
        hessian = np.array([[(X[:, i] * weighted[:, j]).sum() for j in range(2)] for i in range(2)])
        step = np.linalg.solve(hessian + np.eye(2) / _PRIOR**2, gradient)
        found -= np.clip(step, -1, 1)
        if np.abs(step).max() < _CLOSE:
            break
    return float(found[0]), float(found[1])


def _best(metric: Metric, p: Floats, corrected: Floats, weight: Floats) -> float:
    """The threshold of `p` whose labels are expected to score best; among equals the nearest to 0.5."""
    distinct = np.unique(p)
    between = (distinct[1:] + distinct[:-1]) / 2
    if len(between) > _CANDIDATES:
        between = np.quantile(between, np.linspace(0, 1, _CANDIDATES))
    thresholds = np.unique([distinct[0], *between, 0.5])  # from the lowest on, all are positive
    # Rows between two thresholds always share their label: they count as one row of either truth.
    bins = np.searchsorted(thresholds, p, side="right")
    size = len(thresholds) + 1
    weights = np.concatenate([np.bincount(bins, weight * each, size) for each in (1 - corrected, corrected)])
    truth, position = np.repeat([0, 1], size), np.tile(np.arange(size), 2)
    scores = [metric.loss(truth, (position > i).astype(np.int64), weights) for i in range(len(thresholds))]
    return float(thresholds[min(range(len(scores)), key=lambda i: (scores[i], abs(thresholds[i] - 0.5)))])


def labels(task: Task, prediction: Floats, threshold: float | None) -> Codes:
    """The codes of the labels that rows are given.

    Parameters
    ----------
    task : Task
    prediction : ndarray, shape (rows, classes)
    threshold : float or None
        From `choose_threshold`.
    """
    if threshold is None:
        return np.asarray(least_cost(prediction, task.costs), dtype=np.int64)
    return (prediction[:, 1] >= threshold).astype(np.int64)


def cross_fitted(
    task: Task,
    y: NDArray[Any],
    prediction: Floats,
    fold: NDArray[Any],
    seed: int,
    sample_weight: Floats | None = None,
) -> Codes:
    """The labels of rows when those of each fold are decided by what the other folds say.

    Parameters
    ----------
    task, y, prediction
        As in `choose_threshold`; so is `sample_weight`.
    fold : ndarray of int, shape (rows,)
        Where there is one fold only, fifths of its rows drawn at random take their place.
    seed : int
    """
    if len(np.unique(fold)) == 1:
        fold = np.random.default_rng([seed, 13]).permutation(len(y)) % 5
    codes = np.zeros(len(y), dtype=np.int64)
    for number in np.unique(fold):
        here = fold == number
        weight = None if sample_weight is None else sample_weight[~here]
        threshold = choose_threshold(task, y[~here], prediction[~here], weight)
        codes[here] = labels(task, prediction[here], threshold)
    return codes


def threshold_of(
    folder: RunFolder, task: Task, weights: Mapping[str, float], calibration: str | None = None
) -> float | None:
    """The threshold of a vote, from what is stored of its members; None where there is none.

    Parameters
    ----------
    folder : RunFolder
    task : Task
    weights : mapping of trial id to weight
    calibration : str, optional
        How its probabilities are calibrated.
    """
    if task.kind != "binary" or not decides(task):
        return None
    return choose_threshold(task, *voted(folder, task, weights, calibration))


def with_threshold(task: Task, model: Any, threshold: float | None) -> Any:
    """A fitted classifier whose labels are given by a threshold, and whose probabilities stay as they are.

    Parameters
    ----------
    task : Task
    model : fitted classifier of two classes
    threshold : float or None
        None returns the model as it is.
    """
    if threshold is None:
        return model
    decided = FixedThresholdClassifier(
        FrozenEstimator(model), threshold=threshold, pos_label=task.positive, response_method="predict_proba"
    )
    # What is frozen is not fitted again: this only marks the threshold as fitted.
    return decided.fit(np.zeros((2, 1)), np.asarray(task.classes))
