"""HistGradientBoosting of scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np

from .structure import Tree, Trees, join


def read_histogram(estimator: Any) -> Trees | None:
    """Trees of a fitted HistGradientBoostingClassifier or Regressor, on the matrix that its predictors see.

    With categorical columns the estimator puts those first, coded by its own ordinal encoder; see
    :func:`histogram_columns`.
    """
    trees, output = [], []
    for iteration in estimator._predictors:
        for position, predictor in enumerate(iteration):
            nodes = predictor.nodes
            leaf = nodes["is_leaf"].astype(bool)
            categorical = nodes["is_categorical"].astype(bool) & ~leaf
            sets = {
                int(node): np.asarray(
                    predictor.raw_left_cat_bitsets[nodes["bitset_idx"][node]], dtype=np.uint32
                )
                for node in np.flatnonzero(categorical)
            }
            trees.append(
                Tree(
                    left=np.where(leaf, -1, nodes["left"].astype(np.int64)),
                    right=np.where(leaf, -1, nodes["right"].astype(np.int64)),
                    column=np.where(leaf, 0, nodes["feature_idx"].astype(np.int64)),
                    threshold=nodes["num_threshold"].astype(np.float64),
                    missing_left=nodes["missing_go_to_left"].astype(bool),
                    value=np.where(leaf, nodes["value"], 0.0)[:, None],
                    sets=sets,
                )
            )
            output.append(position)
    return join(trees, output, np.asarray(estimator._baseline_prediction, dtype=np.float64).ravel())


def histogram_columns(estimator: Any, width: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """For each column that the predictors see, the column of the estimator's input that it comes from."""
    categorical = getattr(estimator, "is_categorical_", None)
    if estimator._preprocessor is None or categorical is None:
        return np.arange(width)
    chosen = np.asarray(categorical, dtype=bool)
    return np.concatenate([np.flatnonzero(chosen), np.flatnonzero(~chosen)])
