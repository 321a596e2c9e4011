"""Scores of classifiers from their probabilities alone."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression

from automl.metrics import METRICS, cost_metric, metrics_for
from automl.monitoring.estimate.classes import Expected, calibrated, class_curves
from automl.monitoring.estimate.curves import needs_curve

from .worlds import Labelled, several


def test_labels_instead_of_chances_give_the_scores_themselves() -> None:
    """With a chance of 1 for what is true, the expected score is the score: of every metric, any classes."""
    rng = np.random.default_rng(0)
    for classes in (2, 4):
        truth, told = several(rng, 500, classes=classes)
        decided = (told * rng.uniform(0.5, 2, classes)).argmax(axis=1)  # not the most probable label
        metrics = metrics_for("binary" if classes == 2 else "multiclass")
        found = Expected(metrics, told, decided)(np.eye(classes)[truth])
        for metric, score in zip(metrics, found, strict=True):
            compared = decided if metric.needs == "label" else told
            assert score == pytest.approx(metric.score(truth, compared), abs=1e-9), metric.name


def test_expected_scores_by_hand() -> None:
    told = np.array([[0.8, 0.2], [0.3, 0.7], [0.4, 0.6]])
    metrics = [METRICS["accuracy"], METRICS["f1"], METRICS["brier"], METRICS["roc_auc"]]
    accuracy, f1, brier, area = Expected(metrics, told, told.argmax(axis=1))(told)
    assert accuracy == pytest.approx((0.8 + 0.7 + 0.6) / 3)
    assert f1 == pytest.approx(2 * 1.3 / (2 * 1.3 + 0.7 + 0.2)), (
        "expected hits 1.3, false alarms 0.7, misses 0.2"
    )
    assert brier == pytest.approx(np.mean([0.16, 0.21, 0.24]))
    # A row is before another half of the time where it is itself: pairs of (chance to be 1, chance to be 0).
    pairs = 0.7 * (0.15 + 0.4 + 0.8) + 0.6 * (0.2 + 0.8) + 0.2 * 0.4
    assert area == pytest.approx(pairs / (1.5 * 1.5))


def test_costs_are_expected_as_they_are() -> None:
    told = np.array([[0.9, 0.1], [0.4, 0.6]])
    costs = ((0.0, 1.0), (5.0, 0.0))
    (cost,) = Expected([cost_metric(costs)], told, np.array([0, 1]))(told)
    assert cost == pytest.approx((0.1 * 5 + 0.4 * 1) / 2)


def test_averages_over_many_tables_are_met() -> None:
    """The mean of the estimates is the mean of the scores, be the model calibrated or far from it."""
    for bend in (1.0, 2.0):
        rng, gaps = np.random.default_rng(3), []
        truth, told = several(rng, 6000, bend=bend)
        curves = class_curves(told, truth)
        assert all(curve.is_fitted for curve in curves) == (bend == 2.0)
        metrics = metrics_for("multiclass")
        for _ in range(10):
            truth, told = several(rng, 2000, bend=bend)
            decided = told.argmax(axis=1)
            found = Expected(metrics, told, decided)(calibrated(curves, told))
            known = [m.score(truth, decided if m.needs == "label" else told) for m in metrics]
            gaps.append(found - known)
        means = dict(zip((m.name for m in metrics), np.mean(gaps, axis=0), strict=True))
        assert all(abs(gap) < (0.015 if bend == 1.0 else 0.03) for gap in means.values()), means


def test_a_curve_is_isotonic_regression_and_only_where_it_helps() -> None:
    rng = np.random.default_rng(0)
    truth, told = Labelled(bend=2.0).rows(rng, 2000, new=False)
    (curve,) = class_curves(told, truth)
    model = IsotonicRegression(out_of_bounds="clip").fit(told[:, 1], truth)
    new = np.linspace(0, 1, 301)
    np.testing.assert_allclose(curve(new), model.predict(new), atol=1e-6)
    alike = [needs_curve(t[:, 1], y == 1) for y, t in (_told(1.0, seed) for seed in range(10))]
    assert not all(alike), "what is calibrated is left alone, but for chance"
    assert all(needs_curve(t[:, 1], y == 1) for y, t in (_told(2.0, seed) for seed in range(3)))
    assert not needs_curve(np.linspace(0, 1, 50), np.zeros(50, dtype=bool)), "one class"
    assert not needs_curve(np.linspace(0, 1, 50), np.linspace(0, 1, 50) > 0.5), "told without any doubt"


def _told(bend: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    return Labelled(bend=bend).rows(np.random.default_rng(seed), 1500, new=False)


def test_calibrated_probabilities_are_probabilities() -> None:
    rng = np.random.default_rng(1)
    truth, told = several(rng, 800, bend=2.5, classes=5)
    curves = class_curves(told, truth, fitted=[True] * 5)
    off = [rng.normal(0, 0.2, len(curve.centres)) for curve in curves]
    for found in (calibrated(curves, told), calibrated(curves, told, off)):
        np.testing.assert_allclose(found.sum(axis=1), 1.0)
        assert found.min() >= 0
    nothing = [c for c in class_curves(told, np.zeros(800, dtype=np.int64), fitted=[True] * 5)]
    assert calibrated([nothing[1]] * 5, told)[0] == pytest.approx([0.2] * 5), (
        "no class is possible: all alike"
    )


@pytest.mark.parametrize("rows", [100, 274, 333])
def test_a_model_that_always_says_the_same_has_one_bin(rows: int) -> None:
    truth = np.arange(rows) % 3
    prediction = np.tile([0.4385964912280702, 0.3421052631578947, 0.21929824561403508], (rows, 1))
    assert [curve.rows for curve in class_curves(prediction, truth)] == [(rows,)] * 3
