"""Columns that a model makes of others, chosen by looking at the target: inside a fold, on its training rows.

Two hyperparameters say how many: ``pairs`` of numbers, and what becomes of the ``codes`` of categories:
``own`` (nothing), ``means`` (the mean target of each category) or ``crosses`` (also of the best pairs of
categories). A family has them by putting them into its space; `Family.fit` does the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from optuna.distributions import BaseDistribution, CategoricalDistribution
from sklearn.pipeline import FeatureUnion

from automl.features import OPERATIONS, beside, mean_columns, pair_columns
from automl.freeing import let_go, release_memory

from ._additive import untold
from ._crosses import choose_crosses
from ._pairs import choose_pairs

if TYPE_CHECKING:
    from .base import Context, Params

__all__ = [
    "HYPERPARAMETERS",
    "MOST_PAIRS",
    "append_columns",
    "codes_space",
    "made_bytes",
    "make_columns",
    "pairs_space",
    "with_codes",
    "with_made",
]  # fmt: skip

HYPERPARAMETERS = ("pairs", "codes")
_CODES = ("own", "means", "crosses")
MOST_PAIRS = 16
_MOST_CROSSES = 8
_MOST_OUTPUTS = 8
"""Each code has a mean for each of three and more classes: with many of them, too many columns."""
_FEWEST_ROWS = 10
_ROWS_AT_ONCE = 1 << 16


def make_columns(
    params: Params,
    context: Context,
    X: NDArray[np.float64],
    y: NDArray[Any],
    sample_weight: NDArray[np.float64] | None = None,
) -> Any | None:
    """Return the unfitted step that appends columns to a matrix, or None if there are none to append.

    To be fitted by ``fit_transform`` on the same rows and targets. Weights play a part in choosing pairs and
    crosses; the mean target of a category is that of its rows, since scikit-learn's encoder takes no weights.
    """
    most, codes = int(params.get("pairs") or 0), params.get("codes", "own")
    seen = untold(X, y, context, sample_weight) if most or codes == "crosses" else None
    parts = []
    if most and seen is not None:
        parts += pair_columns(choose_pairs(seen, context, most))
    if codes != "own" and len(X) >= _FEWEST_ROWS:
        crosses = [] if seen is None or codes != "crosses" else choose_crosses(seen, context, _MOST_CROSSES)
        parts += mean_columns(context.categorical, crosses, task=context.task, seed=context.seed)
    step: FeatureUnion | None = beside(parts) if parts else None
    return step


def append_columns(make: FeatureUnion, X: NDArray[np.float64], y: NDArray[Any]) -> NDArray[np.float64]:
    """Fit the step of `make_columns` and append its columns.

    Of large tables, columns of pairs alone are made a block of rows at a time, and a matrix that is mapped
    from a file is let go: the result takes more memory than all else, and what it was made from need not lie
    beside it.

    Returns
    -------
    ndarray of float64, shape (n_rows, n_columns + made)
    """
    if len(X) <= _ROWS_AT_ONCE or {name for name, _ in make.transformer_list} - {"own", *OPERATIONS}:
        return np.asarray(make.fit_transform(X, y), dtype=np.float64)
    release_memory()  # what choosing the pairs took
    let_go(X)
    first = make.fit_transform(X[:_ROWS_AT_ONCE], y[:_ROWS_AT_ONCE])
    wide = np.empty((len(X), first.shape[1]))
    wide[:_ROWS_AT_ONCE] = first
    for start in range(_ROWS_AT_ONCE, len(X), _ROWS_AT_ONCE):
        block = slice(start, start + _ROWS_AT_ONCE)
        wide[block] = make.transform(X[block])
        let_go(X)
    return wide


def with_made(params: Params, context: Context) -> Context:
    """The context of a model whose columns include those made for it, as many as there can be."""
    made = int(params.get("pairs") or 0)
    if params.get("codes", "own") != "own":
        crosses = _MOST_CROSSES if params["codes"] == "crosses" else 0
        made += (len(context.categorical) + crosses) * context.outputs
    return replace(context, n_columns=context.n_columns + made)


def made_bytes(params: Params, context: Context) -> int:
    """Bytes of `append_columns`: the result, and where it is not made in blocks its parts and whole codes."""
    wide = with_made(params, context).n_columns
    made = wide - context.n_columns
    in_blocks = context.learned_rows > _ROWS_AT_ONCE and params.get("codes", "own") == "own"
    return 8 * context.learned_rows * (wide if in_blocks else 2 * wide + 2 * made) if made else 0


def pairs_space(context: Context) -> dict[str, BaseDistribution]:
    """The hyperparameter ``pairs``, where there are two numbers."""
    numbers = context.n_columns - len(context.categorical)
    return {"pairs": CategoricalDistribution((0, MOST_PAIRS))} if numbers >= 2 else {}


def codes_space(context: Context) -> dict[str, BaseDistribution]:
    """The hyperparameter ``codes``, where there are categories."""
    if context.interpretable or context.outputs > _MOST_OUTPUTS or not context.categorical:
        return {}
    return {"codes": CategoricalDistribution(_choices(context))}


def with_codes(candidates: list[Params], context: Context, codes: Mapping[int, str]) -> list[Params]:
    """First candidates with the hyperparameter ``codes``: what is given for a position, or "own"."""
    if not codes_space(context):
        return candidates
    allowed = set(_choices(context))
    return [
        candidate | {"codes": wanted if (wanted := codes.get(position, "own")) in allowed else "means"}
        for position, candidate in enumerate(candidates)
    ]


def _choices(context: Context) -> tuple[str, ...]:
    """Two categories make a cross."""
    return _CODES if len(context.categorical) > 1 else _CODES[:2]
