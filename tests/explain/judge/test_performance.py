"""Curves, calibration, decisions and residuals: scikit-learn's numbers, and intervals that cover."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from sklearn import metrics

from explain.errors import InputError
from explain.judge.calibration import calibration_of
from explain.judge.confusion import confusion_of
from explain.judge.performance import Performance, measure_performance
from explain.judge.ranking import ranking_of
from explain.judge.residuals import LEVELS, residuals_of
from explain.judge.scored import Scored
from explain.judge.thin import thinned


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def binary(n, rng, base=0.5):
    """Scores of two normal classes one standard deviation apart: TPR at FPR f is Φ(1 + Φ⁻¹(f))."""
    truth = rng.random(n) < base
    return truth, rng.normal(size=n) + truth


def scored_of(truth, prediction=None, **options):
    return Scored.of_predictions(
        pd.DataFrame({"x": np.arange(len(truth))}), truth, prediction=prediction, **options
    )


@pytest.mark.parametrize("weighted", [False, True])
def test_curves_and_areas_are_scikit_learns(weighted):
    rng = np.random.default_rng(0)
    truth, score = binary(700, rng, 0.3)
    score = np.round(score, 1)  # ties
    w = rng.exponential(size=700) if weighted else None
    found = ranking_of(truth, score, w)
    assert found.roc_auc.value == pytest.approx(metrics.roc_auc_score(truth, score, sample_weight=w))
    ap = metrics.average_precision_score(truth, score, sample_weight=w)
    assert found.average_precision.value == pytest.approx(ap)
    assert metrics.auc(found.roc.x, found.roc.y) == pytest.approx(found.roc_auc.value, abs=1e-3)
    gain = metrics.auc(found.gain.x, found.gain.y)
    assert gain == pytest.approx((1 - found.base_rate) * found.roc_auc.value + found.base_rate / 2, abs=1e-3)
    np.testing.assert_allclose(
        found.lift.y, np.interp(found.lift.x, found.gain.x, found.gain.y) / found.lift.x, rtol=0.02
    )
    assert found.lift.y[-1] == pytest.approx(1)
    for curve in (found.roc, found.precision_recall, found.gain, found.lift):
        assert len(curve.x) <= 200
        assert (curve.low <= curve.high + 1e-12).all()


@pytest.mark.parametrize(("positives", "rows"), [(3, 50), (150, 4000), (20_000, 60_000)])
def test_thinning_keeps_the_area(positives, rows):
    rng = np.random.default_rng(positives)
    truth = np.arange(rows) < positives
    score = rng.normal(size=rows) + truth * 1.5
    fpr, tpr, _ = metrics.roc_curve(truth, score)
    precision, recall, _ = metrics.precision_recall_curve(truth, score, drop_intermediate=True)
    chance = metrics.roc_curve(truth, rng.normal(size=rows))[:2]
    for x, y in ((fpr, tpr), (recall[::-1], precision[::-1]), chance):
        few_x, few_y = thinned(x, y)
        assert len(few_x) <= 200
        assert (few_x[0], few_y[0], few_x[-1], few_y[-1]) == (x[0], y[0], x[-1], y[-1])
        assert abs(np.trapezoid(few_y, few_x) - np.trapezoid(y, x)) < 1e-3


def test_intervals_of_curves_and_areas_cover():
    rng = np.random.default_rng(1)
    at = np.array([0.05, 0.2, 0.5])
    places = np.round(at * 100).astype(int)
    threshold = np.linspace(-4, 6, 4001)
    tpr, fpr = norm.sf(threshold - 1), norm.sf(threshold)
    precision = 0.3 * tpr / (0.3 * tpr + 0.7 * fpr)
    taken = 0.3 * tpr + 0.7 * fpr
    truth = {
        "roc": norm.cdf(1 + norm.ppf(at)),
        "precision_recall": np.interp(at, tpr[::-1], precision[::-1]),
        "gain": np.interp(at, taken[::-1], tpr[::-1]),
    }
    area = {"roc_auc": norm.cdf(1 / np.sqrt(2)), "average_precision": -np.trapezoid(precision, tpr)}
    hits = {name: np.zeros(3) for name in truth} | {name: 0.0 for name in area}
    runs = 100
    for seed in range(runs):
        y, score = binary(400, rng, 0.3)
        found = ranking_of(y, score, draws=300, seed=seed)
        for name, expected in truth.items():
            curve = getattr(found, name)
            index = places - (name == "precision_recall")
            np.testing.assert_allclose(curve.at[index], at)
            hits[name] += (curve.low[index] <= expected) & (expected <= curve.high[index])
        for name, expected in area.items():
            hits[name] += getattr(found, name).low <= expected <= getattr(found, name).high
    for name, count in hits.items():
        share = np.atleast_1d(count / runs)
        assert (share >= 0.895).all(), (name, share)
        assert share.mean() <= 0.99, (name, share)


def test_a_perfect_order_still_has_an_interval():
    truth = np.arange(60) >= 30
    found = ranking_of(truth, np.arange(60.0))
    assert found.roc_auc.value == 1.0
    middle = found.roc.at == 0.5
    assert found.roc.high[middle] == 1.0
    assert 0.8 < found.roc.low[middle] < 0.95  # Wilson's interval of 30 out of 30
    assert 0.8 < found.precision_recall.low[-1] < 0.95
    with pytest.raises(InputError, match="with and without"):
        ranking_of(truth[:30], np.arange(30.0))


def test_calibrated_probabilities_are_seldom_called_miscalibrated():
    rng = np.random.default_rng(2)
    runs, false, hits, eces, chances = 140, 0, [], [], []
    for seed in range(runs):
        p = rng.beta(2, 5, 500)
        w = rng.exponential(size=500) if seed % 2 else None
        found = calibration_of(rng.random(500) < p, p, w, seed=seed)
        false += found.shown
        eces.append(found.ece)
        chances.append(found.ece_by_chance)
        hits.append(((found.low <= found.predicted) & (found.predicted <= found.high)).mean())
    assert 0.01 <= false / runs <= 0.09
    assert 0.93 <= np.mean(hits) <= 0.97
    assert np.mean(eces) == pytest.approx(np.mean(chances), rel=0.05)  # all of it is bias


def test_miscalibration_is_shown_and_said():
    rng = np.random.default_rng(3)
    p = rng.beta(2, 5, 3000)
    found = calibration_of(rng.random(3000) < p**2, p, output="yes")
    assert found.shown
    assert "high by" in found.sentence()
    assert found.brier == pytest.approx(
        found.reliability - found.resolution + found.uncertainty + found.within
    )
    assert abs(found.within) < 0.1 * found.resolution


def test_brier_parts_by_hand():
    p = np.repeat([0.2, 0.7], 50)
    truth = np.r_[np.arange(50) < 20, np.arange(50) < 40]
    found = calibration_of(truth, p, bins=2)
    assert found.reliability == pytest.approx(0.5 * 0.2**2 + 0.5 * 0.1**2)
    assert found.resolution == pytest.approx(0.2**2)
    assert found.uncertainty == pytest.approx(0.24)
    assert found.within == pytest.approx(0, abs=1e-12)
    assert found.ece == pytest.approx(0.15)


def test_confusion_is_counted_and_its_intervals_cover():
    rng = np.random.default_rng(4)
    rates = np.array([[0.8, 0.2], [0.3, 0.7]])
    f1 = 2 * 0.7 * 0.4 / (2 * 0.7 * 0.4 + 0.2 * 0.6 + 0.3 * 0.4)
    expected = {"accuracy": 0.76, "balanced_accuracy": 0.75, "recall": 0.7, "f1": f1}
    hits = dict.fromkeys(expected, 0) | {"share": 0}
    for seed in range(200):
        truth = (rng.random(200) < 0.4).astype(int)
        decided = (rng.random(200) < rates[truth, 1]).astype(int)
        found = confusion_of(scored_of(truth, decided, classes=(0, 1)), seed=seed, draws=400)
        for name, value in expected.items():
            hits[name] += found.score(name).low <= value <= found.score(name).high
        hits["share"] += found.low[1, 0] <= 0.3 <= found.high[1, 0]
    np.testing.assert_array_equal(found.counts, metrics.confusion_matrix(truth, decided))
    assert found.score("mcc").value == pytest.approx(metrics.matthews_corrcoef(truth, decided))
    assert found.score("f1").value == pytest.approx(metrics.f1_score(truth, decided))
    for name, count in hits.items():
        assert 0.91 <= count / 200 <= 0.985, (name, count / 200)


def test_decisions_at_a_threshold():
    p = np.array([0.1, 0.4, 0.6, 0.9])
    scored = scored_of(np.array([0, 1, 0, 1]), probability=p)
    assert confusion_of(scored).counts.tolist() == [[1, 1], [1, 1]]
    assert confusion_of(scored, threshold=0.3).counts.tolist() == [[1, 1], [0, 2]]
    assert np.isnan(confusion_of(scored, threshold=0.95).score("precision").value)
    with pytest.raises(InputError, match="threshold"):
        confusion_of(scored, threshold=3)


def test_several_classes_each_against_the_rest():
    rng = np.random.default_rng(5)
    p = rng.dirichlet(np.ones(3), 400)
    truth = np.array([rng.choice(3, p=row) for row in p])
    scored = scored_of(truth, probability=p, classes=(0, 1, 2))
    found = measure_performance(scored)
    assert {r.output for r in found.ranking} == {"0", "1", "2"}
    calibration, ranking = found.of("2")
    assert ranking.roc_auc.value == pytest.approx(metrics.roc_auc_score(truth == 2, p[:, 2]))
    assert calibration.brier == pytest.approx(metrics.brier_score_loss(truth == 2, p[:, 2]))
    balanced = found.confusion.score("balanced_accuracy")
    assert balanced.value == pytest.approx(metrics.balanced_accuracy_score(truth, p.argmax(axis=1)))
    assert balanced.low < balanced.value < balanced.high
    short = measure_performance(scored, time_budget=1e-9)
    assert len(short.ranking) == 1
    assert len(short.left_out) == 2
    never = Scored.of_predictions(
        scored.frame, truth, probability=np.c_[p, np.zeros(400)], classes=(0, 1, 2, 3)
    )
    assert measure_performance(never).left_out == ("3",)


def test_results_are_small_and_come_back_exactly():
    rng = np.random.default_rng(6)
    truth, score = binary(30_000, rng)
    scored = scored_of(truth.astype(int), probability=sigmoid(score - 0.5), sample_weight=rng.random(30_000))
    found = measure_performance(scored)
    text = json.dumps(found.to_json(), allow_nan=False)
    assert len(text) < 60_000
    again = Performance.from_json(json.loads(text))
    assert json.dumps(again.to_json()) == text
    assert again.ranking[0].sentence() == found.ranking[0].sentence()
    assert again.calibration[0].low.tobytes() == found.calibration[0].low.tobytes()


def line(n, rng, growing=False):
    x = rng.uniform(0, 10, n)
    return x, x + rng.normal(size=n) * (0.2 + 0.3 * x if growing else 1.0)


def test_residuals_are_measured():
    rng = np.random.default_rng(7)
    x, y = line(900, rng)
    found = residuals_of(scored_of(y, x))
    assert found.mean_absolute.value == pytest.approx(metrics.mean_absolute_error(y, x))
    assert found.root_mean_square.value == pytest.approx(metrics.root_mean_squared_error(y, x))
    assert found.r2 == pytest.approx(metrics.r2_score(y, x))
    np.testing.assert_allclose(found.quantiles, np.quantile(y - x, LEVELS))
    worst = np.abs(y - x).argmax()
    assert found.worst_row[0] == worst
    assert found.worst_truth[0] == y[worst]
    w = rng.integers(0, 3, 900)
    heavy, repeated = (
        residuals_of(scored_of(y, x, sample_weight=w)),
        residuals_of(scored_of(np.repeat(y, w), np.repeat(x, w))),
    )
    assert heavy.r2 == pytest.approx(repeated.r2)
    assert heavy.mean_absolute.value == pytest.approx(repeated.mean_absolute.value)
    text = json.dumps(measure_performance(scored_of(y, x)).to_json(), allow_nan=False)
    assert json.dumps(Performance.from_json(json.loads(text)).to_json()) == text
    few = measure_performance(scored_of(y[:20], x[:20]))
    assert np.isnan(few.residuals.spread_ratio.value)
    json.dumps(few.to_json(), allow_nan=False)


def test_intervals_of_residuals_cover_and_false_alarms_are_nominal():
    rng = np.random.default_rng(8)
    hits = {"mean": 0, "mean_absolute": 0, "root_mean_square": 0, "spread_ratio": 0, "bins": 0.0}
    expected = {"mean": 0, "mean_absolute": np.sqrt(2 / np.pi), "root_mean_square": 1, "spread_ratio": 1}
    alarms, growing, runs = 0, 0, 180
    for seed in range(runs):
        x, y = line(400, rng)
        found = residuals_of(scored_of(y, x), seed=seed)
        for name, value in expected.items():
            hits[name] += getattr(found, name).low <= value <= getattr(found, name).high
        hits["bins"] += ((found.bin_low <= 0) & (found.bin_high >= 0)).mean()
        alarms += found.spread_p <= 0.05
        x, y = line(400, rng, growing=True)
        growing += "Errors vary more" in residuals_of(scored_of(y, x)).sentence()
    for name, count in hits.items():
        assert 0.915 <= count / runs <= 0.985, (name, count / runs)
    assert 0.015 <= alarms / runs <= 0.09
    assert growing / runs > 0.95


def test_rows_of_no_weight_count_for_nothing():
    rng = np.random.default_rng(9)
    truth, score = binary(300, rng)
    w = (rng.random(300) < 0.5).astype(float)
    p = np.where(w > 0, np.round(sigmoid(score)), 0.01)  # the lowest bin has no weight
    kept = w > 0
    assert calibration_of(truth, p, w).ece == pytest.approx(calibration_of(truth[kept], p[kept]).ece)
    area = ranking_of(truth, score, w).roc_auc.value
    assert area == pytest.approx(metrics.roc_auc_score(truth[kept], score[kept]))


def test_stored_results_are_light_to_read():
    names = ("calibration", "failures", "fairness", "performance", "stability", "thresholds")
    code = (
        f"import sys, {', '.join(f'explain.judge.{name}' for name in names)}; "
        "print([m for m in ('sklearn', 'scipy', 'shap', 'numba', 'plotly', 'lightgbm') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
