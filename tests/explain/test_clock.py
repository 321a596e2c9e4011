"""What takes a time budget keeps it, by fewer rows, and says how far it is."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, RegressorMixin

import explain
from explain.clock import Clock, as_many
from explain.judge.failures import failures_of


def test_as_many_rows_as_there_is_time_for():
    asked, shares = [], []

    def work(rows):
        asked.append(rows)
        time.sleep(rows * 0.0005)
        return rows

    assert as_many(Clock(), work, 10_000_000 // 10**6, least=2) == 10
    found = as_many(Clock(0.5), work, 100_000, least=20, progress=shares.append)
    assert asked[1:] == [20, found]
    assert 20 < found <= 1000
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert as_many(Clock(30.0), work, 50, least=20) == 50, "all where there is time"
    assert as_many(Clock(1e-9), work, 100_000, least=20) == 20, "few where there is none"


def test_time_that_grows_with_the_square_of_the_rows():
    def work(rows):
        time.sleep(rows**2 * 1e-5)
        return rows

    assert as_many(Clock(0.6), work, 100_000, least=40, power=2.0) < 260


class Slow(RegressorMixin, BaseEstimator):
    """Takes a millisecond for every row."""

    def fit(self, X, y=None):
        return self

    def predict(self, X):
        time.sleep(0.001 * len(X))
        return np.where(X["a"] > 0, 2.0, X["b"])


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(0)
    return pd.DataFrame(rng.normal(size=(9000, 4)), columns=list("abcd"))


def test_a_surrogate_of_a_slow_model(rows):
    shares: list[float] = []
    found = explain.fit_surrogate(Slow(), rows, time_budget=1.5, progress=shares.append)
    assert 60 <= found.learned_rows + found.held_out_rows < 2000
    assert found.fidelity > 0.3
    assert shares[-1] == 1.0


def test_prototypes_clusters_and_failures_with_little_and_with_enough_time(rows):
    few = explain.find_prototypes(rows, time_budget=1e-6)
    assert few.sampled == 200
    loss = np.abs(rows["a"].to_numpy())
    hasty = failures_of(loss, rows, time_budget=1e-6)
    assert hasty.grown_rows + hasty.checked_rows == 2000
    assert explain.cluster_columns(rows.assign(e=rows.a), time_budget=1e-6).members == (("a", "e"),)
    for make in (
        lambda **budget: failures_of(loss[:3000], rows[:3000], **budget),
        lambda **budget: explain.find_prototypes(rows[:400], **budget),
        lambda **budget: explain.cluster_columns(rows[:900], **budget),
        lambda **budget: explain.fit_surrogate(Slow(), rows[:250], **budget),
    ):
        shares: list[float] = []
        assert make(time_budget=100.0, progress=shares.append).to_json() == make().to_json()
        assert shares[-1] == 1.0
