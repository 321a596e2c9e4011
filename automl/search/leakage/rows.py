"""Charge: rows that stand on both sides of a split, so that a model is judged on what it has seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from automl.search.leakage.bench import Fall, compare, out_of_fold
from automl.search.leakage.case import N_FOLDS, Case

__all__ = ["Twins", "judge_twins"]

_FEWEST = 20  # rows of the sample with a twin, to measure anything by them
_BEYOND_CHANCE = 3.0

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Twins:
    """What rows that repeat others do to the score.

    Attributes
    ----------
    rows : int
        Rows of the sample that have a twin.
    fall : Fall
        Of these rows, when their twins are kept from the model that judges them.
    overall : Fall
        Of all rows.
    agreement : float
        How much more alike the targets of twins are than those of rows drawn independently from what the
        model (that knows no twin) says of them, in standard errors.
    copies : bool
        Whether they agree beyond chance and the score of the twins falls beyond chance.
    """

    rows: int
    fall: Fall
    overall: Fall
    agreement: float
    copies: bool


def judge_twins(case: Case, everything: Floats) -> Twins | None:
    """Judge the rows that have a twin once more, by models that learned from no twin of them.

    Rows of few and coarse columns are alike by chance. Their targets then differ as the model expects,
    and keeping them apart costs what learning from fewer such rows costs; copies agree in the target.

    Parameters
    ----------
    case : Case
    everything : ndarray
        Cross-validated predictions that know twins.

    Returns
    -------
    Twins or None
        None with fewer than 20 such rows.
    """
    sizes = np.bincount(case.twin)
    twins = sizes[case.twin] > 1
    if twins.sum() < _FEWEST:
        return None
    fold = case.fold.astype(np.int64)
    first = np.zeros(len(sizes), dtype=np.int64)
    first[case.twin[::-1]] = fold[::-1]  # all twins into the fold of the first one
    if not _may(case, first):
        return None
    apart = out_of_fold(case.context, case.X, case.y, first[case.twin], sample_weight=case.sample_weight)
    fall, overall = compare(case, everything, apart, twins), compare(case, everything, apart)
    worse = fall if np.isfinite(fall.loss) else overall  # of one class alone there may be no score
    agreement = _agreement(case, apart, twins)
    return Twins(
        int(twins.sum()),
        fall,
        overall,
        agreement,
        agreement >= _BEYOND_CHANCE and worse.beyond_chance >= _BEYOND_CHANCE,
    )


def _may(case: Case, first: NDArray[np.int64]) -> bool:
    """Whether every class is learned from when twins are kept together."""
    fold = first[case.twin]
    if not case.classes:
        return len(np.unique(fold)) == N_FOLDS
    return all(len(np.unique(case.y[fold != number])) == case.context.n_classes for number in range(N_FOLDS))


def _agreement(case: Case, apart: Floats, twins: Bools) -> float:
    """Standard errors by which twins are more alike in the target than independent rows would be.

    One pair of each group of twins. Classes: how often the two agree against the sum over the classes of p²;
    values: the mean difference against the mean error of the prediction, which is the smaller one for
    independent errors (Jensen's inequality).
    """
    order = np.argsort(case.twin, kind="stable")
    order = order[twins[order]]
    codes = case.twin[order]
    starts = np.flatnonzero(np.diff(codes, prepend=-1))
    a, b = order[starts], order[starts + 1]
    if case.classes:
        p = (apart[a] + apart[b]) / 2
        expected = (p**2).sum(axis=1)
        excess = (case.y[a] == case.y[b]) - expected
        error = float(np.sqrt((expected * (1 - expected)).sum()))
    else:
        errors = (np.abs(case.y[a] - apart[a]) + np.abs(case.y[b] - apart[b])) / 2
        excess = errors - np.abs(case.y[a] - case.y[b])
        error = float(np.sqrt(len(excess)) * excess.std())
    return float(excess.sum()) / max(error, 1e-12)
