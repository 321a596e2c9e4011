"""What each column did to the predictions in each window: a heat map, and the same as a table."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from automl.monitoring.timeline.records import Timeline
from automl.workbench import charts, components, effect_charts, theme
from automl.workbench import format as fmt
from automl.workbench.effects import Effects, effects_of

__all__ = ["effects"]

_FEW = 15
_ALL = "all-columns"
_TABLE = "effects-table"


def effects(timeline: Timeline, chosen: int) -> None:
    """Draw the heat map of the columns with the largest effect; all of them on request."""
    found = effects_of(timeline)
    if not found.columns or not found.windows:
        return
    st.subheader("What the columns did to the predictions", anchor=False)
    if not found.most and not found.drifted.any():
        st.markdown(
            f":green[:material/check_circle:] None of the {len(found.columns)} columns moved the mean "
            "prediction, or drifted, by more than chance in any window."
        )
        return
    st.caption(
        "Orange raises the mean prediction, blue lowers it; what may be chance is left blank. Rings: the "
        "column itself has drifted."
        if found.split
        else "The darker, the more rows have moved. Rings: more than chance can explain, and enough to "
        "matter. What that does to the predictions was not worked out."
    )
    most = len(found.columns)
    if most > _FEW:
        every = st.toggle(f"All {most} columns", key=_ALL, bind="query-params")
        most = most if every else _FEW
    st.plotly_chart(
        effect_charts.heat(found, most=most, chosen=chosen, colors=theme.palette()),
        theme=None,
        config=charts.CONFIG,
        key=f"effects-{timeline.created}-{most}",
        alt=effect_charts.told(found, most),
    )
    section = st.expander(
        "The same as a table", icon=":material/table_rows:", key=_TABLE, bind="query-params"
    )
    if section.open:
        with section:
            _table(found)


def _table(found: Effects) -> None:
    """All cells, as a table that is read aloud and sorted."""
    frame = pd.DataFrame(found.values, columns=[f"{j}" for j in range(len(found.windows))])
    frame.insert(0, "column", list(found.columns))
    named = {f"{j}": st.column_config.NumberColumn(label, format="%+.2f" if found.split else "%.0f")
             for j, label in enumerate(found.windows)}  # fmt: skip
    st.dataframe(
        frame, hide_index=True, placeholder="–", key="effects-grid",
        column_config={"column": st.column_config.TextColumn("Column", pinned=True), **named},
        alt=f"What each of {fmt.plural(len(found.columns), 'column')} did in each window",
    )  # fmt: skip
    components.note(f"In {found.unit}; 0 where it may be chance.")
