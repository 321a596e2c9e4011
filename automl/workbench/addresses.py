"""The address in the browser, which must say what is on the page."""

from __future__ import annotations

import streamlit as st

__all__ = ["keep_up"]

_ASKED = "gb-asked"


def keep_up(path: str) -> None:
    """Write into the address what a link to the page that is shown already has asked for.

    Streamlit draws what such a link asks for, but leaves the address as it was: the next click would ask for
    that again, and a reload show something else. The browser keeps one entry of its history for each address.

    Parameters
    ----------
    path : str
        Of the page that is drawn.
    """
    asked = {key: st.query_params.get_all(key) for key in st.query_params}
    before = st.session_state.get(_ASKED)
    st.session_state[_ASKED] = (path, asked)
    if before is not None and before[0] == path and before[1] != asked:
        st.query_params.update({})  # the browser is told all of them, also those that widgets write
