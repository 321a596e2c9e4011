"""How good predictions are now, against what was promised: for new rows that carry the target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from automl.metrics import Metric, metrics_for
from automl.monitoring.judged import Judged
from automl.monitoring.rules import WORSE, WORSE_BY_FAR, Level
from automl.task import Task
from explain.stored import Stored

__all__ = ["Measured", "Performance", "measure", "worse_by"]

Floats = NDArray[np.float64]

_LEVEL = 0.9
_NORMAL = 1.645  # standard deviations to the ends of a 90 % interval
_DRAWS = 200
_FEWEST = 20


@dataclass(frozen=True)
class Measured(Stored):
    """A metric on the new rows beside the promise.

    Attributes
    ----------
    metric, label : str
        Its name, and that for people.
    score, low, high : float or None
        On the new rows, with a 90 % interval for rows like them.
    promised, promised_low, promised_high : float or None
        As measured when the model was made, with the 90 % interval that was shown then.
    worse_by : float or None
        By how many standard deviations of the difference it is worse than promised; negative for better.
    """

    metric: str
    label: str
    score: float | None
    low: float | None
    high: float | None
    promised: float | None
    promised_low: float | None
    promised_high: float | None
    worse_by: float | None


@dataclass(frozen=True)
class Performance(Stored):
    """How good the predictions of the rows with a label are.

    Attributes
    ----------
    rows : int
        Rows with a label that the model knows.
    unlabelled : int
        Rows without one.
    metrics : tuple of Measured
        That of the run first.
    level : {"fine", "look", "act"}
    notes : tuple of str
        What is not known of the rows, and what follows for their scores.
    """

    rows: int
    unlabelled: int
    metrics: tuple[Measured, ...]
    level: Level
    notes: tuple[str, ...] = ()

    @property
    def main(self) -> Measured:
        """The metric that the model was chosen by."""
        return self.metrics[0]


def measure(
    task: Task,
    rows: Judged,
    promised: Mapping[str, Mapping[str, Any]],
    *,
    unlabelled: int = 0,
    seed: int = 0,
) -> Performance | None:
    """Measure predictions against the truth.

    Parameters
    ----------
    task : Task
    rows : Judged
        Intervals are drawn over their groups, and scores count them by their weights.
    promised : mapping of metric to mapping
        ``score`` and ``interval``, as in the run's result.
    unlabelled : int
    seed : int

    Returns
    -------
    Performance or None
        None for under 20 rows.
    """
    if len(rows) < _FEWEST:
        return None
    known = {metric.name: metric for metric in metrics_for(task.kind, task.costs)}
    names = [task.metric, *(name for name in known if name != task.metric)]
    found = [_measured(known[name], rows, promised.get(name, {}), seed) for name in names if name in known]
    return Performance(len(rows), unlabelled, tuple(found), _level(found[0]))


def _measured(metric: Metric, rows: Judged, promised: Mapping[str, Any], seed: int) -> Measured:
    expected = promised.get("score")
    ends = promised.get("interval") or (None, None)
    try:
        score = rows.score(metric)
        low, high = rows.interval(metric, level=_LEVEL, draws=_DRAWS, seed=seed)
    except ValueError:  # a metric that is undefined for these values, such as rmsle of negative ones
        score = low = high = float("nan")
    now = _number(score), _number(low), _number(high)
    return Measured(
        metric.name, metric.label, *now, expected, ends[0], ends[1], worse_by(metric, now, expected, ends)
    )


def worse_by(
    metric: Metric,
    now: tuple[float | None, float | None, float | None],
    expected: float | None,
    ends: tuple[float | None, float | None],
) -> float | None:
    """Standard deviations between the two scores; those of either come from their intervals.

    An interval need not be symmetric: what counts is the side that faces the other score.
    """
    score, low, high = now
    if None in (score, low, high, expected, *ends):
        return None
    worse = metric.distance(score) - metric.distance(expected)  # type: ignore[arg-type]
    upward = score >= expected  # type: ignore[operator]
    own = score - low if upward else high - score  # type: ignore[operator]
    theirs = ends[1] - expected if upward else expected - ends[0]  # type: ignore[operator]
    spread = float(np.hypot(own, theirs)) / _NORMAL
    return float(worse / spread) if spread > 0 else None


def _level(main: Measured) -> Level:
    if main.worse_by is None or main.worse_by < WORSE:
        return "fine"
    return "act" if main.worse_by >= WORSE_BY_FAR else "look"


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
