"""What every metric promises, whichever it is. One that is added is tested here without a further word."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from automl.metrics import METRICS, Metric, bootstrap_interval, get_metric

CASES = [(name, kind) for name, metric in METRICS.items() for kind in sorted(metric.tasks)]

every_metric = pytest.mark.parametrize(("name", "kind"), CASES)


def sample(kind: str, rows: int = 300, *, seed: int = 0) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """Draw a truth and predictions that know something of it."""
    rng = np.random.default_rng(seed)
    if kind == "regression":
        y = rng.gamma(2.0, 10.0, size=rows)
        return y, y + rng.normal(0, 5, size=rows)
    classes = 2 if kind == "binary" else 4
    y = rng.integers(0, classes, size=rows)
    proba = rng.dirichlet(np.ones(classes), size=rows) + 0.5 * np.eye(classes)[y]
    return y, proba / proba.sum(axis=1, keepdims=True)


def perfect(kind: str, y: NDArray[Any]) -> NDArray[np.float64]:
    return y.astype(float) if kind == "regression" else np.eye(2 if kind == "binary" else 4)[y]


def worse(kind: str, y: NDArray[Any], prediction: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn predictions towards the wrong side."""
    if kind == "regression":
        return y + 4 * (prediction - y) + 50
    return np.roll(prediction, 1, axis=1)


@every_metric
def test_perfect_predictions_reach_the_optimum(name: str, kind: str) -> None:
    metric = get_metric(name, kind)
    y, _ = sample(kind)
    assert metric.score(y, perfect(kind, y)) == pytest.approx(metric.optimum, abs=1e-9)
    assert metric.loss(y, perfect(kind, y)) == pytest.approx(0, abs=1e-9)


@every_metric
def test_the_direction_is_the_declared_one(name: str, kind: str) -> None:
    metric = get_metric(name, kind)
    y, prediction = sample(kind)
    good, bad = metric.score(y, prediction), metric.score(y, worse(kind, y, prediction))
    assert metric.better(good, bad)
    assert not metric.better(bad, good)
    assert metric.better(good, float("nan"))
    assert not metric.better(float("nan"), good)
    assert 0 < metric.loss(y, prediction) < metric.loss(y, worse(kind, y, prediction))


@every_metric
def test_the_order_of_rows_does_not_matter(name: str, kind: str) -> None:
    metric = get_metric(name, kind)
    y, prediction = sample(kind)
    order = np.random.default_rng(1).permutation(len(y))
    assert metric.score(y[order], prediction[order]) == pytest.approx(metric.score(y, prediction), rel=1e-12)


@every_metric
def test_the_inputs_stay_as_they_are(name: str, kind: str) -> None:
    y, prediction = sample(kind)
    before = y.copy(), prediction.copy()
    bootstrap_interval(get_metric(name), y, prediction, draws=5)
    np.testing.assert_array_equal(y, before[0])
    np.testing.assert_array_equal(prediction, before[1])


@every_metric
def test_a_weight_is_as_good_as_a_repeated_row(name: str, kind: str) -> None:
    """What the fast interval relies on."""
    metric = get_metric(name, kind)
    if metric.prepared is None:
        return
    y, prediction = sample(kind, rows=80)
    if kind != "regression":
        prediction = prediction.round(1)
    counts = np.random.default_rng(2).integers(0, 4, size=len(y))
    rows = np.repeat(np.arange(len(y)), counts)
    assert metric.prepared(y, prediction)(counts.astype(float)) == pytest.approx(
        metric.score(y[rows], prediction[rows]), rel=1e-12
    )
    assert metric.prepared(y, prediction)(None) == pytest.approx(metric.score(y, prediction), rel=1e-12)


@every_metric
def test_a_row_of_weight_two_counts_like_two_rows(name: str, kind: str) -> None:
    """In the score and the loss, in resampling, and whatever the unit of the weights."""
    metric = get_metric(name, kind)
    y, prediction = sample(kind, rows=80)
    counts = np.random.default_rng(2).integers(1, 4, size=len(y))
    rows = np.repeat(np.arange(len(y)), counts)
    score = pytest.approx(metric.score(y[rows], prediction[rows]), rel=1e-12)
    assert metric.score(y, prediction, counts) == score
    assert metric.score(y, prediction, 0.1 * counts) == score
    assert metric.loss(y, prediction, counts) == pytest.approx(metric.loss(y[rows], prediction[rows]))
    drawn = np.random.default_rng(3).integers(0, 3, size=len(y))
    again = np.repeat(np.arange(len(y)), counts * drawn)
    resampled = metric.resampled(y, prediction, counts.astype(float))(drawn)
    assert resampled == pytest.approx(metric.score(y[again], prediction[again]), rel=1e-12)


@every_metric
def test_the_interval_is_that_of_resampled_rows(name: str, kind: str) -> None:
    metric = get_metric(name, kind)
    y, prediction = sample(kind)
    low, high = bootstrap_interval(metric, y, prediction, draws=60)
    assert low < metric.score(y, prediction) < high
    assert (low, high) == bootstrap_interval(metric, y, prediction, draws=60)
    plain = Metric(**(metric.__dict__ | {"prepared": None}))
    assert bootstrap_interval(plain, y, prediction, draws=60) == pytest.approx((low, high), rel=1e-9)
    narrow = bootstrap_interval(metric, y, prediction, draws=60, level=0.5)
    assert low <= narrow[0] < narrow[1] <= high


@every_metric
def test_it_can_be_shown(name: str, kind: str) -> None:
    metric = get_metric(name, kind)
    assert metric.name == name
    assert metric.label
    assert metric.note.endswith(".")
    assert metric.needs == "value" if kind == "regression" else metric.needs in {"proba", "label"}
