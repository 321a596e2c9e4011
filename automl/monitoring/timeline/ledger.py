"""What was promised when the model was exported, and what came."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from automl.conformal import Conformal
from automl.errors import SettingError
from automl.metrics import metrics_for
from automl.monitoring.counts import is_listed
from automl.monitoring.judged import Judged
from automl.monitoring.measures import surprise
from automl.monitoring.performance import Measured, measure
from automl.monitoring.reference import Profile
from automl.monitoring.rules import SURPRISE, WORSE
from automl.monitoring.timeline.pool import Pooled
from automl.monitoring.timeline.records import Promise, Window
from automl.monitoring.timeline.slices import Slice
from automl.monitoring.watched import Watched

__all__ = ["COVERAGE", "ledger_of", "promised_scores"]

COVERAGE = 0.9
"""The level of the intervals, or sets, that are counted."""
_FEWEST = 20  # rows with a label
_MOST_JUDGED = 30_000  # of them, at random, for scores: the interval is that of so many
_NORMAL = 1.645

Floats = NDArray[np.float64]


def ledger_of(
    watched: Watched,
    windows: Sequence[Window],
    slices: Sequence[Slice],
    codes: Sequence[int],
    rows: Pooled | None,
) -> tuple[Promise, ...]:
    """Every promise with what came of it, the broken ones first.

    Parameters
    ----------
    watched : Watched
    windows, slices, codes : sequences
        In the order of time.
    rows : Pooled or None
        Those with a label.
    """
    found = [
        *promised_scores(watched, windows, rows),
        *_coverage(watched, codes, rows),
        *_calibration(watched, codes, rows),
        *_unseen(watched, slices),
    ]
    return tuple(sorted(found, key=lambda each: (each.kept is not False, each.kept is not True)))


def promised_scores(watched: Watched, windows: Sequence[Window], rows: Pooled | None) -> list[Promise]:
    """The scores that were promised: over all windows, and in how many of them each was kept."""
    task = watched.task
    names = [task.metric, *(name for name in watched.promised if name != task.metric)]
    labels = {metric.name: metric.label for metric in metrics_for(task.kind, task.costs)}
    all_over = None
    if rows is not None:
        some = np.random.default_rng(31).permutation(len(rows.judged))[:_MOST_JUDGED]
        all_over = measure(task, rows.judged.take(some), watched.promised)
    found = []
    for name in names:
        promised = watched.promised.get(name)
        if promised is None or promised.get("score") is None:
            continue
        performances = [w.performance for w in windows if w.performance is not None]
        each = [m for p in performances if (m := _named(p.metrics, name)) is not None]
        known = [m for m in each if m.worse_by is not None]
        came = None if all_over is None else _named(all_over.metrics, name)
        low, high = promised.get("interval") or (None, None)
        found.append(
            Promise(
                metric=name,
                label=labels.get(name, name),
                promised=promised["score"],
                low=low,
                high=high,
                came=None if came is None else came.score,
                came_low=None if came is None else came.low,
                came_high=None if came is None else came.high,
                windows_held=sum(m.worse_by is not None and m.worse_by < WORSE for m in known),
                windows=len(known),
                kept=None if came is None or came.worse_by is None else came.worse_by < WORSE,
            )
        )
    return found


def _named(metrics: Sequence[Measured], name: str) -> Measured | None:
    return next((each for each in metrics if each.metric == name), None)


def _coverage(watched: Watched, codes: Sequence[int], rows: Pooled | None) -> list[Promise]:
    """How often the truth lay in the intervals, or in the sets of labels.

    The calibration has been on some rows, too: its own chance is as that of as many rows.
    """
    conformal = watched.scorer.conformal
    if conformal is None:
        return []
    try:
        conformal.threshold(COVERAGE)
    except SettingError:  # too few rows to promise as much: nothing was promised
        return []
    what = "Intervals" if watched.task.classes is None else "Sets of labels"
    label = f"{what} that hold the truth ({COVERAGE:.0%})"
    if rows is None:
        return [_unknown("coverage", label, COVERAGE)]
    inside = _inside(conformal, rows.judged).astype(np.float64)
    deviation = float(np.sqrt(COVERAGE * (1 - COVERAGE)))
    return [_share("coverage", label, COVERAGE, inside, deviation, conformal.rows, codes, rows, both=False)]


def _inside(conformal: Conformal, rows: Judged) -> NDArray[np.bool_]:
    if rows.given is None:
        low, high = conformal.interval(rows.predicted, COVERAGE)
        return np.asarray((low <= rows.truth) & (rows.truth <= high))
    sets = conformal.sets(rows.predicted, COVERAGE)
    return np.asarray(sets[np.arange(len(sets)), rows.truth])


def _calibration(watched: Watched, codes: Sequence[int], rows: Pooled | None) -> list[Promise]:
    """Whether what is predicted on average is what happens on average."""
    reference, task = watched.reference, watched.task
    asked: list[tuple[str, str, int | None]]
    if task.classes is None:
        asked = [("calibration", f"Mean of {task.target} less its prediction", None)]
    else:
        codes_of = [1] if len(task.classes) == 2 else list(range(len(task.classes)))[: len(reference.outputs)]
        asked = [
            (
                "calibration" if len(codes_of) == 1 else f"calibration:{task.classes[k]}",
                f"Share of “{task.classes[k]}” less its mean probability",
                k,
            )
            for k in codes_of
        ]
    if rows is None:
        return [_unknown(name, label, 0.0) for name, label, _ in asked]
    found = []
    for name, label, k in asked:
        truth, predicted = rows.judged.truth, rows.judged.predicted
        gap = truth - predicted if k is None else (truth == k) - predicted[:, k]
        deviation = float(gap.std())
        found.append(
            _share(name, label, 0.0, gap, deviation, reference.predicted_rows, codes, rows, both=True)
        )
    return found


def _share(
    metric: str,
    label: str,
    promised: float,
    values: Floats,
    deviation: float,
    known: int,
    codes: Sequence[int],
    rows: Pooled,
    *,
    both: bool,
) -> Promise:
    """A promised mean, kept where what came is not surely below it (`both`: nor above it).

    The promise was made from some rows (`known`) and has their chance; what came has that of its own rows.
    """

    promising = max(known, 1) / rows.judged.alike(values)

    def held(inside: NDArray[np.bool_]) -> bool:
        mean, told = rows.judged.take(inside).mean(values[inside])
        spread = deviation * np.sqrt(1 / told + 1 / promising)
        off = mean - promised
        return bool(spread == 0 or (abs(off) if both else -off) < WORSE * spread)

    came, told = rows.judged.mean(values)
    half = _NORMAL * float(values.std()) / np.sqrt(told)
    own = _NORMAL * deviation / np.sqrt(promising)
    places = [rows.window == code for code in codes]
    judged = [held(inside) for inside in places if inside.sum() >= _FEWEST]
    return Promise(
        metric=metric,
        label=label,
        promised=promised,
        low=promised - own,
        high=promised + own if both else None,
        came=came,
        came_low=came - half,
        came_high=came + half,
        windows_held=sum(judged),
        windows=len(judged),
        kept=held(np.ones(len(values), dtype=np.bool_)) if len(values) >= _FEWEST else None,
    )


def _unknown(metric: str, label: str, promised: float) -> Promise:
    return Promise(metric, label, promised, None, None, None, None, None, 0, 0, None)


def _unseen(watched: Watched, slices: Sequence[Slice]) -> list[Promise]:
    """Shares of rows with labels that the model does not know.

    As many are to be expected as rows of the training table had a label that no other row had (Good, "The
    population frequencies of species and the estimation of population parameters", Biometrika 1953).
    """
    found = []
    listed = [(i, p) for i, p in enumerate(watched.reference.columns) if is_listed(p.grid.kind)]
    for i, profile in listed:
        counted = [
            (counts.cells[-1], counts.rows)
            for each in slices
            if profile.name not in each.hidden and (counts := each.tally.columns[i]).rows
        ]
        if counted and (profile.singles or any(times for times, _ in counted)):
            found.append(_unseen_in(watched, profile, counted, len(listed)))
    return found


def _unseen_in(
    watched: Watched, profile: Profile, counted: Sequence[tuple[int, int]], columns: int
) -> Promise:
    from scipy.stats import betabinom

    before, limit = watched.reference.rows, SURPRISE / columns

    def held(times: int, rows: int) -> bool:
        return surprise(times, rows, profile.singles, before) > limit

    times, rows = (sum(each) for each in zip(*counted, strict=True))
    expected = betabinom(rows, profile.singles + 1, max(before - profile.singles, 1))
    own = betabinom(before, times + 1, max(rows - times, 1))
    return Promise(
        metric=f"unseen:{profile.name}",
        label=f"Rows with a value of {profile.name} that is not known",
        promised=profile.singles / before,
        low=float(expected.ppf(0.05)) / rows,
        high=float(expected.ppf(0.95)) / rows,
        came=times / rows,
        came_low=float(own.ppf(0.05)) / before,
        came_high=float(own.ppf(0.95)) / before,
        windows_held=sum(held(*each) for each in counted),
        windows=len(counted),
        kept=held(times, rows),
    )
