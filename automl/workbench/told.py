"""What was just done, told once on the page that is drawn next."""

from __future__ import annotations

from typing import NoReturn

import streamlit as st

from automl.workbench import components

__all__ = ["now", "then"]

_KEY = "gb-told"


def then(text: str) -> NoReturn:
    """Draw the page anew, which says this in passing; what is said before a redraw would be lost with it."""
    st.session_state[_KEY] = text
    st.rerun()


def now() -> None:
    """Say what there is to say."""
    text = st.session_state.pop(_KEY, None)
    if text:
        st.toast(components.plain(text), icon=":material/check_circle:")
