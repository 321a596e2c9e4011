"""Performance of a regression without labels: from the expected losses of rows to scores.

An interval holds what the labels will show. Losses of rows are drawn around the expected ones, and the curves
that say how large these are, from what their own rows would show if they were drawn again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from automl.metrics import Metric
from automl.monitoring.estimate.curves import WIDER
from automl.monitoring.estimate.losses import LossModel

__all__ = ["MADE_OF", "Line", "value_draws", "value_scores"]

Floats = NDArray[np.float64]
Line = tuple[float, float]
"""Intercept and slope of the truth on the prediction."""

MADE_OF: Mapping[str, str] = MappingProxyType(
    {"rmse": "squared", "mae": "absolute", "mape": "relative", "r2": "squared", "rmsle": "squared_log"}
)
"""The loss that a metric is made of."""

_CELLS = 2_000_000


def _score(metric: Metric, mean: float, prediction: Floats, line: Line) -> float:
    """The score whose rows have this mean loss."""
    if metric.name in ("rmse", "rmsle"):
        return float(np.sqrt(mean))
    if metric.name != "r2":
        return mean
    intercept, slope = line
    # The truth varies as the line through the predictions does, and around it by the rest of the squares.
    along = slope**2 * float(prediction.var())
    gap = float(((intercept + (slope - 1) * prediction) ** 2).mean())
    total = along + max(mean - gap, 0.0)
    return 1 - mean / total if total > 0 else float("nan")


def value_scores(
    metrics: Sequence[Metric], expected: Mapping[str, Floats], prediction: Floats, line: Line
) -> Floats:
    """Scores from the expected losses of rows, shape (metrics,); NaN where a loss is not known.

    Parameters
    ----------
    metrics : sequence of Metric
    expected : mapping of loss to ndarray, shape (rows,)
    prediction : ndarray, shape (rows,)
    line : (float, float)
    """
    found = np.full(len(metrics), np.nan)
    for place, metric in enumerate(metrics):
        loss = MADE_OF.get(metric.name, "")
        if loss in expected:
            found[place] = _score(metric, float(expected[loss].mean()), prediction, line)
    return found


def value_draws(
    metrics: Sequence[Metric],
    models: Mapping[str, LossModel],
    raw: Mapping[str, Floats],
    prediction: Floats,
    line: Line,
    *,
    draws: int,
    rng: np.random.Generator,
) -> Floats:
    """How far the scores that labels will show may be from the estimates, shape (draws, metrics).

    Parameters
    ----------
    metrics : sequence of Metric
    models : mapping of loss to LossModel
    raw : mapping of loss to ndarray, shape (rows,)
        What the boosters predict.
    prediction : ndarray, shape (rows,)
    line : (float, float)
    draws : int
    rng : Generator
    """
    rows = len(prediction)
    some = min(rows, max(_CELLS // draws, 1))
    if some < rows:
        chosen = np.sort(rng.choice(rows, some, replace=False))
        prediction = prediction[chosen]
        raw = {loss: values[chosen] for loss, values in raw.items()}
    expected = {loss: np.maximum(models[loss].curve(values), 0.0) for loss, values in raw.items()}
    middle = value_scores(metrics, expected, prediction, line)
    off = {loss: model.curve.deviations(rng, draws, "losses") for loss, model in models.items()}
    narrower = np.sqrt(some / rows)  # losses of all rows vary less on average than those of some
    found = np.empty((draws, len(metrics)))
    for number in range(draws):
        came = {loss: values * models[loss].drawn(rng, values.shape) for loss, values in expected.items()}
        moved = {
            loss: np.maximum(models[loss].curve.moved(values, off[loss][number]), 0.0)
            for loss, values in raw.items()
        }
        labels = _realised(metrics, came, prediction, line, rng) - middle
        found[number] = narrower * labels - (value_scores(metrics, moved, prediction, line) - middle)
    return WIDER * found


def _realised(
    metrics: Sequence[Metric],
    came: Mapping[str, Floats],
    prediction: Floats,
    line: Line,
    rng: np.random.Generator,
) -> Floats:
    """Scores of rows that have these losses; where the variance of the truth counts, its signs are drawn."""
    found = value_scores(metrics, came, prediction, line)
    for place, metric in enumerate(metrics):
        if metric.name == "r2" and "squared" in came:
            intercept, slope = line
            gap = (intercept + (slope - 1) * prediction) ** 2
            rest = np.sqrt(np.maximum(came["squared"] - gap, 0.0))
            truth = intercept + slope * prediction + rng.choice((-1.0, 1.0), len(prediction)) * rest
            spread = float(truth.var())
            found[place] = 1 - float(came["squared"].mean()) / spread if spread > 0 else float("nan")
    return found
