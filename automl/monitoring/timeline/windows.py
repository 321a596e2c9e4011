"""From the rows of a window to what is said of it: compared and judged as any table is."""

from __future__ import annotations

import copy
import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from automl.monitoring.measures import adjusted, smirnov
from automl.monitoring.report import DriftReport
from automl.monitoring.rules import ALARMS, LOOK
from automl.monitoring.scoring import NO_ESTIMATOR, compared
from automl.monitoring.timeline.columns import columns_of
from automl.monitoring.timeline.periods import Period
from automl.monitoring.timeline.records import Labelling, Window
from automl.monitoring.timeline.slices import Slice
from automl.monitoring.watched import Watched

__all__ = ["labelling_of", "main_place", "report_of", "window_of"]


def report_of(
    watched: Watched, found: Slice, name: str, *, time_budget: float | None, seed: int = 0
) -> DriftReport:
    """Compare the rows of a window with those that the model was learned from.

    Columns that were not written down for some of the rows are left out, and so is the split of the shift of
    the mean prediction then.
    """
    tally = found.tally
    if found.hidden:
        watched = _without(watched, found.hidden)
        found.walk.differences.forget(found.hidden)
        tally = copy.copy(tally)
        places = [i for i, p in enumerate(found.profiles) if p not in found.hidden]
        tally.columns = [tally.columns[i] for i in places]
        if watched.task.classes is None:  # losses are estimated from all columns
            tally.gathered = None
        time_budget = None
    began = time.monotonic()
    report = compared(
        watched, found.walk, tally, None, name, time_budget, seed, lambda _share, _what: None, began
    )
    if found.hidden and watched.estimator is not None:
        report = replace(report, notes=tuple(note for note in report.notes if note != NO_ESTIMATOR))
    return report


def window_of(
    report: DriftReport, found: Slice, code: int, period: Period, output: int, before: float | None
) -> Window:
    """A window of the calendar, or of so many rows.

    Parameters
    ----------
    report : DriftReport
    found : Slice
    code : int
    period : Period
    output : int
        Which of what is predicted the mean is of.
    before : float or None
        That mean for rows like those learned from.
    """
    start, end = (found.first, found.last) if period.unit == "rows" else period.bounds(code)
    mean = float(found.outputs.mean()[output])
    return Window(
        start=start,
        end=end,
        label=period.label(code),
        rows=report.rows,
        labelled=found.tally.labelled,
        level=report.level,
        headline=report.headline,
        columns=columns_of(report),
        mean=mean,
        shift=None if before is None else mean - before,
        performance=report.performance,
        estimated=report.estimated,
        reasons=report.reasons,
    )


def main_place(watched: Watched, slices: Sequence[Slice]) -> int:
    """Of what is predicted the one whose mean has moved most over all windows; of two classes the second."""
    outputs = watched.reference.outputs
    if len(outputs) == 1:
        return 0
    rows = sum(each.outputs.count for each in slices)
    means = sum(each.outputs.total for each in slices) / rows
    before = np.array([profile.counts.mean or 0.0 for profile in outputs])
    return int(np.abs(means - before).argmax())


def labelling_of(windows: Sequence[Window], slices: Sequence[Slice]) -> tuple[tuple[Window, ...], list[str]]:
    """Windows with what is known of their labels, and notes on what that limits.

    Whether labelled rows are like the others is tested by their predictions (Kolmogorov and Smirnov's test of
    two samples), adjusted for all windows by Benjamini and Hochberg's procedure.
    """
    tests = [_apart(each) for each in slices]
    corrected = iter(adjusted([p for p, *_ in filter(None, tests)]))
    told: list[Window] = []
    for window, each, tested in zip(windows, slices, tests, strict=True):
        p = None if tested is None else next(corrected)
        came = np.concatenate(each.came) if each.came else np.empty(0)
        delays = np.concatenate(each.delays) if each.delays else np.empty(0)
        moved, chance = (None, None) if tested is None else tested[1:]
        labelling = Labelling(
            share=window.labelled / window.rows,
            late=int((came >= window.end).sum()) if each.came else None,
            delay=float(np.median(delays)) if len(delays) else None,
            moved=moved,
            chance=chance,
            adjusted=p,
            selected=bool(
                p is not None
                and p <= ALARMS
                and moved is not None
                and chance is not None
                and moved - chance >= LOOK
            ),
        )
        told.append(replace(window, labelling=labelling))
    return tuple(told), _notes(told)


def _apart(found: Slice) -> tuple[float, float, float] | None:
    """p-value, how far predictions of rows with a label differ from the others, and how far by chance."""
    if not (found.tally.labelled and found.tally.unlabelled):
        return None
    tests = [
        tested
        for one, other in zip(found.labelled, found.unlabelled, strict=True)
        if (tested := smirnov(one, other)) is not None
    ]
    if not tests:
        return None
    most = max(tests, key=lambda each: each.moved - each.chance)
    return min(1.0, len(tests) * min(each.p for each in tests)), most.moved, most.chance


def _notes(windows: Sequence[Window]) -> list[str]:
    notes = []
    known = [window for window in windows if window.labelling is not None]
    selected = [w.label for w in known if w.labelling is not None and w.labelling.selected]
    if selected:
        shown = ", ".join(selected[:5]) + (f" and {len(selected) - 5} more" if len(selected) > 5 else "")
        notes.append(
            "Rows with a label are predicted differently from those without, so the performance is not that "
            f"of all rows: {shown}."
        )
    partial = [w for w in known if 0 < w.labelled < w.rows]
    if partial:
        rows, labelled = sum(w.rows for w in known), sum(w.labelled for w in known)
        notes.append(
            f"{labelled:,} of {rows:,} rows have a label; {len(partial):,} window(s) are partly labelled."
        )
    late = [w.labelling.late for w in known if w.labelling is not None and w.labelling.late is not None]
    if sum(late):
        notes.append(
            f"{sum(late):,} label(s) came after their window had ended, and count in that of the prediction."
        )
    return notes


def _without(watched: Watched, hidden: set[str]) -> Watched:
    """The same model without some columns, for all that compares and does not predict."""
    kept = tuple(profile for profile in watched.reference.columns if profile.name not in hidden)
    return replace(
        watched,
        scorer=replace(watched.scorer, schema=watched.schema.without(hidden)),
        reference=replace(watched.reference, columns=kept),
        notes=(*watched.notes, f"Not compared, since they are not in the log: {', '.join(sorted(hidden))}."),
    )
