"""shap as the oracle where it holds by contract; and where it is silently wrong, the definition."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
)
from sklearn.linear_model import Ridge

import explain
from explain.outputs import predictor

BOOSTED = {"n_estimators": 30, "num_leaves": 12, "min_child_samples": 5, "verbose": -1, "n_jobs": 1}


@pytest.fixture(scope="module")
def shap() -> Any:
    with warnings.catch_warnings():  # shap warns while it is imported, and takes 2.6 s: here only
        warnings.simplefilter("ignore")
        import shap

    return shap


@pytest.fixture(scope="module")
def numbers(table: pd.DataFrame) -> pd.DataFrame:
    """Three columns of numbers, without missing values."""
    return table[["income", "age"]].fillna(0.0).assign(since=table.since.dt.day_of_year.astype(float))


@pytest.fixture(scope="module")
def codes(table: pd.DataFrame) -> pd.DataFrame:
    """A category coded by whole numbers beside two columns of numbers."""
    rng = np.random.default_rng(2)
    n = len(table)
    return pd.DataFrame({"code": rng.integers(0, 12, n), "a": rng.normal(size=n), "b": rng.normal(size=n)})


def coded_target(codes: pd.DataFrame) -> np.ndarray:
    odd = np.array([3, -2, 1, -3, 2, 0, -1, 3, -3, 1, 2, -2])[codes.code]
    return np.asarray(odd + codes.a * np.sign(odd) + 0.5 * codes.b)


def agree(model: Any, X: pd.DataFrame, background: pd.DataFrame, theirs: Any, scale: str) -> None:
    ours = explain.explain(model, X, background, scale=scale)
    assert ours.exact
    values = ours.values[:, :, -1] if np.ndim(theirs) == 2 else ours.values
    np.testing.assert_allclose(values, theirs, rtol=0, atol=1e-6 * max(1.0, np.abs(theirs).max()))


def test_lightgbm_margins_of_numbers(shap, numbers, answers):
    X, background = numbers[:20], numbers[100:200]
    for model, target, scale in (
        (LGBMClassifier(**BOOSTED), "binary", "margin"),
        (LGBMClassifier(**BOOSTED), "multiclass", "margin"),
        (LGBMRegressor(**BOOSTED), "regression", "target"),
    ):
        model.fit(numbers, answers[target])
        oracle = shap.TreeExplainer(model, background, feature_perturbation="interventional")
        agree(model, X, background, oracle.shap_values(X), scale)


def test_forests(shap, numbers, answers):
    X, background = numbers[:10], numbers[100:150]
    model = RandomForestClassifier(25, max_depth=6, random_state=0).fit(numbers, answers["multiclass"])
    oracle = shap.TreeExplainer(model, background, feature_perturbation="interventional")
    # shap compares in float32 what it stored as float32; values agree to that precision.
    agree(model, X, background, oracle.shap_values(X), "probability")


def test_linear_models(shap, numbers, answers):
    X, background = numbers[:10], numbers[100:150]
    model = Ridge().fit(numbers, answers["regression"])
    agree(model, X, background, shap.LinearExplainer(model, background).shap_values(X), "target")


def right(model: Any, X: pd.DataFrame, background: pd.DataFrame, brute_force: Any, scale: str) -> np.ndarray:
    """Ours against the definition; gives the definition's values."""
    ours = explain.explain(model, X, background, scale=scale)
    assert ours.exact
    expected = brute_force(predictor(model, scale), X, background)
    values = ours.values[:, :, -1:] if expected.shape[2] == 1 else ours.values
    np.testing.assert_allclose(values, expected, rtol=0, atol=1e-9 * max(1.0, np.abs(expected).max()))
    assert ours.additivity_error <= 1e-9
    return np.asarray(expected)


@pytest.mark.parametrize("scale", ["margin", "probability"])
def test_histogram_boosting_with_categories(scale, shap, codes, brute_force):
    X, background = codes[:4], codes[100:120]
    model = HistGradientBoostingClassifier(max_iter=20, categorical_features=["code"], random_state=0)
    model.fit(codes, coded_target(codes) > 0)
    truth = right(model, X, background, brute_force, scale)
    if scale == "margin":
        oracle = shap.TreeExplainer(model, background.astype(float), feature_perturbation="interventional")
        theirs = oracle.shap_values(X.astype(float), check_additivity=False)
        assert np.abs(theirs - truth[:, :, 0]).max() > 0.1


def test_histogram_boosting_of_numbers(numbers, answers, brute_force):
    model = HistGradientBoostingRegressor(max_iter=30, random_state=0).fit(numbers, answers["regression"])
    right(model, numbers[:4], numbers[100:120], brute_force, "target")


@pytest.mark.parametrize("scale", ["margin", "probability"])
def test_lightgbm_with_categories(scale, shap, codes, brute_force):
    X, background = codes[:4], codes[100:120]
    model = LGBMClassifier(**BOOSTED, min_data_per_group=1, cat_smooth=1)
    model.fit(codes, coded_target(codes) > 0, categorical_feature=["code"])
    assert "cat_threshold=" in model.booster_.model_to_string()
    truth = right(model, X, background, brute_force, scale)
    if scale == "probability":
        oracle = shap.TreeExplainer(
            model, background, feature_perturbation="interventional", model_output="probability"
        )
        theirs = oracle.shap_values(X, check_additivity=False)
        assert np.abs(theirs - truth[:, :, 0]).max() > 0.1


def test_probabilities_of_several_classes(numbers, answers, brute_force):
    """Those of softmax, and not of one sigmoid per class."""
    model = LGBMClassifier(**BOOSTED).fit(numbers, answers["multiclass"])
    right(model, numbers[:4], numbers[100:120], brute_force, "probability")
    ours = explain.explain(model, numbers[:4], numbers[100:120])
    np.testing.assert_allclose(ours.values.sum(axis=2), 0.0, atol=1e-9)


def test_all_background_rows_count(numbers, answers, brute_force):
    """shap's masker takes 100 of them."""
    model = RandomForestClassifier(10, max_depth=4, random_state=0).fit(numbers, answers["binary"])
    right(model, numbers[:2], numbers[100:250], brute_force, "probability")


def test_small_columns_are_not_set_to_zero(table):
    """KernelExplainer keeps ten columns unless told otherwise."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(200, 14)), columns=[f"c{j}" for j in range(14)])
    weights = np.linspace(0.1, 2, 14)
    model = LGBMRegressor(**{**BOOSTED, "n_estimators": 80}, objective="poisson")
    model.fit(X, np.exp(0.2 * X @ weights))
    found = explain.explain(model, X[:30], X[100:150])
    assert not found.exact
    assert (found.global_().importance > 0).all()
