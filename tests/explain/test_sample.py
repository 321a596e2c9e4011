"""The sampler: standard errors that cover, additivity, determinism, and the clock."""

from __future__ import annotations

import numpy as np
import pytest
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import SVC, SVR

import explain
from explain.engines.enumerate import enumerate_coalitions
from explain.engines.sample import sample_permutations
from explain.game import Game
from explain.introspect import resolve
from explain.space import FrameSpace
from explain.walkers import EvaluatedWalker, LinearWalker, MappedWalker, TreeWalker, walker_for

from ..tasks import BINARY_FIRST


@pytest.fixture(scope="module")
def make_game(table):
    def build(model, rows=6, background=40, seed=0, scale="probability", outputs=1):
        estimator, space = resolve(model, FrameSpace(table[:rows], table[150 : 150 + background]))
        return Game(estimator, space, outputs, scale, seed)

    return build


@pytest.fixture(scope="module")
def boosted(table, answers, piped, one_hot):
    model = LGBMClassifier(n_estimators=60, num_leaves=15, min_child_samples=5, verbose=-1)
    return piped(one_hot(), model, table, answers["binary"])


def coverage(make_game, model, seeds=40, scale="probability"):
    """Share of 95 % intervals that hold the exact value, and the ratio of stated to actual error."""
    whole = make_game(model, scale=scale)
    exact = enumerate_coalitions(whole, walker_for(whole)).values
    inside, errors, stated = [], [], []
    for seed in range(seeds):
        game = make_game(model, seed=seed, scale=scale)
        sampled = sample_permutations(game, walker_for(game))
        moved = sampled.stderr > 1e-12
        gap = np.abs(sampled.values - exact)
        inside.append((gap <= 1.96 * sampled.stderr)[moved])
        errors.append((gap**2)[moved])
        stated.append((sampled.stderr**2)[moved])
    actual = np.sqrt(np.concatenate(errors).mean())
    return np.concatenate(inside).mean(), np.sqrt(np.concatenate(stated).mean()) / actual


@pytest.mark.slow
def test_intervals_cover_with_all_background_rows(make_game, boosted):
    share, ratio = coverage(make_game, boosted)
    assert 0.93 <= share <= 0.97
    assert 0.95 <= ratio <= 1.25  # wider than the error by Student's factor


@pytest.mark.slow
def test_intervals_of_all_kinds_of_models_cover(make_game, table, answers, piped, one_hot, boosted):
    """Pooled over models that are predicted, followed inside, calibrated and mapped."""
    regression, binary = answers["regression"], answers["binary"]
    words = FeatureUnion(
        [
            ("text", make_pipeline(FunctionTransformer(_joined), TfidfVectorizer(analyzer="char"))),
            ("income", FunctionTransformer(_income)),
        ]
    )
    network = {"max_iter": 400, "early_stopping": True, "learning_rate_init": 0.02, "random_state": 0}
    cases = [
        (boosted, "probability", 14),
        (piped(one_hot(), MLPClassifier((8,), **network), table, binary), "probability", 14),
        (piped(one_hot(), MLPRegressor(hidden_layer_sizes=(8,), **network), table, regression), "target", 14),
        (piped(one_hot(), KNeighborsClassifier(9), table, binary), "probability", 7),
        (piped(one_hot(), KNeighborsRegressor(9), table, regression), "target", 7),
        (piped(one_hot(), SVC(), table, binary), "margin", 7),
        (piped(one_hot(), SVR(), table, regression), "target", 7),
        (
            piped(one_hot(), CalibratedClassifierCV(LogisticRegression(max_iter=500), cv=2), table, binary),
            "probability",
            14,
        ),
        (make_pipeline(words, TruncatedSVD(4), SVR()).fit(table, regression), "target", 5),
    ]
    held = [coverage(make_game, model, seeds, scale)[0] for model, scale, seeds in cases]
    assert 0.93 <= np.average(held, weights=[seeds for *_, seeds in cases]) <= 0.97
    assert min(held) >= 0.88


def _joined(frame):
    """Text of two columns: what comes of it mixes them."""
    return (frame.city.fillna("") + " " + frame.plan).tolist()


def _income(frame):
    return np.log(frame[["income"]])


def test_rows_do_not_depend_on_their_company(make_game, boosted):
    one, many = (make_game(boosted, rows=rows) for rows in (1, 6))
    alone = sample_permutations(one, walker_for(one)).values
    np.testing.assert_allclose(sample_permutations(many, walker_for(many)).values[:1], alone, atol=1e-12)


@pytest.mark.parametrize("task", BINARY_FIRST[:2])
def test_fast_walkers_follow_the_model(task, make_game, table, answers, piped, one_hot):
    from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
    from sklearn.linear_model import LogisticRegression

    for model, kind in (
        (LGBMClassifier(n_estimators=20, verbose=-1), TreeWalker),
        (RandomForestClassifier(10, random_state=0), TreeWalker),
        (HistGradientBoostingClassifier(max_iter=10), TreeWalker),
        (LogisticRegression(max_iter=500), LinearWalker),
        (MLPClassifier((4,), max_iter=30, early_stopping=True, random_state=0), EvaluatedWalker),
    ):
        game = make_game(piped(one_hot(), model, table, answers[task]), outputs=1 if task == "binary" else 3)
        walker, slow = walker_for(game), EvaluatedWalker(game)
        assert type(walker) is kind
        rng = np.random.default_rng(5)
        x, z = rng.integers(0, 6, 50), rng.integers(6, 46, 50)
        order = rng.permuted(np.tile(np.arange(6), (50, 1)), axis=1)
        np.testing.assert_allclose(walker.walk(x, z, order), slow.walk(x, z, order), atol=1e-12)


def test_a_model_whose_inside_was_changed_is_predicted_instead(make_game, boosted, monkeypatch):
    """A fast walker that disagrees with the model is dropped."""
    original = TreeWalker.walk
    monkeypatch.setattr(TreeWalker, "walk", lambda self, x, z, order: original(self, x, z, order) + 1e-6)
    assert type(walker_for(make_game(boosted))) is EvaluatedWalker


def test_values_that_do_not_add_up_are_not_given(table, answers, piped, one_hot, monkeypatch):
    """Whatever is wrong with what was read of the model: then it is asked."""
    from sklearn.ensemble import RandomForestRegressor

    from explain.trees import patterns

    model = piped(one_hot(), RandomForestRegressor(8, random_state=0), table, answers["regression"])
    right = explain.explain(model, table[:3], table[150:190])
    assert right.exact

    def wrong(*arguments):
        arguments[-1][0] += 0.01  # the credit

    monkeypatch.setattr(patterns, "add_leaves", wrong)
    found = explain.explain(model, table[:3], table[150:190])
    assert "sampled" in found.method
    assert found.additivity_error < 1e-9
    assert np.abs(found.values - right.values).max() < 6 * found.stderr.max()


def test_models_of_the_logarithm_are_followed_inside_their_trees(make_game, table, answers, piped, one_hot):
    inner = piped(
        one_hot(), LGBMRegressor(n_estimators=30, num_leaves=7, verbose=-1), table, answers["regression"]
    )
    prices = np.exp(answers["regression"] / 10)
    model = TransformedTargetRegressor(inner, func=np.log, inverse_func=np.exp).fit(table, prices)
    game = make_game(model, scale="target")
    walker = walker_for(game)
    assert isinstance(walker, MappedWalker)
    assert isinstance(walker.walker, TreeWalker)
    explanation = explain.explain(model, table[:6], table[150:190])
    assert explanation.additivity_error <= 1e-9
    exact = enumerate_coalitions(game, EvaluatedWalker(game)).values
    np.testing.assert_allclose(explanation.values, exact, atol=1e-9)
