"""Groups of columns as players, against the definition; sums of columns, and cohorts."""

from __future__ import annotations

import numpy as np
import pytest
from lightgbm import LGBMClassifier
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline

import explain
from explain import InputError

GROUPS = {"person": ["age", "city"], "money": ["income", "plan"]}
PLAYERS = [["income", "plan"], ["age", "city"], ["since"], ["same"]]


@pytest.mark.parametrize("kind", ["forest", "boosted margin", "boosted probability", "frame"])
def test_groups_are_players(kind, table, answers, piped, one_hot, brute_force):
    X, background = table[:3], table[100:112]
    if kind == "forest":
        model = piped(one_hot(), RandomForestRegressor(15, random_state=0), table, answers["regression"])
        predict, options = model.predict, {}
    elif kind == "frame":  # the last step mixes all columns: hybrids go through the whole pipeline
        mixed = make_pipeline(
            one_hot(),
            PCA(6, random_state=0),
            MLPClassifier((4,), max_iter=20, early_stopping=True, random_state=0),
        )
        model = mixed.fit(table, answers["binary"])
        predict, options = model.predict_proba, {}
    else:
        model = piped(one_hot(), LGBMClassifier(n_estimators=15, verbose=-1), table, answers["binary"])
        predict, options = model.predict_proba, {}
        if kind == "boosted margin":
            options = {"scale": "margin"}

            def predict(rows):
                return model[-1].predict_proba(model[:-1].transform(rows), raw_score=True)

    found = explain.explain(model, X, background, groups=GROUPS, **options)
    expected = brute_force(predict, X, background, PLAYERS)
    assert found.columns == ("money", "person", "since", "same")
    assert found.exact
    np.testing.assert_allclose(found.values[:, :, -1], expected[:, :, -1], atol=1e-9)
    assert found.data["person"].iloc[1] == f"age {found_age(table, 1)}, city {table.city.iloc[1]}"
    assert explain.Explanation.from_json(found.to_json()).to_json() == found.to_json()
    assert "money = income" in explain.reason(found, 0, "money")
    assert "usually" not in explain.reason(found, 0, "money")


def found_age(table, i):
    return f"{table.age.iloc[i]:.0f}"


def test_sums_are_the_groups_value_where_the_model_adds_up(table, answers):
    X = table[["income", "age"]].fillna(40.0).assign(b=np.arange(300) % 7.0, c=np.arange(300) % 5.0)
    groups = {"two": ["income", "b"]}
    line = LinearRegression().fit(X, answers["regression"])
    summed = explain.explain(line, X[:5], X[50:80]).grouped(groups)
    as_one = explain.explain(line, X[:5], X[50:80], groups=groups)
    assert summed.columns == as_one.columns == ("two", "age", "c")
    np.testing.assert_allclose(summed.values, as_one.values, atol=1e-9)
    target = X.income / 1e4 * X.b * X.c
    forest = RandomForestRegressor(10, random_state=0).fit(X, target)
    apart, as_one = (explain.explain(forest, X[:5], X[50:80], groups=g) for g in (None, groups))
    summed = apart.grouped(groups)
    assert np.abs(summed.values - as_one.values).max() > 0.02 * np.abs(as_one.values).max()
    np.testing.assert_allclose(summed.values.sum(axis=1), as_one.values.sum(axis=1), atol=1e-9)


def test_errors_of_sums_are_bounds(table, answers, piped, one_hot):
    model = piped(one_hot(), LGBMClassifier(n_estimators=10, verbose=-1), table, answers["binary"])
    X = table.assign(other=1.0)
    found = explain.explain(model, table[:3], table[100:110])
    noisy = explain.Explanation.from_json(
        {**found.to_json(), "stderr": np.full(found.values.shape, 0.1).tolist()}
    )
    assert noisy.grouped(GROUPS).stderr[0, :, 0] == pytest.approx([0.2, 0.2, 0.1, 0.1])
    with pytest.raises(InputError, match="found 'nope'"):
        noisy.grouped({"a": ["nope"]})
    with pytest.raises(InputError, match="'age' in 'a' and 'b'"):
        noisy.grouped({"a": ["age"], "b": ["age", "city"]})
    with pytest.raises(InputError, match="rename the group"):
        noisy.grouped({"plan": ["age", "city"]})
    with pytest.raises(InputError, match="as a list of columns"):
        explain.explain(model, X[table.columns][:2], table[:5], groups={"a": "age"})


def test_cohort_takes_the_rows_of_its_mask(table, answers):
    X = table[["income"]]
    found = explain.explain(LinearRegression().fit(X, answers["regression"]), X[:30], X[50:80])
    mask = found.data["income"] > found.data["income"].median()
    cohort = found.cohort(mask)
    assert cohort.rows == mask.sum()
    np.testing.assert_array_equal(cohort.values, found.values[mask.to_numpy()])
    with pytest.raises(InputError, match="mask of 30 values"):
        found.cohort([True, False])
    with pytest.raises(InputError, match="mask of 30 values"):
        found.cohort(np.arange(30))
    with pytest.raises(InputError, match="found none"):
        found.cohort(np.zeros(30, dtype=bool))
