"""The model over time: one chart of all windows, the choice of one of them, and the same as a table."""

from __future__ import annotations

import streamlit as st

from automl.monitoring.timeline.records import ChangePoint, Timeline, Window
from automl.monitoring.words import LEVELS
from automl.workbench import components, theme, timeline_charts
from automl.workbench import format as fmt
from automl.workbench.clicking import clickable
from automl.workbench.tables import table

__all__ = ["choose", "over_time", "pick"]

_WINDOW = "window"
_TABLE = "windows-table"


def choose(timeline: Timeline) -> int:
    """Position of the window that the address names, else of the last one."""
    wanted = st.query_params.get(_WINDOW, "")
    place = int(wanted) if wanted.isdecimal() and len(wanted) < 9 else -1
    return place if 0 <= place < len(timeline.windows) else len(timeline.windows) - 1


def over_time(timeline: Timeline, chosen: int) -> None:
    """Draw the chart; a click on a mark, or the list below, chooses a window."""
    st.subheader("Over time", anchor=False)
    st.caption(
        "● fine, ▲ have a look, ✕ act. Each mark is a window: click one to see what is in it. Dashed lines "
        "are changes for good; around them, shaded, where they may have been."
    )
    clickable(
        timeline_charts.overview(timeline, chosen=chosen, colors=theme.palette()),
        key=f"timeline-{timeline.created}",
        alt=timeline_charts.told(timeline),
        clicked=_go,
    )
    for change in timeline.changes:
        _change(timeline, change)
    section = st.expander(
        "The same as a table", icon=":material/table_rows:", key=_TABLE, bind="query-params"
    )
    if section.open:
        with section:
            _table(timeline)


def pick(timeline: Timeline, chosen: int) -> None:
    """A list of the windows, for whoever does not click on charts."""
    key = f"window-{timeline.created}"
    if st.session_state.get(key) != chosen:
        st.session_state[key] = chosen

    def label(place: int) -> str:
        window = timeline.windows[place]
        return f"{window.label} · {LEVELS[window.level]}"

    st.selectbox(
        "Window", range(len(timeline.windows)), format_func=label, key=key, width=360,
        on_change=lambda: _go(int(st.session_state[key])),
    )  # fmt: skip


def _go(place: int) -> None:
    st.query_params[_WINDOW] = str(place)


def _change(timeline: Timeline, change: ChangePoint) -> None:
    chances = change.what == timeline_charts.MEAN and timeline.output is not None
    shown = fmt.percent if chances else fmt.score
    st.markdown(
        f":material/moving: {components.plain(change.label)} changed from {shown(change.before)} to "
        f"{shown(change.after)} with **{components.plain(timeline.windows[change.at_window].label)}**."
    )


def _table(timeline: Timeline) -> None:
    main = next((each.performance.main.label for each in timeline.windows if each.performance), "Score")
    headers = ("Window", "Verdict", "Rows", "With a label", main, "90 % interval", "Mean prediction")
    table(
        headers,
        [_row(window, timeline.output is not None) for window in timeline.windows],
        right=headers[2:],
        label="Every window with its verdict, performance and mean prediction",
    )


def _row(window: Window, chances: bool) -> tuple[str, ...]:
    main = window.performance.main if window.performance else None
    ends = (
        f"{fmt.score(main.low)} to {fmt.score(main.high)}"
        if main is not None and main.low is not None and main.high is not None
        else "–"
    )
    mean = fmt.percent(window.mean) if chances else fmt.score(window.mean)
    return (
        window.label, LEVELS[window.level], fmt.count(window.rows), fmt.count(window.labelled),
        fmt.score(main.score if main else None), ends, mean,
    )  # fmt: skip
