"""What a run's decisions bring, in the form of `result.json`: measured on rows they were not chosen by."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from automl.metrics import Metric, bootstrap_interval, get_metric, most_probable
from automl.search.decide import Codes, Floats, decides, theoretical
from automl.store.files import json_number
from automl.task import Task

__all__ = ["decision_facts", "measured_by", "trade_off"]

_ROUND = tuple(round(0.05 * i, 2) for i in range(1, 20))


def measured_by(task: Task) -> Metric:
    """What decisions are compared by: the costs where they are known, else the metric of the run."""
    return task.measure if task.costs is None else get_metric("cost", task.kind, task.costs)


def decision_facts(
    task: Task,
    threshold: float | None,
    y: NDArray[Any],
    prediction: Floats,
    codes: Codes,
    *,
    on: str,
    sample_weight: Floats | None,
    **drawn: Any,
) -> dict[str, Any] | None:
    """How the labels are decided, and what that is worth beside other ways to decide.

    Parameters
    ----------
    task : Task
    threshold : float or None
        That of the shipped model.
    y, prediction : ndarray, shape (rows,) and (rows, classes)
    codes : ndarray of int, shape (rows,)
        The labels, decided without these rows.
    on : str
        Which rows these are.
    sample_weight, **drawn
        As for `automl.metrics.bootstrap_interval`.

    Returns
    -------
    dict or None
        None where the most probable class is the label. `metric`, by which ways to decide are compared;
        `threshold` and `theoretical` (None for more than two classes); `classes` and `costs`; `on`, `rows`;
        `confusion`, rows by truth and by label; and `ways`, the decided labels first: each with `name`, the
        `label` of those that give always the same, `score` and `interval` (of new rows), and but for the
        first `gain` and `gain_interval`: by how much the decided labels are better, on the same rows.
    """
    if not decides(task):
        return None
    metric = measured_by(task)
    size = task.n_classes
    always = [np.full(len(y), code, dtype=np.int64) for code in range(size)]
    if size > 2:  # the best of them
        always = [min(always, key=lambda each: metric.loss(y, each, sample_weight))]
    ways = [("decided", codes), ("most_probable", most_probable(prediction))]
    ways += [("always", each) for each in always]

    def interval(measure: Metric, found: NDArray[Any]) -> list[float | None]:
        ends = bootstrap_interval(measure, y, found, sample_weight=sample_weight, draws=200, **drawn)
        return [json_number(end) for end in ends]

    entries: list[dict[str, Any]] = []
    for name, given in ways:
        entry: dict[str, Any] = {"name": name, "score": json_number(metric.score(y, given, sample_weight))}
        entry["interval"] = interval(metric, given)
        if name == "always":
            entry["label"] = (task.classes or ())[int(given[0])]
        if name != "decided":
            gain, both = _gain(metric), np.column_stack([codes, given])
            entry |= {
                "gain": json_number(gain.score(y, both, sample_weight)),
                "gain_interval": interval(gain, both),
            }
        entries.append(entry)
    return {
        "metric": metric.name,
        "threshold": threshold,
        "theoretical": theoretical(task) if size == 2 else None,
        "classes": list(task.classes or ()),
        "costs": None if task.costs is None else [list(row) for row in task.costs],
        "on": on,
        "rows": len(y),
        "confusion": np.bincount(y * size + codes, minlength=size * size).reshape(size, size).tolist(),
        "ways": entries,
    }


def _gain(metric: Metric) -> Metric:
    """By how much the labels of the first column are better than those of the second."""
    sign = 1.0 if metric.greater_is_better else -1.0

    def score(y: NDArray[Any], both: NDArray[Any]) -> float:
        return sign * (metric.score(y, both[:, 0]) - metric.score(y, both[:, 1])) + 0.0  # no -0

    def prepared(y: NDArray[Any], both: NDArray[Any]) -> Any:
        first, second = (metric.weighted(y, both[:, column]) for column in (0, 1))
        return lambda weights: sign * (first(weights) - second(weights))

    return Metric(
        name="gain", label="Gain", tasks=metric.tasks, greater_is_better=True, optimum=np.inf, needs="label",
        function=score, prepared=prepared,
    )  # fmt: skip


def trade_off(
    task: Task,
    y: NDArray[Any],
    prediction: Floats,
    sample_weight: Floats | None = None,
    *,
    chosen: float | None,
) -> list[dict[str, Any]]:
    """What each threshold would bring, on out-of-fold predictions of two classes.

    Parameters
    ----------
    task : Task
    y, prediction : ndarray, shape (rows,) and (rows, 2)
    sample_weight : ndarray, shape (rows,), optional
    chosen : float or None
        A threshold to have among the others.

    Returns
    -------
    list of dict
        By threshold: `threshold`, `precision` (None where nothing is called positive), `recall`, `positives`
        (share called positive), `cost_per_1000` rows (None without costs), `score` (the run's metric, where
        it counts labels; else None), `chosen`.
    """
    thresholds = sorted({*_ROUND, *(() if chosen is None else (chosen,))})
    p, true = prediction[:, 1], y == 1
    weight = np.ones(len(y)) if sample_weight is None else sample_weight
    found: list[dict[str, Any]] = []
    for threshold in thresholds:
        called = p >= threshold
        codes = called.astype(np.int64)
        hits = float(weight[called & true].sum())
        found.append(
            {
                "threshold": threshold,
                "precision": hits / float(weight[called].sum()) if called.any() else None,
                "recall": hits / float(weight[true].sum()) if true.any() else None,
                "positives": float(weight[called].sum() / weight.sum()),
                "cost_per_1000": None
                if task.costs is None
                else 1000 * measured_by(task).score(y, codes, sample_weight),
                "score": task.measure.score(y, codes, sample_weight)
                if task.measure.needs == "label"
                else None,
                "chosen": threshold == chosen,
            }
        )
    return found
