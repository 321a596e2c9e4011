"""Metrics against scikit-learn's, and their edges."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn import metrics as reference

from automl.errors import SettingError
from automl.metrics import METRICS, Metric, bootstrap_interval, default_metric, get_metric, metrics_for

Array = NDArray[Any]

LABELS_OF = {
    "accuracy": reference.accuracy_score,
    "balanced_accuracy": reference.balanced_accuracy_score,
    "mcc": reference.matthews_corrcoef,
}
VALUES_OF = {
    "rmse": reference.root_mean_squared_error,
    "mae": reference.mean_absolute_error,
    "mape": reference.mean_absolute_percentage_error,
    "r2": reference.r2_score,
    "rmsle": reference.root_mean_squared_log_error,
}


def draw(classes: int, rows: int, seed: int, *, decimals: int) -> tuple[Array, Array]:
    """Draw probabilities with many ties (few decimals), and a truth that holds every class."""
    rng = np.random.default_rng(seed)
    y = np.concatenate([np.arange(classes), rng.integers(0, classes, size=rows - classes)])
    proba = rng.dirichlet(np.ones(classes), size=rows).round(decimals) + 10.0**-decimals
    return y, proba / proba.sum(axis=1, keepdims=True)


@settings(max_examples=60, deadline=None)
@given(st.integers(4, 60), st.integers(0, 10**6), st.integers(1, 3))
def test_two_classes_equal_scikit_learn(rows: int, seed: int, decimals: int) -> None:
    y, proba = draw(2, rows, seed, decimals=decimals)
    labels = proba.argmax(axis=1)
    expected = {
        "roc_auc": reference.roc_auc_score(y, proba[:, 1]),
        "average_precision": reference.average_precision_score(y, proba[:, 1]),
        "log_loss": reference.log_loss(y, proba),
        "brier": reference.brier_score_loss(y, proba[:, 1]),
        "f1": reference.f1_score(y, labels, zero_division=0.0),
    } | {name: function(y, labels) for name, function in LABELS_OF.items()}
    found = {metric.name: metric.score(y, proba) for metric in metrics_for("binary")}
    assert found == pytest.approx(expected, rel=1e-12, abs=1e-14)


@settings(max_examples=60, deadline=None)
@given(st.integers(3, 6), st.integers(8, 60), st.integers(0, 10**6), st.integers(1, 3))
def test_several_classes_equal_scikit_learn(classes: int, rows: int, seed: int, decimals: int) -> None:
    y, proba = draw(classes, rows, seed, decimals=decimals)
    labels = proba.argmax(axis=1)
    ones = np.eye(classes)[y]
    expected = {
        "roc_auc": np.mean([reference.roc_auc_score(ones[:, k], proba[:, k]) for k in range(classes)]),
        "average_precision": reference.average_precision_score(ones, proba),
        "log_loss": reference.log_loss(y, proba),
        "brier": reference.brier_score_loss(y, proba, labels=range(classes)),
        "f1": reference.f1_score(y, labels, average="macro", zero_division=0.0),
    } | {name: function(y, labels) for name, function in LABELS_OF.items()}
    found = {metric.name: metric.score(y, proba) for metric in metrics_for("multiclass")}
    assert found == pytest.approx(expected, rel=1e-12, abs=1e-14)


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 60), st.integers(0, 10**6), st.sampled_from([0, 3]))
def test_values_equal_scikit_learn(rows: int, seed: int, decimals: int) -> None:
    rng = np.random.default_rng(seed)
    y = rng.gamma(1.5, 20, size=rows).round(decimals)
    values = rng.gamma(1.5, 20, size=rows).round(decimals)
    for name, function in VALUES_OF.items():
        assert METRICS[name].score(y, values) == pytest.approx(function(y, values), rel=1e-11), name
    assert {metric.name for metric in metrics_for("regression")} == set(VALUES_OF)


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 5), st.integers(8, 60), st.integers(0, 10**6), st.integers(1, 3))
def test_weighted_scores_of_classes_equal_scikit_learn(
    classes: int, rows: int, seed: int, decimals: int
) -> None:
    y, proba = draw(classes, rows, seed, decimals=decimals)
    labels, ones = proba.argmax(axis=1), np.eye(classes)[y]
    weight = {"sample_weight": np.random.default_rng(seed + 1).exponential(size=rows)}
    columns = [1] if classes == 2 else list(range(classes))
    brier = {"labels": range(classes)} if classes > 2 else {}
    expected = {
        "roc_auc": np.mean([reference.roc_auc_score(ones[:, k], proba[:, k], **weight) for k in columns]),
        "average_precision": np.mean(
            [reference.average_precision_score(ones[:, k], proba[:, k], **weight) for k in columns]
        ),
        "log_loss": reference.log_loss(y, proba, **weight),
        "brier": reference.brier_score_loss(y, proba if classes > 2 else proba[:, 1], **brier, **weight),
        "f1": reference.f1_score(
            y, labels, average="binary" if classes == 2 else "macro", zero_division=0.0, **weight
        ),
    } | {name: function(y, labels, **weight) for name, function in LABELS_OF.items()}
    kind = "binary" if classes == 2 else "multiclass"
    found = {metric.name: metric.score(y, proba, weight["sample_weight"]) for metric in metrics_for(kind)}
    assert found == pytest.approx(expected, rel=1e-10, abs=1e-12)


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 60), st.integers(0, 10**6), st.sampled_from([0, 3]))
def test_weighted_scores_of_values_equal_scikit_learn(rows: int, seed: int, decimals: int) -> None:
    rng = np.random.default_rng(seed)
    y, values = rng.gamma(1.5, 20, size=(2, rows)).round(decimals)
    weight = rng.exponential(size=rows)
    for name, function in VALUES_OF.items():
        expected = function(y, values, sample_weight=weight)
        assert METRICS[name].score(y, values, weight) == pytest.approx(expected, rel=1e-9), name


def test_the_multiclass_area_is_scikit_learns_one_against_rest() -> None:
    y, proba = draw(4, 200, 0, decimals=6)
    expected = reference.roc_auc_score(y, proba, multi_class="ovr", average="macro")
    assert METRICS["roc_auc"].score(y, proba) == pytest.approx(expected, rel=1e-12)


def test_a_class_absent_from_the_truth() -> None:
    y, proba = draw(4, 200, 0, decimals=6)
    kept = y != 2
    y, proba = y[kept], proba[kept]
    assert METRICS["log_loss"].score(y, proba) == pytest.approx(
        reference.log_loss(y, proba, labels=range(4)), rel=1e-12
    )
    present = [reference.roc_auc_score(y == k, proba[:, k]) for k in (0, 1, 3)]
    assert METRICS["roc_auc"].score(y, proba) == pytest.approx(np.mean(present), rel=1e-12)
    for metric in metrics_for("multiclass"):
        assert np.isfinite(metric.score(y, proba)), metric.name


def test_one_class_alone_has_no_ranking() -> None:
    proba = np.array([[0.3, 0.7], [0.6, 0.4]])
    for name in ("roc_auc", "average_precision"):
        assert math.isnan(METRICS[name].score(np.array([0, 0]), proba))
    assert math.isnan(METRICS["roc_auc"].score(np.array([1, 1]), proba))
    assert np.isnan(bootstrap_interval(METRICS["roc_auc"], np.array([1, 1]), proba)).all()
    assert METRICS["log_loss"].score(np.array([0, 0]), proba) == pytest.approx(-np.log([0.3, 0.6]).mean())


def test_all_scores_equal_is_chance() -> None:
    y = np.array([0, 1, 1, 0, 1])
    proba = np.full((5, 2), 0.5)
    assert METRICS["roc_auc"].score(y, proba) == 0.5
    assert METRICS["average_precision"].score(y, proba) == pytest.approx(0.6)
    assert METRICS["mcc"].score(y, proba) == 0.0
    assert METRICS["f1"].score(y, proba) == 0.0


def test_certain_and_wrong_costs_much_but_not_all() -> None:
    loss = METRICS["log_loss"].score(np.array([0]), np.array([[0.0, 1.0]]))
    assert loss == pytest.approx(-np.log(np.finfo(float).eps))


def test_a_constant_target() -> None:
    y = np.array([3.0, 3.0, 3.0])
    assert METRICS["r2"].score(y, y) == 1.0
    assert METRICS["r2"].score(y, y + 1) == 0.0
    assert math.isnan(METRICS["r2"].score(y[:1], y[:1]))


def test_the_logarithmic_error_counts_negative_predictions_as_nothing() -> None:
    rmsle = METRICS["rmsle"]
    assert rmsle.score(np.array([0.0, 3.0]), np.array([-5.0, 3.0])) == 0.0
    with pytest.raises(ValueError, match="never negative, found -1"):
        rmsle.score(np.array([-1.0, 3.0]), np.array([1.0, 3.0]))


def test_labels_may_be_given_in_place_of_probabilities() -> None:
    y, proba = draw(2, 50, 0, decimals=3)
    for name in ("accuracy", "balanced_accuracy", "f1", "mcc"):
        assert METRICS[name].score(y, proba.argmax(axis=1)) == METRICS[name].score(y, proba)


def test_f1_of_several_classes_is_macro_even_if_only_two_of_them_occur() -> None:
    y = np.array([0, 1, 1, 0])
    proba = np.eye(3)[[0, 1, 0, 0]]
    assert METRICS["f1"].score(y, proba) == pytest.approx((0.8 + 2 / 3) / 2)


def test_large_tables_have_bounded_but_right_intervals() -> None:
    rng = np.random.default_rng(0)
    y = rng.normal(size=60_000)
    low, high = bootstrap_interval(METRICS["mae"], y, np.zeros_like(y), draws=200)
    score = METRICS["mae"].score(y, np.zeros_like(y))
    deviation = np.abs(y).std() / np.sqrt(len(y))
    assert low < score < high
    # 90 % of a normal distribution lie within 1.645 deviations of its middle.
    assert (high - low) / (2 * 1.645 * deviation) == pytest.approx(1, abs=0.2)


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(5)
    hits = 0
    for _ in range(100):
        y = rng.normal(size=100)
        low, high = bootstrap_interval(METRICS["mae"], y, np.zeros(100), draws=100)
        hits += low <= np.sqrt(2 / np.pi) <= high
    assert 80 <= hits <= 98


@pytest.mark.parametrize(("rows", "errors", "sure"), [(100, 0.01, 0.99), (300, 0.2, 0.7)])
def test_rare_confident_errors_are_within_the_interval_of_the_log_loss(
    rows: int, errors: float, sure: float
) -> None:
    """One row in a hundred: a sample without one must not promise that there are none."""
    metric, rng, new = get_metric("log_loss", "binary"), np.random.default_rng(0), rows // 3

    def drawn(count: int) -> tuple[np.ndarray, np.ndarray]:
        said = rng.integers(0, 2, count)
        p = sure + (1 - sure) * 0.9 * rng.random(count)
        second = np.where(said == 1, p, 1 - p)
        truth = np.where(rng.random(count) < errors, 1 - said, said)
        return truth, np.column_stack([1 - second, second])

    held = []
    for seed in range(300):
        low, high = bootstrap_interval(metric, *drawn(rows), new_rows=new, draws=200, seed=seed)
        held.append(low <= metric.score(*drawn(new)) <= high)
    # Without the worst row 0.84 of the first; the second stays as it is.
    assert 0.86 <= np.mean(held) <= 0.97


def test_intervals_of_nothing_and_of_nonsense() -> None:
    assert np.isnan(bootstrap_interval(METRICS["mae"], np.empty(0), np.empty(0))).all()
    with pytest.raises(ValueError, match="between 0 and 1, found 90"):
        bootstrap_interval(METRICS["mae"], np.ones(2), np.ones(2), level=90)


def test_defaults() -> None:
    defaults = {kind: default_metric(kind).name for kind in ("binary", "multiclass", "regression")}
    assert defaults == {"binary": "roc_auc", "multiclass": "log_loss", "regression": "rmse"}
    with pytest.raises(SettingError, match="'ranking'"):
        default_metric("ranking")


def test_an_unknown_or_unfit_metric_is_told_the_fitting_ones() -> None:
    assert get_metric("rmse", "regression") is METRICS["rmse"]
    with pytest.raises(SettingError, match=r"'gini'.*roc_auc"):
        get_metric("gini")
    with pytest.raises(SettingError, match=r"ROC AUC does not measure.*regression.*Choose among rmse"):
        get_metric("roc_auc", "regression")


def test_a_metric_of_ones_own_needs_only_a_function() -> None:
    cost = Metric(
        name="cost",
        label="Cost",
        tasks=frozenset({"binary"}),
        greater_is_better=False,
        optimum=0.0,
        needs="label",
        function=lambda y, proba: float(np.mean(5 * (y > proba.argmax(axis=1)) + (y < proba.argmax(axis=1)))),
    )
    y, proba = draw(2, 200, 0, decimals=4)
    low, high = bootstrap_interval(cost, y, proba, draws=50)
    assert low < cost.score(y, proba) == cost.loss(y, proba) < high
    with pytest.raises(ValueError, match="Cost cannot weight rows"):
        cost.score(y, proba, np.ones(200))


def test_weighted_intervals_are_for_the_weighted_population_and_for_new_rows_of_it() -> None:
    """Rows of a second kind are sampled at a fifth of the rate, and their errors are four times as large."""
    rng = np.random.default_rng(0)
    truth = np.sqrt(2 / np.pi) * (0.5 + 4 * 0.5)

    def sample(rows: int) -> tuple[Array, Array]:
        second = rng.random(rows) < 1 / 6
        return rng.normal(size=rows) * np.where(second, 4, 1), np.where(second, 5.0, 1.0)

    covered, unweighted, new = [], [], []
    for seed in range(300):
        y, weight = sample(300)
        ends = {
            name: bootstrap_interval(METRICS["mae"], y, np.zeros(300), draws=100, seed=seed, **more)
            for name, more in {
                "truth": {"sample_weight": weight},
                "rows": {},
                "new": {"sample_weight": weight, "new_rows": 100},
            }.items()
        }
        covered.append(ends["truth"][0] <= truth <= ends["truth"][1])
        unweighted.append(ends["rows"][0] <= truth <= ends["rows"][1])
        fresh, fresh_weight = sample(100)
        again = METRICS["mae"].score(fresh, np.zeros(100), fresh_weight)
        new.append(ends["new"][0] <= again <= ends["new"][1])
    # Three standard errors of 300 intervals are 0.052.
    assert 0.84 <= np.mean(covered) <= 0.95
    assert 0.84 <= np.mean(new) <= 0.95
    assert np.mean(unweighted) < 0.05


def test_the_list_of_metrics_is_the_promised_one() -> None:
    assert list(METRICS) == [
        *("roc_auc", "average_precision", "log_loss", "brier"),
        *("accuracy", "balanced_accuracy", "f1", "mcc", "cost"),
        *("rmse", "mae", "mape", "r2", "rmsle"),
    ]
