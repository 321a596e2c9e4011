"""The rows of one window as they come in: counted, sampled, summed up; what is kept is bounded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl.data import Dataset, RawTable
from automl.monitoring.counts import Counts, count_numbers
from automl.monitoring.judged import Judged, predicted_of
from automl.monitoring.reference import outputs_of
from automl.monitoring.tally import Tally
from automl.monitoring.walk import Walk
from automl.monitoring.watched import Watched
from automl.task import Task

__all__ = ["LOSSES", "MOST_LABELLED", "Moments", "Part", "Slice", "losses_of"]

Floats = NDArray[np.float64]

MOST_LABELLED = 20_000
"""Rows with a label of a window that its scores are measured on, at random."""
_DELAYS = 50_000

#: What the loss of a row is called, by whether values are predicted.
LOSSES = {False: "Brier score of a row", True: "Absolute error of a row"}


@dataclass
class Moments:
    """Number, sum and sum of squares of numbers, one column each."""

    count: int = 0
    total: Any = 0.0
    squares: Any = 0.0

    def add(self, values: Floats) -> None:
        """Take further rows."""
        self.count += len(values)
        self.total = self.total + values.sum(axis=0)
        self.squares = self.squares + (values**2).sum(axis=0)

    def mean(self) -> Any:
        """Of each column."""
        return self.total / self.count

    def error(self) -> Any:
        """Standard error of each mean."""
        spread = np.maximum(self.squares / self.count - self.mean() ** 2, 0.0)
        return np.sqrt(spread / max(self.count - 1, 1))


@dataclass(frozen=True, eq=False)
class Part:
    """Rows of one window.

    Attributes
    ----------
    table, dataset : RawTable, Dataset
        As read, and behind the gate.
    predictions : DataFrame
    moments : ndarray, shape (n,)
    labelled_at : ndarray, shape (n,), or None
    hidden : frozenset of str
        Columns that were not written down for some of the rows.
    """

    table: RawTable
    dataset: Dataset
    predictions: pd.DataFrame
    moments: Floats
    labelled_at: Floats | None
    hidden: frozenset[str]


class Slice:
    """One window.

    Parameters
    ----------
    watched : Watched
    seed : int

    Attributes
    ----------
    walk, tally : Walk, Tally
        What `automl.monitoring.score` makes its report of.
    profiles : tuple of str
        Names of the counted columns.
    hidden : set of str
        Columns that were not written down for some of its rows.
    first, last : float
        Moments of its rows.
    outputs : Moments
        Of what is predicted, in the order of the reference.
    losses : Moments
        Of the rows with a label.
    delays : list of ndarray
        Seconds from prediction to label.
    came : list of ndarray
        Moments at which labels came.
    labelled, unlabelled : lists of Counts
        Of what is predicted, for rows with a label and without.
    """

    def __init__(self, watched: Watched, *, seed: int = 0) -> None:
        self._watched = watched
        self.tally = Tally(watched, seed=seed, labelled=MOST_LABELLED)
        self.walk = Walk(watched, self.tally, None, 0, "missing")
        self.profiles = tuple(profile.name for profile in watched.reference.columns)
        self.hidden: set[str] = set()
        self.first, self.last = np.inf, -np.inf
        self.outputs, self.losses = Moments(), Moments()
        self.came: list[Floats] = []
        self.delays: list[Floats] = []
        self.labelled: list[Counts] = []
        self.unlabelled: list[Counts] = []

    def add(self, part: Part) -> tuple[NDArray[np.bool_], Judged]:
        """Take further rows; returns which have a target that is known, and these."""
        task = self._watched.task
        self.walk.take(part.table, part.dataset)
        known, judged = self.tally.add(part.table, part.dataset, part.predictions)
        self.hidden |= part.hidden
        self.first = min(self.first, float(part.moments.min()))
        self.last = max(self.last, float(part.moments.max()))
        predicted = predicted_of(task, part.predictions)
        outputs = outputs_of(task, predicted)
        self.outputs.add(np.column_stack([values for _, values in outputs]))
        if len(judged):
            self.losses.add(losses_of(task, judged.truth, judged.predicted))
        grids = [profile.grid for profile in self._watched.reference.outputs]
        for kept, rows in ((self.labelled, known), (self.unlabelled, ~known)):
            found = [count_numbers(g, values[rows]) for g, (_, values) in zip(grids, outputs, strict=True)]
            kept[:] = [a + b for a, b in zip(kept, found, strict=True)] if kept else found
        if part.labelled_at is not None:
            dated = known & ~np.isnan(part.labelled_at)
            self.came.append(part.labelled_at[dated])
            if sum(map(len, self.delays)) < _DELAYS:
                self.delays.append((part.labelled_at - part.moments)[dated])
        return known, judged


def losses_of(task: Task, truth: NDArray[Any], predicted: Floats) -> Floats:
    """How wrong each row is, shape (n, 1): bounded for classes, so that no single row decides."""
    if task.classes is None:
        return np.asarray(np.abs(truth - predicted)[:, None])
    own = predicted[np.arange(len(truth)), truth]
    if predicted.shape[1] == 2:
        return np.asarray(((1 - own) ** 2)[:, None])
    return np.asarray(((predicted**2).sum(axis=1) - 2 * own + 1)[:, None])
