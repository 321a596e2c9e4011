"""Rows with a label over all windows: a sample of bounded size, for what cannot be summed up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["Pool", "Pooled"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MOST = 300_000


@dataclass(frozen=True, eq=False)
class Pooled:
    """Rows with a label.

    Attributes
    ----------
    window : ndarray, shape (n,)
        Code of the window that each is in.
    truth : ndarray, shape (n,)
        Codes of classes, or values.
    given : ndarray of int, shape (n,), or None
        Codes of the labels that the model gave; None for values.
    predicted : ndarray, shape (n, K) or (n,)
        Probabilities or values.
    frame : DataFrame
        The columns that were asked for.
    share : float
        Of all rows with a label, how many are here.
    """

    window: Ints
    truth: NDArray[Any]
    given: Ints | None
    predicted: Floats
    frame: pd.DataFrame
    share: float


class Pool:
    """Collects rows with a label; of very many a random sample, the same share of every window.

    Parameters
    ----------
    values : bool
        Whether values are predicted, and not classes.
    seed : int
    most : int
    """

    def __init__(self, *, values: bool, seed: int = 0, most: int = _MOST) -> None:
        self._values, self._most = values, most
        self._rng = np.random.default_rng([seed, 11])
        self._below = 1.0
        self._numbers: list[Floats] = []  # columns: draw, window, truth, given, predicted …
        self._frames: list[pd.DataFrame] = []

    def add(
        self, window: int, truth: Floats, given: Ints | None, predicted: Floats, frame: pd.DataFrame
    ) -> None:
        """Take the next rows of a window; NaN as truth is no label."""
        drawn = self._rng.random(len(truth))
        kept = ~np.isnan(truth) & (drawn < self._below)
        if not kept.any():
            return
        labels = np.full(len(truth), np.nan) if given is None else given
        rows = np.column_stack(
            [drawn, np.full(len(truth), window), truth, labels, predicted.reshape(len(truth), -1)]
        )
        self._numbers.append(rows[kept])
        self._frames.append(frame.loc[kept].reset_index(drop=True))
        while sum(map(len, self._numbers)) > self._most:
            self._below /= 2
            places = [each[:, 0] < self._below for each in self._numbers]
            self._numbers = [each[place] for each, place in zip(self._numbers, places, strict=True)]
            self._frames = [
                each.loc[place].reset_index(drop=True)
                for each, place in zip(self._frames, places, strict=True)
            ]

    def rows(self) -> Pooled | None:
        """All that was kept; None where no row has a label."""
        if not self._numbers:
            return None
        numbers = np.concatenate(self._numbers)
        frame = pd.concat(self._frames, ignore_index=True)
        return Pooled(
            window=numbers[:, 1].astype(np.int64),
            truth=numbers[:, 2] if self._values else numbers[:, 2].astype(np.int64),
            given=None if self._values else numbers[:, 3].astype(np.int64),
            predicted=numbers[:, 4] if self._values else numbers[:, 4:],
            frame=frame,
            share=self._below,
        )
