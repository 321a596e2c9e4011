"""A timeline of the tables that a run's model has scored, from what was found then."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from automl.errors import RunError
from automl.metrics import get_metric
from automl.monitoring.chart import Chart
from automl.monitoring.history import Scoring, scorings
from automl.monitoring.performance import Measured, worse_by
from automl.monitoring.report import DriftReport
from automl.monitoring.rules import WORSE
from automl.monitoring.timeline.changes import changes_of, mean_series, metric_series
from automl.monitoring.timeline.columns import columns_of
from automl.monitoring.timeline.records import Promise, Timeline, Window
from automl.monitoring.timeline.verdict import overall
from automl.store import RunFolder
from automl.task import Task

__all__ = ["scorings_timeline"]


def scorings_timeline(run: RunFolder, task: Task, model: str, *, seed: int = 0) -> Timeline:
    """A window for each scoring of a model, in the order of time.

    Parameters
    ----------
    run : RunFolder
    task : Task
    model : str
        Id of the model.
    seed : int

    Raises
    ------
    RunError
        When it has scored nothing yet.
    """
    began = time.monotonic()
    of_model = [each for each in reversed(scorings(run)) if each.model == model]
    told = [(each, report) for each in of_model if (report := each.report()).scored]
    if not told:
        raise RunError(
            f"The model {model} of this run has scored no table yet.",
            fix="Score one, or name a table with dates or a prediction log.",
        )
    reports = [report for _, report in told]
    place = _main_place(reports)
    windows = tuple(_window(each, report, place) for each, report in told)
    output = reports[-1].outputs[place]
    errors = [_deviation(r.outputs[place].chart, after=True) / np.sqrt(max(r.rows, 1)) for r in reports]
    name = None if task.classes is None else output.column
    series = [
        metric_series(task, windows),
        mean_series(windows, errors, name, task.target, _deviation(output.chart, after=False)),
    ]
    changes, tests = changes_of(series, seed=seed)
    ledger = tuple(_promises(task, reports))
    level, headline = overall(windows, changes, ledger)
    notes = ["Segments, groups and labels that came later need the rows: name a table, or a prediction log."]
    if left := len(of_model) - len(told):
        notes.append(f"{left:,} table(s) could not be scored and are left out.")
    return Timeline(
        model=reports[-1].model,
        target=task.target,
        source=f"{len(told):,} scored table(s)",
        period="scoring",
        windows=windows,
        changes=changes,
        segments=(),
        fairness=(),
        ledger=ledger,
        notes=tuple(notes),
        tests=tests,
        output=name,
        level=level,
        headline=headline,
        created=time.time(),
        seconds=time.monotonic() - began,
    )


def _window(each: Scoring, report: DriftReport, place: int) -> Window:
    before, after = report.outputs[place].means
    return Window(
        start=each.created,
        end=each.created,
        label=each.name,
        rows=report.rows,
        labelled=0 if report.performance is None else report.performance.rows,
        level=report.level,
        headline=report.headline,
        columns=columns_of(report),
        mean=after,
        shift=None if before is None or after is None else after - before,
        performance=report.performance,
        estimated=report.estimated,
        reasons=report.reasons,
    )


def _main_place(reports: Sequence[DriftReport]) -> int:
    """Of what is predicted the one whose mean has moved most over all tables; of two classes the second."""
    outputs = len(reports[-1].outputs)
    if outputs == 1:
        return 0
    rows = np.array([report.rows for report in reports], dtype=np.float64)
    moved = np.array(
        [[(o.means[1] or 0.0) - (o.means[0] or 0.0) for o in report.outputs] for report in reports]
    )
    return int(np.abs((rows[:, None] * moved).sum(axis=0)).argmax())


def _deviation(chart: Chart, *, after: bool) -> float:
    """Standard deviation of what is predicted, all of a bar taken to lie in its middle."""
    shares = np.array(chart.after if after else chart.before, dtype=np.float64)
    ends = np.array(chart.ends, dtype=np.float64)
    middles = (ends[1:] + ends[:-1]) / 2 if len(ends) else np.array(chart.values, dtype=np.float64)
    if not len(shares) or not shares.sum() > 0:
        return 0.0
    mean = float(np.average(middles, weights=shares))
    return float(np.sqrt(np.average((middles - mean) ** 2, weights=shares)))


def _promises(task: Task, reports: Sequence[DriftReport]) -> list[Promise]:
    """The promised scores; what came is the mean over the tables, by their rows with a label."""
    measured: dict[str, list[tuple[int, Measured]]] = {}
    for report in reports:
        if report.performance is not None:
            for each in report.performance.metrics:
                if each.promised is not None and None not in (each.score, each.low, each.high):
                    measured.setdefault(each.metric, []).append((report.performance.rows, each))
    return [_promise(task, name, found) for name, found in measured.items()]


def _promise(task: Task, name: str, found: Sequence[tuple[int, Measured]]) -> Promise:
    rows, last = np.array([count for count, _ in found], dtype=np.float64), found[-1][1]
    share = rows / rows.sum()
    scores, lows, highs = (
        np.array([getattr(each, end) for _, each in found], dtype=np.float64)
        for end in ("score", "low", "high")
    )
    came = float(share @ scores)
    below, above = (float(np.sqrt((share**2 * off**2).sum())) for off in (scores - lows, highs - scores))
    now = came, came - below, came + above
    ends = last.promised_low, last.promised_high
    worse = worse_by(get_metric(name, task.kind, task.costs), now, last.promised, ends)
    judged = [each.worse_by < WORSE for _, each in found if each.worse_by is not None]
    return Promise(
        metric=name,
        label=last.label,
        promised=last.promised,
        low=last.promised_low,
        high=last.promised_high,
        came=now[0],
        came_low=now[1],
        came_high=now[2],
        windows_held=sum(judged),
        windows=len(judged),
        kept=None if worse is None else worse < WORSE,
    )
