"""A time budget is kept: fewer walks, the sampler, or fewer rows, with a standard error that is right."""

from __future__ import annotations

import time

import numpy as np
import pytest
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.ensemble import ExtraTreesRegressor, VotingRegressor

import explain
from explain.clock import Clock
from explain.engines import UnsuitableError, attribute
from explain.engines.trees import exact_trees
from explain.game import Game
from explain.introspect import resolve
from explain.space import FrameSpace
from explain.walkers import TreeWalker


class Slow(RegressorMixin, BaseEstimator):
    """Takes its time for every row."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds

    def fit(self, X, y):
        self.n_features_in_ = X.shape[1]
        return self

    def predict(self, X):
        time.sleep(self.seconds * len(X))
        values = np.nan_to_num(np.asarray(X, dtype=float))
        return np.tanh(values @ np.arange(1, values.shape[1] + 1) / 10) + values[:, 0] * values[:, -1]


@pytest.fixture(scope="module")
def wide(table, answers):
    rng = np.random.default_rng(0)
    columns = {f"c{j}": rng.normal(size=len(table)) for j in range(8)}
    return table[["age"]].fillna(0.0).assign(**columns).drop(columns="age")


@pytest.mark.parametrize("rows", [2, 60])
def test_a_slow_model_is_answered_in_time(rows, wide):
    """What the model itself takes, by its rows: unhindered it would be many times the budget."""
    budget = 1.0
    predicted = []
    ask = Slow.predict

    class Counted(Slow):
        def predict(self, X):
            predicted.append(len(X))
            return ask(self, X)

    model = Counted(0.002).fit(wide, None)
    shares: list[float] = []
    found = explain.explain(model, wide[:rows], wide[100:140], time_budget=budget, progress=shares.append)
    assert 0.002 * sum(predicted) < 1.5 * budget
    assert not found.exact
    assert found.additivity_error < 1e-9
    assert (found.stderr.max(axis=(1, 2)) > 0).all()
    assert ("for lack of time" in found.method) == (rows == 60)
    assert shares == sorted(shares)


def test_what_a_call_takes_is_not_counted_for_every_walk(wide):
    """A model that takes its time for every call, as pipelines of data frames do, has time for all rows."""

    class PerCall(Slow):
        def predict(self, X):
            time.sleep(0.01)
            return Slow().predict(X)

    found = explain.explain(PerCall().fit(wide, None), wide[:60], wide[100:120], time_budget=3.0)
    assert "for lack of time" not in found.method


@pytest.fixture(scope="module")
def forest(wide, answers):
    return ExtraTreesRegressor(200, random_state=0).fit(wide, answers["regression"])


def game_of(model, rows, background, budget):
    estimator, space = resolve(model, FrameSpace(rows, background))
    return Game(estimator, space, 1, "target", 0, Clock(budget))


def test_exact_values_that_take_too_long_are_given_up_soon(forest, wide):
    game = game_of(forest, wide[:80], wide[100:200], None)
    walker = TreeWalker.of(game)
    started = time.process_time()
    exact_trees(game, walker)
    whole = time.process_time() - started
    fresh = game_of(forest, wide[:80], wide[100:200], None)
    walker = TreeWalker.of(fresh)
    started = time.process_time()
    with pytest.raises(UnsuitableError, match="exact values would take"):
        exact_trees(fresh, walker, patience=whole / 100)
    assert time.process_time() - started < 0.4 * whole


def test_without_time_for_exact_values_there_are_sampled_ones(forest, wide):
    rows, background = wide[:60], wide[100:300]
    exact = explain.explain(forest, rows, background)
    assert exact.exact
    vote = VotingRegressor([("a", forest), ("b", LGBMRegressor(n_estimators=5, verbose=-1))])
    vote.estimators_ = [forest, LGBMRegressor(n_estimators=5, verbose=-1).fit(wide, wide.c0)]
    for model in (forest, vote):
        sampled = attribute(game_of(model, rows, background, 0.05))
        assert "sampled" in sampled.method
        truth = explain.explain(model, rows, background).values
        held = np.abs(sampled.values - truth) <= 1.96 * sampled.stderr + 1e-12
        assert held.mean() > 0.85


def test_with_time_to_spare_little_of_it_is_measured(wide, monkeypatch):
    """One walk tells that all walks fit: a row costs about what its walks cost."""
    followed = []
    ask = TreeWalker.walk

    def walk(self, x, z, order):
        followed.append(len(x))
        return ask(self, x, z, order)

    target = wide @ np.arange(1, 9) > 0
    model = LGBMClassifier(n_estimators=20, verbose=-1, n_jobs=1).fit(wide, target)
    explainer = explain.Explainer(model, wide[100:150], scale="probability")
    free = explainer.explain(wide[:1])
    monkeypatch.setattr(TreeWalker, "walk", walk)
    found = explainer.explain(wide[:1], time_budget=60.0)
    assert followed[0] == 1
    assert sum(followed) <= 1 + 200
    np.testing.assert_array_equal(found.values, free.values)
