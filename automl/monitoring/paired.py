"""Two models on the same labelled rows: by how much one is better, and how sure that is.

Both are scored on the very same draws of the rows (a paired bootstrap), so what is hard about the rows for
both does not count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl.data import RawTable
from automl.errors import SettingError
from automl.metrics import Metric, resamples
from automl.monitoring.truth import Truth
from automl.task import Task

__all__ = ["FEWEST", "Gain", "known_truth", "paired_gain", "what_is_judged"]

Floats = NDArray[np.float64]
_DRAWS = 1000
_MOST_DRAWN = 20_000
FEWEST = 20
"""Labelled rows, under which nothing is compared."""


@dataclass(frozen=True, eq=False)
class Gain:
    """By how much a model is better than another.

    Attributes
    ----------
    point : float
        On the rows, in units of the metric; negative: worse.
    draws : ndarray of float
        The same on draws of the rows.
    """

    point: float
    draws: Floats

    @property
    def interval(self) -> tuple[float | None, float | None]:
        """90 % interval for rows like these; None where the metric is undefined on all draws."""
        if not len(self.draws):
            return None, None
        low, high = np.quantile(self.draws, [0.05, 0.95]).tolist()
        return low, high

    def probability(self, asked: float = 0.0) -> float | None:
        """How sure it is that more than `asked` is gained: the share of the draws, of equal ones half."""
        if not len(self.draws):
            return None
        return float((self.draws > asked).mean() + 0.5 * (self.draws == asked).mean())


def paired_gain(
    metric: Metric, truth: NDArray[Any], one: NDArray[Any], other: NDArray[Any], *, seed: int = 0
) -> Gain:
    """By how much one model is better than another, on the rows and on draws of them.

    Of many rows 20,000 are drawn and the deviations narrowed, as in `automl.metrics.bootstrap_interval`.

    Parameters
    ----------
    metric : Metric
    truth : ndarray, shape (n,)
        Codes of classes, or values.
    one, other : ndarray, shape (n,) or (n, K)
        What the metric compares with the truth, of both models.
    seed : int
        Of the draws.
    """
    rows = len(truth)
    drawn = min(rows, _MOST_DRAWN)
    first, second = (metric.resampled(truth, values) for values in (one, other))
    point = metric.distance(metric.score(truth, other)) - metric.distance(metric.score(truth, one))
    found = np.array(
        [
            metric.distance(second(counts)) - metric.distance(first(counts))
            for counts in resamples(rows, _DRAWS, np.random.default_rng([seed, 19]), drawn=drawn)
        ]
    )
    found = found[np.isfinite(found)]  # a draw may lack a class
    return Gain(float(point), point + (found - point) * np.sqrt(drawn / rows))


def known_truth(task: Task, table: RawTable) -> tuple[NDArray[np.bool_], NDArray[Any]]:
    """Which rows have a label that is known, and these labels: codes of classes, or values.

    Raises
    ------
    SettingError
        When under 20 rows have one.
    """
    if task.target not in table.frame.columns:
        raise SettingError(
            f"The rows have no column {task.target!r} to compare predictions with.",
            fix="Bring labelled rows.",
        )
    reader = Truth(task)
    found = reader.of(table)
    known = ~np.isnan(found)
    if known.sum() < FEWEST:
        problems = [finding.message for finding in reader.findings()]
        raise SettingError(
            f"Expected at least {FEWEST} rows with a known {task.target!r}, found {int(known.sum())}."
            + "".join(f" {problem}" for problem in problems[:1]),
            fix="Bring more labelled rows.",
        )
    return known, found[known] if task.classes is None else found[known].astype(np.int64)


def what_is_judged(told: pd.DataFrame, task: Task, metric: Metric) -> NDArray[Any]:
    """What a metric compares with the truth: probabilities, the labels that the model gives, or values.

    Parameters
    ----------
    told : DataFrame
        Predictions, as a bundle or a run gives them.
    task : Task
    metric : Metric
    """
    classes = task.classes
    if classes is None:
        return told["prediction"].to_numpy(dtype=np.float64)
    if metric.needs == "label":
        place = {label: code for code, label in enumerate(classes)}
        return np.array([place[label] for label in told["prediction"].tolist()], dtype=np.int64)
    return told.iloc[:, 1 : 1 + len(classes)].to_numpy(dtype=np.float64)
