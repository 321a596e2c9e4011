"""The explainer that keeps what it knows gives what the function gives, row by row."""

from __future__ import annotations

import numpy as np
import pytest
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

import explain
from automl.features import beside, pair_columns
from explain import threads


def rows_one_by_one(table):
    """Ordinary rows, one with an unseen label, one with hardly any value, one of whole numbers."""
    X = table[:5].copy()
    X["city"] = X["city"].where(X.index != 1, "Oslo")
    empty = X[:1].assign(income=None, age=None, city=None, plan=None, same=None)
    whole = X[:1].assign(income=21000, age=40)
    return [X[i : i + 1] for i in range(5)] + [empty, whole]


@pytest.fixture(scope="module")
def models(table, answers, piped, one_hot, coded):
    boosted = LGBMClassifier(n_estimators=20, num_leaves=8, verbose=-1)
    vote = VotingClassifier(
        [
            ("forest", RandomForestClassifier(8, random_state=0)),
            ("logistic", make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))),
            ("network", MLPClassifier((4,), max_iter=60, early_stopping=True, random_state=0)),
        ],
        voting="soft",
    )
    made = Pipeline(
        [
            ("make", beside([*pair_columns({"product": [(3, 4)]})])),
            ("model", LGBMRegressor(n_estimators=15, verbose=-1)),
        ]
    )
    histogram = HistGradientBoostingRegressor(max_iter=10, categorical_features=[0, 1, 2], random_state=0)
    return {
        "boosted": piped(one_hot(), boosted, table, answers["binary"]),
        "vote": piped(one_hot(), vote, table, answers["multiclass"]),
        "pairs": make_pipeline(coded(), made).fit(table, answers["regression"]),
        "histogram": piped(coded(), histogram, table, answers["regression"]),
    }


@pytest.mark.parametrize(
    "name", ["boosted", "vote", pytest.param("pairs", marks=pytest.mark.slow), "histogram"]
)
def test_row_by_row_is_what_the_function_gives(name, models, table):
    background = table[100:130]
    explainer = explain.Explainer(models[name], background, seed=3)
    for row in rows_one_by_one(table):
        found = explainer.explain(row)
        expected = explain.explain(models[name], row, background, seed=3)
        np.testing.assert_allclose(found.values, expected.values, rtol=0, atol=1e-12)
        assert (found.method, found.exact, found.scale) == (expected.method, expected.exact, expected.scale)
        assert found.model_hash == expected.model_hash
        assert found.background_hash == expected.background_hash
        assert found.additivity_error <= 1e-9


def test_the_background_is_prepared_once(table, answers, one_hot):
    seen: list[int] = []

    def counting(matrix):
        seen.append(len(matrix))
        return matrix

    model = make_pipeline(
        one_hot(), FunctionTransformer(counting), LGBMRegressor(n_estimators=10, verbose=-1)
    )
    model.fit(table, answers["regression"])
    explainer = explain.Explainer(model, table[100:300])
    explainer.explain(table[:1])
    seen.clear()
    explainer.explain(table[1:2])
    assert seen == [1]


def test_many_rows_at_once_are_the_rows_one_by_one(models, table):
    explainer = explain.Explainer(models["boosted"], table[100:130], scale="margin")
    together = explainer.explain(table[:70]).values
    alone = [explainer.explain(table[i : i + 1]).values[0] for i in range(0, 70, 23)]
    np.testing.assert_allclose(alone, together[::23], rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", ["boosted", "histogram"])
def test_threads_change_nothing(name, models, table, monkeypatch):
    rows, background = table[:200], table[200:240]
    one = explain.explain(models[name], rows, background)
    monkeypatch.setattr(threads, "_cores", lambda: 3)
    np.testing.assert_array_equal(explain.explain(models[name], rows, background).values, one.values)
    parts: list[tuple[int, int]] = []
    threads.in_parts(lambda start, stop: parts.append((start, stop)), 200, least=20, step=64)
    assert sorted(parts) == [(0, 128), (128, 200)]


def test_a_pipeline_that_predicts_in_its_own_way_is_taken_as_it_is(table, answers, one_hot, brute_force):
    class Doubled(Pipeline):
        """Twice what its last step says."""

        def predict(self, X):
            return 2 * super().predict(X)

    model = Doubled([("prepare", one_hot()), ("model", LGBMRegressor(n_estimators=5, verbose=-1))])
    model.fit(table, answers["regression"])
    found = explain.explain(model, table[:2], table[100:108])
    expected = brute_force(model.predict, table[:2], table[100:108])
    np.testing.assert_allclose(found.values, expected, rtol=0, atol=1e-9)
