"""New rows held against the reviewed schema of a model: their distributions, from counts of their values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from automl.data import Column, Finding
from automl.data.review import Distribution, codes, compare_column
from automl.monitoring.counts import Counts, Grid, is_listed

if TYPE_CHECKING:  # it loads what scores, and a look at a file does not
    from automl.monitoring.watched import Watched

__all__ = ["distribution", "skewed", "untold"]

_BARS = 10
_OTHERS, _UNKNOWN = "(other values)", "(values that the schema does not know)"
_RANGE = {*codes.TOO_SMALL.values(), *codes.TOO_BIG.values(), codes.TOO_EARLY, codes.TOO_LATE}
_SAME = {
    "missing_column": {codes.MISSING_COLUMN},
    "new_missing": {codes.MISSING, codes.NOT_PRESENT},
    "unseen_category": {codes.DOMAIN, codes.TYPE, *_RANGE},
    "out_of_range": _RANGE,
    "changed_kind": {codes.TYPE},
    "unreadable_values": {codes.TYPE},
}
"""What is the same as an anomaly, of the same column, and need not be told beside it."""


def skewed(watched: Watched, counts: Sequence[Counts]) -> list[Finding]:
    """Columns that differ from the rows learned from by more than the reviewed schema allows.

    Parameters
    ----------
    watched : Watched
    counts : sequence of Counts
        Of the new rows, in the order of the reference; empty where nothing was counted.
    """
    reviewed = watched.reviewed
    if reviewed is None or not counts:
        return []
    found = []
    for profile, now in zip(watched.reference.columns, counts, strict=True):
        name = profile.name
        if name not in reviewed or reviewed[name].skew is None:
            continue
        kind, column = reviewed.cell_type(name), watched.schema[name]
        old, new = (distribution(profile.grid, each, column, kind) for each in (profile.counts, now))
        found += compare_column(reviewed[name], kind, old, new, "skew")
    return found


def untold(differences: Iterable[Finding], anomalies: Iterable[Finding]) -> list[Finding]:
    """The differences that no anomaly of the same column tells already."""
    told = {(each.column, each.code) for each in anomalies}
    return [
        each
        for each in differences
        if not any((each.column, code) in told for code in _SAME.get(each.code, ()))
    ]


def distribution(grid: Grid, counts: Counts, column: Column, kind: str) -> Distribution:
    """The values of a column as a distribution, from how many lie in each cell.

    Of numbers, bars of equal width are read from the counts up to the cuts, on straight lines between them.

    Parameters
    ----------
    grid : Grid
    counts : Counts
    column : Column
        A number, or labels.
    kind : {"INT", "FLOAT", "BYTES"}
        What its cells look like: labels that are numbers count as numbers.
    """
    if is_listed(column.kind):
        labels = (column.categories or ())[: grid.levels]
        known = dict(zip(labels, counts.cells, strict=False))
        if kind == "BYTES":
            others, unknown = counts.cells[grid.levels :]
            return Distribution.of_labels({**known, _OTHERS: others, _UNKNOWN: unknown})
        values, weights = [float(label) for label in known], list(known.values())
        return _bars(values, weights)
    if counts.minimum is None or counts.maximum is None:
        return Distribution(0.0)
    low, high = counts.minimum, counts.maximum
    if grid.discrete:
        return _bars([*grid.cuts, max(high, *grid.cuts)], counts.cells)
    if low == high:
        return Distribution.of_bars((low, high), (counts.present,))
    up_to = np.cumsum(counts.cells[:-1])
    inside = [place for place, cut in enumerate(grid.cuts) if low < cut < high]
    ends = [low, *(grid.cuts[place] for place in inside), high]
    below = [0, *(up_to[place] for place in inside), counts.present]
    edges = np.linspace(low, high, _BARS + 1)
    return Distribution.of_bars(edges.tolist(), np.diff(np.interp(edges, ends, below)).tolist())


def _bars(values: Sequence[float], weights: Sequence[int]) -> Distribution:
    """Single values, each so many times."""
    there = [(value, weight) for value, weight in zip(values, weights, strict=True) if weight]
    if not there:
        return Distribution(0.0)
    numbers, times = (np.array(each, dtype=np.float64) for each in zip(*there, strict=True))
    low, high = float(numbers.min()), float(numbers.max())
    if low == high:
        return Distribution.of_bars((low, high), (float(times.sum()),))
    edges = np.linspace(low, high, _BARS + 1)
    return Distribution.of_bars(edges.tolist(), np.histogram(numbers, bins=edges, weights=times)[0].tolist())
