"""Training rows like a row, with what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from .. import formats
from ..errors import InputError
from ..frames import plain_cell
from ..reference import Reference
from ..space import stack_frames
from ..stored import Stored
from .distance import Distance
from .rows import as_row


@dataclass(frozen=True, eq=False)
class Neighbours(Stored):
    """The training rows nearest to a row.

    Attributes
    ----------
    rows : DataFrame of shape (1 + k, M)
        The row, then its neighbours, nearest first.
    positions : tuple of int, length k
        Of the neighbours among the training rows.
    distances : tuple of float, length k
        In ordinary differences, summed over the columns.
    outcomes : tuple, length k
        What really became of them; None where unknown.
    predictions : tuple, length 1 + k, or None
        The model's labels or numbers for the row and its neighbours.
    differ : tuple of tuples of str, length k
        The columns in which each differs, the largest difference first.
    usual : float
        Median distance of training rows to their nearest neighbour.
    reference : tuple of Reference, length M
    """

    rows: pd.DataFrame
    positions: tuple[int, ...]
    distances: tuple[float, ...]
    outcomes: tuple[Any, ...]
    predictions: tuple[Any, ...] | None
    differ: tuple[tuple[str, ...], ...]
    usual: float
    reference: tuple[Reference, ...]

    def sentence(self) -> str:
        """What became of rows like this one, in plain words."""
        known = [outcome for outcome in self.outcomes if outcome is not None]
        count = len(self.positions)
        start = f"Of the {count} training rows most like this one" if count > 1 else "Of the one training row"
        if not known:
            text = f"{start} no outcome is known."
        elif all(
            isinstance(outcome, (int, float)) and not isinstance(outcome, bool) for outcome in known
        ) and (len(set(known)) > 5 or any(isinstance(outcome, float) for outcome in known)):
            low, middle, high = (formats.number(float(np.quantile(known, q)), 4) for q in (0, 0.5, 1))
            text = f"{start}, the outcomes lie between {low} and {high}, around {middle}."
        else:
            labels = [str(outcome) for outcome in known]
            counts = sorted({label: labels.count(label) for label in labels}.items(), key=lambda c: -c[1])
            text = f"{start}, {' and '.join(f'{n} had the outcome “{label}”' for label, n in counts[:3])}."
        if self.predictions is not None:
            shown = self.predictions[0]
            shown = formats.number(shown, 4) if isinstance(shown, float) else f"“{shown}”"
            text += f" The model predicts {shown} for this row."
        if self.distances and self.usual > 0 and self.distances[0] > 3 * self.usual:
            times = formats.number(self.distances[0] / self.usual, 2)
            text += f" Even the nearest is {times} times as far as is usual, so they say little."
        return text


class NeighbourFinder:
    """Training rows ready to be compared with.

    Parameters
    ----------
    training : DataFrame of shape (N, M)
    outcomes : sequence of length N, optional
        What became of the training rows.
    model : fitted estimator or pipeline, optional
        Then its predictions for the row and its neighbours are shown too.
    """

    def __init__(self, training: pd.DataFrame, outcomes: Any = None, model: Any = None) -> None:
        if not len(training):
            raise InputError("Expected at least one training row, found none.")
        if outcomes is not None and len(outcomes) != len(training):
            raise InputError(
                f"Expected one outcome for each of the {len(training):,} rows, found {len(outcomes):,}."
            )
        self.training = training.reset_index(drop=True)
        self.outcomes = None if outcomes is None else pd.Series(outcomes).reset_index(drop=True).tolist()
        self.model = model
        self.distance = Distance.of(self.training)
        self._places = self.distance.places(self.training)
        self._reference = tuple(Reference.of(self.training.iloc[:, j]) for j in range(training.shape[1]))
        some = np.unique(np.linspace(0, len(training) - 1, 200).astype(np.int64))
        self._usual = 0.0
        if len(training) > 1:
            own, _ = self.distance.nearest(self._places.take(some), self._places, without=some)
            self._usual = float(np.median(own))

    def find(self, row: Mapping[str, Any] | pd.Series[Any] | pd.DataFrame, k: int = 5) -> Neighbours:
        """The ``k`` training rows nearest to a row.

        Where the row itself is among the training rows, it is its own nearest neighbour, at distance 0.

        Raises
        ------
        InputError
            If the row does not have the training rows' columns.
        """
        if k < 1:
            raise InputError(f"Expected k of at least 1, found {k}.")
        frame = as_row(row, self.training)
        place = self.distance.places(frame)
        far, where = self.distance.nearest(place, self._places, k)
        positions = where[0]
        parts = self.distance.by_column(place, self._places.take(positions))
        names = [str(name) for name in self.training.columns]
        differ = []
        for part in parts.T:
            order = np.argsort(-part, kind="stable")
            differ.append(tuple(names[j] for j in order if part[j] > 0))
        neighbours = self.training.iloc[positions]
        predictions: tuple[Any, ...] | None = None
        if self.model is not None:
            labels = [self.model.predict(frame)[0], *np.asarray(self.model.predict(neighbours))]
            predictions = tuple(plain_cell(label) for label in labels)
        known = [None] * len(positions) if self.outcomes is None else [self.outcomes[p] for p in positions]
        return Neighbours(
            rows=stack_frames(frame, neighbours),
            positions=tuple(int(p) for p in positions),
            distances=tuple(float(d) for d in far[0]),
            outcomes=tuple(plain_cell(outcome) for outcome in known),
            predictions=predictions,
            differ=tuple(differ),
            usual=self._usual,
            reference=self._reference,
        )
