"""The sealed holdout and the folds: which rows a candidate learns from and which judge it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import DataError, SettingError

__all__ = ["HOLDOUT_FROM", "Split", "split"]

HOLDOUT_FROM = 2_000
_HOLDOUT_SHARE = 0.2
_HOLDOUT_ROWS = 2_500
_FOLDS = ((1_000, 8), (20_000, 5), (100_000, 3))
_ONE_FOLD_SHARE = 0.1
_ONE_FOLD_ROWS = 25_000
_BINS = 20

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Split:
    """Who learns from what.

    Parameters
    ----------
    holdout : array of int
        Positions of the rows that are opened once, at the very end; empty when there are none.
    train : array of int
        Positions of all other rows, ascending.
    fold : array of int8, as long as `train`
        For each training row the fold 0 … n_folds - 1 in which it is validated; -1: never, always in
        training.
    n_folds : int
        How many folds there are; 1 means a single validation part.
    """

    holdout: Ints
    train: Ints
    fold: npt.NDArray[np.int8]
    n_folds: int

    def fit_rows(self, number: int) -> Ints:
        """Positions of the rows that a model of this fold learns from."""
        return np.asarray(self.train[self.fold != number])

    def validation_rows(self, number: int) -> Ints:
        """Positions of the rows that judge a model of this fold."""
        return np.asarray(self.train[self.fold == number])

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The split as arrays, for `numpy.savez`."""
        return {
            "holdout": self.holdout, "train": self.train, "fold": self.fold, "n_folds": np.array(self.n_folds)
        }  # fmt: skip

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Split:
        """The split that `to_arrays` described (or the file that `numpy.load` opened)."""
        return cls(
            np.asarray(arrays["holdout"], dtype=np.int64),
            np.asarray(arrays["train"], dtype=np.int64),
            np.asarray(arrays["fold"], dtype=np.int8),
            int(arrays["n_folds"]),
        )


def split(
    y: npt.NDArray[Any], task_kind: str, *, seed: int, holdout: bool | None = None, n_folds: int | None = None
) -> Split:
    """Divide rows into a sealed holdout and folds, alike in their target.

    Parameters
    ----------
    y : array of shape (rows,)
        Encoded classes (whole numbers from 0) or, for regression, numbers. No missing values.
    task_kind : {"binary", "multiclass", "regression"}
    seed : int
        The same seed gives the same split.
    holdout : bool, optional
        Whether to seal a holdout: 20 % of the rows, at most 2,500. By default from 2,000 rows on.
    n_folds : int, optional
        By default 8 up to 1,000 training rows, 5 up to 20,000, 3 up to 100,000, and above one part of 10 %
        (at most 25,000 rows).

    Returns
    -------
    Split
        Classes with fewer than two rows are always in training; so are rows that no fold needs.

    Raises
    ------
    DataError
        If there are too few rows to hold any back.
    """
    values = np.asarray(y)
    if values.ndim != 1:
        raise SettingError(f"The target must have one dimension, not {values.ndim}.")
    if task_kind not in ("binary", "multiclass", "regression"):
        raise SettingError(
            f"Unknown kind of task {task_kind!r}.", fix="Use binary, multiclass or regression."
        )
    rows = len(values)
    if rows < 4:
        raise DataError(
            f"Only {rows} row(s) with a known target; at least 4 are needed.", fix="Add labelled rows."
        )
    if n_folds is not None and not 1 <= n_folds <= 100:
        raise SettingError(f"The number of folds must be between 1 and 100, not {n_folds}.")
    rng = np.random.default_rng(seed)
    strata = _bins(values, rows) if task_kind == "regression" else _codes(values)
    held = np.zeros(rows, dtype=bool)
    if rows >= HOLDOUT_FROM if holdout is None else holdout:
        share = min(_HOLDOUT_SHARE, _HOLDOUT_ROWS / rows)
        held = _draw(strata, max(1, round(share * rows)), rng, floor=1)
    train = np.flatnonzero(~held)
    fold, count = _folds(strata[train], n_folds, rng)
    return Split(np.flatnonzero(held), train, fold, count)


def _codes(values: npt.NDArray[Any]) -> Ints:
    return np.unique(values, return_inverse=True)[1].astype(np.int64)


def _bins(values: npt.NDArray[Any], rows: int) -> Ints:
    """Quantile bins of a number, so that each fold gets its share of the cheap and the dear."""
    numbers = values.astype(np.float64)
    if not np.isfinite(numbers).all():
        raise DataError(
            "The target holds missing or infinite values.", fix="Drop these rows before splitting."
        )
    count = int(np.clip(rows // 10, 1, _BINS))
    edges = np.unique(np.quantile(numbers, np.linspace(0, 1, count + 1)[1:-1]))
    return np.searchsorted(edges, numbers, side="right").astype(np.int64)


def _draw(strata: Ints, wanted: int, rng: np.random.Generator, *, floor: int) -> npt.NDArray[np.bool_]:
    """About `wanted` rows, in proportion from each stratum; at least `floor` rows of each stay behind."""
    taken = np.zeros(len(strata), dtype=bool)
    order = rng.permutation(len(strata))
    order = order[np.argsort(strata[order], kind="stable")]
    sizes = np.bincount(strata)
    exact = sizes * (wanted / len(strata))
    quota = np.minimum(np.floor(exact).astype(np.int64), np.maximum(sizes - floor, 0))
    room = np.minimum(np.ceil(exact).astype(np.int64), np.maximum(sizes - floor, 0)) - quota
    for stratum in np.argsort(-(exact - quota), kind="stable"):
        if quota.sum() >= wanted:
            break
        # A class of one row is always learned from: nothing could be said about it otherwise.
        quota[stratum] += int(room[stratum] > 0 and sizes[stratum] >= 2)
    start = 0
    for size, count in zip(sizes, quota, strict=True):
        taken[order[start : start + count]] = True
        start += int(size)
    return taken


def _folds(strata: Ints, n_folds: int | None, rng: np.random.Generator) -> tuple[npt.NDArray[np.int8], int]:
    rows = len(strata)
    count = n_folds or next((folds for limit, folds in _FOLDS if rows <= limit), 1)
    count = min(count, rows // 2) if count > 1 else 1
    fold = np.full(rows, -1, dtype=np.int8)
    if count == 1:
        fold[_draw(strata, max(1, min(round(_ONE_FOLD_SHARE * rows), _ONE_FOLD_ROWS)), rng, floor=1)] = 0
        return fold, 1
    order = rng.permutation(rows)
    order = order[np.argsort(strata[order], kind="stable")]
    sizes = np.bincount(strata)
    # Dealing the rows like cards, one stratum after the other, keeps both strata and fold sizes even.
    lonely = sizes[strata[order]] < 2
    dealt = order[~lonely]
    if not len(dealt):
        raise DataError(
            "No class of the target has two rows, so nothing can be held back to judge a model.",
            fix="Merge rare classes, or choose regression if the target is a quantity.",
        )
    fold[dealt] = np.arange(len(dealt)) % count
    return fold, count
