"""How the model treats groups of rows, window by window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from automl.monitoring.timeline.pool import Pooled
from automl.monitoring.timeline.records import WindowFairness
from automl.task import Task
from explain.judge.fairness import MINIMUM, group_fairness
from explain.judge.row_groups import RowGroups, group_rows
from explain.judge.scored import Scored

__all__ = ["fairness_of"]

_DRAWS = 500


def fairness_of(
    task: Task, rows: Pooled, column: str, places: Mapping[int, int], *, seed: int = 0
) -> tuple[tuple[WindowFairness, ...], list[str]]:
    """Measure the groups of a column in each window.

    Parameters
    ----------
    task : Task
    rows : Pooled
    column : str
        Of `rows.frame`. Numbers are cut at round values near their quartiles, the same in all windows.
    places : mapping of int to int
        Positions of windows by their codes.
    seed : int

    Returns
    -------
    fairness : tuple of WindowFairness
        Of the windows in which two groups have enough rows to be compared.
    notes : list of str
        What was left out.
    """
    groups = group_rows(rows.frame, column)
    found, few = [], 0
    for code, place in places.items():
        inside = np.flatnonzero(rows.window == code)
        here = _present(groups.take(inside))
        if (here.counts()[~here.mixed] >= MINIMUM).sum() < 2:
            few += 1
            continue
        found.append(
            WindowFairness(place, group_fairness(_scored(task, rows, inside), here, draws=_DRAWS, seed=seed))
        )
    notes = []
    if few:
        notes.append(
            f"In {few:,} of {len(places):,} windows fewer than two groups of {column} have {MINIMUM} rows "
            "with a label: groups are not compared there."
        )
    return tuple(found), notes


def _present(groups: RowGroups) -> RowGroups:
    """The groups that have rows."""
    there = groups.counts() > 0
    return replace(
        groups,
        names=tuple(name for name, kept in zip(groups.names, there.tolist(), strict=True) if kept),
        code=(np.cumsum(there) - 1)[groups.code].astype(np.int64),
        mixed=groups.mixed[there],
    )


def _scored(task: Task, rows: Pooled, inside: np.ndarray[tuple[int], np.dtype[np.intp]]) -> Scored:
    frame, here = rows.frame.iloc[inside].reset_index(drop=True), rows.judged.take(inside)
    together = None if here.groups is None else np.unique(here.groups, return_inverse=True)[1]
    if task.classes is None:
        return Scored(frame, here.truth, here.predicted, None, None, here.weight, together)
    assert here.given is not None
    probability = np.clip(here.predicted, 0.0, 1.0)
    return Scored(frame, here.truth, here.given, probability, tuple(task.classes), here.weight, together)
