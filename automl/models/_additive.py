"""What no sum over single columns tells of a target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import lightgbm
import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, rankdata

if TYPE_CHECKING:
    from .base import Context

__all__ = ["Untold", "untold"]

Floats = NDArray[np.float64]

_ROWS = 8000
_CLASSES = 8


class Untold(NamedTuple):
    """What additive models leave of a target on some rows.

    Parameters
    ----------
    X : ndarray, shape (rows, columns)
        The rows, in random order.
    residuals : ndarray, shape (rows, outputs)
        Each column of mean 0 and variance 1.
    importance : ndarray, shape (columns,)
        How much the models gained from each column.
    weight : ndarray, shape (rows,)
        How much each row counts.
    """

    X: Floats
    residuals: Floats
    importance: Floats
    weight: Floats


def untold(X: Floats, y: NDArray[Any], context: Context, sample_weight: Floats | None = None) -> Untold:
    """Residuals of two additive models (boosted stumps), each fitted to the other half of the rows.

    Parameters
    ----------
    X : ndarray of float64, shape (rows, columns)
        Training rows only, so that nothing is learned from those that judge.
    y : ndarray, shape (rows,)
        Codes 0..K-1 or values.
    context : Context
    sample_weight : ndarray, shape (rows,), optional

    Returns
    -------
    Untold
        Of up to 8,000 of the rows.
    """
    rows = np.random.default_rng(context.seed).permutation(len(X))[:_ROWS]
    weight = np.ones(len(rows)) if sample_weight is None else sample_weight[rows]
    X, outputs = X[rows], _targets(y[rows], context)
    residuals = np.zeros_like(outputs)
    importance = np.zeros(X.shape[1])
    half = np.arange(len(X)) % 2 == 0
    for learn, judge in ((half, ~half), (~half, half)):
        settings = _ADDITIVE | {"num_threads": context.n_threads}
        data = lightgbm.Dataset(
            X[learn],
            weight=None if sample_weight is None else weight[learn],
            categorical_feature=list(context.categorical),
            params=settings,
        ).construct()
        for k in range(outputs.shape[1]):
            data.set_label(outputs[learn, k])
            model = lightgbm.train(settings, data, num_boost_round=100)
            residuals[judge, k] = outputs[judge, k] - model.predict(X[judge])
            importance += model.feature_importance("gain")
    residuals = residuals - np.average(residuals, axis=0, weights=weight)
    spread = np.sqrt(np.average(residuals**2, axis=0, weights=weight))
    return Untold(X, residuals / np.where(spread > 0, spread, 1.0), importance, weight)


_ADDITIVE = {
    "objective": "l2", "learning_rate": 0.2, "num_leaves": 2, "min_data_in_leaf": 10, "verbosity": -1,
    "force_col_wise": True, "deterministic": True, "seed": 0,
}  # fmt: skip


def _targets(y: NDArray[Any], context: Context) -> Floats:
    """Normal scores of values, or an indicator for each of the most frequent classes (one for two).

    Normal scores, so that a few large values do not decide what is chosen.
    """
    if not context.classification:
        return np.asarray(norm.ppf((rankdata(y) - 0.5) / len(y)))[:, None]
    if context.task == "binary":
        return np.asarray(y == 1, dtype=np.float64)[:, None]
    frequent = np.argsort(-np.bincount(y), kind="stable")[:_CLASSES]
    return np.asarray(y[:, None] == frequent, dtype=np.float64)
