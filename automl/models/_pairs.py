"""Which pairs of number columns are worth a column of their own."""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from automl.features import OPERATIONS

if TYPE_CHECKING:
    from ._additive import Untold
    from .base import Context

__all__ = ["choose_pairs"]

Floats = NDArray[np.float64]

_COLUMNS = 20
_BINS = 16
_ALIKE = 0.98


def choose_pairs(seen: Untold, context: Context, most: int) -> dict[str, list[tuple[int, int]]]:
    """Choose pairs whose column tells what no sum over single columns can tell.

    A pair is as good as the share of the residuals' variance that lies between the quantile bins of its
    column. Pairs are made of the numbers that the additive models use most; of nearly equal columns the
    better one stays. (Residuals of deeper trees hide the pair that matters: on a product of two columns among
    eight it came 5th to 15th, with stumps first.)

    Parameters
    ----------
    seen : Untold
    context : Context
    most : int
        How many to choose at most.

    Returns
    -------
    dict of operation to list of (left, right)
        Empty when there are no two number columns.
    """
    X, residuals, importance, weight = seen
    numbers = [j for j in np.argsort(-importance, kind="stable") if _is_number(X[:, j], int(j), context)]
    candidates = [
        (operation, int(left), int(right))
        for left, right in itertools.combinations(sorted(numbers[:_COLUMNS]), 2)
        for operation in OPERATIONS
    ]
    scores, orders = [], []
    for operation, left, right in candidates:
        order = np.argsort(_column(operation, X[:, left], X[:, right]), kind="stable")
        scores.append(_between_bins(residuals[order], weight[order]))
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


def _between_bins(residuals: Floats, weight: Floats) -> float:
    """Variance between bins of equal size of rows in order, the sum over the outputs."""
    edges = np.linspace(0, len(residuals), _BINS, endpoint=False).astype(np.int64)
    sums = np.add.reduceat(residuals * weight[:, None], edges, axis=0)
    sizes = np.add.reduceat(weight, edges)
    return float((sums**2 / sizes[:, None]).sum() / weight.sum())
