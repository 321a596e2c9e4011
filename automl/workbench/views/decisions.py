"""The part of the Models page about which label is given, and what that is worth."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from automl.store import RunFolder, confusion_words, decision_words, rule_words, ways
from automl.workbench import charts, components, decision_chart, reading, theme

__all__ = ["show"]


def show(run: RunFolder) -> None:
    """Draw it; nothing where the most probable class is the label."""
    decision = (run.result or {}).get("decision")
    if decision is None:
        return
    st.subheader("How it decides", anchor=False)
    st.markdown(components.plain(rule_words(decision)))
    left, right = st.columns(2, gap="large")
    with left:
        st.caption(components.plain(f"{decision_words(decision)}."))
        st.dataframe(
            pd.DataFrame(ways(decision), columns=["Decided", "All rows", "The model's way is better by"]),
            hide_index=True,
            key="decision-ways",
            alt="What ways to decide are worth.",
        )
        for words in confusion_words(decision):
            components.note(f"{words[0].upper()}{words[1:]}.")
    records = reading.thresholds(run)
    if records:
        with right:
            st.caption(
                "Precision and recall by the threshold, and the cost per 1,000 rows where costs are given, "
                "on rows that the models had not learned from. The line is the model's threshold."
            )
            st.plotly_chart(
                decision_chart.over_thresholds(records, colors=theme.palette()),
                theme=None,
                config=charts.CONFIG,
                key="thresholds",
                alt="Precision, recall and cost over the threshold. `automl threshold` prints the numbers.",
            )
