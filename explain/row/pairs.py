"""Pairs of values that no training row holds together, though many rows should if the two were unrelated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .. import formats
from ..reference import Reference
from .distance import Floats, coded, codes_of, numbers_of
from .seen import SeenColumn

Ints = NDArray[np.int64]

EXPECTED = 10.0
"""So many rows must be expected for none to mean something: if the columns were unrelated, a count of none
would then come up less than once in 20,000 pairs (Poisson)."""

_BINS = 10  # of numbers and dates, by quantiles
_LABELS = 24  # labels told apart; the others are one
_MISSING, _RARE, _FIRST = 0, 1, 2


class Pairs:
    """Which values go together.

    Parameters
    ----------
    columns : sequence of SeenColumn, length M
    rows : DataFrame of shape (N, M)
        Training rows.
    """

    def __init__(self, columns: tuple[SeenColumn, ...], rows: pd.DataFrame) -> None:
        self._bins = [_Bins.of(column.reference, rows.iloc[:, j]) for j, column in enumerate(columns)]
        self._start = np.concatenate([[0], np.cumsum([bins.count for bins in self._bins])]).astype(np.int64)
        from scipy import sparse  # only to count: stored flags are read without it

        numbers = self.bins(rows)
        n, m = numbers.shape
        ones = np.ones(n * m, dtype=np.int32)
        shape = (n, int(self._start[-1]))
        held = sparse.csr_array((ones, numbers.ravel(), np.arange(n + 1) * m), shape=shape)
        together = (held.T @ held).toarray()
        counts = np.diagonal(together).astype(np.float64)
        self._never = (together == 0) & (np.outer(counts, counts) >= EXPECTED * n)
        for j in range(m):
            self._never[self._start[j] : self._start[j + 1], self._start[j] : self._start[j + 1]] = False
            self._never[self._start[j] + _RARE] = self._never[:, self._start[j] + _RARE] = False

    def bins(self, rows: pd.DataFrame) -> Ints:
        """The class of each value, numbered through all columns; shape (n, M)."""
        numbers = [self.bins_of(j, rows.iloc[:, j]) for j in range(len(self._bins))]
        return np.stack(numbers, axis=1) if numbers else np.zeros((len(rows), 0), dtype=np.int64)

    def bins_of(self, j: int, column: pd.Series[Any]) -> Ints:
        """The classes of the values of one column."""
        return np.asarray(self._start[j] + self._bins[j].number(column), dtype=np.int64)

    def never(self, first: Ints, second: Ints) -> NDArray[np.bool_]:
        """Whether two classes never occur in one training row though they are to be expected."""
        never: NDArray[np.bool_] = self._never[first, second]
        return never

    def found(self, bins: Ints, j: int) -> list[int]:
        """The columns of a row (bins of shape (M,)) whose values never go with that of column ``j``."""
        return [int(other) for other in np.flatnonzero(self.never(bins[j], bins))]

    def words(self, j: int, row: pd.DataFrame) -> str:
        """A row's class in a column, in words."""
        return self._bins[j].words(row.iloc[:, j])


@dataclass(frozen=True, eq=False)
class _Bins:
    """Classes of one column: missing; rare labels and unseen ones; then labels, or numbers by quantile."""

    reference: Reference
    edges: Floats
    labels: dict[str, int]

    @classmethod
    def of(cls, reference: Reference, values: pd.Series[Any]) -> _Bins:
        if reference.kind == "label":
            counts = values.dropna().astype(str).value_counts()
            return cls(reference, np.zeros(0), codes_of(counts.index[:_LABELS]))
        numbers = numbers_of(values, reference.kind)
        numbers = numbers[np.isfinite(numbers)]
        edges = np.zeros(0)
        if len(numbers):
            inner = np.linspace(0, 1, _BINS + 1)[1:-1]
            edges = np.unique(np.quantile(numbers, inner, method="inverted_cdf"))
        return cls(reference, edges, {})

    @property
    def count(self) -> int:
        return _FIRST + (len(self.labels) if self.reference.kind == "label" else len(self.edges) + 1)

    def number(self, values: pd.Series[Any]) -> Ints:
        absent = np.asarray(pd.isna(values.array), dtype=np.bool_)
        if self.reference.kind == "label":
            numbers = _FIRST + coded(values, self.labels, _RARE - _FIRST)
        else:
            place = np.searchsorted(self.edges, numbers_of(values, self.reference.kind), side="left")
            numbers = _FIRST + place
        return np.where(absent, _MISSING, numbers).astype(np.int64)

    def words(self, value: pd.Series[Any]) -> str:
        shown = formats.cell(value.iloc[0], self.reference)
        if self.reference.kind == "label" or formats.is_missing(value.iloc[0]) or not len(self.edges):
            return shown
        place = int(self.number(value)[0]) - _FIRST
        low = formats.position(self.edges[place - 1], self.reference) if place > 0 else None
        high = formats.position(self.edges[place], self.reference) if place < len(self.edges) else None
        if low is None:
            return f"at most {high}"
        return f"above {low}" if high is None else f"above {low} and up to {high}"
