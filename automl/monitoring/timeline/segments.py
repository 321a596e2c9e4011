"""Which rows are predicted worst: by the values of a column, against all other rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from automl.data import Kind, Schema
from automl.metrics import Metric, get_metric
from automl.monitoring.judged import Judged
from automl.monitoring.measures import adjusted
from automl.monitoring.rules import ALARMS, WORSENED
from automl.monitoring.timeline.pool import Pooled
from automl.monitoring.timeline.records import Segment
from automl.task import Task
from explain.judge.row_groups import group_rows

__all__ = ["MINIMUM", "low_cardinality", "segments_of"]

MINIMUM = 50
"""Rows with a label from which on a segment is judged."""
_MOST_LABELS = 30
_MOST = 500
_DRAWN = 2_000
_LEVEL = 0.95
_NORMAL = 1.96
_DRAWS = 150

Ints = NDArray[np.int64]


def low_cardinality(schema: Schema) -> tuple[str, ...]:
    """Columns of few labels: those that segments are made of if nobody says which."""
    return tuple(
        column.name
        for column in schema
        if column.kind in (Kind.BOOLEAN, Kind.CATEGORY) and 2 <= len(column.categories or ()) <= _MOST_LABELS
    )


def segments_of(
    task: Task, rows: Pooled, columns: Sequence[str], *, seed: int = 0
) -> tuple[tuple[Segment, ...], list[str]]:
    """Judge the rows of each value of some columns.

    A segment is tested by the difference of its score to that of all other rows, one-sided, as normal with
    the errors of both, which the bootstrap tells; p-values are adjusted for all segments by Benjamini and
    Hochberg's procedure.

    Parameters
    ----------
    task : Task
    rows : Pooled
    columns : sequence of str
        Of `rows.frame`; numbers and dates are cut at round values near their quartiles.
    seed : int

    Returns
    -------
    segments : tuple of Segment
        The surest first.
    notes : list of str
        What was left out.
    """
    metric = get_metric(task.metric, task.kind, task.costs)
    judged = rows.judged
    rng = np.random.default_rng([seed, 29])
    whole = _interval(metric, judged, judged.score(metric), seed, rng)[2]
    found: list[Segment] = []
    small = undefined = 0
    for name in dict.fromkeys(columns):
        groups = group_rows(rows.frame, name)
        for code, (value, count, mixed) in enumerate(
            zip(groups.names, groups.counts().tolist(), groups.mixed.tolist(), strict=True)
        ):
            if mixed or count < MINIMUM or len(judged) - count < MINIMUM:
                small += not mixed
                continue
            made = _segment(metric, judged, groups.code == code, whole, seed, rng)
            if made is None:
                undefined += 1
                continue
            found.append(replace(made, column=name, value=value))
    notes = []
    if small:
        notes.append(f"{small:,} segment(s) have fewer than {MINIMUM} rows with a label and are not judged.")
    if undefined:
        notes.append(f"{metric.label} is not defined in {undefined:,} segment(s).")
    if rows.share < 1 and found:
        notes.append(f"Segments are judged by a random {rows.share:.3g} of the rows with a label.")
    return _ranked(found, metric), notes


def _segment(
    metric: Metric,
    judged: Judged,
    inside: NDArray[np.bool_],
    whole: float,
    seed: int,
    rng: np.random.Generator,
) -> Segment | None:
    from scipy.stats import norm

    here, others = judged.take(inside), judged.take(~inside)
    score, rest, count = here.score(metric), others.score(metric), len(here)
    if not (np.isfinite(score) and np.isfinite(rest)):
        return None
    low, high, error = _interval(metric, here, score, seed, rng)
    if not np.isfinite(error):  # a single group of rows that belong together
        return None
    # The error of the other rows is that of all rows, which are hardly more.
    beside = whole * np.sqrt(len(judged) / len(others))
    spread = float(np.hypot(error, beside))
    worse = metric.distance(score) - metric.distance(rest)
    p = float(norm.sf(worse / spread)) if spread > 0 else 1.0
    return Segment("", "", count, metric.name, metric.label, score, low, high, rest, p, p, "fine")


def _interval(
    metric: Metric,
    judged: Judged,
    score: float,
    seed: int,
    rng: np.random.Generator,
) -> tuple[float, float, float]:
    """Ends of the interval, and the standard error; of many rows some are drawn, and deviations narrowed."""
    count = len(judged)
    narrow = 1.0
    if count > _DRAWN and judged.groups is None:  # some rows of each group would tell little less than all
        judged = judged.take(rng.choice(count, _DRAWN, replace=False))
        narrow = float(np.sqrt(_DRAWN / count))
    middle = judged.score(metric)
    low, high = judged.interval(metric, level=_LEVEL, draws=_DRAWS, seed=seed)
    return (
        score + (low - middle) * narrow,
        score + (high - middle) * narrow,
        (high - low) * narrow / (2 * _NORMAL),
    )


def _ranked(found: Sequence[Segment], metric: Metric) -> tuple[Segment, ...]:
    """Adjusted for all of them, the surest first, and of those that are no worse the worst."""
    corrected = adjusted([each.p_value for each in found])
    told = [
        replace(
            each,
            adjusted=p,
            level="look" if p <= ALARMS and _far(metric, each) else "fine",
        )
        for each, p in zip(found, corrected, strict=True)
    ]
    return tuple(sorted(told, key=lambda s: (s.level == "fine", s.p_value))[:_MOST])


def _far(metric: Metric, each: Segment) -> bool:
    return metric.distance(each.score) >= (1 + WORSENED) * metric.distance(each.rest)
