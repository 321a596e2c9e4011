"""The address in the browser, which must say what is on the page."""

from __future__ import annotations

import streamlit as st
from streamlit.errors import StreamlitAPIException

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
    if before is None or before[0] != path or before[1] == asked:
        return
    if not asked:
        st.query_params.clear()
    for key, values in asked.items():
        try:
            st.query_params[key] = values  # the whole address is told then, also where nothing has changed
        except StreamlitAPIException:  # a widget writes this one itself
            continue
        return
