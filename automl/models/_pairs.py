"""Which pairs of number columns are worth a column of their own."""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, rankdata

from automl.features import OPERATIONS

from .base import Context

__all__ = ["choose_pairs"]

Floats = NDArray[np.float64]

_ROWS = 8000
_COLUMNS = 20
_BINS = 16
_CLASSES = 8
_ALIKE = 0.98


def choose_pairs(
    X: Floats, y: NDArray[Any], context: Context, most: int, sample_weight: Floats | None = None
) -> dict[str, list[tuple[int, int]]]:
    """Choose pairs whose column tells what no sum over single columns can tell.

    Two additive models (boosted stumps), each fitted to one half of the rows, leave residuals on the other
    half. A pair is as good as the share of the residuals' variance that lies between the quantile bins of its
    column. Pairs are made of the numbers that these models use most; of nearly equal columns the better one
    stays. (Residuals of deeper trees hide the pair that matters: on a product of two columns among eight it
    came 5th to 15th, with stumps first.)

    Parameters
    ----------
    X : ndarray of float64, shape (rows, columns)
        Training rows only, so that nothing is learned from those that judge.
    y : ndarray, shape (rows,)
        Codes 0..K-1 or values.
    context : Context
    most : int
        How many to choose at most.
    sample_weight : ndarray, shape (rows,), optional
        How much each row counts.

    Returns
    -------
    dict of operation to list of (left, right)
        Empty when there are no two number columns.
    """
    rows = np.random.default_rng(context.seed).permutation(len(X))[:_ROWS]
    X, y = X[rows], y[rows]
    weight = None if sample_weight is None else sample_weight[rows]
    residuals, importance = _untold(X, y, weight, context)
    numbers = [j for j in np.argsort(-importance, kind="stable") if _is_number(X[:, j], int(j), context)]
    candidates = [
        (operation, int(left), int(right))
        for left, right in itertools.combinations(sorted(numbers[:_COLUMNS]), 2)
        for operation in OPERATIONS
    ]
    scores, orders = [], []
    for operation, left, right in candidates:
        order = np.argsort(_column(operation, X[:, left], X[:, right]), kind="stable")
        scores.append(_between_bins(residuals[order], None if weight is None else weight[order]))
        orders.append(order.astype(np.int32))
    chosen: dict[str, list[tuple[int, int]]] = defaultdict(list)
    kept: list[Floats] = []
    for best in np.argsort(-np.asarray(scores), kind="stable"):
        if len(kept) >= most:
            break
        ranks = np.empty(len(X))
        ranks[orders[best]] = np.linspace(-1.0, 1.0, len(X))
        if any(abs(float(ranks @ other)) > _ALIKE * float(ranks @ ranks) for other in kept):
            continue
        kept.append(ranks)
        operation, left, right = candidates[best]
        chosen[operation].append((left, right))
    return dict(chosen)


def _is_number(column: Floats, position: int, context: Context) -> bool:
    """Whether a column holds numbers that can be reckoned with: no codes, more than two values.

    A column with a direction is left alone: what is made of it and another may rise where it falls.
    """
    taken = position in context.categorical or position in dict(context.monotone)
    return not taken and len(np.unique(column[~np.isnan(column)])) > 2


def _column(operation: str, left: Floats, right: Floats) -> Floats:
    """The column that `automl.features.pair_columns` makes, up to its order."""
    made: Floats = {"ratio": np.arctan2, "difference": np.subtract, "product": np.multiply, "sum": np.add}[
        operation
    ](left, right)
    return made


def _untold(X: Floats, y: NDArray[Any], weight: Floats | None, context: Context) -> tuple[Floats, Floats]:
    """Residuals of shape (rows, outputs), each column of variance 1, and the gain of each column."""
    outputs = _targets(y, context)
    residuals = np.zeros_like(outputs)
    importance = np.zeros(X.shape[1])
    half = np.arange(len(X)) % 2 == 0
    for learn, judge in ((half, ~half), (~half, half)):
        settings = _ADDITIVE | {"num_threads": context.n_threads}
        data = lightgbm.Dataset(
            X[learn],
            weight=None if weight is None else weight[learn],
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
    return residuals / np.where(spread > 0, spread, 1.0), importance


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


def _between_bins(residuals: Floats, weight: Floats | None) -> float:
    """Variance between bins of equal size of rows in order, the sum over the outputs."""
    counted = np.ones(len(residuals)) if weight is None else weight
    edges = np.linspace(0, len(residuals), _BINS, endpoint=False).astype(np.int64)
    sums = np.add.reduceat(residuals * counted[:, None], edges, axis=0)
    sizes = np.add.reduceat(counted, edges)
    return float((sums**2 / sizes[:, None]).sum() / counted.sum())
