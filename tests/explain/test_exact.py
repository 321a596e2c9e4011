"""Exact engines against the definition of the Shapley value, through the whole model in raw columns."""

from __future__ import annotations

import numpy as np
import pytest
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn.calibration import CalibratedClassifierCV
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.linear_model import LogisticRegression, Ridge

import explain
from explain.engines.enumerate import covering_orders

from ..tasks import BINARY_FIRST

ROWS, BACKGROUND = slice(0, 4), slice(100, 116)


def check(model, table, brute_force, predict, method, **options):
    X, background = table[ROWS].copy(), table[BACKGROUND]
    X["city"] = X["city"].where(X.index != 2, "Oslo")  # never seen in training
    explanation = explain.explain(model, X, background, **options)
    expected = brute_force(predict, X, background)
    if expected.shape[2] != explanation.outputs:
        expected = np.concatenate([-expected, expected], axis=2)
    assert explanation.exact
    assert explanation.stderr is None
    assert method in explanation.method
    np.testing.assert_allclose(explanation.values, expected, rtol=0, atol=1e-10)
    assert explanation.additivity_error < 1e-10
    return explanation


def lightgbm(kind, **options):
    return kind(
        n_estimators=30, num_leaves=12, min_child_samples=5, min_data_per_group=5, verbose=-1, **options
    )


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_lightgbm_margin_with_native_categories(task, table, answers, piped, brute_force, coded):
    options = {"model__categorical_feature": [0, 1, 2]}
    fitted = piped(coded(), lightgbm(LGBMClassifier), table, answers[task], **options)
    assert "cat_threshold=" in fitted[-1].booster_.model_to_string()

    def margin(frame):
        return fitted.predict_proba(frame, raw_score=True)

    check(fitted, table, brute_force, margin, "trees", scale="margin")


@pytest.mark.slow
def test_histogram_boosting_categories_behind_numbers(table, answers, piped, brute_force, one_hot):
    # The estimator moves its categorical columns to the front: players must follow.
    fitted = piped(
        one_hot(),
        HistGradientBoostingRegressor(max_iter=30, categorical_features=[4, 5, 8], random_state=0),
        table,
        answers["regression"],
    )
    check(fitted, table, brute_force, fitted.predict, "trees")


@pytest.mark.parametrize("task", BINARY_FIRST[:2])
def test_histogram_boosting_margin(task, table, answers, piped, brute_force, coded):
    model = HistGradientBoostingClassifier(max_iter=20, categorical_features=[0, 1, 2], random_state=0)
    fitted = piped(coded(), model, table, answers[task])
    check(fitted, table, brute_force, fitted.decision_function, "trees", scale="margin")


def test_few_varying_columns_are_enumerated(table, answers, piped, brute_force, one_hot):
    # "same" is constant: five columns are left, and the probability of boosted trees is no sum of leaves.
    fitted = piped(one_hot(), lightgbm(LGBMClassifier), table, answers["binary"])
    check(fitted, table, brute_force, fitted.predict_proba, "all coalitions of 5 columns")


def test_weighted_vote_of_exact_members(table, answers, piped, brute_force, one_hot):
    vote = VotingRegressor(
        [
            ("ridge", Ridge()),
            ("forest", RandomForestRegressor(10, random_state=0)),
            ("boosted", lightgbm(LGBMRegressor)),
        ],
        weights=[1, 2, 3],
    )
    fitted = piped(one_hot(), vote, table, answers["regression"])
    check(fitted, table, brute_force, fitted.predict, "exact: vote of 3 members")


@pytest.mark.parametrize("task", BINARY_FIRST[:2])
def test_soft_vote_with_members_that_are_followed(task, table, answers, piped, brute_force, one_hot):
    vote = VotingClassifier(
        [
            ("dummy", DummyClassifier()),
            ("forest", RandomForestClassifier(10, random_state=0)),
            ("boosted", lightgbm(LGBMClassifier)),
            ("logistic", LogisticRegression(max_iter=500)),
        ],
        voting="soft",
        weights=[0.5, 2, 3, 1],
    )
    fitted = piped(one_hot(), vote, table, answers[task])
    check(fitted, table, brute_force, fitted.predict_proba, "exact: vote of 4 members")


@pytest.mark.parametrize(
    ("task", "method"),
    [("binary", "temperature"), ("binary", "sigmoid"), ("binary", "isotonic"), ("multiclass", "temperature")],
)
def test_calibrated_vote(task, method, table, answers, piped, brute_force, one_hot):
    vote = VotingClassifier(
        [
            ("forest", RandomForestClassifier(10, max_depth=4, random_state=0)),
            ("logistic", LogisticRegression(max_iter=500)),
            ("rates", DummyClassifier()),
        ],
        voting="soft",
        weights=[2, 1, 0.1],
    )
    model = CalibratedClassifierCV(vote, method=method, ensemble=False, cv=2)
    fitted = piped(one_hot(), model, table, answers[task])
    check(fitted, table, brute_force, fitted.predict_proba, "all coalitions of 5 columns")


def test_many_background_rows_in_several_words(table, answers, piped, one_hot):
    """More than 64 background rows descend in several sets; means over halves must agree with the whole."""
    fitted = piped(one_hot(), RandomForestRegressor(10, random_state=0), table, answers["regression"])
    X = table[:70]
    whole = explain.explain(fitted, X, table[100:300]).values
    first = explain.explain(fitted, X, table[100:165]).values
    second = explain.explain(fitted, X, table[165:300]).values
    np.testing.assert_allclose(whole, (65 * first + 135 * second) / 200, atol=1e-12)


@pytest.mark.parametrize("players", range(1, 9))
def test_covering_orders_pass_through_every_coalition(players):
    orders = covering_orders(players)
    prefixes = {frozenset(order[:k].tolist()) for order in orders for k in range(players + 1)}
    assert len(prefixes) == 2**players
    assert all(sorted(order.tolist()) == list(range(players)) for order in orders)
