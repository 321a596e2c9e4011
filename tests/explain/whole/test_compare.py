"""Differences of cohorts, data and models, split into columns."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from lightgbm import LGBMClassifier
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LinearRegression

import explain
from explain import InputError
from explain.whole.compare import Comparison, compare_cohorts, compare_data, compare_models


@pytest.fixture(scope="module")
def forest(table, answers, piped, one_hot):
    return piped(one_hot(), RandomForestClassifier(10, max_depth=5, random_state=0), table, answers["binary"])


def test_parts_add_up_to_the_difference_of_the_means(forest, table):
    found = explain.explain(forest, table[:80], table[100:130])
    mask = (found.data["plan"] == "plus").to_numpy()
    compared = compare_cohorts(found, mask, names=("basic", "plus"))
    np.testing.assert_allclose(compared.difference.sum(axis=0), compared.total, atol=1e-12)
    means = [found.prediction[rows].mean(axis=0) for rows in (~mask, mask)]
    np.testing.assert_allclose(compared.means, means)
    assert compared.rows == ((~mask).sum(), mask.sum())
    turned = compare_cohorts(found, mask, ~mask)
    np.testing.assert_allclose(turned.difference, -compared.difference)
    text = json.dumps(compared.to_json(), allow_nan=False)
    assert Comparison.from_json(json.loads(text)).to_json() == compared.to_json()
    assert compared.to_frame()["column"].iloc[0] in compared.sentence()
    assert "for plus (" in compared.sentence()
    with pytest.raises(InputError, match="rows in both"):
        compare_cohorts(found, mask, np.ones(80, dtype=bool))
    with pytest.raises(InputError, match="at least two rows"):
        compare_cohorts(found, np.zeros(80, dtype=bool))


@pytest.mark.slow
def test_intervals_hold_the_difference_over_all_such_rows():
    """A line: the part of a column is its slope times the difference of its means."""
    rng = np.random.default_rng(0)
    base = pd.DataFrame({"a": rng.normal(size=40), "b": rng.normal(size=40)})
    line = LinearRegression().fit(base, 2 * base.a - base.b)
    hits = []
    for draw in range(250):
        rng = np.random.default_rng(draw)
        X = pd.DataFrame({"a": rng.normal(size=45), "b": rng.normal(size=45)})
        X.loc[:14, "a"] += 1.0
        found = compare_cohorts(explain.explain(line, X, base), np.arange(45) < 15)
        hits.append((found.low[:, 0] <= [2.0, 0.0]) & (found.high[:, 0] >= [2.0, 0.0]))
    assert ((np.mean(hits, axis=0) >= 0.915) & (np.mean(hits, axis=0) <= 0.985)).all()


def test_errors_of_sampled_values_widen_the_interval(forest, table):
    found = explain.explain(forest, table[:40], table[100:110])
    noisy = explain.Explanation.from_json(
        {**found.to_json(), "exact": False, "stderr": np.full(found.values.shape, 0.3).tolist()}
    )
    mask = np.arange(40) < 20
    exact, sampled = compare_cohorts(found, mask), compare_cohorts(noisy, mask)
    np.testing.assert_allclose(sampled.stderr**2, exact.stderr**2 + 2 * 0.09, atol=1e-12)


def test_a_shift_of_the_data_is_found_in_its_column(forest, table):
    before, after = table[:150], table[150:].assign(age=lambda rows: rows.age + 25)
    found = compare_data(forest, before, after, rows=60)
    np.testing.assert_allclose(found.difference.sum(axis=0), found.total, atol=1e-12)
    assert found.rows == (60, 60)
    assert found.to_frame()["column"].iloc[0] == "age"
    assert found.low[found.columns.index("age"), 1] > 0
    assert found.names == ("before", "after")
    whole = compare_data(forest, before, after, rows=1000)
    predicted = [forest.predict_proba(rows).mean(axis=0) for rows in (before, after)]
    np.testing.assert_allclose(whole.means, predicted)
    grouped = compare_data(forest, before, after, rows=20, groups={"person": ["age", "city"]})
    assert grouped.columns == ("income", "person", "plan", "since", "same")
    with pytest.raises(InputError, match="missing: age"):
        compare_data(forest, before, after.drop(columns="age"))


def test_two_models_against_brute_force_of_their_difference(
    forest, table, answers, piped, one_hot, brute_force
):
    other = piped(one_hot(), LGBMClassifier(n_estimators=10, verbose=-1), table, answers["binary"])
    X, background = table[:2], table[100:110]
    found = compare_models(forest, other, X, background)

    def difference(rows):
        return other.predict_proba(rows) - forest.predict_proba(rows)

    np.testing.assert_allclose(found.values, brute_force(difference, X, background), atol=1e-9)
    np.testing.assert_allclose(found.prediction, difference(X), atol=1e-12)
    assert found.additivity_error < 1e-9
    assert found.exact
    margin = compare_models(other, other, X, background, scale="margin")
    np.testing.assert_allclose(margin.values, 0, atol=1e-12)


def test_models_that_cannot_be_compared(forest, table, answers, piped, one_hot):
    number = piped(one_hot(), RandomForestRegressor(3, random_state=0), table, answers["regression"])
    with pytest.raises(InputError, match="same classes"):
        compare_models(forest, number, table[:2], table[:5])
