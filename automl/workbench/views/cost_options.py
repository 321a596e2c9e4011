"""The settings about what errors cost."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from automl.task import Task
from automl.workbench import components
from automl.workbench.drafts import Draft

__all__ = ["ask"]

_MOST_CLASSES = 8  # whose costs fit on a page
_HELP = (
    "Only how the costs compare matters. Labels are then given so that errors cost least, and the result "
    "says what that saves."
)


def ask(draft: Draft, task: Task) -> dict[str, Any] | None:
    """Ask what errors cost; an argument of `automl.run.create_run`, None where all cost the same."""
    if task.classes is None or task.n_classes > _MOST_CLASSES:
        return None
    return _of_two(draft, task) if task.kind == "binary" else _of_several(draft, task)


def _of_two(draft: Draft, task: Task) -> dict[str, Any] | None:
    negative, positive = map(str, task.classes or ())
    given = draft.get("costs") or {}
    found: dict[str, float] = {}
    for place, name, predicted, truth in zip(
        st.columns(2),
        ("false_positive", "false_negative"),
        (positive, negative),
        (negative, positive),
        strict=True,
    ):
        found[name] = place.number_input(
            f"Predicting {components.plain(predicted)} when it is {components.plain(truth)} costs",
            min_value=0.0,
            value=float(given.get(name, 1.0)),
            key=f"cost-{name}-{draft.id}-{task.target}",
            help=_HELP,
        )
    if not any(found.values()):
        components.problem("If no error costs anything, any prediction will do.", "Give a cost above 0.")
        return None
    return found if len(set(found.values())) > 1 else None


def _of_several(draft: Draft, task: Task) -> dict[str, Any] | None:
    labels = [str(label) for label in task.classes or ()]
    st.caption(f"What it costs to predict the column's class when the row's is true. {_HELP}")
    plain = pd.DataFrame(
        [[float(truth != predicted) for predicted in labels] for truth in labels],
        index=labels,
        columns=labels,
    )
    edited = st.data_editor(
        plain,
        key=f"costs-{draft.id}-{task.target}",
        column_config={
            label: st.column_config.NumberColumn(min_value=0.0, required=True) for label in labels
        },
    )
    costs = edited.to_numpy(dtype=float) * (1 - np.eye(len(labels)))
    if (costs == plain.to_numpy()).all() or not costs.any():
        return None
    return {
        truth: {
            predicted: float(cost) for predicted, cost in zip(labels, row, strict=True) if predicted != truth
        }
        for truth, row in zip(labels, costs, strict=True)
    }
