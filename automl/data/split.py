"""The sealed holdout and the folds: which rows a candidate learns from and which judge it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import DataError, SettingError
from .grouped import FEWEST_GROUPS, deal_groups, hold_groups
from .ordered import expanding_windows, periods

__all__ = ["HOLDOUT_FROM", "Split", "resplit", "split"]

HOLDOUT_FROM = 2_000
_HOLDOUT_SHARE = 0.2
_HOLDOUT_ROWS = 2_500
_FOLDS = ((1_000, 8), (20_000, 5), (100_000, 3))
_ONE_FOLD_SHARE = 0.1
_ONE_FOLD_ROWS = 25_000
_BINS = 20
_NEW_SHARE = 1 / 3  # of the table: what a quarter kept aside is to the three others
_FEWEST_GROUPS_TO_HOLD = 25  # a fifth of fewer says next to nothing

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Split:
    """Who learns from what.

    Parameters
    ----------
    holdout : array of int
        Positions of the rows that are opened once, at the very end; empty when there are none.
    train : array of int
        Positions of all other rows: ascending where there are folds; for a single validation part first those
        that are learned from, in random order and a row of each class in front, then those that judge. Any
        number of rows from the beginning is thus a sample, and lies in one piece.
    fold : array of int8, as long as `train`
        For each training row the fold 0 … n_folds - 1 in which it is validated; -1: never, always in
        training.
    n_folds : int
        How many folds there are; 1 means a single validation part.
    ordered : bool
        Whether the folds follow each other in time: none is judged by a model that knows a later row.
    groups : array of int, shape (rows,), optional
        Codes of the groups whose rows stay together, for all rows.
    times : array of float, shape (rows,), optional
        The order of all rows.
    """

    holdout: Ints
    train: Ints
    fold: npt.NDArray[np.int8]
    n_folds: int
    ordered: bool = False
    groups: Ints | None = None
    times: Floats | None = None

    @property
    def new_rows(self) -> int:
        """Size of the further sample that intervals of scores are for: a third of the rows there are."""
        return max(round(_NEW_SHARE * (len(self.train) + len(self.holdout))), 1)

    def learns(self, number: int) -> npt.NDArray[np.bool_]:
        """Which of the training rows a model of this fold learns from, shape as `train`."""
        return np.asarray(self.fold < number if self.ordered else self.fold != number)

    @property
    def train_groups(self) -> Ints | None:
        """The group of each training row, None without groups."""
        return None if self.groups is None else np.asarray(self.groups[self.train])

    def fit_rows(self, number: int) -> Ints:
        """Positions of the rows that a model of this fold learns from."""
        return np.asarray(self.train[self.learns(number)])

    def validation_rows(self, number: int) -> Ints:
        """Positions of the rows that judge a model of this fold."""
        return np.asarray(self.train[self.fold == number])

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The split as arrays, for `numpy.savez`."""
        arrays: dict[str, npt.NDArray[Any]] = {
            "holdout": self.holdout,
            "train": self.train,
            "fold": self.fold,
            "n_folds": np.array(self.n_folds),
            "ordered": np.array(self.ordered),
        }
        known = {"groups": self.groups, "times": self.times}
        return arrays | {name: array for name, array in known.items() if array is not None}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Split:
        """The split that `to_arrays` described (or the file that `numpy.load` opened)."""
        return cls(
            np.asarray(arrays["holdout"], dtype=np.int64),
            np.asarray(arrays["train"], dtype=np.int64),
            np.asarray(arrays["fold"], dtype=np.int8),
            int(arrays["n_folds"]),
            bool(arrays["ordered"]) if "ordered" in arrays else False,
            np.asarray(arrays["groups"], dtype=np.int64) if "groups" in arrays else None,
            np.asarray(arrays["times"], dtype=np.float64) if "times" in arrays else None,
        )


def split(
    y: npt.NDArray[Any],
    task_kind: str,
    *,
    seed: int,
    holdout: bool | None = None,
    n_folds: int | None = None,
    groups: Ints | None = None,
    times: Floats | None = None,
) -> Split:
    """Divide rows into a sealed holdout and folds, alike in their target unless time decides.

    Parameters
    ----------
    y : array of shape (rows,)
        Encoded classes (whole numbers from 0) or, for regression, numbers. No missing values.
    task_kind : {"binary", "multiclass", "regression"}
    seed : int
        The same seed gives the same split.
    holdout : bool, optional
        Whether to seal a holdout: 20 % of the rows, at most 2,500. By default from 2,000 rows on (and 25
        groups, where there are groups).
    n_folds : int, optional
        By default 8 up to 1,000 training rows, 5 up to 20,000, 3 up to 100,000, and above one part of 10 %
        (at most 25,000 rows).
    groups : array of int, shape (rows,), optional
        Codes from 0. Rows of one group are never on both sides.
    times : array of float, shape (rows,), optional
        Then the holdout is the latest rows, and the folds follow each other in time.

    Returns
    -------
    Split
        Classes with fewer than two rows (or groups) are always in training; so are rows that no fold needs.

    Raises
    ------
    DataError
        If there are too few rows, groups or times to hold any back.
    SettingError
        If groups and times are both given, or a setting makes no sense.
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
    if groups is not None and times is not None:
        raise SettingError(
            "Rows can be kept together by a group or be ordered by a time, not both.", fix="Choose one."
        )
    if groups is not None and (found := int(groups.max()) + 1) < FEWEST_GROUPS:
        raise DataError(
            f"Expected at least {FEWEST_GROUPS} groups to judge models on groups that they have not learned "
            f"from, found {found}.",
            fix="Choose another column for the groups, or none.",
        )
    rng = np.random.default_rng(seed)
    strata = _bins(values, rows) if task_kind == "regression" else _codes(values)
    classes = None if task_kind == "regression" else strata
    wanted = 0
    if _holds(rows, groups) if holdout is None else holdout:
        wanted = max(1, round(min(_HOLDOUT_SHARE, _HOLDOUT_ROWS / rows) * rows))
    if times is not None:
        learned = rows - wanted
        count = n_folds or _default_folds(learned)
        judged = _one_fold_rows(learned) if count == 1 else None
        held, fold, count = expanding_windows(times, classes, wanted, count, judged)
        train, fold = _in_pieces(np.flatnonzero(~held), fold, count, classes, rng)
        return Split(np.flatnonzero(held), train, fold, count, ordered=True, times=times)
    held = np.zeros(rows, dtype=bool)
    if wanted and groups is not None:
        held = hold_groups(groups, strata, wanted, rng, classes=classes is not None)
    elif wanted:
        held = _draw(strata, wanted, rng, floor=1)
    train = np.flatnonzero(~held)
    if groups is None:
        fold, count = _folds(strata[train], n_folds, rng)
    else:
        count = n_folds or _default_folds(len(train))
        # The single fold of a large table is one of ten parts.
        fold = deal_groups(
            groups[train],
            strata[train],
            10 if count == 1 else count,
            rng,
            classes=classes is not None,
        )
        count = min(count, int(fold.max()) + 1)
        fold = np.where(fold < count, fold, -1).astype(np.int8)
    train, fold = _in_pieces(train, fold, count, classes, rng)
    return Split(np.flatnonzero(held), train, fold, count, groups=groups)


def _in_pieces(
    train: Ints, fold: npt.NDArray[np.int8], count: int, classes: Ints | None, rng: np.random.Generator
) -> tuple[Ints, npt.NDArray[np.int8]]:
    """The order of the training rows; see `Split`."""
    if count > 1:
        return train, fold
    learned = rng.permutation(np.flatnonzero(fold < 0))
    if classes is not None:
        _, first = np.unique(classes[train[learned]], return_index=True)
        rest = np.ones(len(learned), dtype=bool)
        rest[first] = False
        learned = np.concatenate([learned[first], learned[rest]])
    order = np.concatenate([learned, np.flatnonzero(fold >= 0)])
    return train[order], fold[order]


def resplit(before: Split, y: npt.NDArray[Any], task_kind: str, *, seed: int, n_folds: int) -> Split:
    """Deal all rows, the holdout's at the end, to folds that each model leaves out to know when to stop.

    Groups stay together. Of rows with a time, each model leaves out one period, the latest first: it is
    stopped on rows that do not lie between those it learned from, and yet the models together learn from all
    rows up to the latest. Nothing is scored here, so a model may know rows later than its period.

    Parameters
    ----------
    before : Split
        The split of the search.
    y : array of shape (rows,)
        Of the training rows, then of the holdout.
    task_kind : {"binary", "multiclass", "regression"}
    seed : int
    n_folds : int
        At most; there may be fewer groups or times.
    """
    rows = np.concatenate([before.train, before.holdout])
    if before.times is None:
        groups = None if before.groups is None else _codes(before.groups[rows])
        return split(y, task_kind, seed=seed, holdout=False, n_folds=n_folds, groups=groups)
    times = before.times[rows]
    fold, count = periods(times, None if task_kind == "regression" else _codes(y), n_folds)
    return Split(np.zeros(0, dtype=np.int64), np.arange(len(rows)), fold, count, times=times)


def _holds(rows: int, groups: Ints | None) -> bool:
    return rows >= HOLDOUT_FROM and (groups is None or int(groups.max()) + 1 >= _FEWEST_GROUPS_TO_HOLD)


def _default_folds(rows: int) -> int:
    return next((folds for limit, folds in _FOLDS if rows <= limit), 1)


def _one_fold_rows(rows: int) -> int:
    return max(1, min(round(_ONE_FOLD_SHARE * rows), _ONE_FOLD_ROWS))


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
    count = n_folds or _default_folds(rows)
    count = min(count, rows // 2) if count > 1 else 1
    fold = np.full(rows, -1, dtype=np.int8)
    if count == 1:
        fold[_draw(strata, _one_fold_rows(rows), rng, floor=1)] = 0
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
