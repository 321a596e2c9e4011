"""What the target looks like."""

from __future__ import annotations

import numpy as np
import streamlit as st

from automl.task import Task
from automl.workbench import charts, components, theme
from automl.workbench import format as fmt
from automl.workbench.understanding import Understanding

__all__ = ["ask", "show"]

_NAMES = {"binary": "two classes", "multiclass": "several classes", "regression": "a number"}


def ask() -> None:
    """What stands there before a target is chosen."""
    with st.container(border=True):
        components.empty(
            "What should be predicted?",
            "Choose the column that you want to know for new rows. All other columns are used to predict it.",
        )


def show(table: Understanding, task: Task) -> None:
    """Its distribution, in a chart and in words."""
    column = table.dataset.frame[task.target]
    missing = int(column.isna().sum())
    with st.container(border=True):
        st.markdown(f"**{components.plain(task.target)}**: {_NAMES[task.kind]}")
        if task.kind == "regression":
            values = column.dropna().to_numpy(dtype=float)
            figure = charts.histogram(values, colors=theme.palette())
            text = (
                f"From {fmt.score(float(values.min()))} to {fmt.score(float(values.max()))}, "
                f"half of the rows below {fmt.score(float(np.median(values)))}."
            )
        else:
            shares = column.value_counts(normalize=True)
            figure = charts.shares(
                {str(name): float(share) for name, share in shares.items()}, colors=theme.palette()
            )
            most = f"{shares.index[0]} ({fmt.percent(float(shares.iloc[0]))})"
            text = f"{fmt.plural(len(shares), 'class', 'classes')}, the most frequent is {most}."
            if task.kind == "binary":
                text += f" Probabilities and explanations are about {task.positive}."
        st.plotly_chart(
            figure,
            config=charts.CONFIG,
            key="target-chart",
            theme=None,
            alt=f"Distribution of {task.target}. {text}",
        )
        st.caption(components.plain(text))
        if missing:
            where = " of those looked at" if table.partial else ""
            st.caption(f"{fmt.plural(missing, 'row')}{where} without a target are left out.")
