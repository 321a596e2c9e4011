"""From a picture to what it is made of: a bar leads to its column, a dot to its row.

The tabs and choices of the page are bound to the address, so that to go somewhere is to set them.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

__all__ = ["COLUMN", "ROW", "VIEW", "to_column", "to_explained_row", "to_row"]

VIEW = "explain-view"
COLUMN = "One column"
ROW = "One row"


def to_column(name: Any) -> None:
    """Show a column."""
    st.session_state[VIEW] = COLUMN
    st.session_state["column"] = str(name)


def to_explained_row(place: Any) -> None:
    """Show one of the explained rows, by its place among them."""
    st.session_state[VIEW] = ROW
    st.query_params["row"] = str(int(place) + 1)
    st.query_params.pop("any", None)


def to_row(position: Any) -> None:
    """Show any row of the table, by its position there."""
    st.session_state[VIEW] = ROW
    st.query_params["any"] = str(int(position) + 1)
