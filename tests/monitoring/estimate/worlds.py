"""Worlds in which the truth is known: rows, labels, and a model that is more or less right about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl.data import Column, Kind, Schema
from automl.metrics import Metric
from automl.monitoring.estimate.classes import Expected, calibrated, class_curves, class_draws
from automl.monitoring.estimate.losses import LOSSES, fit_loss
from automl.monitoring.estimate.values import MADE_OF, value_draws, value_scores

Floats = NDArray[np.float64]
LEVEL = 0.9
PAIR = Schema((Column("x", Kind.NUMBER, True, ""), Column("z", Kind.NUMBER, True, "")))


@dataclass(frozen=True)
class Labelled:
    """A world of two classes.

    Attributes
    ----------
    bend, offset : float
        The model's log-odds are the true ones times `bend`, plus `offset`: 1 and 0 are calibrated.
    turn : float
        Share of the true log-odds that is left, in the rows to be judged: below 1 is concept drift, which no
        estimate can see.
    shift : float
        By how much these rows have moved, which one can.
    """

    bend: float = 1.0
    offset: float = 0.0
    turn: float = 1.0
    shift: float = 0.0

    def rows(self, rng: np.random.Generator, count: int, *, new: bool) -> tuple[NDArray[np.int64], Floats]:
        """Truth and the model's probabilities."""
        odds = 1.6 * rng.normal(self.shift if new else 0.0, 1.0, count) - 0.8
        true = 1 / (1 + np.exp(-odds * (self.turn if new else 1.0)))
        told = 1 / (1 + np.exp(-(self.bend * odds + self.offset)))
        return (rng.random(count) < true).astype(np.int64), np.column_stack([1 - told, told])


def several(
    rng: np.random.Generator, count: int, *, bend: float = 1.0, classes: int = 3
) -> tuple[NDArray[np.int64], Floats]:
    """Truth and probabilities of several classes, the log-probabilities of the model times `bend`."""
    logits = rng.normal(0, 1.5, (count, classes)) + np.linspace(0, 0.8, classes)
    true, told = _softmax(logits), _softmax(bend * logits)
    upto = np.cumsum(true, axis=1)[:, :-1]
    return (rng.random((count, 1)) > upto).sum(axis=1), told


def _softmax(logits: Floats) -> Floats:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


@dataclass(frozen=True)
class Measured:
    """A world of numbers, noisier where `x` is large; the noise has heavy tails.

    Attributes
    ----------
    slope : float
        The model predicts the mean times so much: 1 is unbiased.
    shift : float
        By how much `x` has moved in the rows to be judged, to where it is noisier.
    noise : float
        By how much the noise has grown in them, all columns being as before: no estimate can see that.
    """

    slope: float = 1.0
    shift: float = 0.0
    noise: float = 1.0

    def rows(self, rng: np.random.Generator, count: int, *, new: bool) -> tuple[Floats, Floats, pd.DataFrame]:
        """Truth, predictions and columns."""
        x = rng.normal(self.shift if new else 0.0, 1.0, count)
        z = rng.normal(size=count)
        mean = 20 + 4 * x + 2 * z
        spread = (1 + 0.8 * np.maximum(x, 0)) * (self.noise if new else 1.0)
        truth = mean + spread * rng.standard_t(6, count)
        return truth, 20 + self.slope * (mean - 20), pd.DataFrame({"x": x, "z": z})


def class_coverage(
    world: Labelled, metrics: Sequence[Metric], *, known: int, new: int, times: int, seed: int = 0
) -> tuple[dict[str, float], dict[str, float]]:
    """How often 90 % intervals hold what the labels show, and how far the estimate is off on average."""
    held, gaps = np.zeros(len(metrics)), np.zeros(len(metrics))
    for number in range(times):
        rng = np.random.default_rng([seed, number])
        truth, told = world.rows(rng, known, new=False)
        curves = class_curves(told, truth)
        truth, told = world.rows(rng, new, new=True)
        decided = told.argmax(axis=1)
        scores = Expected(metrics, told, decided)(calibrated(curves, told))
        draws = class_draws(metrics, curves, told, decided, draws=200, rng=rng)
        came = [m.score(truth, decided if m.needs == "label" else told) for m in metrics]
        held += _inside(scores, draws, came)
        gaps += scores - came
    names = [metric.name for metric in metrics]
    return dict(zip(names, held / times, strict=True)), dict(zip(names, gaps / times, strict=True))


def value_coverage(
    world: Measured, metrics: Sequence[Metric], *, known: int, new: int, times: int, seed: int = 0
) -> tuple[dict[str, float], dict[str, float]]:
    """The same of values; the gap is relative to the score."""
    held, gaps = np.zeros(len(metrics)), np.zeros(len(metrics))
    for number in range(times):
        rng = np.random.default_rng([seed, number])
        truth, told, frame = world.rows(rng, known, new=False)
        X = np.column_stack([frame.to_numpy(), told])
        slope = float(np.cov(truth, told)[0, 1] / told.var(ddof=1))
        line = float(truth.mean() - slope * told.mean()), slope
        models = {
            loss: fit_loss(loss, X, LOSSES[loss](truth, told), None, [])[0]
            for loss in {MADE_OF[metric.name] for metric in metrics}
        }
        truth, told, frame = world.rows(rng, new, new=True)
        X = np.column_stack([frame.to_numpy(), told])
        raw = {loss: model.raw(X) for loss, model in models.items()}
        expected = {loss: models[loss].curve(values) for loss, values in raw.items()}
        scores = value_scores(metrics, expected, told, line)
        draws = value_draws(metrics, models, raw, told, line, draws=200, rng=rng)
        came = np.array([metric.score(truth, told) for metric in metrics])
        held += _inside(scores, draws, came)
        gaps += scores / came - 1
    names = [metric.name for metric in metrics]
    return dict(zip(names, held / times, strict=True)), dict(zip(names, gaps / times, strict=True))


def _inside(scores: Floats, draws: Floats, came: Sequence[float] | Floats) -> NDArray[np.bool_]:
    low, high = scores + np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    return np.asarray((low <= came) & (came <= high))
