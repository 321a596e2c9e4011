"""Partial dependence, single rows, accumulated effects; their intervals by simulation."""

from __future__ import annotations

import json
import time

import numpy as np
import pandas as pd
import pytest
from lightgbm import LGBMClassifier
from sklearn.base import BaseEstimator, RegressorMixin

from explain import InputError
from explain.whole.accumulated import accumulated_effects
from explain.whole.curves import Curve, partial_dependence
from explain.whole.grids import grid
from explain.whole.levels import similar_order


class Product(RegressorMixin, BaseEstimator):
    """a b + w(c) b, with w = 0, 1, 3 for x, y, z; missing a counts 5."""

    def fit(self, X, y=None):
        return self

    def predict(self, X):
        a = X["a"].fillna(5.0).to_numpy()
        w = X["c"].map({"x": 0.0, "y": 1.0, "z": 3.0}).to_numpy()
        return (a + w) * X["b"].to_numpy()


def drawn(rng, n):
    return pd.DataFrame(
        {
            "a": rng.normal(2.0, 1.0, n),
            "b": rng.normal(1.0, 1.0, n),
            "c": pd.Series(rng.choice(["x", "y", "z"], n, p=[0.5, 0.3, 0.2]), dtype="str"),
        }
    )


@pytest.fixture(scope="module")
def boosted(table, answers, piped, one_hot):
    return piped(one_hot(), LGBMClassifier(n_estimators=20, verbose=-1), table, answers["binary"])


@pytest.mark.parametrize("column", ["income", "age", "city", "since", "same"])
def test_partial_dependence_is_the_mean_over_rows(column, boosted, table):
    found = partial_dependence(boosted, table, column, points=7, rows=300, lines=300)
    assert len(found.at) == found.present + table[column].isna().any()
    assert len(found.rows_shown) == found.rows == 300
    for point, value in enumerate(found.at):
        frame = table.copy()
        if value is None:
            frame[column] = pd.Series([None] * 300, dtype=table[column].dtype)
        elif found.kind == "date":
            frame[column] = pd.Timestamp(value, unit="s")
        else:
            frame[column] = pd.Series([value] * 300, dtype=table[column].dtype)
        expected = boosted.predict_proba(frame)
        np.testing.assert_allclose(found.level[point], expected.mean(axis=0), atol=1e-9)
        np.testing.assert_allclose(np.sort(found.rows_shown[:, point, 1]), np.sort(expected[:, 1]), atol=1e-9)
    np.testing.assert_allclose(found.share[: found.present] @ found.effect[: found.present], 0, atol=1e-12)
    assert (
        Curve.from_json(json.loads(json.dumps(found.to_json(), allow_nan=False))).to_json() == found.to_json()
    )
    assert column in found.sentence()


def coverage(make, truth, draws=250, rows=60):
    """How often intervals hold the truth, by point, and the standard errors against the spread."""
    hits, errors, misses = [], [], []
    for draw in range(draws):
        X = drawn(np.random.default_rng(draw), rows)
        found = make(X, draw)
        gap = found.effect[:, 0] - truth(X, found)
        ends = [0, found.present - 1]
        hits.append(np.abs(gap[ends]) <= 1.96 * found.stderr[ends, 0])
        errors.append(found.stderr[ends, 0])
        misses.append(gap[ends])
    return np.mean(hits, axis=0), np.sqrt(np.mean(np.square(errors), axis=0)) / np.std(misses, axis=0)


def test_intervals_of_partial_dependence():
    """E[b] is 1: the curve is a line of slope 1 around its own centre."""

    def truth(X, found):
        at = np.array(found.at, dtype=float)
        return at - found.share @ at

    hits, ratio = coverage(lambda X, s: partial_dependence(Product(), X, "a", points=6, seed=s), truth)
    assert (hits >= 0.92).all()
    assert (hits <= 0.98).all()
    assert np.allclose(ratio, 1.0, atol=0.15)


@pytest.mark.slow
def test_intervals_of_accumulated_effects_of_numbers():
    def truth(X, found):
        edges = np.array(found.at, dtype=float)
        weights = np.histogram(X.a, bins=edges)[0] / len(X)
        return edges - weights @ ((edges[1:] + edges[:-1]) / 2)

    hits, ratio = coverage(
        lambda X, s: accumulated_effects(Product(), X, "a", points=5, seed=s), truth, rows=80
    )
    assert (hits >= 0.90).all()
    assert (hits <= 0.98).all()
    assert np.allclose(ratio, 1.0, atol=0.15)


def test_intervals_of_accumulated_effects_of_labels():
    """Labels share rows between steps, so their errors hang together."""

    def truth(X, found):
        level = np.array([{"x": 0.0, "y": 1.0, "z": 3.0}[value] for value in found.at])
        return level - found.share @ level

    hits, ratio = coverage(lambda X, s: accumulated_effects(Product(), X, "c", seed=s), truth, rows=100)
    assert (hits >= 0.89).all()
    assert (hits <= 0.985).all()
    assert np.allclose(ratio, 1.0, atol=0.2)


def test_accumulated_effects_do_not_leave_the_data():
    """a and b are all but equal; off their line the model is wild, which partial dependence sees."""

    class Wild(RegressorMixin, BaseEstimator):
        def fit(self, X, y=None):
            return self

        def predict(self, X):
            return X["a"].to_numpy() + 100.0 * (np.abs(X["a"] - X["b"]).to_numpy() > 0.5)

    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.uniform(0, 1, 1000)})
    X["b"] = X.a + rng.uniform(-0.1, 0.1, 1000)
    local = accumulated_effects(Wild(), X, "a", points=11)
    np.testing.assert_allclose(
        np.diff(local.effect[:, 0]), np.diff(np.array(local.at, dtype=float)), atol=1e-9
    )
    everywhere = partial_dependence(Wild(), X, "a", points=11)
    assert np.ptp(everywhere.effect[:, 0]) > 20


def test_missing_values_are_a_point_of_their_own():
    X = drawn(np.random.default_rng(0), 400)
    X.loc[::5, "a"] = np.nan
    flat = partial_dependence(Product(), X, "a", rows=400)
    assert flat.at[-1] is None
    middle = flat.share[:-1] @ np.array(flat.at[:-1], dtype=float) / flat.share[:-1].sum()
    assert flat.effect[-1, 0] == pytest.approx((5.0 - middle) * X.b.mean(), abs=1e-9)
    local = accumulated_effects(Product(), X, "a")
    expected = (5.0 - X.a.mean()) * X.b[X.a.isna()].mean()
    assert local.at[-1] is None
    assert local.effect[-1, 0] == pytest.approx(expected, abs=0.15)
    assert "Where it is missing" in flat.sentence()


def test_thin_data_are_flagged():
    rng = np.random.default_rng(0)
    values = np.concatenate([rng.normal(0, 1, 990), np.full(3, 40.0), rng.normal(0, 1, 7)])
    found = grid(pd.Series(values, name="v"), 20)
    assert found.at[-1] == 40.0
    assert found.thin[-1]
    assert not found.thin[5:15].any()
    assert found.counts.sum() == 1000
    labels = grid(pd.Series(["a"] * 600 + ["b"] * 398 + ["c", "d"], dtype="str"), 3)
    assert labels.at == ("a", "b", "c")
    assert labels.thin.tolist() == [False, False, True]
    assert (labels.cell == -1).sum() == 1


def test_single_rows_centred():
    X = drawn(np.random.default_rng(0), 50)
    found = partial_dependence(Product(), X, "a", points=5)
    slopes = np.diff(found.centred_rows()[:, :, 0], axis=1) / np.diff(np.array(found.at, dtype=float))
    np.testing.assert_allclose(slopes, np.tile(slopes[:, :1], 4), atol=1e-9)
    np.testing.assert_allclose(found.centred_rows()[:, :, 0] @ found.share, 0, atol=1e-9)


def test_like_labels_are_neighbours():
    rng = np.random.default_rng(0)
    place = rng.integers(0, 5, 1000)
    frame = pd.DataFrame(
        {
            "label": place,
            "x": place + rng.normal(0, 0.7, 1000),
            "kind": pd.Series(np.where(place + rng.normal(0, 1, 1000) > 2, "up", "down"), dtype="str"),
        }
    )
    shuffled = np.array([3, 0, 4, 1, 2])
    order = similar_order(frame, 0, shuffled[place], 5)
    names = [int(np.flatnonzero(shuffled == level)[0]) for level in order]
    assert names in ([0, 1, 2, 3, 4], [4, 3, 2, 1, 0])


def test_bad_input_and_little_time(boosted, table):
    with pytest.raises(InputError, match="found 'nope'"):
        partial_dependence(boosted, table, "nope")
    with pytest.raises(InputError, match="at least 10 rows"):
        accumulated_effects(boosted, table[:5], "age")
    with pytest.raises(InputError, match="found none"):
        partial_dependence(boosted, table.assign(age=np.nan), "age")
    with pytest.raises(InputError, match="at least 2 points"):
        partial_dependence(boosted, table, "age", points=1)

    class Slow(Product):
        def predict(self, X):
            time.sleep(0.002 * len(X))
            return super().predict(X)

    X = drawn(np.random.default_rng(0), 100)
    short = partial_dependence(Slow(), X, "a", points=4, time_budget=1.0)
    assert 10 <= short.rows < 100
    assert np.isfinite(short.stderr).all()
