"""What errors cost: how it may be said, and what is refused."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from automl.costs import checked_costs, cost_matrix
from automl.errors import SettingError
from automl.metrics import get_metric, least_cost
from automl.task import Task

CLASSES = ("a", "b", "c")


def matrix(costs: Any, classes: tuple[Any, ...] = CLASSES) -> Any:
    checked = checked_costs(costs)
    assert checked is not None
    return cost_matrix(
        checked,
        classes,
        lambda label: list(map(str, classes)).index(label) if label in map(str, classes) else -1,
    )


def test_two_classes_are_said_by_name() -> None:
    assert matrix({"false_positive": 2, "false_negative": 5}, ("no", "yes")) == ((0, 2), (5, 0))
    assert matrix({"false_negative": 5}, ("no", "yes")) == ((0, 1), (5, 0))
    assert matrix({"yes": {"no": 5}}, ("no", "yes")) == ((0, 1), (5, 0))


def test_several_classes_are_said_by_truth_and_prediction() -> None:
    assert matrix({"a": {"b": 3, "c": 0}}) == ((0, 3, 0), (1, 0, 1), (1, 1, 0))
    assert matrix({1: {2: 3.5}}, (1, 2, 3)) == ((0, 3.5, 1), (1, 0, 1), (1, 1, 0))


def test_none_are_none() -> None:
    assert checked_costs(None) is None
    assert checked_costs({}) is None


@pytest.mark.parametrize(
    ("costs", "words"),
    [
        ({"false_positive": -1}, "not negative"),
        ({"false_positive": math.nan}, "not negative"),
        ({"false_positive": math.inf}, "not negative"),
        ({"false_positive": True}, "not negative"),
        ({"a": {"b": "much"}}, "not negative"),
        ({"false_positive": 0, "false_negative": 0}, "costing nothing"),
        ({"a": {"b": 1}, "false_positive": 3}, "cannot be given"),
        ({"fp": 3}, "cannot be given"),
        ([1, 5], "by name or by class"),
    ],
)
def test_what_makes_no_sense_is_refused_before_a_table_is_read(costs: Any, words: str) -> None:
    with pytest.raises(SettingError, match=words):
        checked_costs(costs)


@pytest.mark.parametrize(
    ("costs", "words"),
    [
        ({"a": {"x": 1}}, "'x', which is none of the classes"),
        ({"x": {}}, "'x', which is none of the classes"),
        ({"a": {"a": 1}}, "right prediction"),
        ({"false_positive": 3}, "the target has 3"),
        ({t: {p: 0 for p in CLASSES} for t in CLASSES}, "costing nothing"),
    ],
)
def test_what_does_not_fit_the_classes_is_refused(costs: Any, words: str) -> None:
    with pytest.raises(SettingError, match=words):
        matrix(costs)


def test_a_number_has_no_costs_and_their_metric_needs_some() -> None:
    with pytest.raises(SettingError, match="target is a number"):
        Task("regression", "y", None, "rmse").with_costs({"false_positive": 2})
    task = Task("binary", "y", (0, 1), "cost").with_costs({"false_negative": 4.0})
    assert task.measure.score(np.array([1, 0, 1, 0]), np.array([0, 1, 1, 0])) == (4 + 1) / 4
    assert Task.from_json(task.to_json()) == task
    old = task.to_json()
    del old["costs"]
    assert Task.from_json(old).costs is None


def test_the_label_of_least_expected_cost() -> None:
    costs = ((0.0, 1.0, 1.0), (1.0, 0.0, 1.0), (30.0, 30.0, 0.0))
    proba = np.array([[0.9, 0.08, 0.02], [0.5, 0.45, 0.05], [0.2, 0.7, 0.1]])
    assert least_cost(proba, costs).tolist() == [0, 2, 2]
    assert least_cost(proba, None).tolist() == [0, 0, 1]
    metric = get_metric("cost", "multiclass", costs)
    assert metric.score(np.array([0, 2, 1]), proba) == pytest.approx(1 / 3)
