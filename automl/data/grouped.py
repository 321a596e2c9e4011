"""Dealing whole groups of rows, so that rows of one group never stand on both sides of a split."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..errors import DataError

__all__ = ["FEWEST_GROUPS", "deal_groups", "hold_groups"]

FEWEST_GROUPS = 3

Ints = npt.NDArray[np.int64]


def hold_groups(
    groups: Ints, strata: Ints, wanted: int, rng: np.random.Generator, *, classes: bool
) -> npt.NDArray[np.bool_]:
    """About `wanted` rows: whole groups, alike the others in their target.

    Parameters
    ----------
    groups : array of int, shape (rows,)
        Codes from 0.
    strata : array of int, shape (rows,)
        Classes, or bins of a number.
    wanted : int
    rng : Generator
    classes : bool
        Whether the strata are classes, each of which must stay present in what is not taken.
    """
    parts = int(np.clip(round(len(groups) / wanted), 2, groups.max() + 1))
    part = _deal(groups, strata, parts, rng)[groups]
    sizes = np.bincount(part, minlength=parts)
    held = np.asarray(part == np.argmin(np.abs(sizes - wanted)))
    return _leaving_classes(held, groups, strata) if classes else held


def deal_groups(
    groups: Ints, strata: Ints, count: int, rng: np.random.Generator, *, classes: bool
) -> npt.NDArray[np.int8]:
    """Fold of each row, whole groups to a fold; -1 for groups that alone have a class.

    Raises
    ------
    DataError
        If fewer than two folds are possible.
    """
    codes = np.unique(groups, return_inverse=True)[1].astype(np.int64)
    count = min(count, int(codes.max(initial=-1)) + 1)
    dealt = _deal(codes, strata, max(count, 1), rng)[codes]
    fold = np.full(len(codes), -1, dtype=np.int8)
    number = 0
    for part in range(count):
        judged = dealt == part
        if classes:
            # What must be learned from because no other fold has its class is judged by no fold.
            judged = _leaving_classes(judged, codes, strata)
        if judged.any():
            fold[judged] = number
            number += 1
    if number < 2:
        raise DataError(
            "Expected at least two groups in which the same classes occur, but (nearly) every class of the "
            "target lies within a single group: nothing could be judged on groups not learned from.",
            fix="Choose another column for the groups, or none.",
        )
    return fold


def _deal(groups: Ints, strata: Ints, parts: int, rng: np.random.Generator) -> Ints:
    """Part of each group: the largest group first, each to the part that has least of what it brings.

    That is greedy descent on the sum over parts and strata of (rows / all rows of the stratum)², the size of
    the part counting as one more stratum.
    """
    n_groups = int(groups.max()) + 1
    strata = np.unique(strata, return_inverse=True)[1]
    bring = np.zeros((n_groups, int(strata.max()) + 2), dtype=np.float32)
    np.add.at(bring, (groups, strata), 1)
    bring[:, -1] = bring.sum(axis=1)
    scaled = bring / bring.sum(axis=0) ** 2
    order = rng.permutation(n_groups)
    order = order[np.argsort(-bring[order, -1], kind="stable")]
    have = np.zeros((parts, bring.shape[1]), dtype=np.float32)
    part = np.zeros(n_groups, dtype=np.int64)
    for group in order:
        part[group] = best = int((have @ scaled[group]).argmin())
        have[best] += bring[group]
    return part


def _leaving_classes(taken: npt.NDArray[np.bool_], groups: Ints, strata: Ints) -> npt.NDArray[np.bool_]:
    """What is taken, without the smallest groups that must stay behind for every class to stay present."""
    taken = taken.copy()
    for label in np.setdiff1d(strata[taken], strata[~taken]):
        with_label = taken & (strata == label)
        if not with_label.any() or (~taken & (strata == label)).any():
            continue  # a group that stayed behind for another class has it
        candidates = np.unique(groups[with_label])
        sizes = np.bincount(groups[taken], minlength=int(groups.max()) + 1)
        taken &= groups != candidates[np.argmin(sizes[candidates])]
    return taken
