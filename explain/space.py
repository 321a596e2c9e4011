"""Where hybrids are built: rows that take each player's value from one of two rows.

A game has ``n`` foreground rows (to be explained) and ``B`` background rows, stacked into one pool of ``n +
B`` rows, and ``M`` players: the raw columns. A hybrid row is written as one pool row number for each
player. A space turns such numbers into what a model takes: a frame of raw columns (:class:`FrameSpace`), or
a matrix of encoded columns, each of which belongs to one raw column (:class:`MatrixSpace`). Building in
encoded space is exact when every encoded column depends on one raw column, and saves running the encoder
once per hybrid.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Space(ABC):
    """A pool of rows from which hybrids are built.

    Attributes
    ----------
    rows : int
        Rows of the pool (n + B).
    players : int
        Number M of raw columns.
    width : int
        Columns of what the model takes.
    """

    rows: int
    players: int
    width: int

    @abstractmethod
    def inputs(self, index: Ints) -> Any:
        """Hybrid rows as the model takes them.

        Parameters
        ----------
        index : array of shape (R, M)
            For each hybrid and player, the pool row that gives the value.
        """

    @abstractmethod
    def pool_inputs(self) -> Any:
        """The pool itself as the model takes it."""

    @cached_property
    @abstractmethod
    def codes(self) -> Ints:
        """Shape (rows, M): two pool rows have equal codes for a player iff their values are equal."""

    @cached_property
    def varying(self) -> NDArray[np.bool_]:
        """Shape (M,): the players whose value is not the same in the whole pool."""
        varies: NDArray[np.bool_] = (self.codes != self.codes[:1]).any(axis=0)
        return varies


class FrameSpace(Space):
    """Hybrids as data frames of raw columns, for models whose encoding is unknown or mixes columns.

    Parameters
    ----------
    pool : DataFrame of shape (n + B, M)
    """

    def __init__(self, pool: pd.DataFrame) -> None:
        self.pool = pool
        self.rows, self.players = pool.shape
        self.width = pool.shape[1]
        self._columns = [pool.iloc[:, j].array for j in range(pool.shape[1])]

    def inputs(self, index: Ints) -> pd.DataFrame:
        columns = {j: column.take(index[:, j]) for j, column in enumerate(self._columns)}
        frame = pd.DataFrame(columns, index=pd.RangeIndex(len(index)), copy=False)
        frame.columns = self.pool.columns
        return frame

    def pool_inputs(self) -> pd.DataFrame:
        return self.pool

    @cached_property
    def codes(self) -> Ints:
        if self.players == 0:
            return np.zeros((self.rows, 0), dtype=np.int64)
        return np.column_stack([_codes(column) for column in self._columns])


class MatrixSpace(Space):
    """Hybrids as matrices of encoded columns.

    Parameters
    ----------
    pool : array of shape (n + B, m)
        Encoded foreground and background rows.
    owner : array of shape (m,)
        The player that each encoded column belongs to.
    players : int
        Number M of raw columns.
    names : Index or None
        Column names when the model takes a DataFrame of numbers.
    """

    def __init__(
        self, pool: NDArray[Any], owner: Ints, players: int, names: pd.Index[Any] | None = None
    ) -> None:
        self.pool = pool
        self.owner = np.asarray(owner, dtype=np.int64)
        self.rows, self.width = pool.shape
        self.players = players
        self.names = names
        self._column = np.arange(self.width)

    def matrix(self, index: Ints) -> NDArray[Any]:
        """Hybrid rows as a matrix of shape (R, m)."""
        rows: NDArray[Any] = self.pool[index[:, self.owner], self._column]
        return rows

    def inputs(self, index: Ints) -> Any:
        return self._wrapped(self.matrix(index))

    def pool_inputs(self) -> Any:
        return self._wrapped(self.pool)

    def _wrapped(self, rows: NDArray[Any]) -> Any:
        return rows if self.names is None else pd.DataFrame(rows, columns=self.names)

    @cached_property
    def codes(self) -> Ints:
        codes = np.zeros((self.rows, self.players), dtype=np.int64)
        for column, player in enumerate(self.owner):
            own = _codes(self.pool[:, column])
            _, codes[:, player] = np.unique(codes[:, player] * (own.max() + 2) + own + 1, return_inverse=True)
        return codes


def _codes(values: Any) -> Ints:
    """Integer codes of one column; missing values share the code -1."""
    codes, _ = pd.factorize(values)
    return np.asarray(codes, dtype=np.int64)


def stack_frames(foreground: pd.DataFrame, background: pd.DataFrame) -> pd.DataFrame:
    """Foreground above background, column by column, keeping a column's dtype wherever both agree on one.

    A column without any value on one side takes the dtype of the other side, so that an all-missing cell
    does not turn strings into objects.
    """
    columns = {}
    for j in range(foreground.shape[1]):
        above, below = foreground.iloc[:, j], background.iloc[:, j]
        if above.dtype != below.dtype:
            if bool(above.isna().all()):
                above = _all_missing(len(above), below)
            elif bool(below.isna().all()):
                below = _all_missing(len(below), above)
        columns[j] = pd.concat(
            [above.reset_index(drop=True), below.reset_index(drop=True)], ignore_index=True
        )
    frame = pd.DataFrame(columns)
    frame.columns = foreground.columns
    return frame


def _all_missing(rows: int, like: pd.Series[Any]) -> pd.Series[Any]:
    if like.dtype.kind in "iub":
        return pd.Series(np.full(rows, np.nan))
    return pd.Series([None] * rows, dtype=like.dtype)
