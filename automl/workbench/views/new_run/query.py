"""A query to one of the databases that the operator has named."""

from __future__ import annotations

from typing import Any

import streamlit as st

from automl import jobs
from automl.errors import GlassbenchError
from automl.sql import PREFIX, ROWS, SECONDS, checked_query, connection_names
from automl.workbench import components, drafts, navigation
from automl.workbench.drafts import Draft

__all__ = ["launch", "show"]

_MOST_ROWS = 20_000_000
_MOST_SECONDS = 3600


def show() -> None:
    """Draw the form; a query to be changed stands in it already."""
    names = connection_names()
    if not names:
        _none_named()
        return
    before = _before()
    with st.form("query"):
        left, middle, right = st.columns([2, 1, 1])
        place = names.index(before["connection"]) if before.get("connection") in names else 0
        connection = left.selectbox(
            "Database",
            names,
            index=place,
            help="Named by whoever runs this workbench; addresses and passwords are not shown.",
        )
        rows = middle.number_input(
            "Rows at most",
            min_value=1,
            max_value=_MOST_ROWS,
            value=int(before.get("rows", ROWS)),
            step=100_000,
        )
        seconds = right.number_input(
            "Seconds at most", min_value=1, max_value=_MOST_SECONDS, value=int(before.get("seconds", SECONDS))
        )
        text = st.text_area(
            "Query",
            before.get("query", ""),
            placeholder="SELECT * FROM customers WHERE signed_up >= '2024-01-01'",
            height=180,
            help="One SELECT, or WITH … SELECT. It only reads, and nothing in the database changes.",
        )
        pressed = st.form_submit_button("Fetch the rows", type="primary", icon=":material/download:")
    components.note("The rows are kept as they are at this moment, so that a run can be repeated on them.")
    if pressed:
        _fetch(str(connection), text, int(rows), float(seconds))


def _before() -> dict[str, Any]:
    """The query of the draft that the address names, to be changed."""
    wanted = st.query_params.get("query")
    if not wanted:
        return {}
    source = drafts.open_draft(navigation.home(), wanted).source
    return source if source["kind"] == "query" else {}


def _fetch(connection: str, text: str, rows: int, seconds: float) -> None:
    try:
        query = checked_query(text)
    except GlassbenchError as error:
        components.problem(error.message, error.fix)
        return
    draft = drafts.from_query(navigation.home(), connection, query, rows, seconds)
    launch(draft)
    navigation.go("new", upload=draft.id)


def launch(draft: Draft) -> None:
    """Start the job that fetches the rows of a draft."""
    source = draft.source
    asked = {name: source[name] for name in ("connection", "query", "rows", "seconds")}
    jobs.launch(draft.path, "query", name=draft.table.name, **asked)


def _none_named() -> None:
    with st.container(border=True):
        components.empty(
            "No database is named yet",
            "Whoever runs this workbench names databases in its environment, with an account that may only "
            "read. Addresses and passwords stay there: they are not shown, stored or logged.",
        )
        st.code(
            f"{PREFIX}SALES=postgresql+psycopg://reader:…@db.example/sales automl app",
            language="bash",
            wrap_lines=True,
        )
