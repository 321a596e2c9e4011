"""What the columns do: all of them over many rows, and one of them against its values."""

from __future__ import annotations

from typing import Any

import streamlit as st

from automl.workbench import components, plots
from explain.explanation import Explanation

__all__ = ["all_rows", "one_column"]


def all_rows(explanation: Explanation, output: Any) -> None:
    st.markdown(components.plain(plots.global_sentence(explanation)))
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Which columns matter", anchor=False)
        st.caption("Mean size of a column's contribution over the explained rows, with 95 % intervals.")
        plots.draw(
            plots.importance(explanation, output), key="importance", alt=plots.global_sentence(explanation)
        )
    with right:
        st.subheader("In which direction", anchor=False)
        st.caption("Each dot is a row. To the right it raises the prediction, to the left it lowers it.")
        plots.draw(
            plots.beeswarm(explanation, output),
            key="beeswarm",
            alt="Contributions of the most important columns, row by row",
        )


def one_column(explanation: Explanation, output: Any) -> None:
    columns = list(explanation.global_().columns)
    picked = st.selectbox(
        "Column, the most important first",
        columns,
        key="column",
        bind="query-params",
        width=360,
    )
    st.caption(
        "How the contribution goes with the value. Dots at the same value that spread out show that "
        "other columns play a part."
    )
    plots.draw(
        plots.dependence(explanation, picked, output),
        key="dependence",
        alt=f"Contribution of {picked} against its value",
    )
