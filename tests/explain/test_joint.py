"""Models with columns that are made of two others are followed inside, to the values of the definition."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
    VotingRegressor,
)
from sklearn.linear_model import Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

import explain
from automl.features import beside, mean_columns, pair_columns
from explain.game import Game
from explain.introspect import resolve
from explain.space import FrameSpace, JointSpace
from explain.walkers import TreeWalker, walker_for

ROWS, BACKGROUND = slice(0, 3), slice(100, 112)

BOOSTED: dict[str, Any] = {"n_estimators": 25, "num_leaves": 12, "min_child_samples": 4, "verbose": -1}
HISTOGRAM: dict[str, Any] = {"max_iter": 12, "categorical_features": [0, 1], "random_state": 0}
FOREST: dict[str, Any] = {"n_estimators": 8, "max_leaf_nodes": 40, "random_state": 0}
REGRESSORS = {
    "lightgbm": LGBMRegressor(**BOOSTED),
    "hist_gradient_boosting": HistGradientBoostingRegressor(**HISTOGRAM),
    "random_forest": RandomForestRegressor(**FOREST),
}
CLASSIFIERS = {
    "lightgbm": LGBMClassifier(**BOOSTED),
    "hist_gradient_boosting": HistGradientBoostingClassifier(**HISTOGRAM),
    "random_forest": RandomForestClassifier(**FOREST),
}


def making(task: str) -> Any:
    """Columns: city, plan, same, income, age, since; then pairs of numbers, and means of codes."""
    pairs = {"ratio": [(3, 4), (4, 5)], "difference": [(3, 5)], "product": [(4, 5)], "sum": [(3, 4)]}
    return beside([*pair_columns(pairs), *mean_columns([0, 1], [(0, 1)], task=task, seed=0)])


def rows_of(table: Any) -> tuple[Any, Any]:
    X = table[ROWS].copy()
    X["city"] = X["city"].where(X.index != 2, "Oslo")  # never seen in training
    return X, table[BACKGROUND]


@pytest.mark.parametrize("name", REGRESSORS)
def test_trees_of_values_are_exact(name, table, answers, coded, brute_force):
    inner = Pipeline([("make", making("regression")), ("model", REGRESSORS[name])])
    model = make_pipeline(coded(), inner).fit(table, answers["regression"])
    X, background = rows_of(table)
    explanation = explain.explain(model, X, background)
    assert explanation.method == "exact: trees in raw columns"
    expected = brute_force(model.predict, X, background)
    np.testing.assert_allclose(explanation.values, expected, rtol=0, atol=1e-9 * np.abs(expected).max())


@pytest.mark.parametrize("task", ["binary", "multiclass"])
@pytest.mark.parametrize("name", CLASSIFIERS)
def test_walks_of_probabilities_are_followed_inside(name, task, table, answers, coded, brute_force):
    inner = Pipeline([("make", making(task)), ("model", CLASSIFIERS[name])])
    model = make_pipeline(coded(), inner).fit(table, answers[task])
    X, background = rows_of(table)
    outputs = 1 if task == "binary" else 3
    estimator, space = resolve(model, FrameSpace(X, background))
    walker = walker_for(Game(estimator, space, outputs, "probability"))
    assert isinstance(space, JointSpace)
    assert isinstance(walker, TreeWalker)
    assert (walker.seen.joint >= 0).any()
    explanation = explain.explain(model, X, background)
    assert explanation.exact
    np.testing.assert_allclose(
        explanation.values, brute_force(model.predict_proba, X, background), rtol=0, atol=1e-9
    )


def test_a_vote_with_a_scaled_linear_member_adds_up_to_the_definition(table, answers, coded, brute_force):
    prepare, y = coded(), answers["regression"]
    Z = np.nan_to_num(prepare.fit_transform(table))
    step = make_pipeline(FunctionTransformer(np.nan_to_num), making("regression"))
    members = [
        make_pipeline(step, StandardScaler(), Ridge()).fit(Z, y),
        make_pipeline(making("regression"), REGRESSORS["random_forest"]).fit(Z, y),
    ]
    vote = VotingRegressor([])
    vote.estimators, vote.weights, vote.estimators_ = [("a", None), ("b", None)], [1.0, 3.0], members
    model = Pipeline([("prepare", prepare), ("model", vote)])
    X, background = rows_of(table)
    explanation = explain.explain(model, X, background)
    expected = brute_force(model.predict, X, background)
    np.testing.assert_allclose(explanation.values, expected, rtol=0, atol=1e-9)


def test_both_raw_columns_are_named(table, answers, coded):
    inner = Pipeline([("make", making("regression")), ("model", Ridge())])
    full = table.fillna({"age": 30, "city": "Graz"})
    model = make_pipeline(coded(), inner).fit(full, answers["regression"])
    _, space = resolve(model, FrameSpace(table))
    # Raw columns: income, age, city, plan, since, same.
    assert space.owner.tolist() == [2, 3, 5, 0, 1, 4, 0, 1, 0, 1, 0, 2, 3, 2]
    assert space.other.tolist() == [-1] * 6 + [1, 4, 4, 4, 1, -1, -1, 3]


def test_columns_of_two_players_where_these_part(table, answers, coded):
    """Each value is that of a hybrid with one of the two players from x and all others from z."""
    inner = Pipeline([("make", making("regression")), ("model", Ridge())])
    model = make_pipeline(coded(), inner).fit(
        table.fillna({"age": 30, "city": "Graz"}), answers["regression"]
    )
    _, space = resolve(model, FrameSpace(table[:40], table[100:130]))
    rng = np.random.default_rng(0)
    x, z = rng.integers(0, 40, 25), rng.integers(40, 70, 25)
    found = space.between(x, z)
    columns = np.flatnonzero(space.other >= 0)
    assert found.shape == (len(columns), 2, 25)
    assert len(space._cuts) < 3, "few encodings part all pairs"
    for place, column in enumerate(columns):
        for turn, player in enumerate((space.owner[column], space.other[column])):
            from_x = np.arange(space.players) == player
            hybrid = space.matrix(np.where(from_x, x[:, None], z[:, None]))
            np.testing.assert_array_equal(found[place, turn], hybrid[:, column])
