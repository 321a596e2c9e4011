"""How far apart raw rows are: numbers, dates, labels and missing values in one measure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..reference import as_numbers, column_kind

Floats = NDArray[np.float64]

_BLOCK = 4_000_000  # distances held at once
_NONE, _UNSEEN = -1, -2  # codes of missing labels, and of those in no training row


@dataclass(frozen=True, eq=False)
class Places:
    """Rows as a :class:`Distance` sees them.

    Attributes
    ----------
    values : float32 array of shape (M, n)
        Numbers and dates in units of their spread; codes of labels.
    missing : bool array of shape (M, n)
        Missing numbers and dates, which stand at the median.
    """

    values: NDArray[np.float32]
    missing: NDArray[np.bool_]

    @property
    def rows(self) -> int:
        """Number n of rows."""
        return int(self.values.shape[1])

    def take(self, rows: Any) -> Places:
        """Some of the rows."""
        return Places(self.values[:, rows], self.missing[:, rows])


@dataclass(frozen=True, eq=False)
class Distance:
    """A sum over the columns of how much two rows differ.

    Two numbers (or dates) differ by their difference over the column's spread, which is the mean difference
    of two training rows (Gini's mean difference, of values between the 1 % and 99 % quantiles): so 1 is an
    ordinary difference in every column. Two labels differ by 1 or not at all, with missing as a label of its
    own. A missing number stands at the median, and a further 1 away from every number. All parts are
    distances in the plane of absolute differences (L1), as those of Gower (1971) are, but scaled by what is
    usual and not by the range.

    Attributes
    ----------
    kinds : tuple of {"number", "date", "label"}, length M
    median, spread : arrays of shape (M,)
        Of numbers, and of dates in seconds; 0 and 1 for labels.
    labels : tuple of dict or None, length M
        Codes of the labels.
    """

    kinds: tuple[str, ...]
    median: Floats
    spread: Floats
    labels: tuple[dict[str, int] | None, ...]

    @classmethod
    def of(cls, training: pd.DataFrame) -> Distance:
        """The measure that suits some training rows."""
        columns = [training.iloc[:, j] for j in range(training.shape[1])]
        kinds = tuple(column_kind(column) for column in columns)
        median, spread = np.zeros(len(columns)), np.ones(len(columns))
        labels: list[dict[str, int] | None] = []
        for j, (column, kind) in enumerate(zip(columns, kinds, strict=True)):
            if kind == "label":
                labels.append(codes_of(column.dropna().astype(str).unique()))
                continue
            labels.append(None)
            values = as_numbers(column)
            values = values[np.isfinite(values)]
            if len(values):
                median[j] = np.quantile(values, 0.5, method="inverted_cdf")
                spread[j] = _spread(values)
        return cls(kinds, median, spread, tuple(labels))

    def places(self, rows: pd.DataFrame) -> Places:
        """Rows with the training rows' columns, ready to be compared."""
        values = np.zeros((len(self.kinds), len(rows)), dtype=np.float32)
        missing = np.zeros(values.shape, dtype=np.bool_)
        for j in range(len(self.kinds)):
            values[j], missing[j] = self.place(j, rows.iloc[:, j])
        return Places(values, missing)

    def place(self, j: int, column: pd.Series[Any]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Values and missing marks of one column."""
        known = self.labels[j]
        absent = np.asarray(pd.isna(column.array), dtype=np.bool_)
        if known is not None:
            codes = np.where(absent, _NONE, coded(column, known, _UNSEEN))
            return codes.astype(np.float32), np.zeros(len(column), dtype=np.bool_)
        scaled = (numbers_of(column, self.kinds[j]) - self.median[j]) / self.spread[j]
        scaled[absent] = 0.0
        return np.clip(scaled, -1e6, 1e6).astype(np.float32), absent

    def by_column(self, rows: Places, others: Places) -> NDArray[np.float32]:
        """Parts of the distance between rows and others, pair by pair, shape (M, n)."""
        apart = np.abs(rows.values - others.values)
        label = np.array([known is not None for known in self.labels])
        apart[label] = (apart[label] > 0) | (rows.values[label] == _UNSEEN)
        return np.asarray(apart + (rows.missing != others.missing), dtype=np.float32)

    def between(self, rows: Places, others: Places) -> NDArray[np.float32]:
        """Distances of each row to each of the others, shape (n, N)."""
        total = np.zeros((rows.rows, others.rows), dtype=np.float32)
        for j, known in enumerate(self.labels):
            here, there = rows.values[j][:, None], others.values[j]
            if known is not None:
                total += (here != there) | (here == _UNSEEN)
                continue
            total += np.abs(here - there)
            if rows.missing[j].any() or others.missing[j].any():
                total += rows.missing[j][:, None] != others.missing[j]
        return total

    def nearest(
        self, rows: Places, others: Places, k: int = 1, *, without: NDArray[np.int64] | None = None
    ) -> tuple[Floats, NDArray[np.int64]]:
        """Distances and positions of the ``k`` nearest of the others, nearest first, ties by position.

        Parameters
        ----------
        rows, others : Places
        k : int
        without : array of shape (n,), optional
            For each row the position of one that does not count: itself.

        Returns
        -------
        (distances, positions) : arrays of shape (n, min(k, N))
        """
        k = min(k, others.rows)
        far, where = np.zeros((rows.rows, k)), np.zeros((rows.rows, k), dtype=np.int64)
        step = max(1, _BLOCK // max(1, others.rows))
        for start in range(0, rows.rows, step):
            block = np.arange(start, min(rows.rows, start + step))
            apart = self.between(rows.take(block), others)
            if without is not None:
                apart[np.arange(len(block)), without[block]] = np.inf
            if k == 1:
                order = apart.argmin(axis=1)[:, None]
            elif 4 * k < others.rows:
                edge = np.partition(apart, k - 1, axis=1)[:, k - 1]
                order = np.stack([_first(line, limit, k) for line, limit in zip(apart, edge, strict=True)])
            else:
                order = np.argsort(apart, axis=1, kind="stable")[:, :k]
            where[block] = order
            far[block] = np.take_along_axis(apart, order, axis=1)
        return far, where


def _first(line: NDArray[np.float32], limit: np.float32, k: int) -> NDArray[np.int64]:
    """The k smallest of a line of distances, of which ``limit`` is the last."""
    near = np.flatnonzero(line <= limit)
    chosen: NDArray[np.int64] = near[np.argsort(line[near], kind="stable")[:k]]
    return chosen


def codes_of(labels: Any) -> dict[str, int]:
    """Labels numbered from 0."""
    return {str(label): code for code, label in enumerate(labels)}


def coded(column: pd.Series[Any], codes: dict[str, int], unknown: int) -> NDArray[np.int64]:
    """Codes of the labels in a column, shape (n,); what missing values get has no meaning."""
    return np.array([codes.get(str(label), unknown) for label in column.tolist()], dtype=np.int64)


def numbers_of(column: pd.Series[Any], kind: str) -> Floats:
    """Numbers, or dates in seconds, of a column that may have another dtype than the training rows'."""
    if kind == "number" and column.dtype == np.float64:  # the usual case, for single rows at a few ms
        return np.array(column.array, dtype=np.float64)
    if kind == "date" and not pd.api.types.is_datetime64_any_dtype(column.dtype):
        column = pd.to_datetime(column, errors="coerce")
    elif kind == "number" and not pd.api.types.is_numeric_dtype(column.dtype):
        column = pd.to_numeric(column, errors="coerce")
    return as_numbers(column).copy()


def _spread(values: Floats) -> float:
    """Mean absolute difference of two of the values; 1 where all are equal."""
    for kept in (np.clip(values, *np.quantile(values, [0.01, 0.99])), values):
        ordered, n = np.sort(kept), len(kept)
        weights = 2.0 * np.arange(1, n + 1) - n - 1
        spread = 2.0 * float(((ordered - ordered[0]) * weights).sum()) / n**2
        if np.isfinite(spread) and spread > 0:
            return spread
    return 1.0
