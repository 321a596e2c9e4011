"""How good the predictions are likely to be, where the new rows carry no target."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from automl.monitoring import DriftReport, words
from automl.monitoring.estimate import EstimatedMetric
from automl.workbench import components
from automl.workbench import format as fmt
from automl.workbench.views.score.measured import difference, interval

__all__ = ["estimated"]


def estimated(report: DriftReport) -> None:
    """Scores as they are estimated beside the promised ones; nothing where there is no estimate."""
    found = report.estimated
    if found is None:
        return
    st.subheader("How good, as far as can be told", anchor=False)
    st.markdown(components.plain(words.estimated(found)))
    for note in found.notes:
        st.caption(components.plain(note))
    st.dataframe(
        pd.DataFrame([_row(each) for each in found.metrics if each.estimated is not None]),
        hide_index=True,
        key="estimated",
        alt="Each metric as it is estimated without labels, with its 90 % interval, beside what was promised",
        column_config={
            "90 % interval": st.column_config.TextColumn(
                help="Holds what the labels will show in nine of ten cases, unless the same rows have "
                "another truth now."
            ),
            "Where the truth is known": st.column_config.TextColumn(
                help="The estimate, and what it truly was, on the rows that the estimate is made from; each "
                "of them judged by a part that had not seen it."
            ),
        },
    )
    st.caption(components.plain(words.BLIND))
    with st.expander("What the estimate is made from", icon=":material/help:"):
        st.markdown(components.plain(words.estimated_from(found)))


def _row(each: EstimatedMetric) -> dict[str, str]:
    tested = each.tested
    return {
        "Metric": each.label,
        "Estimated": fmt.score(each.estimated),
        "90 % interval": interval(each.low, each.high),
        "Promised": fmt.score(each.promised),
        "Promised interval": interval(each.promised_low, each.promised_high),
        "Difference": difference(each.worse_by),
        "Where the truth is known": (
            "–" if tested is None else f"{fmt.score(tested[0])}, truth {fmt.score(tested[1])}"
        ),
    }
