"""New rows, piece by piece: counted, sampled, and their predictions and targets kept."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl.data import Dataset, RawTable
from automl.monitoring.counts import Counts, count, count_numbers
from automl.monitoring.estimate.gathered import Gathered
from automl.monitoring.judged import Judged, given_codes, predicted_of
from automl.monitoring.reference import outputs_of
from automl.monitoring.truth import Truth
from automl.monitoring.watched import Watched

__all__ = ["Tally"]

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
        self._kept: list[Judged] = []
        self.truth = Truth(watched.task)
        self.columns: list[Counts] = []
        self.outputs: list[Counts] = []
        self.sample = pd.DataFrame()
        self.labelled = self.unlabelled = 0
        made = watched.estimator
        self.gathered = None if made is None else Gathered(made, watched.task, watched.schema, seed=seed)

    def add(
        self, table: RawTable, dataset: Dataset, predictions: pd.DataFrame
    ) -> tuple[NDArray[np.bool_], Judged]:
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
        known : ndarray of bool, shape (n,)
            Which have a target that is known.
        judged : Judged
            These.
        """
        reference, schema = self._watched.reference, self._watched.schema
        predicted = predicted_of(self._watched.task, predictions)
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
        known = ~np.isnan(truth)
        judged = self._judged(table, truth, predicted, given).take(known)
        self._keep(judged, len(known))
        if self.gathered is not None:
            self.gathered.add(
                dataset.frame[~known], predicted[~known], None if given is None else given[~known]
            )
        return known, judged

    def judged(self) -> Judged | None:
        """The rows with a known target, at most so many at random; None where there are none."""
        if not self._kept:
            return None
        kept = Judged.joined(self._kept)
        if len(kept) > self._most:
            kept = kept.take(np.sort(self._rng.choice(len(kept), self._most, replace=False)))
        return kept.countable()

    def _draw(self, frame: pd.DataFrame) -> None:
        """Keep the rows with the lowest of random numbers: a sample of all rows so far."""
        places = np.concatenate([self._places, self._rng.random(len(frame))])
        chosen = np.sort(np.argsort(places, kind="stable")[:_SAMPLE])
        old = len(self._places)
        before, now = chosen[chosen < old], chosen[chosen >= old] - old
        parts = [part for part in (self.sample.iloc[before], frame.iloc[now]) if len(part)]
        self.sample = pd.concat(parts, ignore_index=True) if parts else frame
        self._places = places[chosen]

    def _judged(
        self, table: RawTable, truth: Floats, predicted: Floats, given: NDArray[np.int64] | None
    ) -> Judged:
        roles, rows = self._watched.roles, self.labelled + self.unlabelled
        codes = truth if given is None else np.nan_to_num(truth).astype(np.int64)
        return Judged(codes, predicted, given, roles.counted(table), roles.together(table, rows))

    def _keep(self, judged: Judged, rows: int) -> None:
        self.labelled += len(judged)
        self.unlabelled += rows - len(judged)
        if len(judged):
            self._kept.append(judged)
        if sum(map(len, self._kept)) > 2 * self._most:
            together = Judged.joined(self._kept)
            chosen = np.sort(self._rng.choice(len(together), self._most, replace=False))
            self._kept = [together.take(chosen)]


def _added(old: list[Counts], new: list[Counts]) -> list[Counts]:
    return [one + other for one, other in zip(old, new, strict=True)]
