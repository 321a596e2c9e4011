"""LightGBM boosters, read from their text format.

Decisions follow LightGBM's ``Tree::NumericalDecision`` and ``Tree::CategoricalDecision``
(include/LightGBM/tree.h, version 4).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .structure import Tree, Trees, join

_CATEGORICAL, _DEFAULT_LEFT = 1, 2
_MISSING_NONE, _MISSING_ZERO = 0, 1


def read_lightgbm(estimator: Any) -> Trees | None:
    """Trees of a fitted LGBMClassifier or LGBMRegressor; None for what they cannot express.

    Left out: linear leaves, zero as missing value, averaged output (random-forest mode).
    """
    text = estimator.booster_.model_to_string()  # up to the best iteration, as predict does
    head, _, body = text.partition("\nTree=")
    if "average_output" in head.split("\n"):
        return None
    per_iteration = int(_field(head, "num_tree_per_iteration"))
    trees: list[Tree] = []
    for block in body.partition("\nend of trees")[0].split("\nTree="):
        tree = _read_tree(block)
        if tree is None:
            return None
        trees.append(tree)
    output = [position % per_iteration for position in range(len(trees))]
    return join(trees, output, np.zeros(per_iteration))


def _field(text: str, name: str) -> str:
    return text.partition(f"\n{name}=")[2].partition("\n")[0]


def _read_tree(block: str) -> Tree | None:
    fields = dict(line.split("=", 1) for line in block.split("\n") if "=" in line)
    leaves = int(fields["num_leaves"])
    if fields.get("is_linear", "0") != "0":
        return None
    leaf_values = _numbers(fields["leaf_value"])
    inner = leaves - 1
    nodes = inner + leaves
    left, right = np.full(nodes, -1, dtype=np.int64), np.full(nodes, -1, dtype=np.int64)
    column = np.zeros(nodes, dtype=np.int64)
    threshold = np.zeros(nodes)
    missing_left = np.zeros(nodes, dtype=np.bool_)
    value = np.zeros((nodes, 1))
    value[inner:, 0] = leaf_values
    sets: dict[int, Any] = {}
    if inner:
        kind = _numbers(fields["decision_type"]).astype(np.int64)
        missing = (kind >> 2) & 3
        categorical = (kind & _CATEGORICAL) > 0
        if np.any((missing == _MISSING_ZERO) & ~categorical):
            return None
        for side, name in ((left, "left_child"), (right, "right_child")):
            child = _numbers(fields[name]).astype(np.int64)
            side[:inner] = np.where(child < 0, inner + ~child, child)  # ~leaf number
        column[:inner] = _numbers(fields["split_feature"]).astype(np.int64)
        threshold[:inner] = _numbers(fields["threshold"])
        # Without a missing type NaN counts as 0; a missing category is in no set and goes right.
        missing_left[:inner] = np.where(
            missing == _MISSING_NONE, threshold[:inner] >= 0.0, (kind & _DEFAULT_LEFT) > 0
        )
        missing_left[:inner][categorical] = False
        if categorical.any():
            bounds = _numbers(fields["cat_boundaries"]).astype(np.int64)
            words = np.array(fields["cat_threshold"].split(), dtype=np.uint32)
            for node in np.flatnonzero(categorical).tolist():
                place = int(threshold[node])
                sets[node] = words[bounds[place] : bounds[place + 1]]
    return Tree(left, right, column, threshold, missing_left, value, sets)


def _numbers(text: str) -> Any:
    return np.fromstring(text, dtype=np.float64, sep=" ") if text else np.empty(0)
