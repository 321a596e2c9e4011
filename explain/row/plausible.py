"""How much a row is like the training rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .. import formats
from ..errors import InputError
from .distance import Distance, Floats, Places
from .pairs import Pairs
from .seen import Flag, SeenColumn

_ROWS = 10_000  # training rows that are compared with
_USUAL = 400  # training rows whose nearest neighbour tells what is usual
_FAR = 0.01  # share of training rows at most so near to others: then a row is far from all


class Plausibility:
    """The training rows as a measure of what is usual.

    Parameters
    ----------
    training : DataFrame of shape (N, M)
        Of more than 10,000 rows, a random sample stands for all in what concerns distances and pairs of
        values.
    seed : int

    Attributes
    ----------
    columns : tuple of SeenColumn, length M
    distance : Distance
    sample : array
        Positions of the training rows compared with.
    places : Places
        Those rows.
    pairs : Pairs
    usual : array
        Distances of some training rows to their nearest neighbour, ascending.
    """

    def __init__(self, training: pd.DataFrame, *, seed: int = 0) -> None:
        if not len(training):
            raise InputError("Expected at least one training row, found none.")
        self.columns = tuple(
            SeenColumn.of(str(name), training.iloc[:, j]) for j, name in enumerate(training.columns)
        )
        rng = np.random.default_rng(seed)
        self.sample = np.arange(len(training))
        if len(training) > _ROWS:
            self.sample = np.sort(rng.choice(len(training), _ROWS, replace=False))
        rows = training.iloc[self.sample]
        self.distance = Distance.of(training)
        self.places = self.distance.places(rows)
        self.pairs = Pairs(self.columns, rows)
        some = np.sort(rng.choice(len(rows), min(len(rows), _USUAL), replace=False))
        self.usual = np.zeros(1)
        if len(rows) > 1:
            own, _ = self.distance.nearest(self.places.take(some), self.places, without=some)
            self.usual = np.sort(own[:, 0])

    def nearest(self, rows: Places) -> tuple[Floats, NDArray[np.int64]]:
        """Distance of each row to the nearest training row, and that row's position among all."""
        far, where = self.distance.nearest(rows, self.places)
        return far[:, 0], self.sample[where[:, 0]]

    def as_far(self, distance: float) -> float:
        """Share of the training rows that lie at least so far from their own nearest neighbour."""
        below = np.searchsorted(self.usual, distance - 1e-6, side="left")
        return float(1.0 - below / len(self.usual))

    def flags(self, row: pd.DataFrame, changed: Sequence[str] | None = None) -> list[Flag]:
        """What the training rows do not cover in a row.

        Parameters
        ----------
        row : DataFrame of one row
        changed : sequence of str, optional
            Values and pairs that concern these columns only; default all. Whether the row is far from all
            training rows is always told.
        """
        concerned = [j for j, seen in enumerate(self.columns) if changed is None or seen.name in changed]
        flags = [flag for j in concerned if (flag := self.columns[j].flag(row.iloc[:, j])) is not None]
        bins = self.pairs.bins(row)[0]
        for j in concerned:
            for other in self.pairs.found(bins, j):
                if other not in concerned or other > j:
                    flags.append(self._pair_flag(row, j, other))
        distance = float(self.nearest(self.distance.places(row))[0][0])
        if self.as_far(distance) < _FAR and len(self.usual) > 1 / _FAR:
            usual = float(np.median(self.usual))
            times = f", {formats.number(distance / usual, 2)} times the usual distance" if usual > 0 else ""
            message = (
                "No training row is like this one as a whole: the nearest is farther away than training rows "
                f"are from each other{times}."
            )
            flags.append(Flag("far_from_all", tuple(self.columns[j].name for j in concerned), message))
        return flags

    def _pair_flag(self, row: pd.DataFrame, j: int, other: int) -> Flag:
        names = (self.columns[j].name, self.columns[other].name)
        first, second = (
            f"{name}: {self.pairs.words(k, row)}" for name, k in zip(names, (j, other), strict=True)
        )
        message = (
            f"No training row combines {first} with {second}, though many would if the two were unrelated."
        )
        return Flag("never_together", names, message)
