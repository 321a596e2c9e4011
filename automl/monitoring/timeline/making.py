"""A timeline from rows: walked over once, compared window by window, then looked at as a whole."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Literal

from automl.errors import SettingError
from automl.monitoring.timeline.batch import Source
from automl.monitoring.timeline.changes import Series, changes_of, loss_series, mean_series, metric_series
from automl.monitoring.timeline.gather import Gathered, gather
from automl.monitoring.timeline.groups import fairness_of
from automl.monitoring.timeline.ledger import ledger_of
from automl.monitoring.timeline.periods import Period
from automl.monitoring.timeline.records import Segment, Timeline, Window, WindowFairness
from automl.monitoring.timeline.segments import low_cardinality, segments_of
from automl.monitoring.timeline.slices import MOST_LABELLED, Slice
from automl.monitoring.timeline.tables import TableSource
from automl.monitoring.timeline.verdict import overall
from automl.monitoring.timeline.windows import labelling_of, main_place, report_of, window_of
from automl.monitoring.watched import Watched

__all__ = ["make_timeline"]

Progress = Callable[[float, str], None]

_GATHERED, _COMPARED = 0.5, 0.9
_LEAST_SECONDS = 0.5  # below, the shift of a window is not split


def make_timeline(
    watched: Watched,
    source: Source,
    period: Period,
    *,
    segments: Sequence[str] | None = None,
    fairness: str | None = None,
    missing_columns: Literal["error", "missing"] = "error",
    time_budget: float | None = 30.0,
    seed: int = 0,
    progress: Progress | None = None,
) -> Timeline:
    """Follow a model through the rows of a table, or of a prediction log.

    Parameters
    ----------
    watched : Watched
    source : Source
    period : Period
    segments : sequence of str, optional
        Columns by whose values performance is split; default those of few labels.
    fairness : str, optional
        Column by whose groups the model is judged in each window.
    missing_columns : {"error", "missing"}
        Whether a table that lacks columns is refused, or they count as missing.
    time_budget : float or None
        Seconds for splitting the shifts of the mean prediction into columns, over all windows; the latest
        windows first. None: they are not split.
    seed : int
    progress : callable, optional
        Called with the share done (0 to 1) and what is being done.

    Raises
    ------
    DataError, SchemaError
        When rows cannot be read.
    SettingError
        When a column is not there, or there are too many windows.
    """
    began = time.monotonic()
    step = progress or (lambda _share, _what: None)
    asked = low_cardinality(watched.schema) if segments is None else tuple(segments)
    columns = (*asked, *([fairness] if fairness else []))
    step(0.0, "Reading the rows")
    gathered: Gathered | None = None
    for gathered, done in gather(watched, source, period, columns, missing_columns, seed):
        step(_GATHERED * done, f"Read {gathered.rows:,} rows in {len(gathered.slices):,} windows")
    if gathered is None:
        raise SettingError(f"{source.name} has no rows.", fix="Check that it is the right one.")
    codes, slices = zip(*gathered.in_order(), strict=True)
    place = main_place(watched, slices)
    notes = [*watched.notes, *source.notes(), *_notes(gathered, source, period)]
    windows, why_not = _windows(watched, gathered, place, period, time_budget, seed, step)
    notes += why_not
    if source.has_labels:
        windows, told = labelling_of(windows, slices)
        notes += told
    step(_COMPARED, "Looking for changes")
    changes, tests = changes_of(_series(watched, windows, slices, place), seed=seed)
    rows = gathered.pool.rows()
    found: tuple[Segment, ...] = ()
    fair: tuple[WindowFairness, ...] = ()
    if rows is not None:
        step(0.93, "Comparing segments")
        found, told = segments_of(watched.task, rows, asked, seed=seed)
        notes += told
        if fairness:
            step(0.96, "Comparing groups")
            at = {code: i for i, code in enumerate(codes)}
            fair, told = fairness_of(watched.task, rows, fairness, at, seed=seed)
            notes += told
    elif fairness:
        notes.append("No row has a label: groups cannot be compared.")
    step(0.98, "Comparing with what was promised")
    ledger = ledger_of(watched, windows, slices, codes, rows)
    level, headline = overall(windows, changes, ledger)
    outputs = watched.reference.outputs
    step(1.0, "Done")
    return Timeline(
        model=watched.name,
        target=watched.task.target,
        source=source.name,
        period=str(period),
        windows=windows,
        changes=changes,
        segments=found,
        fairness=fair,
        ledger=ledger,
        notes=tuple(dict.fromkeys(notes)),
        tests=tests,
        output=None if watched.task.classes is None else outputs[place].name,
        level=level,
        headline=headline,
        created=time.time(),
        seconds=time.monotonic() - began,
    )


def _windows(
    watched: Watched,
    gathered: Gathered,
    place: int,
    period: Period,
    time_budget: float | None,
    seed: int,
    step: Progress,
) -> tuple[tuple[Window, ...], list[str]]:
    """All windows, the latest first, since the time for splitting shifts may not last for all of them."""
    before = watched.reference.outputs[place].counts.mean
    found: list[Window] = []
    notes: list[str] = []
    left, unsplit, all_of_them = time_budget or 0.0, 0, len(gathered.slices)
    for number, (code, each) in enumerate(reversed(gathered.in_order())):
        share = left / (all_of_them - number)
        budget = None if time_budget is None or share < _LEAST_SECONDS else share
        report = report_of(watched, each, period.label(code), time_budget=budget, seed=seed)
        if report.shift is not None:
            left -= min(report.seconds, share)  # most of that is the split's
        elif time_budget is not None and not each.hidden:
            unsplit += 1
        notes += [note for note in report.notes if note not in watched.notes]
        found.append(window_of(report, each, code, period, place, before))
        done = _GATHERED + (_COMPARED - _GATHERED) * (number + 1) / all_of_them
        step(done, f"Compared {number + 1:,} windows of {all_of_them:,}")
    if unsplit:
        notes.append(
            f"In {unsplit:,} window(s) the shift of the mean prediction was not split into columns, for want "
            "of time."
        )
    return tuple(reversed(found)), list(dict.fromkeys(notes))


def _series(watched: Watched, windows: Sequence[Window], slices: Sequence[Slice], place: int) -> list[Series]:
    profile = watched.reference.outputs[place]
    task = watched.task
    errors = [float(each.outputs.error()[place]) for each in slices]
    losses = [
        (float(each.losses.mean()[0]), float(each.losses.error()[0])) if each.losses.count > 1 else None
        for each in slices
    ]
    output = None if task.classes is None else profile.name
    return [
        metric_series(task, windows),
        loss_series(task, losses),
        mean_series(windows, errors, output, task.target, profile.deviation),
    ]


def _notes(gathered: Gathered, source: Source, period: Period) -> list[str]:
    notes = []
    if gathered.undated:
        notes.append(f"{gathered.undated:,} row(s) have no date and are in no window.")
    if period.unit == "rows" and isinstance(source, TableSource) and not source.is_in_order:
        notes.append("The rows are not in the order of their dates: windows follow the order of the table.")
    if any(each.tally.labelled > MOST_LABELLED for each in gathered.slices.values()):
        notes.append(
            f"Scores of a window are measured on at most {MOST_LABELLED:,} rows with a label, at random."
        )
    if len(gathered.slices) > 1:
        notes.append("Numbers of data rows in what is said of a window count the rows of that window.")
    return notes
