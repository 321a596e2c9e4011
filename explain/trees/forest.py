"""Random forests, extra trees and single decision trees of scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .structure import Tree, Trees, join


def read_forest(estimator: Any) -> Trees | None:
    """Trees of a fitted forest or decision tree: probabilities or target values, averaged.

    Several numbers may be predicted at once; several classes of different kinds may not.
    """
    members = getattr(estimator, "estimators_", [estimator])
    classes = getattr(estimator, "n_classes_", None)
    if classes is not None and getattr(estimator, "n_outputs_", 1) != 1:
        return None
    trees = []
    for member in members:
        value = member.tree_.value
        if classes is None:
            value = value[:, :, 0]
        else:
            value = value[:, 0, :] / value[:, 0, :].sum(axis=1, keepdims=True)
            if classes == 2:
                value = value[:, 1:]
        trees.append(read_grown(member.tree_, value / len(members)))
    outputs = trees[0].value.shape[1]
    return join(trees, [0] * len(trees), np.zeros(outputs), single_precision=True)


def read_grown(grown: Any, value: NDArray[np.float64]) -> Tree:
    """One tree as scikit-learn has grown it, with its values at the leaves, shape (nodes, outputs)."""
    leaf = grown.children_left < 0
    return Tree(
        left=grown.children_left,
        right=grown.children_right,
        column=np.where(leaf, 0, grown.feature),
        threshold=grown.threshold,
        missing_left=grown.missing_go_to_left.astype(np.bool_),
        value=np.where(leaf[:, None], value, 0.0),
        sets={},
    )
