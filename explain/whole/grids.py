"""The values of a column at which a model is looked at, and how many rows are near them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import InputError
from ..reference import Kind, as_numbers, column_kind

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAST_ROWS = 10
"""Rows that a curve needs."""

_BINS = 30
_NEAR = 0.05  # of the range on either side
_FEW_ROWS = 5
_FEW_SHARE = 0.01


@dataclass(frozen=True, eq=False)
class Grid:
    """Values of one column, each of which occurs in some row.

    Attributes
    ----------
    kind : {"number", "date", "label"}
    at : tuple of float, str or None, length G
        Numbers and dates (seconds since 1970) in ascending order, or labels by frequency; None, at the end,
        where the column has missing values.
    donor : int array of shape (G,)
        A row with that value.
    cell : int array of shape (n,)
        The point that each row belongs to: the nearest, or its label; -1 for labels that are left out.
    thin : bool array of shape (G,)
        Where few rows are near: fewer than 5, or than 1 %.
    edges, counts : arrays of shapes (H + 1,) and (H,)
        Histogram of numbers and dates; empty for labels.
    """

    kind: Kind
    at: tuple[float | str | None, ...]
    donor: Ints
    cell: Ints
    thin: NDArray[np.bool_]
    edges: Floats
    counts: Ints

    @property
    def present(self) -> int:
        """Number of points that are no missing value."""
        return len(self.at) - (self.at[-1:] == (None,))

    @property
    def share(self) -> Floats:
        """Share of the rows that belong to each point, shape (G,)."""
        held = np.bincount(self.cell[self.cell >= 0], minlength=len(self.at))
        return np.asarray(held / len(self.cell), dtype=np.float64)


def grid(column: pd.Series[Any], points: int) -> Grid:
    """Quantiles of numbers and dates, or the most frequent labels, and the missing value if there is one.

    Parameters
    ----------
    column : Series of length n
    points : int
        At most so many values, missing not counted.

    Raises
    ------
    InputError
        If fewer than two points are asked for.
    """
    if points < 2:
        raise InputError(f"Expected at least 2 points of a curve, found {points}.")
    kind = column_kind(column)
    missing = column.isna().to_numpy(dtype=bool)
    found = _labels(column, missing, points) if kind == "label" else _numbers(column, missing, points)
    at, donor, cell, near, edges, counts = found
    if missing.any():
        cell[missing] = len(at)
        at.append(None)
        donor = np.append(donor, np.flatnonzero(missing)[0])
        near = np.append(near, missing.sum())
    thin = near < max(_FEW_ROWS, _FEW_SHARE * len(column))
    return Grid(kind, tuple(at), donor.astype(np.int64), cell, thin, edges, counts)


def checked_grid(column: pd.Series[Any], points: int) -> Grid:
    """A grid of a column with enough rows and values for a curve.

    Raises
    ------
    InputError
        If there are under 10 rows, or none has a value.
    """
    if len(column) < LEAST_ROWS:
        raise InputError(f"Expected at least {LEAST_ROWS} rows for a curve, found {len(column)}.")
    values = grid(column, points)
    if not values.present:
        raise InputError(f"Expected values in column {column.name!r}, found none.")
    return values


_Found = tuple[list[float | str | None], Ints, Ints, Ints, Floats, Ints]


def _numbers(column: pd.Series[Any], missing: NDArray[np.bool_], points: int) -> _Found:
    values = as_numbers(column)
    usable = np.flatnonzero(~missing & np.isfinite(values))
    cell = np.full(len(values), -1, dtype=np.int64)
    if not len(usable):
        return [], np.zeros(0, np.int64), cell, np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.int64)
    order = usable[np.argsort(values[usable], kind="stable")]
    ordered = values[order]
    distinct, first = np.unique(ordered, return_index=True)
    if len(distinct) > points:
        places = np.round(np.linspace(0, len(ordered) - 1, points)).astype(np.int64)
        distinct, first = np.unique(ordered[places], return_index=True)
        first = places[first]
    middles = (distinct[1:] + distinct[:-1]) / 2
    cell[usable] = np.searchsorted(middles, values[usable], side="left")
    reach = _NEAR * (distinct[-1] - distinct[0])
    near = np.searchsorted(ordered, distinct + reach, "right") - np.searchsorted(
        ordered, distinct - reach, "left"
    )
    counts, edges = np.histogram(ordered, bins=min(_BINS, max(1, len(np.unique(ordered)))))
    at: list[float | str | None] = [float(value) for value in distinct]
    return at, order[first], cell, near, edges.astype(np.float64), counts.astype(np.int64)


def _labels(column: pd.Series[Any], missing: NDArray[np.bool_], points: int) -> _Found:
    codes, uniques = pd.factorize(column)
    count = np.bincount(codes[~missing], minlength=len(uniques))
    kept = np.argsort(-count, kind="stable")[:points]
    place = np.full(len(uniques) + 1, -1, dtype=np.int64)  # the last one for missing values
    place[kept] = np.arange(len(kept))
    donor = np.array([np.flatnonzero(codes == code)[0] for code in kept], dtype=np.int64)
    at: list[float | str | None] = [str(uniques[code]) for code in kept]
    return at, donor, place[codes], count[kept].astype(np.int64), np.zeros(0), np.zeros(0, np.int64)
