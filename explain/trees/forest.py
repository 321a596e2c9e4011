"""Random forests, extra trees and single decision trees of scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np

from .structure import Tree, Trees, join


def read_forest(estimator: Any) -> Trees | None:
    """Trees of a fitted forest or decision tree with one target: probabilities or target values, averaged."""
    members = getattr(estimator, "estimators_", [estimator])
    if getattr(estimator, "n_outputs_", 1) != 1:
        return None
    classes = getattr(estimator, "n_classes_", None)
    trees = []
    for member in members:
        grown = member.tree_
        value = grown.value[:, 0, :]
        if classes is not None:
            value = value / value.sum(axis=1, keepdims=True)
            if classes == 2:
                value = value[:, 1:]
        leaf = grown.children_left < 0
        trees.append(
            Tree(
                left=grown.children_left,
                right=grown.children_right,
                column=np.where(leaf, 0, grown.feature),
                threshold=grown.threshold,
                missing_left=grown.missing_go_to_left.astype(np.bool_),
                value=np.where(leaf[:, None], value, 0.0) / len(members),
                sets={},
            )
        )
    outputs = trees[0].value.shape[1]
    return join(trees, [0] * len(trees), np.zeros(outputs), single_precision=True)
