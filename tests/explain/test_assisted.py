"""Sampling beside a stand-in, where time is short: intervals that cover, smaller errors, exact sums."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from lightgbm import LGBMClassifier
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.neural_network import MLPRegressor

from explain.clock import Clock
from explain.engines import assisted
from explain.engines.enumerate import enumerate_coalitions
from explain.engines.standin import fitted_standin
from explain.game import Game
from explain.introspect import resolve
from explain.space import FrameSpace
from explain.trees import view
from explain.walkers import walker_for

ROWS, BACKGROUND = 80, 40
_LONG = 1000.0  # seconds: how many walks there are is told by their number


class Played:
    """A game with its exact values, to be sampled again and again."""

    def __init__(self, model: Any, table: Any, scale: str, outputs: int = 1) -> None:
        rows, background = table[:ROWS], table[150 : 150 + BACKGROUND]
        self.estimator, self.space = resolve(model, FrameSpace(rows, background.reset_index(drop=True)))
        self.scale, self.outputs = scale, outputs
        game = self.game(0)
        self.walker = walker_for(game)
        self.active = np.flatnonzero(self.walker.players & self.space.varying)
        self.exact = enumerate_coalitions(game, self.walker).values

    def game(self, seed: int) -> Game:
        return Game(self.estimator, self.space, self.outputs, self.scale, seed, Clock(_LONG))

    def sampled(self, seed: int, pairs: int) -> Any:
        """Time for 600 walks to learn from, and so many pairs after that."""
        seconds = 0.2 * _LONG / 600
        return assisted.assisted(self.game(seed), self.walker, self.active, seconds, pairs=pairs)

    def held(self, pairs: int, seeds: int) -> tuple[float, float, float]:
        """Share of 95 % intervals that hold the exact value; stated and actual error (root mean square)."""
        inside, stated, actual = [], [], []
        for seed in range(seeds):
            found = self.sampled(seed, pairs)
            moved = found.stderr > 1e-12
            gap = np.abs(found.values - self.exact)
            inside.append((gap <= 1.96 * found.stderr)[moved].mean())
            stated.append((found.stderr[moved] ** 2).mean())
            actual.append((gap[moved] ** 2).mean())
        return float(np.mean(inside)), float(np.sqrt(np.mean(stated))), float(np.sqrt(np.mean(actual)))


@pytest.fixture(scope="module")
def boosted(table, answers, piped, one_hot):
    model = LGBMClassifier(n_estimators=60, num_leaves=15, min_child_samples=5, verbose=-1, n_jobs=1)
    return Played(piped(one_hot(), model, table, answers["binary"]), table, "probability")


@pytest.fixture(scope="module")
def classes(table, answers, piped, one_hot):
    model = LGBMClassifier(n_estimators=25, num_leaves=7, min_child_samples=5, verbose=-1, n_jobs=1)
    return Played(piped(one_hot(), model, table, answers["multiclass"]), table, "probability", 3)


@pytest.mark.parametrize("pairs", [100, 400])
def test_intervals_cover_whether_or_not_all_rows_are_reached(boosted, pairs):
    share, stated, actual = boosted.held(pairs, seeds=5)
    assert 0.91 <= share <= 0.985
    assert 0.85 * actual <= stated <= 1.35 * actual
    found = boosted.sampled(0, pairs)
    assert ("for lack of time" in found.method) == (pairs == 100)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["boosted", "classes", "forest", "network"])
def test_intervals_of_all_kinds_of_models_cover(kind, table, answers, piped, one_hot, boosted, classes):
    if kind == "boosted":
        played = boosted
    elif kind == "classes":
        played = classes
    elif kind == "forest":
        model = ExtraTreesRegressor(40, max_depth=7, random_state=0)
        played = Played(piped(one_hot(), model, table, answers["regression"]), table, "target")
    else:
        model = MLPRegressor(hidden_layer_sizes=(12,), max_iter=400, early_stopping=True, random_state=0)
        played = Played(piped(one_hot(), model, table, answers["regression"]), table, "target")
    for pairs in (160, 400, 1200):
        share, stated, actual = played.held(pairs, seeds=12)
        assert 0.92 <= share <= 0.98, pairs
        assert 0.85 * actual <= stated <= 1.35 * actual


def test_a_stand_in_makes_errors_smaller(boosted, monkeypatch):
    with_one = boosted.held(400, seeds=4)[2]
    monkeypatch.setattr(assisted, "fitted_standin", lambda *_: None)
    share, _, without = boosted.held(400, seeds=4)
    assert with_one < 0.7 * without
    assert share >= 0.9


def test_values_add_up_however_few_walks(boosted):
    game = boosted.game(0)
    total = game.predictions[:ROWS] - game.usual.mean(axis=0)
    errors = []
    for pairs in (1, 30, 300, 3000):
        found = boosted.sampled(0, pairs)
        np.testing.assert_allclose(found.values.sum(axis=1), total, atol=1e-9)
        errors.append(float(found.stderr.mean()))
    assert errors == sorted(errors, reverse=True)


def test_what_speaks_for_one_class_speaks_against_others(classes):
    """However few walks, contributions to the probabilities of all classes sum to 0."""
    game = classes.game(0)
    total = game.predictions[:ROWS] - game.usual.mean(axis=0)
    for pairs in (30, 300):
        found = classes.sampled(0, pairs)
        np.testing.assert_allclose(found.values.sum(axis=2), 0.0, atol=1e-9)
        np.testing.assert_allclose(found.values.sum(axis=1), total, atol=1e-9)
        gap = np.abs(found.values - classes.exact)[found.stderr > 1e-12]
        assert (gap <= 1.96 * found.stderr[found.stderr > 1e-12]).mean() >= 0.91


def test_a_stand_in_learns_from_other_walks_and_is_exact_itself(boosted):
    game = boosted.game(0)
    one = fitted_standin(game, boosted.walker, boosted.active, 0.2 * _LONG / 600)
    assert one is not None
    z = np.arange(ROWS, ROWS + BACKGROUND)
    x = np.arange(ROWS)
    nobody = np.empty((BACKGROUND, 0), dtype=np.int64)
    usual = one.walk(np.zeros_like(z), z, nobody)[:, 0].mean(axis=0)
    own = one.arrive(x, np.full(ROWS, ROWS), np.tile(boosted.active, (ROWS, 1)))
    np.testing.assert_allclose(usual + one.values.sum(axis=1), own, atol=1e-9)
    far = game.predictions[:ROWS] - own
    assert far.std() < 0.4 * game.predictions[:ROWS].std()


def test_without_compiled_code_there_is_no_stand_in(boosted, monkeypatch):
    monkeypatch.setattr(view, "is_tree_model", lambda estimator: False)
    found = boosted.sampled(0, 200)
    assert "stand-in" not in found.method
    total = boosted.game(0).predictions[:ROWS] - boosted.game(0).usual.mean(axis=0)
    np.testing.assert_allclose(found.values.sum(axis=1), total, atol=1e-9)
