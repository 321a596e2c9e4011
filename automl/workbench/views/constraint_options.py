"""The settings about what the model must be: directions of columns, readable, quick, small."""

from __future__ import annotations

from typing import Any

import streamlit as st

from automl.data import Kind
from automl.task import Task
from automl.workbench import components
from automl.workbench.drafts import Draft
from automl.workbench.understanding import Understanding

__all__ = ["ask"]


def ask(draft: Draft, task: Task, table: Understanding) -> dict[str, Any]:
    """Ask for constraints, in two columns; arguments of `automl.run.create_run`."""
    left, right = st.columns(2)
    monotone: dict[str, str] = {}
    excluded = draft.get("excluded", [])
    numbers = [
        name for name in table.schema.of_kind(Kind.NUMBER) if name != task.target and name not in excluded
    ]
    if task.kind != "multiclass" and numbers:  # the probabilities of all classes cannot rise together
        what = "the prediction" if task.positive is None else f"the probability of {task.positive}"
        for place, verb, direction in ((left, "raise", "increasing"), (right, "lower", "decreasing")):
            picked = place.multiselect(
                f"May only {verb} {components.plain(what)}",
                [name for name in numbers if name not in monotone],
                placeholder="no column",
                key=f"{direction}-{draft.id}-{task.target}",
                help="Number columns: with a larger value, all else the same, "
                f"{components.plain(what)} never moves the other way.",
            )
            monotone |= dict.fromkeys(picked, direction)
    latency = left.number_input(
        "Milliseconds for one row at most", min_value=0.1, value=None, placeholder="no limit",
        help="To predict a single row on this machine, from raw columns on.",
    )  # fmt: skip
    size = right.number_input(
        "Megabytes of the model at most", min_value=0.01, value=None, placeholder="no limit"
    )
    interpretable = st.checkbox(
        "Only a model that a person can read",
        help="One straight linear model, or one tree of at most 16 leaves; no vote of several.",
    )
    return {
        "monotone": monotone,
        "interpretable": interpretable,
        "max_latency_ms": latency,
        "max_size_mb": size,
    }
