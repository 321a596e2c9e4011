"""Rows put into named groups by the values of one column or of two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .. import formats
from ..cuts import near, roundest, roundest_moment
from ..errors import InputError
from ..reference import as_numbers, column_kind

Ints = NDArray[np.int64]

MISSING = "(missing)"
REST = "(other labels)"
_SLACK = 0.02  # of the rows a round number may move to the next bin


@dataclass(frozen=True, eq=False)
class RowGroups:
    """Which group each row is in.

    Attributes
    ----------
    columns : tuple of str
    names : tuple of str, length G
        In the order of the values; labels in alphabetical order.
    code : array of shape (n,)
        Position of the row's group in ``names``.
    mixed : array of bool, shape (G,)
        Whether a group is a rest of rare labels, about which nothing can be concluded.
    """

    columns: tuple[str, ...]
    names: tuple[str, ...]
    code: Ints
    mixed: NDArray[np.bool_]

    def counts(self) -> Ints:
        """Rows in each group, shape (G,)."""
        return np.bincount(self.code, minlength=len(self.names))

    def take(self, rows: Ints) -> RowGroups:
        """The groups of some of the rows, under the same names."""
        return replace(self, code=self.code[rows])


def group_rows(
    frame: pd.DataFrame, columns: str | Sequence[str], *, bins: int = 4, most: int = 20
) -> RowGroups:
    """Groups by a column, or by the combinations of several that occur.

    Parameters
    ----------
    frame : DataFrame of shape (n, M)
    columns : str or sequence of str
    bins : int
        Numbers and dates with more than twice as many distinct values are cut at round numbers near their
        quantiles into so many bins.
    most : int
        Of labels the most frequent so many; the others become one mixed group.

    Returns
    -------
    RowGroups

    Raises
    ------
    InputError
        If there is no such column, or fewer than two bins are asked for.
    """
    wanted = (columns,) if isinstance(columns, str) else tuple(columns)
    absent = [name for name in wanted if name not in frame.columns]
    if absent or not wanted:
        raise InputError(
            f"Expected columns out of {', '.join(map(str, frame.columns))}; found {absent or 'none'}."
        )
    if bins < 2 or most < 1:
        raise InputError(f"Expected at least 2 bins and 1 label, found bins={bins}, most={most}.")
    parts = [_single(frame[name], bins, most) for name in wanted]
    shape = [len(names) for names, _, _ in parts]
    joint = np.ravel_multi_index([code for _, code, _ in parts], shape)
    occurs = np.bincount(joint, minlength=int(np.prod(shape))) > 0
    chosen = list(
        zip(*(place.tolist() for place in np.unravel_index(np.flatnonzero(occurs), shape)), strict=True)
    )
    names = tuple(", ".join(part[0][j] for part, j in zip(parts, places, strict=True)) for places in chosen)
    mixed = [any(part[2][j] for part, j in zip(parts, places, strict=True)) for places in chosen]
    return RowGroups(wanted, names, (np.cumsum(occurs) - 1)[joint].astype(np.int64), np.array(mixed))


def _single(column: pd.Series[Any], bins: int, most: int) -> tuple[list[str], Ints, list[bool]]:
    """Names, codes and which names are mixed, of one column."""
    kind = column_kind(column)
    if kind == "label":
        return _labels(column, most)
    values = as_numbers(column)
    present = np.sort(values[np.isfinite(values)])
    distinct = np.unique(present)
    gone = ~np.isfinite(values)

    def shown(value: float) -> str:
        return formats.coordinate(value, kind)

    if len(distinct) <= 2 * bins:
        names = [shown(value) for value in distinct.tolist()]
        code = np.searchsorted(distinct, values)
    else:
        cuts = _cuts(present, bins, kind == "date")
        names = [
            f"up to {shown(cuts[0])}",
            *[f"above {shown(a)} to {shown(b)}" for a, b in pairwise(cuts)],
            f"above {shown(cuts[-1])}",
        ]
        code = np.searchsorted(np.array(cuts), values, side="left")
    if gone.any():
        code = np.where(gone, len(names), code)
        names.append(MISSING)
    return names, code.astype(np.int64), [False] * len(names)


def _cuts(ordered: NDArray[np.float64], bins: int, dates: bool) -> list[float]:
    """Where to cut for about equal numbers of rows; values up to and including a cut are below it."""
    n = len(ordered)
    choose = roundest_moment if dates else roundest
    cuts = []
    for part in range(1, bins):
        below = min(n - 1, max(1, round(part * n / bins)))
        cut = choose(*near(ordered, below, int(_SLACK * n)))
        if ordered[0] <= cut < ordered[-1]:
            cuts.append(cut)
    return sorted(set(cuts)) or [float(ordered[0])]


def _labels(column: pd.Series[Any], most: int) -> tuple[list[str], Ints, list[bool]]:
    codes, levels = pd.factorize(column)
    names = [str(level) for level in levels]
    counts = np.bincount(codes[codes >= 0], minlength=len(names))
    frequent = np.argsort(-counts, kind="stable")[:most]
    kept = sorted(frequent.tolist(), key=lambda j: names[j])
    place = np.full(len(names) + 1, len(kept), dtype=np.int64)
    place[kept] = np.arange(len(kept))
    place[-1] = len(kept) + 1  # code -1: missing
    code = place[codes]
    shown = [names[j] for j in kept]
    everything = [*shown, REST, MISSING]
    used = [True] * len(shown) + [bool((code == len(kept)).any()), bool((code == len(kept) + 1).any())]
    compact = np.cumsum(used) - 1
    return (
        [name for name, use in zip(everything, used, strict=True) if use],
        compact[code].astype(np.int64),
        [name is REST for name, use in zip(everything, used, strict=True) if use],
    )
