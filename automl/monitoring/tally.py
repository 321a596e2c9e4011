"""New rows, piece by piece: counted, sampled, and their predictions and targets kept."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl.data import Dataset, RawTable
from automl.monitoring.counts import Counts, count, count_numbers
from automl.monitoring.estimate.gathered import Gathered
from automl.monitoring.reference import outputs_of
from automl.monitoring.truth import Truth
from automl.monitoring.watched import Watched
from automl.task import Task

__all__ = ["Tally", "given_codes"]

Floats = NDArray[np.float64]

_SAMPLE = 2_000
_LABELLED = 200_000


class Tally:
    """What is remembered of new rows; its size does not grow with their number.

    Parameters
    ----------
    watched : Watched
    seed : int
        Of the samples.
    labelled : int
        So many rows with a target are kept, at random.

    Attributes
    ----------
    columns, outputs : lists of Counts
        In the order of the reference; empty before the first rows.
    sample : DataFrame
        Canonical rows, at most 2,000, at random.
    labelled, unlabelled : int
        Rows with a target that is known, and without.
    gathered : Gathered or None
        Those without; None where the model has no estimator.
    """

    def __init__(self, watched: Watched, *, seed: int = 0, labelled: int = _LABELLED) -> None:
        self._watched, self._most = watched, labelled
        self._rng = np.random.default_rng([seed, 3])
        self._places = np.empty(0)
        self._kept: list[NDArray[Any]] = []
        self.truth = Truth(watched.task)
        self.columns: list[Counts] = []
        self.outputs: list[Counts] = []
        self.sample = pd.DataFrame()
        self.labelled = self.unlabelled = 0
        made = watched.estimator
        self.gathered = None if made is None else Gathered(made, watched.task, watched.schema, seed=seed)

    def add(self, table: RawTable, dataset: Dataset, predictions: pd.DataFrame) -> Floats:
        """Count the next rows.

        Parameters
        ----------
        table : RawTable
            As read, where the target may be.
        dataset : Dataset
            The same rows behind the gate.
        predictions : DataFrame
            From `Scorer.predictions`.

        Returns
        -------
        ndarray, shape (n,)
            Their targets: codes of classes, or values; NaN where there is none that is known.
        """
        reference, schema = self._watched.reference, self._watched.schema
        predicted = self._predicted(predictions)
        columns = [
            count(profile.grid, schema[profile.name], dataset.frame[profile.name])
            for profile in reference.columns
        ]
        outputs = [
            count_numbers(profile.grid, values)
            for profile, (_, values) in zip(
                reference.outputs, outputs_of(self._watched.task, predicted), strict=True
            )
        ]
        first = not self.columns
        self.columns = columns if first else _added(self.columns, columns)
        self.outputs = outputs if first else _added(self.outputs, outputs)
        self._draw(dataset.frame)
        truth, given = self.truth.of(table), given_codes(self._watched.task, predictions)
        self._judge(truth, predicted, given)
        if self.gathered is not None:
            open_ = np.isnan(truth)
            self.gathered.add(dataset.frame[open_], predicted[open_], None if given is None else given[open_])
        return truth

    def judged(self) -> tuple[NDArray[Any], Floats, NDArray[np.int64] | None] | None:
        """Truth, predictions and given labels of the rows with a known target, at most so many at random."""
        if not self._kept:
            return None
        kept = np.concatenate(self._kept)
        if len(kept) > self._most:
            kept = kept[np.sort(self._rng.choice(len(kept), self._most, replace=False))]
        if self._watched.task.classes is None:
            return kept[:, 0], kept[:, 2], None
        return kept[:, 0].astype(np.int64), kept[:, 2:], kept[:, 1].astype(np.int64)

    def _predicted(self, predictions: pd.DataFrame) -> Floats:
        classes = self._watched.task.classes
        if classes is None:
            return predictions["prediction"].to_numpy(dtype=np.float64)
        return predictions.iloc[:, 1 : 1 + len(classes)].to_numpy(dtype=np.float64)

    def _draw(self, frame: pd.DataFrame) -> None:
        """Keep the rows with the lowest of random numbers: a sample of all rows so far."""
        places = np.concatenate([self._places, self._rng.random(len(frame))])
        chosen = np.sort(np.argsort(places, kind="stable")[:_SAMPLE])
        old = len(self._places)
        before, now = chosen[chosen < old], chosen[chosen >= old] - old
        parts = [part for part in (self.sample.iloc[before], frame.iloc[now]) if len(part)]
        self.sample = pd.concat(parts, ignore_index=True) if parts else frame
        self._places = places[chosen]

    def _judge(self, truth: Floats, predicted: Floats, given: NDArray[np.int64] | None) -> None:
        known = ~np.isnan(truth)
        self.labelled += int(known.sum())
        self.unlabelled += int((~known).sum())
        if not known.any():
            return
        labels = np.full(len(truth), np.nan) if given is None else given
        rows = np.column_stack([truth, labels, predicted.reshape(len(truth), -1)])[known]
        self._kept.append(rows)
        if sum(map(len, self._kept)) > 2 * self._most:
            together = np.concatenate(self._kept)
            self._kept = [together[np.sort(self._rng.choice(len(together), self._most, replace=False))]]


def given_codes(task: Task, predictions: pd.DataFrame) -> NDArray[np.int64] | None:
    """Codes of the labels that the model gave, shape (n,); None for values."""
    if task.classes is None:
        return None
    place = {label: code for code, label in enumerate(task.classes)}
    return np.array([place[label] for label in predictions["prediction"].tolist()], dtype=np.int64)


def _added(old: list[Counts], new: list[Counts]) -> list[Counts]:
    return [one + other for one, other in zip(old, new, strict=True)]
