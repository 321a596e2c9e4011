"""Bounds of the arrays that compiled code follows without looking.

Trees are stored as arrays of child positions and column numbers, and scikit-learn's compiled code trusts
them: a forged file could make it read outside of its memory. So they are checked once, after loading and
before the first prediction.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..errors import BundleError

__all__ = ["check_structure"]


def check_structure(model: Any) -> None:
    """Check every tree inside a loaded model.

    Raises
    ------
    BundleError
        When a tree points outside of itself or of the rows that it will be given.
    """
    for part in _parts(model):
        kind = type(part).__name__
        if hasattr(part, "tree_"):
            _check_tree(part.tree_, part.n_features_in_)
        if kind in _FORESTS:
            for tree in part.estimators_:
                _require(
                    tree.n_features_in_ == part.n_features_in_, "a tree of another width than its forest"
                )
        elif kind in _BOOSTED:
            for predictor in (tree for trees in part._predictors for tree in trees):
                _check_predictor(predictor, part.n_features_in_)
        elif kind in _NEIGHBOURS:
            _check_neighbours(part)


_FORESTS = frozenset(
    {"RandomForestClassifier", "RandomForestRegressor", "ExtraTreesClassifier", "ExtraTreesRegressor"}
)
_BOOSTED = frozenset({"HistGradientBoostingClassifier", "HistGradientBoostingRegressor"})
_NEIGHBOURS = frozenset({"KNeighborsClassifier", "KNeighborsRegressor"})


def _parts(model: Any) -> Iterator[Any]:
    """Walk through the estimators inside an estimator, each once."""
    pending, seen = [model], set()
    while pending:
        part = pending.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, dict):
            pending.extend(part.values())
        elif isinstance(part, (list, tuple)):
            pending.extend(part)
        elif hasattr(part, "__dict__") and type(part).__module__.partition(".")[0] in ("sklearn", "lightgbm"):
            yield part
            pending.extend(vars(part).values())


def _require(condition: Any, what: str) -> None:
    if not condition:
        raise BundleError(
            f"The model file holds {what}.", fix="The file is damaged or forged: export the model again."
        )


def _check_links(positions: Any, left: Any, right: Any, columns: Any, count: int, width: int) -> None:
    # Builders number children after their parent; that also rules out cycles.
    for child in (left, right):
        _require(np.all((child > positions) & (child < count)), "a tree whose branches lead outside of it")
    _require(np.all((columns >= 0) & (columns < width)), "a tree that asks for a column that is not there")


def _check_tree(tree: Any, width: int) -> None:
    count = tree.node_count
    _require(count >= 1, "a tree without a root")
    left, right = np.asarray(tree.children_left), np.asarray(tree.children_right)
    inner = np.flatnonzero(left != -1)
    _check_links(inner, left[inner], right[inner], np.asarray(tree.feature)[inner], count, width)


def _check_predictor(predictor: Any, width: int) -> None:
    nodes = predictor.nodes
    names = set(nodes.dtype.names or ())
    _require(
        {"left", "right", "feature_idx", "is_leaf", "is_categorical", "bitset_idx"} <= names and len(nodes),
        "a boosted tree without its columns",
    )
    inner = np.flatnonzero(nodes["is_leaf"] == 0)
    left, right, columns = (nodes[name][inner].astype(np.int64) for name in ("left", "right", "feature_idx"))
    _check_links(inner, left, right, columns, len(nodes), width)
    sets = nodes["bitset_idx"][inner][nodes["is_categorical"][inner] != 0].astype(np.int64)
    for bitsets in (predictor.raw_left_cat_bitsets, predictor.binned_left_cat_bitsets):
        _require(bitsets.ndim == 2 and bitsets.shape[1] == 8, "a boosted tree with damaged categories")
        _require(np.all(sets < len(bitsets)), "a boosted tree with missing categories")


def _check_neighbours(part: Any) -> None:
    rows = len(part._fit_X)
    _require(len(part._y) == rows, "neighbours without their targets")
    if part._tree is None:
        return
    data, order, nodes, bounds = (np.asarray(array) for array in part._tree.get_arrays())
    _require(data.shape == (rows, part.n_features_in_), "a search tree over other rows")
    _require(order.shape == (rows,) and np.all((order >= 0) & (order < rows)), "a search tree out of order")
    _require(
        bounds.ndim == 3 and bounds.shape[1:] == (len(nodes), data.shape[1]), "a search tree with odd bounds"
    )
    starts, ends = nodes["idx_start"], nodes["idx_end"]
    _require(np.all((starts >= 0) & (starts <= ends) & (ends <= rows)), "a search tree that leaves its rows")
    inner = np.flatnonzero(nodes["is_leaf"] == 0)
    _require(np.all(2 * inner + 2 < len(nodes)), "a search tree without its leaves")
