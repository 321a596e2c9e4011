"""From the choices of a draft to the arguments of a run; what no longer fits its table is left out."""

from __future__ import annotations

from typing import Any

from automl.data import Kind
from automl.errors import SettingError
from automl.search.weigh import read_weights
from automl.task import Task
from automl.workbench.drafts import Draft
from automl.workbench.tracked import suggested
from automl.workbench.understanding import Understanding

__all__ = [
    "BUDGET",
    "UNUSED",
    "may_order",
    "may_weigh",
    "run_settings",
    "track_address",
    "used_columns",
    "weights_problem",
]

BUDGET = 60
UNUSED = (Kind.IDENTIFIER, Kind.CONSTANT)


def run_settings(draft: Draft, table: Understanding, task: Task) -> dict[str, Any]:
    """Arguments of `automl.run.create_run`."""
    names, target = set(table.schema.names), task.target

    def column(field: str, allowed: set[str]) -> str | None:
        name = draft.get(field)
        return name if name in allowed and name != target else None

    groups = column("groups", names)
    time = None if groups is not None else column("time", set(may_order(table)))
    weights = column("weights", set(may_weigh(table)) - {groups, time})
    excluded = [n for n in draft.get("excluded", []) if n in names - {target, groups, weights, time}]
    directed = {n for n in names if table.schema[n].kind == Kind.NUMBER} - {
        target,
        groups,
        weights,
        *excluded,
    }
    monotone = {n: d for n, d in draft.get("monotone", {}).items() if n in directed}
    return {
        "target": target,
        "task": draft.get("task"),
        "metric": draft.get("metric"),
        "costs": draft.get("costs") if task.kind != "regression" else None,
        "budget": float(draft.get("budget", BUDGET)),
        "kinds": {n: kind for n, kind in draft.get("kinds", {}).items() if n in names},
        "excluded": excluded,
        "read": draft.get("read"),
        "name": draft.get("name") or draft.name.split(".")[0],
        "max_trials": draft.get("max_trials"),
        "seed": int(draft.get("seed", 0)),
        "groups": groups,
        "time": time,
        "weights": weights,
        "warm_start": draft.get("warm_start"),
        "monotone": {} if task.kind == "multiclass" else monotone,
        "interpretable": bool(draft.get("interpretable", False)),
        "max_latency_ms": draft.get("max_latency_ms"),
        "max_size_mb": draft.get("max_size_mb"),
        "drop_duplicates": bool(draft.get("drop_duplicates", False)),
        "calibrate": "auto" if draft.get("calibrate", True) else "off",
        "track": track_address(draft),
        "memory": 1e9 * draft.get("memory") if draft.get("memory") else None,
    }


def track_address(draft: Draft) -> str:
    """Address of the MLflow server that is to be told; empty for none."""
    chosen = draft.get("track")
    return suggested() if chosen is None else str(chosen)


def used_columns(table: Understanding, settings: dict[str, Any]) -> list[str]:
    """The columns that will be used to predict."""
    gone = {settings["target"], settings["groups"], settings["weights"], *settings["excluded"]}
    return [c.name for c in table.schema if c.name not in gone and c.kind not in UNUSED]


def may_order(table: Understanding) -> list[str]:
    """Columns that may say which rows come later."""
    return list(table.schema.of_kind(Kind.DATETIME, Kind.NUMBER, Kind.IDENTIFIER))


def may_weigh(table: Understanding) -> list[str]:
    """Columns that may hold weights: numbers, also those taken for categories since they are few."""
    return [c.name for c in table.schema if c.kind == Kind.NUMBER or c.numeric_values]


def weights_problem(table: Understanding, column: str | None, target: str) -> SettingError | None:
    """What is wrong with the weights in the rows looked at."""
    try:
        read_weights(table.dataset, column, None if column is None else table.raw.frame[column], target)
    except SettingError as error:
        return error
    return None
