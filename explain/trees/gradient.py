"""GradientBoosting of scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.dummy import DummyClassifier, DummyRegressor

from .forest import read_grown
from .structure import Trees, join


def read_gradient(estimator: Any) -> Trees:
    """Trees of a fitted GradientBoostingClassifier or Regressor, with what they start from as base.

    A model that the trees were put on top of is left out: see :func:`starts_from_a_constant`.
    """
    stages = estimator.estimators_
    base = np.zeros(stages.shape[1])
    if starts_from_a_constant(estimator) and estimator.init_ != "zero":
        base = np.ravel(estimator._raw_predict_init(np.zeros((1, estimator.n_features_in_))))
    trees, output = [], []
    for stage in stages:
        for position, member in enumerate(stage):
            trees.append(read_grown(member.tree_, estimator.learning_rate * member.tree_.value[:, 0, :]))
            output.append(position)
    return join(trees, output, base, single_precision=True)


def starts_from_a_constant(estimator: Any) -> bool:
    """Whether the trees were put on top of a constant, and not of another model (``init``)."""
    return isinstance(estimator.init_, (DummyClassifier, DummyRegressor, str))
