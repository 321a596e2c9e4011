"""New rows without a label, a sample of them, for an estimate: gathered piece by piece, in bounded memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl.data import Schema
from automl.metrics import Metric
from automl.monitoring.estimate.classes import Expected, calibrated, class_draws
from automl.monitoring.estimate.estimator import Estimator, features, metrics_of
from automl.monitoring.estimate.records import Estimated, EstimatedMetric
from automl.monitoring.estimate.values import value_draws, value_scores
from automl.monitoring.performance import worse_by
from automl.monitoring.rules import WORSE
from automl.task import Task

__all__ = ["Gathered"]

Floats = NDArray[np.float64]

_LEVEL = 0.9
_DRAWS = 200
_FEWEST = 20
_CELLS, _MOST, _LEAST = 2_000_000, 100_000, 5_000
_MOST_LOSSES = 20_000


class Gathered:
    """Rows for an estimate.

    Parameters
    ----------
    estimator : Estimator
    task : Task
    schema : Schema
        Of the columns that the model reads.
    seed : int
        Of the sample and the draws.

    Attributes
    ----------
    rows : int
        How many there were.
    """

    def __init__(self, estimator: Estimator, task: Task, schema: Schema, *, seed: int = 0) -> None:
        self.rows = 0
        self._estimator, self._task, self._schema, self._seed = estimator, task, schema, seed
        self._rng = np.random.default_rng([seed, 7])
        self._places = np.empty(0)
        self._kept: Floats = np.empty((0, 0))

    def add(self, frame: pd.DataFrame, prediction: Floats, decided: NDArray[Any] | None) -> None:
        """Gather the next rows.

        Parameters
        ----------
        frame : DataFrame
            Canonical rows.
        prediction : ndarray, shape (rows, K) or (rows,)
        decided : ndarray of int, shape (rows,), or None
            Codes of the labels that the model gives.
        """
        if not len(frame):
            return
        self.rows += len(frame)
        # The rows with the lowest of random numbers are a sample of all rows so far.
        places = np.concatenate([self._places, self._rng.random(len(frame))])
        old = len(self._places)
        width = prediction.shape[1] if prediction.ndim == 2 else len(self._schema) + 1
        most = int(np.clip(_CELLS // width, _LEAST, _MOST if self._estimator.classes else _MOST_LOSSES))
        chosen = np.sort(np.argsort(places, kind="stable")[:most])
        now = chosen[chosen >= old] - old
        if self._estimator.classes:
            assert decided is not None
            new = np.column_stack([decided[now], prediction[now]])
        else:
            new = features(frame.iloc[now], self._schema, prediction[now])
        self._kept = np.vstack([self._kept[chosen[chosen < old]], new]) if old else new
        self._places = places[chosen]

    def estimated(self, promised: Mapping[str, Mapping[str, Any]]) -> Estimated | None:
        """Estimate the performance on these rows.

        Of very many rows a sample is kept; its interval is then that of as many rows, which is wider.

        Parameters
        ----------
        promised : mapping of metric to mapping
            ``score`` and ``interval``, as in the run's result.

        Returns
        -------
        Estimated or None
            None for under 20 rows.
        """
        if self.rows < _FEWEST:
            return None
        metrics, made = metrics_of(self._task), self._estimator
        scores, draws = self._of_classes(metrics) if made.classes else self._of_values(metrics)
        # Rows that belong together, here as in the rows that it was made from, tell less than strangers.
        middle = draws.mean(axis=0)
        draws = middle + (draws - middle) * np.sqrt(made.alike)
        found = tuple(
            self._one(metric, float(score), draws[:, place], promised.get(metric.name, {}))
            for place, (metric, score) in enumerate(zip(metrics, scores, strict=True))
        )
        method: Literal["confidence", "losses"] = "confidence" if made.classes else "losses"
        return Estimated(
            rows=self.rows,
            method=method,
            calibrated=made.is_calibrated,
            learned_rows=made.rows,
            learned=made.learned,
            metrics=found,
            level="look" if found[0].below else "fine",
        )

    def _of_classes(self, metrics: list[Metric]) -> tuple[Floats, Floats]:
        curves, rng = self._estimator.classes, np.random.default_rng([self._seed, 11])
        decided, prediction = self._kept[:, 0].astype(np.int64), self._kept[:, 1:]
        scores = Expected(metrics, prediction, decided)(calibrated(curves, prediction))
        draws = class_draws(
            metrics, curves, prediction, decided, draws=_DRAWS, rng=rng, flattered=self._flattered(metrics)
        )
        return scores, draws

    def _flattered(self, metrics: list[Metric]) -> Floats | None:
        """Estimates less truth where both are known, of several classes that are calibrated."""
        if len(self._estimator.classes) == 1 or not self._estimator.is_calibrated:
            return None
        known = (self._estimator.test_of(metric.name) or (0.0, 0.0) for metric in metrics)
        return np.array([estimate - truth for estimate, truth in known])

    def _of_values(self, metrics: list[Metric]) -> tuple[Floats, Floats]:
        made, rng = self._estimator, np.random.default_rng([self._seed, 11])
        assert made.line is not None
        prediction = self._kept[:, -1]
        raw = {loss: model.raw(self._kept) for loss, model in made.models.items()}
        expected = {loss: np.maximum(made.models[loss].curve(values), 0.0) for loss, values in raw.items()}
        scores = value_scores(metrics, expected, prediction, made.line)
        return scores, value_draws(metrics, made.models, raw, prediction, made.line, draws=_DRAWS, rng=rng)

    def _one(
        self, metric: Metric, score: float, draws: Floats, promised: Mapping[str, Any]
    ) -> EstimatedMetric:
        value, low, high = _interval(metric, score, draws)
        ends = promised.get("interval") or (None, None)
        worse = worse_by(metric, (value, low, high), promised.get("score"), ends)
        return EstimatedMetric(
            metric.name,
            metric.label,
            value,
            low,
            high,
            promised.get("score"),
            ends[0],
            ends[1],
            worse,
            worse is not None and worse >= WORSE,
            self._estimator.test_of(metric.name),
        )


def _interval(metric: Metric, score: float, draws: Floats) -> tuple[float | None, float | None, float | None]:
    """The estimate and the ends of its interval; None where it is not defined."""
    known = draws[np.isfinite(draws)]
    if not np.isfinite(score) or len(known) < len(draws) / 2:
        return None, None, None
    low, high = score + np.quantile(known, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    if metric.greater_is_better:
        high = min(high, metric.optimum)
    else:
        low = max(low, metric.optimum)
    # Where the curve is known to flatter, the interval lies to one side; it holds the estimate all the same.
    return score, float(min(low, score)), float(max(high, score))
