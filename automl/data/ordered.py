"""Splits along time: what judges a model is later than what it learned from."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..errors import DataError

__all__ = ["expanding_windows", "periods"]

_LEARNED_FIRST = 0.5  # of the training rows: an early model of few rows would weaken the vote
_LEAST_JUDGED = 0.1  # of the training rows

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def expanding_windows(
    times: Floats, classes: Ints | None, held: int, count: int, judged: int | None = None
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int8], int]:
    """Hold out the latest rows and cut the second half of the others into consecutive folds.

    Rows of the same time are never separated. A fold is judged by a model that learned from all earlier rows
    (see `Split.learns`): an expanding window, also called forward chaining.

    Parameters
    ----------
    times : array of float, shape (rows,)
    classes : array of int, shape (rows,), optional
        Codes; every class must have occurred before the first fold.
    held : int
        Rows of the holdout, about.
    count : int
        Folds at most; there are fewer when there are fewer times.
    judged : int, optional
        Rows of all folds, about; default half of the training rows.

    Returns
    -------
    (array of bool, array of int8, int)
        Rows of the holdout; the fold of each row that is not in it, in the order of the rows, -1 for those
        before the first fold; the number of folds.

    Raises
    ------
    DataError
        If there are too few distinct times, or a class occurs too late.
    """
    order = np.argsort(times, kind="stable")
    edges = np.flatnonzero(np.diff(times[order], prepend=-np.inf, append=np.inf))
    rows = len(times)
    if len(edges) - 1 < 2 + (held > 0):
        raise DataError(
            f"Expected at least {2 + (held > 0)} different times to judge later rows by earlier ones, found "
            f"{len(edges) - 1}.",
            fix="Choose another column for the time, or none.",
        )
    # The holdout leaves two times at least, and takes one.
    end = _nearest(edges[2:-1], rows - held) if held else rows
    first = _nearest(edges[1:], min(end - (judged or end * (1 - _LEARNED_FIRST)), edges[edges < end][-1]))
    if classes is not None:
        known = int(np.max(np.unique(classes[order], return_index=True)[1])) + 1
        first = max(first, int(edges[np.searchsorted(edges, known)]))
        if end - first < min(_LEAST_JUDGED * end, judged or np.inf):
            raise DataError(
                f"Expected every class of the target among the earliest {1 - _LEAST_JUDGED:.0%} of the rows "
                f"that are learned from, but one occurs for the first time in row {known:,} of {rows:,} in "
                "order of time: no model could know it before.",
                fix="Leave out the rows of the class that came late, merge it, or split without the time.",
            )
    cuts = sorted(
        {_nearest(edges[(edges >= first) & (edges <= end)], c) for c in np.linspace(first, end, count + 1)}
    )
    fold_in_order = np.searchsorted(cuts, np.arange(rows), side="right") - 1
    fold = np.empty(rows, dtype=np.int8)
    fold[order] = np.minimum(fold_in_order, len(cuts) - 2)
    held_rows = np.zeros(rows, dtype=bool)
    held_rows[order[end:]] = True
    return held_rows, fold[~held_rows], len(cuts) - 1


def periods(times: Floats, classes: Ints | None, count: int) -> tuple[npt.NDArray[np.int8], int]:
    """Cut rows into consecutive periods of about equal size, the latest being number 0.

    Parameters
    ----------
    times : array of float, shape (rows,)
    classes : array of int, shape (rows,), optional
        Rows of a class that occurs in a single period get -1.
    count : int
        Periods at most.

    Returns
    -------
    (array of int8, int)
        The period of each row, and how many there are.
    """
    order = np.argsort(-times, kind="stable")
    edges = np.flatnonzero(np.diff(-times[order], prepend=-np.inf, append=np.inf))
    cuts = sorted({_nearest(edges, cut) for cut in np.linspace(0, len(times), count + 1)})
    period = np.empty(len(times), dtype=np.int8)
    period[order] = np.searchsorted(cuts, np.arange(len(times)), side="right") - 1
    if classes is not None:
        for label in np.unique(classes):
            of_label = classes == label
            if len(np.unique(period[of_label])) == 1:
                period[of_label] = -1
    return period, len(cuts) - 1


def _nearest(edges: Ints, position: float) -> int:
    return int(edges[np.argmin(np.abs(edges - position))])
