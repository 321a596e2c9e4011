"""How good the predictions are, where the new rows carry the target."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from automl.monitoring import DriftReport, words
from automl.monitoring.performance import Measured
from automl.workbench import components
from automl.workbench import format as fmt

__all__ = ["difference", "interval", "measured"]


def measured(report: DriftReport) -> None:
    """Scores now beside the promised ones; nothing where there are no labels."""
    found = report.performance
    if found is None:
        return
    st.subheader("As good as promised?", anchor=False)
    st.markdown(components.plain(words.performance(found)))
    if found.unlabelled:
        st.caption(f"{fmt.plural(found.unlabelled, 'row')} without a known {report.target} left out.")
    for note in found.notes:
        st.caption(components.plain(note))
    st.dataframe(
        pd.DataFrame([_row(each) for each in found.metrics]),
        hide_index=True,
        key="measured",
        alt="Each metric on these rows with its 90 % interval, beside what was promised",
    )


def _row(each: Measured) -> dict[str, str]:
    return {
        "Metric": each.label,
        "On these rows": fmt.score(each.score),
        "90 % interval": interval(each.low, each.high),
        "Promised": fmt.score(each.promised),
        "Promised interval": interval(each.promised_low, each.promised_high),
        "Difference": difference(each.worse_by),
    }


def interval(low: float | None, high: float | None) -> str:
    """The ends of an interval, as they are shown."""
    return "–" if low is None or high is None else f"{fmt.score(low)} to {fmt.score(high)}"


def difference(worse_by: float | None) -> str:
    """Whether a score differs from the promised one, by standard deviations of the difference."""
    if worse_by is None:
        return "–"
    if abs(worse_by) < 2:
        return "within chance"
    return "worse" if worse_by > 0 else "better"
