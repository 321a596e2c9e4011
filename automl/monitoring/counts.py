"""A column as counts: where its values lie, in cells that are the same for old rows and for new ones.

Counts of parts of a table add up to those of the table, so a file of any size is counted piece by piece; and
what has to be known of the old rows is small and holds no row.
"""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl.data import Column, Kind
from explain.stored import Stored

__all__ = ["Counts", "Grid", "as_numbers", "count", "count_numbers", "grid_of", "is_listed", "number_grid"]

Floats = NDArray[np.float64]

_WORDS = 32
_BARS = 20
_TAIL = 0.005
_DIGITS = 7


@dataclass(frozen=True)
class Grid(Stored):
    """The cells into which the values of a column are counted.

    Attributes
    ----------
    name : str
        Of the column, or of what is predicted.
    kind : str
        As `automl.data.Kind` names it.
    cuts : tuple of float
        Ascending. Numbers are counted up to each cut (included) and above the last; dates as seconds since
        1970, texts by their number of characters.
    bars : tuple of float
        The ends of the bars of a histogram, all but the outer two of them cuts; empty where each cut is a
        value and gets a bar of its own.
    discrete : bool
        Whether the cuts are all values that there were.
    levels : int
        So many of the schema's categories have a cell of their own; then come the other known ones, and those
        that the schema does not know.
    """

    name: str
    kind: str
    cuts: tuple[float, ...] = ()
    bars: tuple[float, ...] = ()
    discrete: bool = False
    levels: int = 0

    @property
    def cells(self) -> int:
        """How many cells there are."""
        return self.levels + 2 if is_listed(self.kind) else len(self.cuts) + 1


@dataclass(frozen=True)
class Counts(Stored):
    """How many values lie in each cell.

    Attributes
    ----------
    rows, missing : int
    cells : tuple of int
        In the order of the grid; they add up to the rows that have a value.
    words : tuple of int
        Texts only: of each text one word, drawn by the text itself, in buckets by its hash. One word a text
        keeps rows independent, which all words of it would not be.
    minimum, maximum : float or None
    total : float
        Sum of the numbers, to which texts and dates are made, too.
    below, above : float
        By how much numbers lie below the first cut and above the last one, all together.
    """

    rows: int
    missing: int
    cells: tuple[int, ...]
    words: tuple[int, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    total: float = 0.0
    below: float = 0.0
    above: float = 0.0

    @property
    def present(self) -> int:
        """Rows that have a value."""
        return self.rows - self.missing

    @property
    def mean(self) -> float | None:
        """Mean of the numbers."""
        return self.total / self.present if self.present else None

    def cumulated(self) -> Floats:
        """Share of the values up to each cut."""
        return np.asarray(np.cumsum(self.cells[:-1]) / max(self.present, 1), dtype=np.float64)

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            rows=self.rows + other.rows,
            missing=self.missing + other.missing,
            cells=_sums(self.cells, other.cells),
            words=_sums(self.words, other.words),
            minimum=_extreme(min, self.minimum, other.minimum),
            maximum=_extreme(max, self.maximum, other.maximum),
            total=self.total + other.total,
            below=self.below + other.below,
            above=self.above + other.above,
        )


def is_listed(kind: str) -> bool:
    """Whether the values of such a column are labels."""
    return kind in (Kind.BOOLEAN, Kind.CATEGORY, Kind.CONSTANT, Kind.IDENTIFIER)


def grid_of(column: Column, values: pd.Series[Any], *, cuts: int, levels: int) -> Grid:
    """Cells for a column, from the rows that others will be compared with.

    Parameters
    ----------
    column : Column
    values : Series
        Canonical values.
    cuts, levels : int
        How many there may be.
    """
    if is_listed(column.kind):
        return Grid(column.name, column.kind.value, levels=min(levels, len(column.categories or ())))
    return number_grid(column.name, column.kind.value, as_numbers(column, values), cuts=cuts)


def number_grid(name: str, kind: str, numbers: Floats, *, cuts: int) -> Grid:
    """Cells for numbers: a cut at each value where there are few, else at their quantiles.

    At a cut the distribution of both tables is known exactly, so that the largest gap over the cuts is never
    larger than that over all values: a test by it raises no more false alarms.
    """
    known = np.sort(numbers[~np.isnan(numbers)])
    if not len(known):
        return Grid(name, kind, discrete=True)
    distinct = known[np.append(True, known[1:] != known[:-1])]
    if len(distinct) <= min(cuts, _BARS + 4):
        return Grid(name, kind, cuts=tuple(distinct.tolist()), discrete=True)
    low, high = known[int(_TAIL * (len(known) - 1))], known[math.ceil((1 - _TAIL) * (len(known) - 1))]
    if low == high:  # nearly all rows have one value
        low, high = known[0], known[-1]
    bars = _round_ends(np.linspace(low, high, _BARS + 1), whole=kind == Kind.DATETIME)
    if len(distinct) <= cuts:
        places = distinct
    else:
        shares = np.linspace(0, 1, max(cuts - _BARS, 2))
        places = _rounded(known[(shares * (len(known) - 1)).astype(np.int64)], whole=kind == Kind.DATETIME)
    found = np.unique(np.concatenate([places, bars[1:-1]]))
    return Grid(name, kind, cuts=tuple(found.tolist()), bars=tuple(bars.tolist()))


def as_numbers(column: Column, values: pd.Series[Any]) -> Floats:
    """Values as the numbers that are cut: dates as seconds since 1970, texts as their length; or NaN."""
    if column.kind == Kind.DATETIME:
        stamps = values.to_numpy(dtype="datetime64[us]")
        seconds = stamps.astype(np.int64) / 1e6
        return np.where(np.isnat(stamps), np.nan, seconds)
    if column.kind == Kind.TEXT:
        return np.asarray(values.str.len().to_numpy(dtype=np.float64, na_value=np.nan), dtype=np.float64)
    return values.to_numpy(dtype=np.float64, na_value=np.nan)


def count(grid: Grid, column: Column, values: pd.Series[Any]) -> Counts:
    """Count the canonical values of a column."""
    if is_listed(column.kind):
        return _count_labels(grid, column, values)
    found = count_numbers(grid, as_numbers(column, values))
    return replace(found, words=_count_words(values)) if column.kind == Kind.TEXT else found


def count_numbers(grid: Grid, numbers: Floats) -> Counts:
    """Count numbers, NaN for missing ones."""
    known = numbers[~np.isnan(numbers)]
    cells = np.bincount(
        np.searchsorted(np.asarray(grid.cuts, dtype=np.float64), known, side="left"), minlength=grid.cells
    )
    return Counts(
        rows=len(numbers),
        missing=len(numbers) - len(known),
        cells=tuple(cells.tolist()),
        minimum=float(known.min()) if len(known) else None,
        maximum=float(known.max()) if len(known) else None,
        total=float(known.sum()),
        below=float(np.maximum(grid.cuts[0] - known, 0.0).sum()) if grid.cuts else 0.0,
        above=float(np.maximum(known - grid.cuts[-1], 0.0).sum()) if grid.cuts else 0.0,
    )


def _count_labels(grid: Grid, column: Column, values: pd.Series[Any]) -> Counts:
    place = {label: min(i, grid.levels) for i, label in enumerate(column.categories or ())}
    cells = np.zeros(grid.cells, dtype=np.int64)
    found = values.value_counts()
    for label, number in zip(found.index.tolist(), found.tolist(), strict=True):
        cells[place.get(label, grid.levels + 1)] += number
    return Counts(rows=len(values), missing=int(len(values) - cells.sum()), cells=tuple(cells.tolist()))


def _count_words(values: pd.Series[Any]) -> tuple[int, ...]:
    buckets = np.zeros(_WORDS, dtype=np.int64)
    found = values.value_counts()
    for text, number in zip(found.index.tolist(), found.tolist(), strict=True):
        words = text.casefold().split()
        if words:
            drawn = words[zlib.crc32(text.encode("utf-8", "replace")) % len(words)]
            buckets[zlib.crc32(drawn.encode("utf-8", "replace")) % _WORDS] += number
    return tuple(buckets.tolist())


def _rounded(values: Floats, *, whole: bool) -> Floats:
    """Numbers with few digits: they are written to a file, and need not be values of any row."""
    if whole:
        return np.round(values)
    return np.array([float(f"{value:.{_DIGITS}g}") for value in values])


def _round_ends(ends: Floats, *, whole: bool) -> Floats:
    """Ends of bars with no more digits than their width calls for."""
    width = float(ends[1] - ends[0])
    digits = 0 if not width > 0 else 1 - math.floor(math.log10(width))
    rounded = np.unique(np.round(ends, min(digits, 0) if whole and width >= 1 else digits))
    return np.asarray(rounded if len(rounded) > 2 else ends, dtype=np.float64)


def _sums(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(a + b for a, b in zip(one, other, strict=True))


def _extreme(of: Any, one: float | None, other: float | None) -> float | None:
    known = [value for value in (one, other) if value is not None]
    return of(known) if known else None
