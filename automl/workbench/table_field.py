"""Where a page asks for a table: an upload, or a file that the server may read in place."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from automl.workbench import data_folders, server_files, upload_field
from automl.workbench.drafts import Draft

__all__ = ["ask"]

_SOURCES = {
    "upload": ":material/upload_file: Upload",
    "server": ":material/folder_open: File on the server",
}


def ask(key: str, chosen: Callable[[Draft], None]) -> None:
    """Draw it; the address keeps which of the two is asked for.

    Parameters
    ----------
    key : str
        Tells several on one page apart.
    chosen : callable
        Called with the table's draft once there is one.
    """
    if data_folders.folders() and _source(key) == "server":
        server_files.show(chosen)
        return
    draft = upload_field.ask(key)
    if draft is not None:
        chosen(draft)


def _source(key: str) -> str:
    wanted = st.query_params.get("from", "upload")
    now = wanted if wanted in _SOURCES else "upload"
    name = f"{key}-from"
    if st.session_state.get(name) != now:
        st.session_state[name] = now
    st.segmented_control(
        "Where is the table?", list(_SOURCES), format_func=lambda each: _SOURCES[each], key=name,
        required=True, label_visibility="collapsed", on_change=_choose, args=(name,),
    )  # fmt: skip
    return now


def _choose(name: str) -> None:
    if st.session_state[name] == "upload":
        for asked in ("from", "folder"):
            st.query_params.pop(asked, None)
    else:
        st.query_params["from"] = st.session_state[name]
