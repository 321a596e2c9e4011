"""Charge: the holdout's rows can be told from the training rows, so the score says nothing of either.

A classifier two-sample test: if both are drawn alike, no classifier tells them apart on rows it has not
learned from (Lopez-Paz and Oquab, 2017). Only columns are looked at, never the holdout's target.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from automl.metrics import METRICS
from automl.search.leakage.bench import out_of_fold
from automl.search.leakage.case import N_FOLDS, Case

__all__ = ["Difference", "tell_apart"]

_BEYOND_CHANCE = 4.0  # standard deviations of the Mann-Whitney statistic
_MATTERS = 0.56  # area under the curve

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Difference:
    """How well the holdout can be told from the training rows.

    Attributes
    ----------
    auc : float
    z : float
        In standard deviations from 0.5, if they were alike.
    column : str or None
        The one that tells best; None when they are alike.
    column_auc : float
        How well it does alone.
    """

    auc: float
    z: float
    column: str | None = None
    column_auc: float = 0.5


def tell_apart(case: Case, *, leave_out: tuple[str, ...] = ()) -> Difference | None:
    """Try to tell the rows of the holdout from those of training.

    Parameters
    ----------
    case : Case
    leave_out : tuple of str
        Columns that are known to tell, such as the time by which rows were split.

    Returns
    -------
    Difference or None
        None without a holdout, or without a column.
    """
    names = [name for name in case.derived if name not in leave_out]
    if case.sealed is None or not names:
        return None
    rng = np.random.default_rng(case.context.seed)
    columns = list(case.columns_of(*names))
    X = np.vstack([case.X, case.sealed.X])
    held = np.repeat([0, 1], [len(case.X), len(case.sealed.X)])
    fold = rng.permutation(len(held)) % N_FOLDS
    context = replace(
        case.context,
        task="binary",
        n_classes=2,
        metric="roc_auc",
        n_rows=len(held),
        categorical=tuple(i for i, place in enumerate(columns) if place in case.context.categorical),
    )
    prediction = out_of_fold(context, X[:, columns], held, fold)
    auc = METRICS["roc_auc"].score(held, prediction)
    z = (auc - 0.5) / np.sqrt((len(held) + 1) / (12 * len(case.X) * len(case.sealed.X)))
    if z < _BEYOND_CHANCE or auc < _MATTERS:
        return Difference(auc, z)
    alone = {name: _alone(X, held, case, name) for name in names}
    best = max(alone, key=lambda name: alone[name])
    return Difference(auc, z, best, alone[best])


def _alone(X: Floats, held: NDArray[np.int64], case: Case, name: str) -> float:
    """The best area under the curve of a derived column as it stands; missing values are the lowest."""
    found = [0.5]
    for place in case.derived[name]:
        values = X[:, place]
        score = np.where(np.isnan(values), np.nanmin(values, initial=0.0) - 1, values)
        if place in case.context.categorical:
            shares = np.unique(score, return_inverse=True)[1]
            score = np.bincount(shares, weights=held)[shares] / np.bincount(shares)[shares]
        auc = METRICS["roc_auc"].score(held, np.column_stack([-score, score]))
        found.append(max(auc, 1 - auc))
    return max(found)
