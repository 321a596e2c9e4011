"""What estimates performance without labels: made once from rows with labels, and carried along.

It travels in the bundle as ``estimator.json``: points of curves, counts of bins, and boosters as text. It
holds no row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl.data import Schema
from automl.metrics import Metric, metrics_for
from automl.monitoring.encoded import encoded, listed_places
from automl.monitoring.estimate.classes import Expected, calibrated, class_curves
from automl.monitoring.estimate.curves import Curve, fit_curve
from automl.monitoring.estimate.losses import LOSSES, LossModel, fit_loss
from automl.monitoring.estimate.values import MADE_OF, Line, value_scores
from automl.task import Task
from explain.judge.alike import design_effect
from explain.stored import Stored

__all__ = ["ESTIMATOR", "Estimator", "features", "make_estimator", "metrics_of"]

#: Its name in a bundle.
ESTIMATOR = "estimator.json"

Floats = NDArray[np.float64]

_FEWEST = 100  # rows with a label
_ENOUGH_JUDGED = 500
_MOST = 30_000
_PARTS = 5
_ONE_ROW = 0.2  # of a loss: with more of it in one row, its mean is not known


@dataclass(frozen=True)
class Tested(Stored):
    """An estimate where the truth is known.

    Attributes
    ----------
    metric : str
    estimated : float
        By parts of the estimator that had not learned from the rows that they judge.
    truth : float
    """

    metric: str
    estimated: float
    truth: float


@dataclass(frozen=True)
class Estimator(Stored):
    """What estimates performance without labels.

    Attributes
    ----------
    rows : int
        Rows with a label, predicted without having been learned from, that it was made from.
    learned : str
        Which rows these are, in words.
    classes : tuple of Curve
        Of a classifier: a curve that calibrates each class's probability, of two classes the second one's.
    losses : tuple of LossModel
        Of a regression.
    line : (float, float) or None
        Of a regression: intercept and slope of the truth on the prediction.
    tested : tuple of Tested
    alike : float
        How many times the variance of means of what the estimate is off by is that of independent rows: more
        than 1 where rows belong together, such as those of one customer.
    """

    rows: int
    learned: str
    classes: tuple[Curve, ...]
    losses: tuple[LossModel, ...]
    line: tuple[float, float] | None
    tested: tuple[Tested, ...]
    alike: float = 1.0

    @property
    def is_calibrated(self) -> bool:
        """Whether it changes any probability."""
        return any(curve.is_fitted for curve in self.classes)

    @cached_property
    def models(self) -> Mapping[str, LossModel]:
        """The models of losses, by loss."""
        return {model.loss: model for model in self.losses}

    def test_of(self, metric: str) -> tuple[float, float] | None:
        """The estimate and the truth where both are known, of a metric."""
        return next(((t.estimated, t.truth) for t in self.tested if t.metric == metric), None)


def metrics_of(task: Task) -> list[Metric]:
    """The metrics of a task, that of the run first."""
    found = metrics_for(task.kind, task.costs)
    return sorted(found, key=lambda metric: metric.name != task.metric)


def features(frame: pd.DataFrame, schema: Schema, prediction: Floats) -> Floats:
    """What losses may depend on: the columns as numbers, and the prediction."""
    return np.column_stack([encoded(frame, schema), prediction])


def make_estimator(
    task: Task,
    schema: Schema,
    frame: pd.DataFrame,
    truth: Floats,
    prediction: Floats,
    decided: NDArray[np.int64] | None,
    judged: NDArray[np.bool_],
    learned: tuple[str, str],
    groups: NDArray[np.int64] | None = None,
) -> Estimator | None:
    """Learn to estimate performance.

    Parameters
    ----------
    task : Task
    schema : Schema
        Of the columns that the model reads.
    frame : DataFrame
        Canonical rows.
    truth : ndarray, shape (rows,)
        Codes of classes, or values; NaN where there is none.
    prediction : ndarray, shape (rows, K)
        Probabilities or one column of values, by models that had not learned from the row; NaN likewise.
    decided : ndarray of int, shape (rows,), or None
        Of classes: codes of the labels that the model gives.
    judged : ndarray of bool, shape (rows,)
        Rows that were predicted by the very model. Where there are 500, curves are learned from these alone:
        parts of a model, which have predicted the others, are less smooth than it is.
    learned : (str, str)
        What such rows are called, and what all rows are.
    groups : ndarray of int, shape (rows,), optional
        Which rows belong together.

    Returns
    -------
    Estimator or None
        None with fewer than 100 rows; the same for the same rows.
    """
    known = np.isfinite(truth) & np.isfinite(prediction).all(axis=1)
    held = known & judged
    enough = int(held.sum()) >= _ENOUGH_JUDGED
    if task.classes is not None:
        rows = _some(held if enough else known)
        if len(rows) < _FEWEST:
            return None
        assert decided is not None
        return _of_classes(
            task, truth[rows].astype(np.int64), prediction[rows], decided[rows], learned[not enough],
            None if groups is None else groups[rows],
        )  # fmt: skip
    rows = _some(known)
    if len(rows) < _FEWEST:
        return None
    apart = held[rows] if enough and int((known & ~judged).sum()) >= _ENOUGH_JUDGED else None
    X = features(frame.iloc[rows], schema, prediction[rows, 0])
    return _of_values(
        task, truth[rows], prediction[rows, 0], X, apart, listed_places(schema), learned[apart is None],
        None if groups is None else groups[rows],
    )  # fmt: skip


def _some(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    rows = np.flatnonzero(mask)
    if len(rows) <= _MOST:
        return rows
    return np.sort(np.random.default_rng(0).choice(rows, _MOST, replace=False))


def _parts(rows: int) -> NDArray[np.int64]:
    return np.asarray(np.random.default_rng(1).permutation(rows) % _PARTS)


def _of_classes(
    task: Task,
    truth: NDArray[np.int64],
    prediction: Floats,
    decided: NDArray[np.int64],
    learned: str,
    groups: NDArray[np.int64] | None,
) -> Estimator:
    curves = class_curves(prediction, truth)
    helps = [curve.is_fitted for curve in curves]
    metrics, part = metrics_of(task), _parts(len(truth))
    chances = np.empty_like(prediction)
    for number in range(_PARTS):
        here = part == number
        others = class_curves(prediction[~here], truth[~here], fitted=helps)
        chances[here] = calibrated(others, prediction[here])
    estimates = Expected(metrics, prediction, decided)(chances)
    known = [metric.score(truth, decided if metric.needs == "label" else prediction) for metric in metrics]
    off = [(truth == code) - chances[:, code] for code in range(prediction.shape[1])]
    tested = _tested(metrics, estimates, known)
    return Estimator(len(truth), learned, tuple(curves), (), None, tested, design_effect(off, groups))


def _of_values(
    task: Task,
    truth: Floats,
    prediction: Floats,
    X: Floats,
    judged: NDArray[np.bool_] | None,
    categories: list[int],
    learned: str,
    groups: NDArray[np.int64] | None,
) -> Estimator:
    own = slice(None) if judged is None else judged
    metrics, models, expected, off = metrics_of(task), [], {}, []
    part = _parts(len(truth[own]))
    for name in dict.fromkeys(MADE_OF[metric.name] for metric in metrics if metric.name in MADE_OF):
        losses = _losses(name, truth, prediction)
        if losses is None or losses.max() > _ONE_ROW * losses.sum():
            continue
        model, raw = fit_loss(name, X, losses, judged, categories)
        models.append(model)
        expected[name] = _cross_curved(raw, losses[own], part, len(model.curve.centres))
        off.append(losses[own] - expected[name])
    line = _line(truth[own], prediction[own])
    estimates = value_scores(metrics, expected, prediction[own], line)
    known = [
        metric.score(truth[own], prediction[own]) if np.isfinite(estimate) else float("nan")
        for metric, estimate in zip(metrics, estimates, strict=True)
    ]
    tested, alike = (
        _tested(metrics, estimates, known),
        design_effect(off, None if groups is None else groups[own]),
    )
    return Estimator(len(truth[own]), learned, (), tuple(models), line, tested, alike)


def _losses(name: str, truth: Floats, prediction: Floats) -> Floats | None:
    """A loss of rows; None where it is not defined for all of them."""
    if (name == "squared_log" and truth.min() < 0) or (name == "relative" and not truth.all()):
        return None
    found = LOSSES[name](truth, prediction)
    return found if np.isfinite(found).all() and found.sum() > 0 else None


def _cross_curved(raw: Floats, losses: Floats, part: NDArray[np.int64], bins: int) -> Floats:
    """Expected losses by curves that have not seen the row."""
    found = np.empty(len(raw))
    for number in range(_PARTS):
        here = part == number
        curve = fit_curve(raw[~here], losses[~here], bins=bins, fitted=True, noise="losses")
        found[here] = curve(raw[here])
    return found


def _line(truth: Floats, prediction: Floats) -> Line:
    if float(np.ptp(prediction)) == 0:
        return float(truth.mean() - prediction.mean()), 1.0
    slope = float(np.cov(truth, prediction)[0, 1] / prediction.var(ddof=1))
    return float(truth.mean() - slope * prediction.mean()), slope


def _tested(metrics: Sequence[Metric], estimates: Floats, known: Sequence[float]) -> tuple[Tested, ...]:
    return tuple(
        Tested(metric.name, float(estimate), float(score))
        for metric, estimate, score in zip(metrics, estimates, known, strict=True)
        if np.isfinite(estimate) and np.isfinite(score)
    )
