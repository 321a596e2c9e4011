"""The settings about what errors cost."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from automl.task import Task
from automl.workbench import bound, components
from automl.workbench.drafts import Draft

__all__ = ["ask"]

_MOST_CLASSES = 8  # whose costs fit on a page
_NOTHING = "costs-nothing"
_HELP = (
    "Only how the costs compare matters. Labels are then given so that errors cost least, and the result "
    "says what that saves."
)


def ask(draft: Draft, task: Task) -> None:
    """Ask what errors cost."""
    if task.classes is None or task.n_classes > _MOST_CLASSES:
        return
    if task.kind == "binary":
        _of_two(draft, task)
    else:
        _of_several(draft, task)


def _of_two(draft: Draft, task: Task) -> None:
    negative, positive = map(str, task.classes or ())
    given = draft.get("costs") or {}
    for place, name, predicted, truth in zip(
        st.columns(2),
        ("false_positive", "false_negative"),
        (positive, negative),
        (negative, positive),
        strict=True,
    ):
        place.number_input(
            f"Predicting {components.plain(predicted)} when it is {components.plain(truth)} costs",
            min_value=0.0,
            help=_HELP,
            **bound.tie(draft, f"cost-{name}", float(given.get(name, 1.0)), _store_cost(name)),
        )
    if st.session_state.pop(_NOTHING, False):
        components.problem("If no error costs anything, any prediction will do.", "Give a cost above 0.")


def _store_cost(name: str) -> Callable[[Draft, float], None]:
    def store(draft: Draft, cost: float) -> None:
        costs = {
            "false_positive": 1.0,
            "false_negative": 1.0,
            **(draft.get("costs") or {}),
            name: float(cost),
        }
        if not any(costs.values()):
            st.session_state[_NOTHING] = True  # and the field shows again what it was
            return
        _put(draft, None if len(set(costs.values())) == 1 else costs)

    return store


def _put(draft: Draft, costs: dict[str, Any] | None) -> None:
    # Without costs there is nothing for the metric of them to measure.
    metric = draft.get("metric")
    draft.put(costs=costs, metric=None if metric == "cost" and costs is None else metric)


def _of_several(draft: Draft, task: Task) -> None:
    labels = [str(label) for label in task.classes or ()]
    st.caption(f"What it costs to predict the column's class when the row's is true. {_HELP}")
    matrix = 1 - np.eye(len(labels)) if task.costs is None else np.array(task.costs)
    shown = pd.DataFrame(matrix, index=labels, columns=labels)
    # An editor keeps what was typed over what it is given: with every change it is another one.
    state = hashlib.sha256(json.dumps(matrix.tolist()).encode()).hexdigest()[:8]
    key = f"costs-{draft.id}-{state}"
    st.data_editor(
        shown,
        key=key,
        column_config={
            label: st.column_config.NumberColumn(min_value=0.0, required=True) for label in labels
        },
        on_change=_store_matrix,
        args=(str(draft.path), key, labels, matrix.tolist()),
    )


def _store_matrix(draft_path: str, key: str, labels: list[str], before: list[list[float]]) -> None:
    matrix = np.array(before, dtype=float)
    for row, cells in st.session_state[key]["edited_rows"].items():
        for label, cost in cells.items():
            matrix[int(row), labels.index(label)] = float(cost or 0)
    np.fill_diagonal(matrix, 0.0)
    plain = 1 - np.eye(len(labels))
    costs = {
        truth: {
            predicted: float(cost) for predicted, cost in zip(labels, row, strict=True) if predicted != truth
        }
        for truth, row in zip(labels, matrix, strict=True)
    }
    _put(Draft(Path(draft_path)), None if (matrix == plain).all() or not matrix.any() else costs)
