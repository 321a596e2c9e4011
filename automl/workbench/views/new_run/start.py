"""Where the table comes from: an upload, a file on the server, a query to a database, or a sample."""

from __future__ import annotations

import streamlit as st

from automl.workbench import components, drafts, navigation, server_files, upload_field
from automl.workbench.drafts import Draft
from automl.workbench.views.new_run import query

__all__ = ["show"]

SOURCES = {
    "upload": ":material/upload_file: Upload",
    "server": ":material/folder_open: File on the server",
    "database": ":material/database: Database",
}


def show() -> None:
    """Draw the page before there is a table."""
    st.title("New run", anchor=False)
    components.lead("Start with a table: one row for each case, one column for each thing known about it.")
    source = _source()
    if source == "server":
        server_files.show(_start)
    elif source == "database":
        query.show()
    else:
        draft = upload_field.ask()
        if draft is not None:
            _start(draft)
    _samples()


def _source() -> str:
    wanted = st.query_params.get("from", "upload")
    chosen = wanted if wanted in SOURCES else "upload"
    if st.session_state.get("source") != chosen:
        st.session_state["source"] = chosen
    st.segmented_control(
        "Where is the table?",
        list(SOURCES),
        format_func=lambda name: SOURCES[name],
        key="source",
        required=True,
        label_visibility="collapsed",
        on_change=_choose_source,
    )
    return chosen


def _choose_source() -> None:
    st.query_params.clear()
    if st.session_state["source"] != "upload":
        st.query_params["from"] = st.session_state["source"]


def _samples() -> None:
    found = drafts.samples()
    if not found:
        return
    st.subheader("Or try a sample table", anchor=False)
    for column, sample in zip(st.columns(len(found)), found, strict=True):
        with column, st.container(border=True, height="stretch"):
            st.markdown(f"**{sample.title}**")
            components.note(sample.text)
            if st.button(
                f"Use {sample.title}", key=f"sample-{sample.path.stem}", icon=":material/table_view:"
            ):
                draft = drafts.from_sample(navigation.home(), sample)
                _start(draft)


def _start(draft: Draft) -> None:
    navigation.go("new", upload=draft.id)
