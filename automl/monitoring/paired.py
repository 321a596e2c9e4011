"""Two models on the same labelled rows: by how much one is better, and how sure that is.

Both are scored on the very same draws of the rows (a paired bootstrap), so what is hard about the rows for
both does not count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl.data import RawTable
from automl.errors import SettingError
from automl.metrics import Metric, few_groups, resamples
from automl.monitoring.judged import Judged, Roles, given_codes, predicted_of
from automl.monitoring.truth import Truth
from automl.task import Task

__all__ = ["FEWEST", "Gain", "judged_by", "paired_gain"]

Floats = NDArray[np.float64]
_DRAWS = 1000
_MOST_DRAWN = 20_000
_LEVEL = 0.9
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
        low, high = np.quantile(self.draws, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2]).tolist()
        return low, high

    def probability(self, asked: float = 0.0) -> float | None:
        """How sure it is that more than `asked` is gained: the share of the draws, of equal ones half."""
        if not len(self.draws):
            return None
        return float((self.draws > asked).mean() + 0.5 * (self.draws == asked).mean())


def paired_gain(metric: Metric, one: Judged, other: Judged, *, seed: int = 0) -> Gain:
    """By how much one model is better than another, on the rows and on draws of them.

    Of many rows (or groups of rows) 20,000 are drawn and the deviations narrowed, and of few groups widened,
    as in `automl.metrics.bootstrap_interval`.

    Parameters
    ----------
    metric : Metric
    one, other : Judged
        The same rows, as each model predicts them.
    seed : int
        Of the draws.
    """
    units = len(one) if one.groups is None else len(np.unique(one.groups))
    point = metric.distance(other.score(metric)) - metric.distance(one.score(metric))
    if units < 2:
        return Gain(float(point), np.empty(0))
    drawn, rng = min(units, _MOST_DRAWN), np.random.default_rng([seed, 19])
    first, second = (
        metric.resampled(each.truth, each.compared(metric), each.weight) for each in (one, other)
    )
    found = np.array(
        [
            metric.distance(second(counts)) - metric.distance(first(counts))
            for counts in resamples(len(one), _DRAWS, rng, groups=one.groups, drawn=drawn)
        ]
    )
    found = found[np.isfinite(found)]  # a draw may lack a class
    factor = np.sqrt(drawn / units) * (1.0 if one.groups is None else few_groups(units, _LEVEL))
    return Gain(float(point), point + (found - point) * factor)


def judged_by(task: Task, table: RawTable, predictions: Sequence[pd.DataFrame], roles: Roles) -> list[Judged]:
    """The rows with a label that is known, as each model predicts them.

    Parameters
    ----------
    task : Task
    table : RawTable
    predictions : sequence of DataFrame
        Of all rows, as a bundle or a run gives them.
    roles : Roles

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
    truth = reader.of(table)
    known = ~np.isnan(truth)
    if known.sum() < FEWEST:
        problems = [finding.message for finding in reader.findings()]
        raise SettingError(
            f"Expected at least {FEWEST} rows with a known {task.target!r}, found {int(known.sum())}."
            + "".join(f" {problem}" for problem in problems[:1]),
            fix="Bring more labelled rows.",
        )
    codes = truth if task.classes is None else np.nan_to_num(truth).astype(np.int64)
    weight, groups = roles.counted(table), roles.together(table)
    return [
        Judged(codes, predicted_of(task, told), given_codes(task, told), weight, groups)
        .take(known)
        .countable()
        for told in predictions
    ]
