"""Where hybrids are built: rows that take each player's value from one of two rows.

A game has ``n`` foreground rows (to be explained) and ``B`` background rows, stacked into one pool of ``n +
B`` rows, and ``M`` players: the raw columns. A hybrid row is written as one pool row number for each
player. A space turns such numbers into what a model takes: a frame of raw columns (:class:`FrameSpace`), or
a matrix of encoded columns, each of which belongs to one raw column (:class:`MatrixSpace`). Building in
encoded space is exact when every encoded column depends on one raw column, and saves running the encoder
once per hybrid. Where some of them depend on two, such as a product, hybrids go through the encoder
(:class:`JointSpace`); it is known which two, so trees can still be followed inside.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .memo import Memo

MAX_PAIRS = 200_000
"""Pairs of a foreground and a background row of one block: for each something may have to be kept."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Space(ABC):
    """A pool of rows from which hybrids are built.

    Attributes
    ----------
    rows : int
        Rows of the pool (n + B).
    n : int
        Foreground rows.
    players : int
        Number M of raw columns.
    width : int
        Columns of what the model takes.
    memo : Memo
        What is known of the background, for all spaces that it was encoded to.
    path : tuple of int
        Ids of the transformers that led here from the raw columns.
    """

    rows: int
    n: int
    players: int
    width: int
    memo: Memo
    path: tuple[int, ...] = ()

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

    @abstractmethod
    def foreground_inputs(self) -> Any:
        """The foreground rows as the model takes them."""

    @abstractmethod
    def background_inputs(self) -> Any:
        """The background rows as the model takes them."""

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
    rows : DataFrame of shape (n, m)
        Foreground rows; or all of the pool, where no background is given.
    background : DataFrame of shape (B, m), optional
    owner : int array of shape (m,), optional
        The player that each column belongs to; by default each column is one.
    memo : Memo, optional
        Of earlier rows against the same background.
    """

    def __init__(
        self,
        rows: pd.DataFrame,
        background: pd.DataFrame | None = None,
        memo: Memo | None = None,
        *,
        owner: Ints | None = None,
    ) -> None:
        self._background = rows if background is None else background
        self._foreground = rows.iloc[:0] if background is None else aligned(rows, background)
        self.n = len(self._foreground)
        self.rows = self.n + len(self._background)
        self.width = rows.shape[1]
        self.owner = np.arange(self.width) if owner is None else owner
        self.players = int(self.owner.max(initial=-1)) + 1
        self.memo = Memo() if memo is None else memo

    @cached_property
    def pool(self) -> pd.DataFrame:
        """All rows; stacking takes a while, and is not needed where hybrids are built in encoded space."""
        return stack_frames(self._foreground, self._background) if self.n else self._background

    @cached_property
    def _columns(self) -> list[Any]:
        return [self.pool.iloc[:, j].array for j in range(self.width)]

    def inputs(self, index: Ints) -> pd.DataFrame:
        columns = {
            j: column.take(index[:, player])
            for j, (column, player) in enumerate(zip(self._columns, self.owner.tolist(), strict=True))
        }
        frame = pd.DataFrame(columns, index=pd.RangeIndex(len(index)), copy=False)
        frame.columns = self.pool.columns
        return frame

    def pool_inputs(self) -> pd.DataFrame:
        return self.pool

    def foreground_inputs(self) -> pd.DataFrame:
        return self._foreground

    def background_inputs(self) -> pd.DataFrame:
        return self._background

    @cached_property
    def codes(self) -> Ints:
        return _player_codes(self._columns, self.owner, self.rows, self.players)


class MatrixSpace(Space):
    """Hybrids as matrices of encoded columns.

    Parameters
    ----------
    pool : array of shape (n + B, m)
        Encoded foreground and background rows.
    owner : array of shape (m,)
        The player that each encoded column belongs to.
    before : Space
        The same rows before they were encoded.
    names : Index or None
        Column names when the model takes a DataFrame of numbers.
    path : tuple of int
    """

    def __init__(
        self,
        pool: NDArray[Any],
        owner: Ints,
        before: Space,
        names: pd.Index[Any] | None = None,
        path: tuple[int, ...] = (),
    ) -> None:
        self.pool = pool
        self.owner = np.asarray(owner, dtype=np.int64)
        self.rows, self.width = pool.shape
        self.n, self.players, self.memo = before.n, before.players, before.memo
        self.path = path
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

    def foreground_inputs(self) -> Any:
        return self._wrapped(self.pool[: self.n])

    def background_inputs(self) -> Any:
        return self._wrapped(self.pool[self.n :])

    def _wrapped(self, rows: NDArray[Any]) -> Any:
        return rows if self.names is None else pd.DataFrame(rows, columns=self.names)

    @cached_property
    def codes(self) -> Ints:
        return _player_codes(list(self.pool.T), self.owner, self.rows, self.players)

    @cached_property
    def varying(self) -> NDArray[np.bool_]:
        other = self.pool[:1]
        differs = (self.pool != other) & ~(np.isnan(self.pool) & np.isnan(other))
        varies = np.zeros(self.players, dtype=np.bool_)
        varies[self.owner[differs.any(axis=0)]] = True
        return varies


class JointSpace(MatrixSpace):
    """Hybrids as matrices of encoded columns, some of which are made of two players' columns.

    Parameters
    ----------
    pool : array of shape (n + B, m)
        Encoded foreground and background rows.
    owner, other : arrays of shape (m,)
        The player that each encoded column belongs to, and the second one; -1 where there is none.
    encoder : fitted transformer
    before : Space
        What the encoder is given.
    """

    def __init__(
        self,
        pool: NDArray[Any],
        owner: Ints,
        other: Ints,
        encoder: Any,
        before: Space,
        names: pd.Index[Any] | None = None,
        path: tuple[int, ...] = (),
    ) -> None:
        super().__init__(pool, owner, before, names, path)
        self.other = np.asarray(other, dtype=np.int64)
        self.encoder = encoder
        self.before = before

    def matrix(self, index: Ints) -> NDArray[Any]:
        """Hybrid rows as a matrix of shape (R, m)."""
        return np.asarray(self.memo.transform(self.encoder, self.before.inputs(index)))

    @cached_property
    def codes(self) -> Ints:
        return self.before.codes

    @cached_property
    def varying(self) -> NDArray[np.bool_]:
        return self.before.varying

    def between(self, x: Ints, z: Ints) -> Floats:
        """The columns of two players where these part: one is x, the other z.

        Parameters
        ----------
        x, z : arrays of shape (P,)
            Pool rows.

        Returns
        -------
        array of shape (C, 2, P)
            For each column of two players, in their order: the owner's value from x and the other's from z;
            and the other way round.
        """
        columns = np.flatnonzero(self.other >= 0)
        owner, other = self.owner[columns], self.other[columns]
        values = np.empty((len(columns), 2, len(x)))
        for from_x in self._cuts if len(x) else ():
            for chosen in (from_x, ~from_x):
                turns = [(0, chosen[owner] & ~chosen[other]), (1, chosen[other] & ~chosen[owner])]
                rows = self.matrix(np.where(chosen, x[:, None], z[:, None]))
                for turn, parted in turns:
                    values[parted, turn] = rows[:, columns[parted]].T
        return values

    @cached_property
    def _cuts(self) -> list[NDArray[np.bool_]]:
        return self.memo.recall(("cuts", self.path), self.encoder, self._find_cuts)

    def _find_cuts(self) -> list[NDArray[np.bool_]]:
        """Few ways to split the players in two, so that the players of every column are parted by one.

        Each is found player by player, on the side that parts more of the columns that are still left.
        """
        joint = self.other >= 0
        left = np.unique(np.column_stack([self.owner, self.other])[joint], axis=0)
        cuts = []
        while len(left):
            side = np.zeros(self.players, dtype=np.bool_)
            placed = np.zeros(self.players, dtype=np.bool_)
            for player in np.unique(left):
                mates = np.concatenate([left[left[:, 0] == player, 1], left[left[:, 1] == player, 0]])
                mates = mates[placed[mates]]
                side[player] = 2 * side[mates].sum() <= len(mates)
                placed[player] = True
            cuts.append(side)
            left = left[side[left[:, 0]] == side[left[:, 1]]]
        return cuts


def _codes(values: Any) -> Ints:
    """Integer codes of one column; missing values share the code -1."""
    codes, _ = pd.factorize(values)
    return np.asarray(codes, dtype=np.int64)


def aligned(rows: pd.DataFrame, background: pd.DataFrame) -> pd.DataFrame:
    """Rows with the dtypes that they have in a pool with the background: an all-missing cell does not turn
    strings into objects.
    """
    if list(rows.dtypes) == list(background.dtypes):
        return rows
    columns = {}
    for j in range(rows.shape[1]):
        above, below = _agreed(rows.iloc[:, j], background.iloc[:, j])
        if above.dtype != below.dtype:
            above = above.astype(pd.concat([above, below.iloc[:1]]).dtype)
        columns[j] = above
    frame = pd.DataFrame(columns, index=rows.index)
    frame.columns = rows.columns
    return frame


def _player_codes(columns: Sequence[Any], owner: Ints, rows: int, players: int) -> Ints:
    """Codes by player: two rows have equal ones iff they agree in all of the player's columns."""
    codes = np.zeros((rows, players), dtype=np.int64)
    seen = np.zeros(players, dtype=np.bool_)
    for column, player in zip(columns, owner.tolist(), strict=True):
        own = _codes(column)
        if not seen[player]:
            codes[:, player], seen[player] = own, True
            continue
        _, codes[:, player] = np.unique(codes[:, player] * (own.max() + 2) + own + 1, return_inverse=True)
    return codes


def stack_frames(foreground: pd.DataFrame, background: pd.DataFrame) -> pd.DataFrame:
    """Foreground above background, column by column, keeping a column's dtype wherever both agree on one.

    A column without any value on one side takes the dtype of the other side.
    """
    if list(foreground.dtypes) == list(background.dtypes) and foreground.columns.equals(background.columns):
        return pd.concat([foreground, background], ignore_index=True)
    columns = {}
    for j in range(foreground.shape[1]):
        parts = _agreed(foreground.iloc[:, j], background.iloc[:, j])
        columns[j] = pd.concat([part.reset_index(drop=True) for part in parts], ignore_index=True)
    frame = pd.DataFrame(columns)
    frame.columns = foreground.columns
    return frame


def _agreed(above: pd.Series[Any], below: pd.Series[Any]) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """Two parts of a column, a part without values with the dtype of the other."""
    if above.dtype != below.dtype:
        if bool(above.isna().all()):
            return _all_missing(above.index, below), below
        if bool(below.isna().all()):
            return above, _all_missing(below.index, above)
    return above, below


def _all_missing(index: pd.Index[Any], like: pd.Series[Any]) -> pd.Series[Any]:
    if like.dtype.kind in "iub":
        return pd.Series(np.full(len(index), np.nan), index=index)
    return pd.Series([None] * len(index), index=index, dtype=like.dtype)
