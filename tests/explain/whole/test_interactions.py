"""Pairs that work together: against the definition, and what noise does."""

from __future__ import annotations

import json
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd
import pytest
from lightgbm import LGBMClassifier
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.ensemble import RandomForestRegressor

import explain
from explain import InputError
from explain.whole.interactions import Interactions, rank_interactions, shapley_interactions
from explain.whole.partner import strongest_partner
from explain.whole.surfaces import Surface, partial_dependence_pair


class Formula(RegressorMixin, BaseEstimator):
    """A fixed function of the columns."""

    def __init__(self, function):
        self.function = function

    def fit(self, X, y=None):
        return self

    def predict(self, X):
        return np.asarray(self.function(X), dtype=float)


def by_definition(worths, predict, X, background):
    """The Shapley interaction index of all pairs, shape (n, M, M), diagonal zero."""
    m = X.shape[1]
    result = np.zeros((len(X), m, m))
    for i in range(len(X)):
        worth = worths(predict, X.iloc[[i]], background)
        for a, b in combinations(range(m), 2):
            for s in worth:
                if not s & {a, b}:
                    weight = factorial(len(s)) * factorial(m - len(s) - 2) / factorial(m - 1)
                    step = worth[s | {a, b}] - worth[s | {a}] - worth[s | {b}] + worth[s]
                    result[i, a, b] += weight * step.item()
    return result + result.transpose(0, 2, 1)


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_shapley_interactions_are_those_of_the_definition(task, table, answers, piped, one_hot, worths):
    if task == "binary":
        model = piped(one_hot(), LGBMClassifier(n_estimators=15, verbose=-1), table, answers[task])
        predict = lambda rows: model.predict_proba(rows)[:, 1]  # noqa: E731
    else:
        model = piped(one_hot(), RandomForestRegressor(10, random_state=0), table, answers[task])
        predict = model.predict
    X, background = table[:2], table[100:110]
    values, columns, _, _ = shapley_interactions(model, X, background)
    assert columns == tuple(table.columns)
    off = values[:, :, :, -1] * (1 - np.eye(6))
    np.testing.assert_allclose(2 * off, by_definition(worths, predict, X, background), atol=1e-9)
    np.testing.assert_allclose(values.sum(axis=2), explain.explain(model, X, background).values, atol=1e-9)
    found = rank_interactions(model, table[:10], background)
    assert found.method == "Shapley interaction values"
    assert (np.diff(found.strength) <= 0).all()
    assert found.clear.all()
    assert not any("same" in pair for pair in found.pairs)
    assert len(found.pairs) + found.apart == 15
    text = json.dumps(found.to_json(), allow_nan=False)
    assert Interactions.from_json(json.loads(text)).to_json() == found.to_json()


def drawn(seed, n=60, columns="abcd"):
    return pd.DataFrame(np.random.default_rng(seed).normal(size=(n, len(columns))), columns=list(columns))


def test_friedman_measures_a_product_and_its_interval_holds_it():
    """Of a b + c² the interaction has the standard deviation of a b: 1; other pairs have none at all."""
    model = Formula(lambda X: X.a * X.b + X.c**2 + X.d)
    hits, strengths = [], []
    for seed in range(60):
        found = rank_interactions(model, drawn(seed), drawn(0), method="friedman", seed=seed)
        assert found.pairs == (("a", "b"),)
        assert found.apart == 5
        hits.append(found.low[0] <= 1.0 <= found.high[0])
        strengths.append(found.strength[0])
    assert np.mean(hits) >= 0.85
    assert np.mean(np.square(strengths)) == pytest.approx(1.0, abs=0.12)
    assert found.clear[0]
    assert found.partner("a") == "b"
    assert found.partner("c") is None
    assert found.share[0] > 0.9


def test_noise_is_not_taken_for_an_interaction():
    """In a b d no two columns work together on average: what is seen in 60 rows is noise."""
    model = Formula(lambda X: X.a * X.b * X.d + 0.8 * X.a * X.c)
    false, true, naive = [], [], []
    for seed in range(40):
        found = rank_interactions(model, drawn(seed), drawn(0), method="friedman", seed=seed)
        clear = dict(zip(found.pairs, found.clear.tolist(), strict=True))
        true.append(clear.pop(("a", "c")))
        false.append(any(clear.values()))
        naive.append(max(found.strength[found.pairs.index(pair)] for pair in clear))
    assert np.mean(false) <= 0.10
    assert np.mean(true) >= 0.8
    assert max(naive) > 0.1  # there was something to be fooled by


def test_dispatch_and_bad_input():
    many = pd.DataFrame(np.random.default_rng(0).normal(size=(40, 12)), columns=list("abcdefghijkl"))
    model = Formula(lambda X: X.to_numpy().prod(axis=1))
    assert rank_interactions(model, many, many[:10], pairs=3).unseen == 63
    with pytest.raises(InputError, match="at most 10 columns"):
        rank_interactions(model, many, many[:10], method="shapley")
    with pytest.raises(InputError, match="auto, shapley or friedman"):
        rank_interactions(model, many, many, method="both")
    with pytest.raises(InputError, match="at least 20 rows"):
        rank_interactions(model, many[:8], many, method="friedman")
    few = rank_interactions(Formula(lambda X: X.a + X.b), drawn(0, 30, "ab"), drawn(1, 10, "ab"))
    assert few.pairs == ()
    assert "adds up" in few.sentence()


def test_surface_is_the_mean_and_what_is_beyond_the_sum():
    X = drawn(0, 200)
    X["k"] = pd.Series(np.where(np.arange(200) % 3 == 0, "u", "v"), dtype="str")
    X.loc[::4, "k"] = np.nan
    model = Formula(lambda X: X.a * (X.k == "u") + X.b**2)
    found = partial_dependence_pair(model, X, "a", "k", points=5, rows=200)
    assert found.level.shape == (5, 3, 1)
    assert found.at[1][-1] is None
    for g, a in enumerate(found.at[0]):
        for h, k in enumerate(found.at[1]):
            assert found.level[g, h, 0] == pytest.approx(a * (k == "u") + (X.b**2).mean(), abs=1e-9)
    assert found.counts.sum() == 200
    assert (
        Surface.from_json(json.loads(json.dumps(found.to_json(), allow_nan=False))).to_json()
        == found.to_json()
    )
    assert "a and k work together" in found.sentence()
    apart = partial_dependence_pair(model, X, "a", "b", points=5, rows=200)
    spread = np.abs(apart.beyond).max()
    assert spread < 1e-9
    assert "adds up" in apart.sentence()
    with pytest.raises(InputError, match="twice"):
        partial_dependence_pair(model, X, "a", "a")


def test_partner_of_a_column():
    X = drawn(3, 300)
    X["k"] = pd.Series(np.where(np.arange(300) % 2 == 0, "u", "v"), dtype="str")
    model = Formula(lambda X: X.a * X.b + X.c * np.where(X.k == "u", 1.0, -1.0) + X.d)
    found = explain.explain(model, X, X[:40])
    assert strongest_partner(found, "a") == "b"
    assert strongest_partner(found, "b") == "a"
    assert strongest_partner(found, "c") == "k"
    assert strongest_partner(found, "k") == "c"
    assert strongest_partner(found, "d") is None
