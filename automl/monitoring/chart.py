"""What a chart of a column shows: shares of the old rows and of the new ones, bar by bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from automl.data import Column
from automl.monitoring.counts import Counts, Grid, is_listed
from explain.stored import Stored

__all__ = ["Chart", "chart_of"]

_MOST_LABELS = 12
_LABEL = 60


@dataclass(frozen=True)
class Chart(Stored):
    """Shares of the rows that have a value.

    Attributes
    ----------
    before, after : tuple of float
        One share a bar.
    ends : tuple of float
        Of the bars of numbers, one more than bars (dates: seconds since 1970); the outer bars hold what lies
        further out, too.
    values : tuple of float
        Of numbers with a bar for each value.
    labels : tuple of str
        Of labels.
    """

    before: tuple[float, ...] = ()
    after: tuple[float, ...] = ()
    ends: tuple[float, ...] = ()
    values: tuple[float, ...] = ()
    labels: tuple[str, ...] = ()


def chart_of(grid: Grid, before: Counts, after: Counts, column: Column | None) -> Chart:
    """The bars of a column.

    Parameters
    ----------
    grid : Grid
    before, after : Counts
    column : Column or None
        Of the schema, which has the labels; None for what is predicted.
    """
    if is_listed(grid.kind):
        return _of_labels(grid, before, after, () if column is None else column.categories or ())
    if grid.bars:
        at = np.searchsorted(grid.cuts, grid.bars[1:-1])
        return Chart(_between(before, at), _between(after, at), ends=grid.bars)
    shares = [_shares(each) for each in (before, after)]
    # Above the last value there was nothing; new values there, or between two others, join the next bar.
    values = grid.cuts
    if shares[1] and shares[1][-1] and after.maximum is not None:
        values = (*values, after.maximum)
    return Chart(shares[0][: len(values)], shares[1][: len(values)], values=values)


def _shares(counts: Counts) -> tuple[float, ...]:
    return tuple(each / max(counts.present, 1) for each in counts.cells)


def _between(counts: Counts, at: np.ndarray[tuple[int], np.dtype[np.intp]]) -> tuple[float, ...]:
    upto = np.concatenate([[0.0], counts.cumulated()[at], [1.0 if counts.present else 0.0]])
    return tuple(float(share) for share in np.diff(upto))


def _of_labels(grid: Grid, before: Counts, after: Counts, categories: Sequence[str]) -> Chart:
    one, two = _shares(before), _shares(after)
    # The most frequent of either table come first; what is rare in both is put together.
    order = sorted(range(grid.levels), key=lambda i: -max(one[i], two[i]))
    shown, rest = order[:_MOST_LABELS], order[_MOST_LABELS:]
    labels = [_shortened(categories[i]) for i in shown]
    first, second = [one[i] for i in shown], [two[i] for i in shown]
    others = sum(one[i] for i in rest) + one[-2], sum(two[i] for i in rest) + two[-2]
    more = len(categories) - len(shown)
    if more > 0:
        labels, first, second = [*labels, f"{more:,} more"], [*first, others[0]], [*second, others[1]]
    if two[-1]:
        labels, first, second = [*labels, "not seen before"], [*first, one[-1]], [*second, two[-1]]
    return Chart(tuple(first), tuple(second), labels=tuple(labels))


def _shortened(label: str) -> str:
    return label if len(label) <= _LABEL else label[: _LABEL - 1] + "…"
