"""Thresholds: near the best one whatever few rows say, honestly measured, carried by a stock class."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from automl.metrics import get_metric
from automl.search.decide import choose_threshold, cross_fitted, decides, labels, theoretical, with_threshold
from automl.search.decision import decision_facts, trade_off
from automl.task import Task

Floats = NDArray[np.float64]

WAYS: dict[str, Callable[[Floats], Floats]] = {
    "right": lambda p: p,
    "too sure": lambda p: expit(2 * logit(p)),
    "not sure enough": lambda p: expit(0.5 * logit(p)),
    "too high": lambda p: expit(logit(p) + 1),
    "root": lambda p: p**0.5,
    "in steps": lambda p: np.round(p * 12) / 12 * 0.98 + 0.01,
}


def binary(metric: str = "log_loss", **costs: float) -> Task:
    task = Task("binary", "y", ("no", "yes"), metric)
    return task.with_costs(costs) if costs else task


def drawn(rows: int, rng: np.random.Generator, middle: float = -1.5) -> Floats:
    """True probabilities of a rare class."""
    return np.asarray(expit(middle + 1.5 * rng.normal(size=rows)))


def both(p: Floats) -> Floats:
    return np.column_stack([1 - p, p])


@pytest.mark.parametrize("ratio", [1, 3, 10, 20])
def test_the_chosen_threshold_costs_little_more_than_the_best(ratio: int) -> None:
    """In shares of what deciding without a model costs; in the mean over right and wrong probabilities."""
    rng = np.random.default_rng(ratio)
    task, everyone = binary(false_negative=float(ratio)), drawn(20_000, rng)
    best = np.minimum(everyone * ratio, 1 - everyone).mean()
    scale = min(everyone.mean() * ratio, 1 - everyone.mean())
    for rows, allowed, if_right in ((100, 0.06, 0.04), (400, 0.025, 0.015), (1600, 0.01, 0.005)):
        regret: dict[str, list[float]] = {way: [] for way in WAYS}
        others: dict[str, list[float]] = {"half": [], "theory": []}
        for way, wrong in WAYS.items():
            seen = wrong(everyone)

            def cost(threshold: float, seen: Floats = seen) -> float:
                return (
                    float(np.where(seen >= threshold, 1 - everyone, everyone * ratio).mean() - best) / scale
                )

            others["half"].append(cost(0.5))
            others["theory"].append(cost(theoretical(task)))
            for _ in range(12):
                p = drawn(rows, rng)
                y = (rng.random(rows) < p).astype(int)
                threshold = choose_threshold(task, y, both(wrong(p)))
                assert threshold is not None
                regret[way].append(cost(threshold))
        mean = float(np.mean([np.mean(each) for each in regret.values()]))
        assert mean < allowed
        assert np.mean(regret["right"]) < if_right
        assert mean < 0.5 * np.mean(others["theory"])
        assert mean < np.mean(others["half"]) + 0.001


@pytest.mark.parametrize("name", ["accuracy", "balanced_accuracy", "f1", "mcc"])
def test_a_metric_of_labels_gets_nearly_its_best_threshold(name: str) -> None:
    rng = np.random.default_rng(7)
    task, everyone = binary(name), drawn(20_000, rng)
    truth = (rng.random(len(everyone)) < everyone).astype(int)
    metric = get_metric(name)

    def scored(p: Floats, threshold: float) -> float:
        return metric.score(truth, (p >= threshold).astype(np.int64))

    for wrong in (WAYS["right"], WAYS["too sure"], WAYS["root"]):
        seen = wrong(everyone)
        best = max(scored(seen, t) for t in np.linspace(0.02, 0.98, 60))
        found = []
        for _ in range(8):
            p = drawn(500, rng)
            y = (rng.random(500) < p).astype(int)
            threshold = choose_threshold(task, y, both(wrong(p)))
            assert threshold is not None
            found.append(scored(seen, threshold))
        assert np.mean(found) > best - 0.015
        assert np.mean(found) > scored(seen, 0.5) - 0.003


def test_few_rows_say_nothing() -> None:
    rng = np.random.default_rng(0)
    p = rng.random(49)
    y = (rng.random(49) < 0.1).astype(int)
    assert choose_threshold(binary(false_negative=4.0), y, both(p)) == 0.2
    assert choose_threshold(binary("f1"), y, both(p)) == 0.5
    assert choose_threshold(binary("f1"), np.zeros(200, dtype=int), both(rng.random(200))) == 0.5


def test_what_needs_no_threshold_gets_none() -> None:
    y, p = np.array([0, 1] * 40), np.random.default_rng(0).dirichlet([1, 1], 80)
    assert not decides(binary("log_loss"))
    assert choose_threshold(binary("log_loss"), y, p) is None
    three = Task("multiclass", "y", ("a", "b", "c"), "log_loss").with_costs({"a": {"b": 9.0}})
    q = np.random.default_rng(0).dirichlet([1, 1, 1], 80)
    assert decides(three)
    assert choose_threshold(three, np.arange(80) % 3, q) is None
    assert labels(three, np.array([[0.2, 0.5, 0.3], [0.02, 0.9, 0.08]]), None).tolist() == [2, 1]


def test_an_error_that_costs_nothing() -> None:
    rng = np.random.default_rng(1)
    p = drawn(300, rng)
    y = (rng.random(300) < p).astype(int)
    always = binary(false_positive=0.0)
    assert labels(always, both(p), choose_threshold(always, y, both(p))).all()
    never = binary(false_negative=0.0)
    assert not labels(never, both(p), choose_threshold(never, y, both(p))).any()


def test_constant_probabilities_are_decided_as_well() -> None:
    y = np.array([0] * 90 + [1] * 10)
    for task in (binary(false_negative=20.0), binary("f1")):
        assert labels(task, both(np.full(100, 0.1)), choose_threshold(task, y, both(np.full(100, 0.1)))).all()


def test_no_fold_decides_its_own_labels() -> None:
    """Turning the truth of one fold around changes no label of it."""
    rng = np.random.default_rng(3)
    p = drawn(400, rng)
    y = (rng.random(400) < p).astype(int)
    fold = np.arange(400) % 4
    task = binary("f1")
    before = cross_fitted(task, y, both(p), fold, 0)
    turned = np.where(fold == 1, 1 - y, y)
    after = cross_fitted(task, turned, both(p), fold, 0)
    np.testing.assert_array_equal(before[fold == 1], after[fold == 1])
    assert (before[fold != 1] != after[fold != 1]).any()


@pytest.mark.parametrize("classes", [("no", "yes"), (0, 1), (3, 7)])
def test_the_threshold_is_carried_by_a_stock_class(classes: tuple[Any, Any]) -> None:
    rng = np.random.default_rng(5)
    X = rng.normal(size=(200, 2))
    names = np.asarray(classes)
    model = LogisticRegression().fit(X, names[(X[:, 0] + rng.normal(size=200) > 1).astype(int)])
    decided = with_threshold(Task("binary", "y", classes, "f1"), model, 0.2)
    assert type(decided).__module__.startswith("sklearn.")
    np.testing.assert_array_equal(decided.predict_proba(X), model.predict_proba(X))
    expected = names[(model.predict_proba(X)[:, 1] >= 0.2).astype(int)]
    np.testing.assert_array_equal(decided.predict(X), expected)
    assert (expected != model.predict(X)).any()
    assert list(decided.classes_) == list(classes)
    assert with_threshold(Task("binary", "y", classes, "f1"), model, None) is model


def test_the_facts_compare_ways_on_the_same_rows() -> None:
    rng = np.random.default_rng(11)
    p = drawn(2_000, rng)
    y = (rng.random(2_000) < p).astype(int)
    task = binary(false_negative=8.0)
    threshold = choose_threshold(task, y, both(p))
    codes = labels(task, both(p), threshold)
    facts = decision_facts(
        task,
        threshold,
        y,
        both(p),
        codes,
        on="holdout",
        sample_weight=None,
        groups=None,
        new_rows=600,
        seed=0,
    )
    assert facts is not None
    decided, half, never, always = facts["ways"]
    assert [way["name"] for way in facts["ways"]] == ["decided", "most_probable", "always", "always"]
    assert (never["label"], always["label"]) == ("no", "yes")
    assert never["score"] == pytest.approx(8 * y.mean())
    assert always["score"] == pytest.approx(1 - y.mean())
    (true_negative, false_positive), (false_negative, true_positive) = facts["confusion"]
    assert true_negative + false_positive + false_negative + true_positive == 2_000
    assert decided["score"] == pytest.approx((false_positive + 8 * false_negative) / 2_000)
    for way in (half, never, always):
        assert way["gain"] == pytest.approx(way["score"] - decided["score"])
        assert way["gain_interval"][0] < way["gain"] < way["gain_interval"][1]
        assert way["gain"] > 0
    # Paired on the same rows, the difference is known better than its two parts together.
    spread = half["gain_interval"][1] - half["gain_interval"][0]
    assert spread < sum(way["interval"][1] - way["interval"][0] for way in (decided, half))


def test_the_trade_off_has_the_chosen_threshold_among_the_others() -> None:
    rng = np.random.default_rng(2)
    p = drawn(500, rng)
    y = (rng.random(500) < p).astype(int)
    table = trade_off(binary(false_negative=3.0), y, both(p), chosen=0.237)
    assert [row["threshold"] for row in table if row["chosen"]] == [0.237]
    assert [row["recall"] for row in table] == sorted((row["recall"] for row in table), reverse=True)
    row = next(row for row in table if row["threshold"] == 0.5)
    called = p >= 0.5
    assert row["precision"] == pytest.approx(y[called].mean())
    assert row["cost_per_1000"] == pytest.approx(1000 * (called * (1 - y) + ~called * 3 * y).mean())
    assert row["score"] is None
    assert trade_off(binary("f1"), y, both(p), chosen=0.3)[0]["cost_per_1000"] is None
