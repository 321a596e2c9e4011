"""What is made of a target column."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from automl.data import Dataset, Schema, read_table
from automl.errors import SettingError, TargetError
from automl.task import Task


def table(target: Any, *, kind: str | None = None) -> Dataset:
    """Make a dataset of a feature and a target, as if read from a file."""
    raw = read_table(pd.DataFrame({"x": np.arange(len(target)) % 7 * 1.5, "y": target}))
    schema = Schema.infer(raw, kinds={"y": kind} if kind else None)
    return schema.coerce(raw)


def infer(target: Any, *, kind: str | None = None, **asked: Any) -> Task:
    return Task.infer(table(target, kind=kind), "y", **asked)


@pytest.mark.parametrize(
    ("values", "kind", "classes"),
    [
        (["yes", "no"], "binary", ("no", "yes")),
        (["1", "0"], "binary", (0, 1)),
        ([2, 1], "binary", (1, 2)),
        ([1.5, 0.5], "binary", ("0.5", "1.5")),
        ([True, False], "binary", ("False", "True")),
        (["b", "c", "a"], "multiclass", ("a", "b", "c")),
        ([3, 9, 5, 6, 7, 8, 4], "multiclass", (3, 4, 5, 6, 7, 8, 9)),
        (["10", "9", "x"], "multiclass", ("10", "9", "x")),
    ],
)
def test_classes_are_found_and_sorted(values: list[Any], kind: str, classes: tuple[Any, ...]) -> None:
    task = infer(values * 30)
    assert (task.kind, task.classes) == (kind, classes)
    assert task.n_classes == len(classes)
    assert task.positive == (classes[1] if kind == "binary" else None)
    assert task.measure.name == task.metric == {"binary": "roc_auc", "multiclass": "log_loss"}[kind]


@pytest.mark.parametrize(
    "values",
    [
        np.random.default_rng(0).normal(size=100),
        np.arange(100) * 13 % 101,
        [0.5, 1.0, 1.5] * 30,  # few, but not whole
        [1, 10, 100, 1000] * 30,  # few and whole, but amounts
        list(range(10)) * 2,  # whole, but two rows each
    ],
)
def test_amounts_are_a_regression(values: Any) -> None:
    task = infer(values, kind="number")
    assert (task.kind, task.classes, task.metric, task.positive) == ("regression", None, "rmse", None)
    assert task.n_classes == 0


def test_the_task_and_the_metric_can_be_chosen() -> None:
    stars = [1, 2, 3, 4, 5] * 20
    assert infer(stars).kind == "multiclass"
    assert infer(stars, task="regression").kind == "regression"
    assert infer(stars, task="regression", metric="mae").metric == "mae"
    assert infer([0, 1] * 20, task="regression").kind == "regression"
    assert infer([1, 10, 1000] * 30, task="multiclass").classes == (1, 10, 1000)
    with pytest.raises(SettingError, match="RMSE does not measure for a multiclass"):
        infer(stars, metric="rmse")
    with pytest.raises(SettingError, match="'forecast'"):
        infer(stars, task="forecast")
    with pytest.raises(TargetError, match=r"two classes.*has 5"):
        infer(stars, task="binary")
    with pytest.raises(TargetError, match=r"three or more.*has 2"):
        infer([0, 1] * 20, task="multiclass")


def test_rows_without_a_target_do_not_count() -> None:
    assert infer(["a", "b", None] * 20).classes == ("a", "b")
    assert infer([1.25, 2.5, 3.75, None] * 20, kind="number").kind == "regression"


@pytest.mark.parametrize(
    ("values", "asked", "message"),
    [
        ([None] * 30, {}, "no values at all"),
        (["a", "b"] * 4, {}, "has 8 values only; at least 10"),
        (["a"] * 30, {}, "one value only, 'a'"),
        ([7] * 30, {"task": "regression"}, "one value only"),
        ([f"2024-01-{day:02}" for day in range(1, 31)], {}, "is a date"),
        ([f"id-{row:04}x" for row in range(60)], {}, "identifier"),
        ([f"id-{row:04}x" for row in range(60)], {"task": "multiclass"}, "has 60 classes in 60 rows"),
        ([f"{row % 300:03}-q" for row in range(1200)], {"task": "multiclass"}, "has 300 classes"),
        (["a"] * 30 + ["b"], {}, "Only one class.*'b' has 1"),
        (["a", "b", "c"] * 10, {"task": "regression"}, "needs numbers"),
        ([1.5, -2.5, 3.25] * 10, {"task": "regression", "metric": "rmsle"}, "goes down to -2.5"),
    ],
)
def test_what_cannot_be_predicted_is_refused(values: Any, asked: dict[str, Any], message: str) -> None:
    with pytest.raises(TargetError, match=message) as refusal:
        infer(values, **asked)
    assert refusal.value.column == "y"
    assert refusal.value.fix


def test_a_column_that_is_not_there() -> None:
    with pytest.raises(TargetError, match=r"no column 'z'.*'x', 'y'"):
        Task.infer(table(["a", "b"] * 10), "z")


def test_infinite_targets_are_refused() -> None:
    dataset = table([1.5, 2.5, 3.25] * 10)
    frame = dataset.frame.copy()
    frame.loc[3, "y"] = np.inf
    with pytest.raises(TargetError, match="infinite"):
        Task.infer(Dataset(frame, dataset.schema, ()), "y", task="regression")


def test_codes_and_back() -> None:
    dataset = table(["yes", "no", "yes"] * 10)
    task = Task.infer(dataset, "y")
    codes = task.encode(dataset.frame["y"])
    assert codes.dtype == np.int64
    assert codes[:3].tolist() == [1, 0, 1]
    assert task.decode(codes).tolist() == dataset.frame["y"].tolist()


def test_integer_labels_come_back_as_integers() -> None:
    dataset = table([3, 9, 5] * 10)
    task = Task.infer(dataset, "y")
    codes = task.encode(dataset.frame["y"])
    assert codes[:3].tolist() == [0, 2, 1]
    assert task.decode(codes).dtype == np.int64
    assert task.decode(codes)[:3].tolist() == [3, 9, 5]


@pytest.mark.parametrize(
    ("classes", "written"),
    [
        ((0, 1), ["0", "1"]),
        ((0, 1), [0, 1]),
        ((0, 1), [0.0, 1.0]),
        (("001", "7"), [1, 7]),
        (("0.5", "1.0"), [0.5, 1.0]),
        (("0.5", "1.0"), ["0.5", "1.0"]),
        (("False", "True"), [False, True]),
        (("FALSE", "TRUE"), [False, True]),
        (("false", "true"), ["false", "true"]),
    ],
)
def test_labels_are_known_however_pandas_reads_them(classes: tuple[Any, Any], written: list[Any]) -> None:
    task = Task("binary", "y", classes, "roc_auc")
    assert task.encode(pd.Series(written)).tolist() == [0, 1]
    assert task.encode(pd.Series(written, dtype=object)).tolist() == [0, 1]


def test_values_stay_values() -> None:
    task = Task("regression", "y", None, "rmse")
    assert task.encode(pd.Series(["1.5", "2"], dtype="str")).tolist() == [1.5, 2.0]
    assert task.encode(pd.Series([1, 2])).dtype == np.float64
    assert task.decode(np.array([1.5])).tolist() == [1.5]


@pytest.mark.parametrize(
    ("task", "values", "message"),
    [
        (Task("binary", "y", ("a", "b"), "roc_auc"), ["a", None, None], "data row 2 has no value.*1 more"),
        (Task("binary", "y", ("a", "b"), "roc_auc"), ["a", "b", "c"], "data row 3 is none of.*'c'.*'a', 'b'"),
        (Task("binary", "y", (0, 1), "roc_auc"), [0, 1, 0.5], "data row 3 is none of"),
        (Task("regression", "y", None, "rmse"), ["1", "x"], "data row 2 is not a finite number: 'x'"),
        (Task("regression", "y", None, "rmse"), [1, np.inf], "data row 2 is not a finite number"),
    ],
)
def test_values_that_do_not_fit_are_named(task: Task, values: list[Any], message: str) -> None:
    with pytest.raises(TargetError, match=message):
        task.encode(pd.Series(values))


@pytest.mark.parametrize(
    "task",
    [
        Task("binary", "y", (0, 1), "roc_auc"),
        Task("multiclass", "y", ("a", "b", "c"), "log_loss"),
        Task("regression", "y", None, "rmse"),
    ],
)
def test_it_survives_json(task: Task) -> None:
    again = Task.from_json(json.loads(json.dumps(task.to_json())))
    assert again == task
    assert [type(label) for label in again.classes or ()] == [type(label) for label in task.classes or ()]


def test_a_task_of_another_version_is_refused() -> None:
    with pytest.raises(SettingError, match="version 2"):
        Task.from_json(Task("regression", "y", None, "rmse").to_json() | {"version": 2})


def test_a_task_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(SettingError, match="binary task cannot have"):
        Task("binary", "y", ("a",), "roc_auc")
    with pytest.raises(SettingError, match="regression task cannot have"):
        Task("regression", "y", ("a", "b"), "rmse")
    with pytest.raises(SettingError, match="'ranking'"):
        Task("ranking", "y", None, "rmse")  # type: ignore[arg-type]
