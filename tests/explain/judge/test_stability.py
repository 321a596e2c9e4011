"""Stable explanations are told from unstable ones, faithful ones from made-up ones."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from lightgbm import LGBMClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression
from sklearn.tree import DecisionTreeRegressor

import explain
from explain.errors import InputError
from explain.judge.stability import Stability, check_stability
from explain.judge.stability_checks import agreement, deletion, moved_rows, neighbours


@pytest.fixture(scope="module")
def line():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(3000, 5)), columns=list("abcde"))
    y = X @ [4, 2, 1, 0.5, 0] + rng.normal(size=3000)
    return LinearRegression().fit(X, y), X, y


def test_stable_models_have_stable_explanations(line):
    model, X, y = line
    folds = [LinearRegression().fit(X[k::4], y[k::4]) for k in range(4)]
    result = check_stability(model, X, X[:300], models=folds, rows=60, redraws=5)
    assert result.grade == "solid"
    assert result.background.columns == tuple("abcde")
    assert result.background.order > 0.95
    assert result.models.spread < 0.1
    assert result.models.top_kept > 0.9
    assert result.deletion.faithful
    assert result.deletion.columns == 2
    assert not result.left_out
    assert "hold up" in result.verdict()
    text = json.dumps(result.to_json(), allow_nan=False)
    again = Stability.from_json(json.loads(text))
    assert json.dumps(again.to_json()) == text
    assert again.verdict() == result.verdict()


def test_unstable_models_have_unstable_explanations():
    rng = np.random.default_rng(1)
    X = pd.DataFrame(rng.normal(size=(400, 6)), columns=list("abcdef"))
    y = rng.normal(size=400)  # nothing to learn: each tree makes up its own
    folds = [DecisionTreeRegressor(max_depth=5, random_state=k).fit(X[k::4], y[k::4]) for k in range(4)]
    result = check_stability(folds[0], X, X[:100], models=folds, rows=40, redraws=3)
    assert result.models.grade == "shaky"
    assert result.grade in ("shaky", "unfaithful")
    assert result.neighbours.worst_ratio > result.neighbours.ratio > 0


def test_spread_by_resampling_is_that_of_new_backgrounds(line):
    model, X, _ = line
    rng = np.random.default_rng(2)
    resampled = check_stability(model, X[2000:], X[:50], rows=20, redraws=40).background.spread
    fresh = agreement(
        [explain.explain(model, X[2000:2020], X.iloc[rng.choice(2000, 50)]) for _ in range(40)], "background"
    ).spread
    assert resampled == pytest.approx(fresh, rel=0.25)


def test_a_made_up_explanation_is_not_faithful(line):
    model, X, _ = line
    true = explain.explain(model, X[:80], X[100:300])
    assert deletion(model, true, X[100:300]).faithful
    rng = np.random.default_rng(3)
    found = []
    for seed in range(60):
        columns = rng.permuted(np.tile(np.arange(5), (80, 1)), axis=1)
        values = np.take_along_axis(true.values, columns[:, :, None], axis=1)
        found.append(deletion(model, replace(true, values=values), X[100:300], seed=seed).faithful)
    assert np.mean(found) <= 0.10  # nominal: 2.5 %
    backwards = replace(true, values=1 / true.values)
    assert not deletion(model, backwards, X[100:300]).faithful


def test_intervals_of_the_deletion_test_cover(line):
    model, X, _ = line
    whole = explain.explain(model, X, X[:500])
    expected = deletion(model, whole, X, seed=99).difference.value
    rng = np.random.default_rng(4)
    hits = 0
    for seed in range(120):
        part = whole.take(rng.choice(3000, 60))
        found = deletion(model, part, X, seed=seed).difference
        hits += found.low <= expected <= found.high
    assert 0.89 <= hits / 120 <= 0.99


def test_rows_move_within_the_spacing_of_the_data(table):
    rng = np.random.default_rng(5)
    rows, usual = table[:40].reset_index(drop=True), table[40:]
    moved = moved_rows(rows, usual, rng)
    for name in ("city", "plan", "same"):
        pd.testing.assert_series_equal(moved.frame[name], rows[name])
    for name in ("income", "age", "since"):
        assert moved.frame[name].dtype == rows[name].dtype
        np.testing.assert_array_equal(moved.frame[name].isna(), rows[name].isna())
        assert (moved.frame[name] != rows[name])[rows[name].notna()].mean() > 0.9
        assert moved.frame[name].dropna().isin(usual[name]).all()
    assert 0 < moved.distance.mean() < 0.03
    assert moved_rows(rows[["city"]], usual[["city"]], rng) is None


def test_steps_make_a_rough_explanation(line):
    model, X, _ = line
    rng = np.random.default_rng(6)
    usual = X[:200]
    steps = RandomForestClassifier(5, random_state=0).fit(X, (np.sin(20 * X.a) > 0).astype(int))
    moved = moved_rows(X[200:260], usual, rng)
    rough, smooth = (
        neighbours(explain.explain(m, X[200:260], usual), explain.explain(m, moved.frame, usual), moved)
        for m in (steps, model)
    )
    assert rough.ratio > 2 * smooth.ratio
    assert smooth.change == pytest.approx(smooth.ratio * smooth.moved, rel=0.5)


def test_classes_labels_and_time(table, answers, piped, one_hot):
    model = piped(one_hot(), LGBMClassifier(n_estimators=10, verbose=-1), table, answers["multiclass"])
    seen = []
    result = check_stability(model, table[:60], table[60:160], rows=15, redraws=3, progress=seen.append)
    assert result.scale == "probability"
    assert result.deletion.columns == 3
    assert result.background.explanations == 3
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert any("fewer than two" in reason for reason in result.left_out)
    short = check_stability(model, table[:60], table[60:160], rows=15, redraws=3, time_budget=1e-3)
    assert short.background is None
    assert any("no time" in reason for reason in short.left_out)
    assert "Not checked" in short.verdict()


def test_bad_input_is_refused(line):
    model, X, _ = line
    with pytest.raises(InputError, match="2 rows"):
        check_stability(model, X[:1], X)
    one = explain.explain(model, X[:5], X[5:9])
    with pytest.raises(InputError, match="same rows"):
        agreement([one, one.take([0, 1])], "models")
    with pytest.raises(InputError, match="not all"):
        deletion(model, one, X, columns=5)
