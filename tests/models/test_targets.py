"""Targets on a logarithmic scale."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.compose import TransformedTargetRegressor

from automl.models import FAMILIES, Context, get_family, log_scale

from ..families import parameters

rng = np.random.default_rng(0)
X = rng.normal(size=(400, 3))
PRICE = np.exp(10 + X[:, 0] - 0.5 * X[:, 1] + 0.1 * rng.normal(size=400))
PLAIN = Context(task="regression", n_rows=400, n_columns=3, n_classes=0, metric="rmse")
SKEWED = replace(PLAIN, log_target="log")


def test_the_logarithm_is_offered_where_it_makes_a_target_more_even() -> None:
    assert log_scale(PRICE) == "log"
    counts = rng.poisson(np.exp(rng.normal(1, 1, size=1000))).astype(float)
    assert log_scale(counts) == "log1p"
    assert log_scale(rng.normal(size=1000)) == ""
    assert log_scale(PRICE - PRICE.min() - 1) == ""  # negative somewhere
    assert log_scale(rng.uniform(1, 2, size=1000)) == ""
    assert log_scale(np.full(10, 3.0)) == ""


# Neighbours find the same rows in either scale, and a tree that a person reads speaks of the target itself.
@pytest.mark.parametrize(
    "name", parameters(sorted(set(FAMILIES) - {"dummy", "k_nearest_neighbors", "decision_tree"}))
)
def test_a_family_learns_the_logarithm_and_predicts_the_target(name: str) -> None:
    family = get_family(name)
    offered = family.first_candidates(SKEWED)
    logs = [params for params in offered if params["target"] == "log"]
    assert logs
    assert len(logs) < len(offered)
    assert all("target" not in params for params in family.first_candidates(PLAIN))
    train, test = slice(0, 300), slice(300, None)
    fitted = family.fit(
        logs[0], SKEWED, X[train], PRICE[train], X_valid=X[test], y_valid=PRICE[test]
    ).estimator
    assert isinstance(fitted, TransformedTargetRegressor)
    predicted = fitted.predict(X[test])
    assert predicted.shape == (100,)
    assert fitted.predict(X[:1]).shape == (1,)
    error = np.abs(np.log(predicted / PRICE[test]))
    assert np.median(error) < 0.6  # of the constant: 0.8


def test_predictions_stay_within_what_was_learned() -> None:
    model = (
        get_family("linear")
        .fit(get_family("linear").first_candidates(SKEWED)[1] | {"target": "log"}, SKEWED, X, PRICE)
        .estimator
    )
    far = model.predict(100 * X)
    assert far.min() == pytest.approx(PRICE.min())
    assert far.max() == pytest.approx(PRICE.max())


def test_a_linear_model_of_prices_is_better_on_the_logarithm() -> None:
    family = get_family("linear")
    params = family.first_candidates(SKEWED)[1]
    scores = []
    for target in ("plain", "log"):
        model = family.fit(params | {"target": target}, SKEWED, X[:300], PRICE[:300]).estimator
        scores.append(float(np.sqrt(np.mean((model.predict(X[300:]) - PRICE[300:]) ** 2))))
    assert scores[1] < 0.6 * scores[0]
