"""Which series of a timeline are searched for changes, and what is made of those that are found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from automl.metrics import get_metric
from automl.monitoring.measures import adjusted
from automl.monitoring.rules import ALARMS, PART, WORSENED, Level
from automl.monitoring.timeline.records import ChangePoint, ChangeTest, Window
from automl.monitoring.timeline.shifts import FEWEST, Shift, Shifts, find_shifts
from automl.task import Task

__all__ = ["Series", "changes_of", "loss_series", "mean_series", "metric_series"]

_NORMAL = 1.645  # standard deviations to the ends of the 90 % interval of a score


@dataclass(frozen=True)
class Series:
    """A value for each window that has one.

    Attributes
    ----------
    what, label : str
        As of `ChangePoint`.
    at : tuple of int
        Positions of the windows.
    values, errors : tuple of float
        With their standard errors.
    deviation : float or None
        Of what has no better and worse: the standard deviation by which a change is judged.
    optimum : float
        Else the best possible value.
    """

    what: str
    label: str
    at: tuple[int, ...]
    values: tuple[float, ...]
    errors: tuple[float, ...]
    deviation: float | None = None
    optimum: float = 0.0

    def level(self, shift: Shift) -> Level:
        """Whether a change is large, and no improvement."""
        if self.deviation is not None:
            return "look" if abs(shift.after - shift.before) >= PART * self.deviation else "fine"
        before, after = abs(shift.before - self.optimum), abs(shift.after - self.optimum)
        return "look" if after >= (1 + WORSENED) * before and after > before else "fine"


def metric_series(task: Task, windows: Sequence[Window]) -> Series:
    """The metric that the model was chosen by."""
    metric = get_metric(task.metric, task.kind, task.costs)
    found = [
        (i, main.score, (main.high - main.low) / (2 * _NORMAL))
        for i, window in enumerate(windows)
        if window.performance is not None
        and (main := window.performance.main).score is not None
        and main.low is not None
        and main.high is not None
    ]
    return _series(metric.name, metric.label, found, optimum=metric.optimum)


def mean_series(
    windows: Sequence[Window],
    errors: Sequence[float],
    output: str | None,
    target: str,
    deviation: float | None,
) -> Series:
    """The mean prediction."""
    label = f"Mean probability of “{output}”" if output is not None else f"Mean prediction of {target}"
    found = [
        (i, window.mean, error)
        for i, (window, error) in enumerate(zip(windows, errors, strict=True))
        if window.mean is not None
    ]
    return _series("mean_prediction", label, found, deviation=deviation or 0.0)


def loss_series(task: Task, losses: Sequence[tuple[float, float] | None]) -> Series:
    """The mean loss of the rows with a label, by window: mean and standard error, None for none."""
    from automl.monitoring.timeline.slices import LOSSES  # not above: it loads what scores

    found = [(i, *each) for i, each in enumerate(losses) if each is not None]
    return _series("row_loss", LOSSES[task.classes is None], found)


def changes_of(
    series: Sequence[Series], *, seed: int = 0
) -> tuple[tuple[ChangePoint, ...], tuple[ChangeTest, ...]]:
    """Search all series for changes.

    The probability of any change where no series has any is at most `ALARMS`: the tests of the series are
    adjusted by Benjamini and Hochberg's procedure, and further changes of a series by the number of searches.

    Returns
    -------
    changes : tuple of ChangePoint
        In the order of time.
    tests : tuple of ChangeTest
        One for each series.
    """
    searched = [_searched(each, seed) for each in series]
    corrected = iter(adjusted([each.p for each in searched if each is not None]))
    changes: list[ChangePoint] = []
    tests = []
    for each, found in zip(series, searched, strict=True):
        p = None if found is None else next(corrected)
        tests.append(_told(each, found, p))
        if found is None or p is None or p > ALARMS:
            continue
        changes += [_point(each, shift, max(p, shift.p)) for shift in found.found]
    return tuple(sorted(changes, key=lambda change: change.at_window)), tuple(tests)


def _searched(series: Series, seed: int) -> Shifts | None:
    if len(series.values) < FEWEST:
        return None
    return find_shifts(np.array(series.values), np.array(series.errors), alarms=ALARMS, seed=seed)


def _point(series: Series, shift: Shift, p: float) -> ChangePoint:
    return ChangePoint(
        what=series.what,
        label=series.label,
        at_window=series.at[shift.at],
        before=shift.before,
        after=shift.after,
        low=series.at[shift.low],
        high=series.at[shift.high],
        p_value=p,
        level=series.level(shift),
    )


def _told(series: Series, found: Shifts | None, p: float | None) -> ChangeTest:
    windows = len(series.values)
    note = ""
    if found is None:
        note = f"{windows} windows have a value that varies; changes are searched for from {FEWEST} on."
    return ChangeTest(
        what=series.what,
        label=series.label,
        windows=windows,
        p_value=None if found is None else found.p,
        adjusted=p,
        false_alarms=ALARMS,
        detectable=None if found is None else found.detectable,
        spread=None if found is None else found.spread,
        note=note,
    )


def _series(what: str, label: str, found: Sequence[tuple[int, Any, float]], **more: Any) -> Series:
    # A window without any spread, such as a perfect score of few rows, does not tell how sure its value is.
    told = [each for each in found if each[2] > 0]
    at, values, errors = zip(*told, strict=True) if told else ((), (), ())
    return Series(what, label, tuple(at), tuple(map(float, values)), tuple(map(float, errors)), **more)
