"""Every engine that says exact, on every kind of input and task: the values of the definition."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler, TargetEncoder
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

import explain
from explain.outputs import predictor

TASKS = ("binary", "multiclass", "regression")
BOOSTED = {"n_estimators": 15, "num_leaves": 10, "min_child_samples": 5, "verbose": -1, "n_jobs": 1}
FOREST = {"n_estimators": 8, "max_depth": 6, "random_state": 0}
FAMILIES: dict[str, tuple[Any, Any, str]] = {
    "linear": (LogisticRegression(max_iter=500), Ridge(), "linear"),
    "lightgbm": (
        LGBMClassifier(**BOOSTED, min_data_per_group=5),
        LGBMRegressor(**BOOSTED, min_data_per_group=5),
        "trees",
    ),
    "hist_gradient_boosting": (
        HistGradientBoostingClassifier(max_iter=10, random_state=0),
        HistGradientBoostingRegressor(max_iter=10, random_state=0),
        "trees",
    ),
    "gradient_boosting": (
        GradientBoostingClassifier(n_estimators=8, random_state=0),
        GradientBoostingRegressor(n_estimators=8, loss="huber", random_state=0),
        "trees",
    ),
    "random_forest": (RandomForestClassifier(**FOREST), RandomForestRegressor(**FOREST), "trees"),
    "extra_trees": (ExtraTreesClassifier(**FOREST), ExtraTreesRegressor(**FOREST), "trees"),
    "decision_tree": (
        DecisionTreeClassifier(random_state=0),
        DecisionTreeRegressor(random_state=0),
        "trees",
    ),
}
MARGIN = {"linear", "lightgbm", "hist_gradient_boosting", "gradient_boosting"}
WITHOUT_MISSING = {"linear", "gradient_boosting"}
ENCODINGS = ("one_hot", "coded", "native", "target_encoded")
CASES = [
    (encoding, family, task)
    for encoding in ENCODINGS
    for family in FAMILIES
    for task in TASKS
    if not (encoding == "coded" and family in WITHOUT_MISSING)
    and not (encoding == "native" and family not in ("lightgbm", "hist_gradient_boosting"))
]


@pytest.fixture(scope="module")
def target_encoded(one_hot: Any) -> Any:
    """Labels as means of the target, one column per class."""

    def build() -> ColumnTransformer:
        numbers = make_pipeline(SimpleImputer(add_indicator=True), StandardScaler())
        codes = TargetEncoder(cv=KFold(2))
        return ColumnTransformer(
            [
                ("number", numbers, ["income", "age"]),
                ("label", codes, ["city", "plan", "same"]),
                ("date", FunctionTransformer(_month), ["since"]),
            ]
        )

    return build


def _month(frame: pd.DataFrame) -> np.ndarray:
    return frame.since.dt.month.to_numpy(dtype=float)[:, None]


def fitted(encoding: str, family: str, task: str, table: Any, answers: Any, request: Any) -> Any:
    classifier, regressor, _ = FAMILIES[family]
    model = regressor if task == "regression" else classifier
    preparation = request.getfixturevalue("coded" if encoding == "native" else encoding)()
    options: dict[str, Any] = {}
    if encoding == "native" and family == "lightgbm":
        options = {"model__categorical_feature": [0, 1, 2]}
    if encoding == "native" and family == "hist_gradient_boosting":
        model = model.__class__(**{**model.get_params(), "categorical_features": [0, 1, 2]})
    return request.getfixturevalue("piped")(preparation, model, table, answers[task], **options)


@pytest.mark.parametrize(("encoding", "family", "task"), CASES)
def test_exact_is_exact(encoding, family, task, table, answers, brute_force, request):
    model = fitted(encoding, family, task, table, answers, request)
    scale = "target" if task == "regression" else "margin" if family in MARGIN else "probability"
    X, background = table[:3].copy(), table[100:112]
    X["city"] = X["city"].where(X.index != 2, "Oslo")  # never seen in training
    found = explain.explain(model, X, background, scale=scale)
    assert found.exact
    assert found.stderr is None
    assert FAMILIES[family][2] in found.method
    assert found.scale == scale
    expected = brute_force(predictor(model, scale), X, background)
    if task == "binary":
        expected = np.concatenate([-expected, expected], axis=2)
    np.testing.assert_allclose(found.values, expected, rtol=0, atol=1e-9 * max(1, np.abs(expected).max()))
    assert found.additivity_error <= 1e-9
    assert (np.abs(found.values).max(axis=(0, 2)) > 0).sum() >= 4  # several columns play
