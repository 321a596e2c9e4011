"""From a picture to what it is made of: a bar leads to its column, a dot to its row.

What a click can change is kept in the address by hand: bound by Streamlit (1.67), a value that the script
sets stands there only where its widget was drawn before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

__all__ = [
    "COLUMN",
    "COLUMN_KEY",
    "ROW",
    "VIEW",
    "begin",
    "remember",
    "to_column",
    "to_explained_row",
    "to_row",
]

VIEW = "explain-view"
COLUMN_KEY = "column"
COLUMN = "One column"
ROW = "One row"


def begin(key: str, options: Sequence[str]) -> None:
    """Let a widget with these options begin where the address says; call it before the widget is drawn.

    The widget is to have :func:`remember` as its `on_change`.
    """
    if st.session_state.get(key) not in options:
        st.session_state.pop(key, None)
        if (asked := st.query_params.get(key)) in options:
            st.session_state[key] = asked


def remember(key: str) -> None:
    """Write the value of a widget into the address."""
    st.query_params[key] = st.session_state[key]


def to_column(name: Any) -> None:
    """Show a column."""
    _go(VIEW, COLUMN)
    _go(COLUMN_KEY, str(name))


def to_explained_row(positions: Sequence[int] | None) -> Callable[[Any], None]:
    """What shows one of the rows explained together, by its place among them.

    Parameters
    ----------
    positions : sequence of int or None
        Where each of them stands in the table; None where that was not noted.
    """
    return lambda place: to_row(place if positions is None else positions[int(place)])


def to_row(position: Any) -> None:
    """Show any row of the table, by its position there."""
    _go(VIEW, ROW)
    st.query_params["row"] = str(int(position) + 1)


def _go(key: str, value: str) -> None:
    st.session_state[key] = value
    st.query_params[key] = value
