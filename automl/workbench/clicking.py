"""Charts whose marks can be clicked: what a mark carries is told before the page is drawn anew."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from automl.workbench.charts import CONFIG, Figure

__all__ = ["clickable"]


def clickable(figure: Figure, *, key: str, alt: str, clicked: Callable[[int], None]) -> None:
    """Draw a chart of which each mark carries a position as its custom data.

    Parameters
    ----------
    figure : dict
    key : str
    alt : str
        Says in words what it shows.
    clicked : callable
        Called with the position that the clicked mark carries.
    """
    # A chart keeps what was selected on it; with a number in its key, the next one begins without.
    turn = int(st.session_state.get(f"{key}-clicks", 0))

    def act() -> None:
        points = st.session_state[f"{key}-{turn}"].selection.points
        carried = points[0].get("customdata") if points else None
        if carried is not None:
            st.session_state[f"{key}-clicks"] = turn + 1
            clicked(int(carried[0] if isinstance(carried, list) else carried))

    st.plotly_chart(
        figure, theme=None, config=CONFIG, key=f"{key}-{turn}", alt=alt, on_select=act,
        selection_mode="points",
    )  # fmt: skip
