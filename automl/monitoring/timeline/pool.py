"""Rows with a label over all windows: a sample of bounded size, for what cannot be summed up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl.monitoring.judged import Judged

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
    judged : Judged
        The rows.
    frame : DataFrame
        The columns that were asked for.
    share : float
        Of all rows with a label, how many are here.
    """

    window: Ints
    judged: Judged
    frame: pd.DataFrame
    share: float


class Pool:
    """Collects rows with a label; of very many a random sample, the same share of every window.

    Parameters
    ----------
    seed : int
    most : int
    """

    def __init__(self, *, seed: int = 0, most: int = _MOST) -> None:
        self._most = most
        self._rng = np.random.default_rng([seed, 11])
        self._below = 1.0
        self._parts: list[_Part] = []

    def add(self, window: int, judged: Judged, frame: pd.DataFrame) -> None:
        """Take the next rows of a window, and what was asked for of each."""
        drawn = self._rng.random(len(judged))
        part = _Part(drawn, np.full(len(judged), window), judged, frame).below(self._below)
        if not len(part.drawn):
            return
        self._parts.append(part)
        while sum(len(each.drawn) for each in self._parts) > self._most:
            self._below /= 2
            self._parts = [each.below(self._below) for each in self._parts]

    def rows(self) -> Pooled | None:
        """All that was kept; None where no row has a label."""
        if not self._parts:
            return None
        return Pooled(
            window=np.concatenate([each.window for each in self._parts]),
            judged=Judged.joined([each.judged for each in self._parts]).countable(),
            frame=pd.concat([each.frame for each in self._parts], ignore_index=True),
            share=self._below,
        )


@dataclass(frozen=True, eq=False)
class _Part:
    """Rows of a window, each with a random number."""

    drawn: Floats
    window: Ints
    judged: Judged
    frame: pd.DataFrame

    def below(self, limit: float) -> _Part:
        """Those whose number is lower."""
        kept = self.drawn < limit
        frame = self.frame.loc[kept].reset_index(drop=True)
        return _Part(self.drawn[kept], self.window[kept], self.judged.take(kept), frame)
