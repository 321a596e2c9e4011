"""What is particular to the two boosting families."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import log_loss

from automl.models import Context, Deadline, get_family

Rows = tuple[NDArray[np.float64], NDArray[Any]]


def noisy(rows: int = 600, *, seed: int = 0) -> Rows:
    """Make classes that are mostly chance: whoever learns too long learns the noise."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(rows, 5))
    return X, (X[:, 0] + 2 * rng.normal(size=rows) > 0).astype(int)


def context(X: NDArray[np.float64], task: str = "binary", **more: Any) -> Context:
    return Context(
        task=task, n_rows=len(X), n_columns=X.shape[1], n_classes=2 if task == "binary" else 0, **more
    )


@pytest.mark.parametrize("name", ["lightgbm", "hist_gradient_boosting"])
def test_the_rounds_are_the_best_on_the_validation_rows(name: str) -> None:
    X, y = noisy()
    family = get_family(name)
    params = family.first_candidates(context(X))[0] | {"learning_rate": 0.2}
    train, valid = slice(0, 400), slice(400, 600)
    fitted = family.fit(params, context(X), X[train], y[train], X_valid=X[valid], y_valid=y[valid])
    assert fitted.iterations is not None
    assert 1 <= fitted.iterations < 60
    assert not fitted.stopped_early_by_clock
    alone = family.fit(params, context(X), X[train], y[train])
    assert alone.iterations is not None
    assert alone.iterations > fitted.iterations
    losses = [log_loss(y[valid], each.estimator.predict_proba(X[valid])) for each in (fitted, alone)]
    assert losses[0] < losses[1]


def test_lightgbm_keeps_no_trees_after_the_best_round() -> None:
    X, y = noisy()
    family = get_family("lightgbm")
    fitted = family.fit(
        family.first_candidates(context(X))[0], context(X), X[:400], y[:400], X_valid=X[400:], y_valid=y[400:]
    )
    assert fitted.estimator.booster_.num_trees() == fitted.iterations == fitted.estimator.best_iteration_


def test_lightgbm_does_not_stop_at_a_perfect_ranking_with_useless_probabilities() -> None:
    X, _ = noisy()
    y = (X[:, 0] > 0).astype(int)
    family = get_family("lightgbm")
    asked = context(X, metric="roc_auc")
    params = family.first_candidates(asked)[0]
    fitted = family.fit(params, asked, X[:400], y[:400], X_valid=X[400:], y_valid=y[400:])
    assert log_loss(y[400:], fitted.estimator.predict_proba(X[400:])) < 0.1


def test_lightgbm_does_not_learn_by_heart_for_ever() -> None:
    X, y = noisy()
    family = get_family("lightgbm")
    params = family.first_candidates(context(X))[0]
    fitted = family.fit(params, context(X), X, y, X_valid=X, y_valid=y)
    assert fitted.iterations is not None
    assert fitted.iterations < 100 / params["learning_rate"]


@pytest.mark.parametrize("name", ["lightgbm", "hist_gradient_boosting"])
def test_the_objective_follows_the_metric(name: str) -> None:
    """A skewed target: the mean and the median are far apart, and each metric asks for another of them."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(500, 2)), np.exp(2 * rng.normal(size=500))
    family = get_family(name)
    middle = {}
    for metric in ("rmse", "mae"):
        asked = context(X, "regression", metric=metric)
        params = family.first_candidates(asked)[0]
        fitted = family.fit(params, asked, X[:400], y[:400], X_valid=X[400:], y_valid=y[400:])
        middle[metric] = float(np.mean(fitted.estimator.predict(X)))
    assert middle["rmse"] > 2 * middle["mae"]
    assert middle["mae"] == pytest.approx(np.median(y), rel=0.6)


@pytest.mark.parametrize("name", ["lightgbm", "hist_gradient_boosting"])
def test_categories_are_split_as_sets(name: str) -> None:
    """Even codes against odd ones: one split of a set, many of an order."""
    rng = np.random.default_rng(0)
    X = rng.integers(0, 40, size=(2000, 1)).astype(float)
    y = (X[:, 0] % 2).astype(int)
    family = get_family(name)
    asked = context(X, categorical=(0,))
    params = family.first_candidates(asked)[0] | {"learning_rate": 0.2}
    if name == "lightgbm":
        params |= {"num_leaves": 2, "extra_trees": False}
    else:
        params |= {"max_leaf_nodes": 3}
    losses = {}
    for columns in ((0,), ()):
        asked = context(X, categorical=columns)
        kept = {key: value for key, value in params.items() if key in family.distributions(asked)}
        fitted = family.fit(kept, asked, X, y)
        losses[columns] = log_loss(y, fitted.estimator.predict_proba(X))
    assert losses[(0,)] < 0.5 * losses[()]


def test_more_categories_than_bins_are_taken_as_numbers() -> None:
    rng = np.random.default_rng(0)
    X = np.column_stack([np.arange(900) % 400, rng.normal(size=900)]).astype(float)
    y = (X[:, 0] > 200).astype(int)
    family = get_family("hist_gradient_boosting")
    asked = context(X, categorical=(0,))
    fitted = family.fit(family.first_candidates(asked)[0], asked, X, y)
    assert (fitted.estimator.predict(X) == y).mean() > 0.95


def test_the_histogram_model_is_the_same_after_its_last_rounds_were_dropped() -> None:
    """The cut list of rounds must be what scikit-learn itself calls the model of that many rounds."""
    X, y = noisy()
    family = get_family("hist_gradient_boosting")
    params = family.first_candidates(context(X))[0]
    fitted = family.fit(params, context(X), X[:400], y[:400], X_valid=X[400:], y_valid=y[400:])
    estimator = fitted.estimator
    assert estimator.n_iter_ == fitted.iterations == len(estimator.validation_score_) - 1
    assert np.argmax(estimator.validation_score_) == fitted.iterations
    stages = list(estimator.staged_predict_proba(X))
    assert len(stages) == fitted.iterations
    np.testing.assert_array_equal(stages[-1], estimator.predict_proba(X))
    assert -log_loss(y[400:], stages[-1][400:]) == pytest.approx(estimator.validation_score_[-1])


@pytest.mark.parametrize(
    "name", ["lightgbm", "hist_gradient_boosting", "extra_trees", "random_forest", "mlp"]
)
def test_the_clock_stops_between_rounds(name: str) -> None:
    """With a deadline that falls amidst the rounds the model has some of them, and says so."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(3000, 20))
    y = (X[:, 0] * X[:, 1] + rng.normal(size=3000) > 0).astype(int)
    family = get_family(name)
    asked = context(X)
    params = dict(family.first_candidates(asked)[0])
    if "learning_rate" in params:
        low: Any = family.distributions(asked)["learning_rate"]
        params["learning_rate"] = low.low
    started = time.monotonic()
    whole = family.fit(params, asked, X[:2000], y[:2000], X_valid=X[2000:], y_valid=y[2000:])
    seconds = time.monotonic() - started
    cut = None
    for share in (0.5, 0.35, 0.2, 0.1):  # the first fit may have been slowed down by others
        cut = family.fit(
            params,
            asked,
            X[:2000],
            y[:2000],
            X_valid=X[2000:],
            y_valid=y[2000:],
            deadline=Deadline.after(share * seconds),
        )
        if cut.stopped_early_by_clock:
            break
    assert cut is not None
    assert cut.stopped_early_by_clock
    assert cut.iterations is not None
    assert whole.iterations is not None
    assert 1 <= cut.iterations <= whole.iterations
