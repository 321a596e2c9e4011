"""New run: a table, then three decisions — what to predict, what counts as good, how long it may take."""

from __future__ import annotations

import streamlit as st

from automl.errors import GlassbenchError, RunError
from automl.workbench import components, drafts, navigation, read_choices, understanding
from automl.workbench import format as fmt
from automl.workbench.drafts import Draft
from automl.workbench.understanding import Understanding
from automl.workbench.views.new_run import decisions, sections, start, undo, waiting

__all__ = ["show"]

_SLOW_SHARE = 0.2  # of the time to search, which reading should not take


def show() -> None:
    """Draw the page."""
    draft_id = st.query_params.get("upload")
    if draft_id is None:
        start.show()
        return
    st.title("New run", anchor=False)
    try:
        draft = drafts.open_draft(navigation.home(), draft_id)
    except GlassbenchError as error:
        _gone(error)
        return
    if draft.source["kind"] == "query" and not draft.table.is_file():
        waiting.show(draft)
        return
    with st.spinner("Reading the table …"):
        try:
            table = understanding.understand(draft.table, draft.get("read", {}), draft.get("kinds", {}))
        except GlassbenchError as error:
            _unreadable(draft, error)
            return
    _table_line(draft, table)
    task = decisions.show(draft, table)
    undo.show(draft)
    sections.show(draft, table, task)


def _gone(error: GlassbenchError) -> None:
    if isinstance(error, RunError):
        components.empty(error.message, error.fix)
    else:
        components.problem(error.message, error.fix)
    with st.container(horizontal=True, horizontal_alignment="center"):
        if st.button("Start with another table", type="primary", icon=":material/upload_file:"):
            navigation.go("new")


def _unreadable(draft: Draft, error: GlassbenchError) -> None:
    size = fmt.size(draft.table.stat().st_size)
    st.markdown(f":material/draft: **{components.plain(draft.name)}** :gray[{size}]")
    components.problem(error.message, error.fix)
    with st.container(horizontal=True):
        if st.button("Use another table", type="primary", icon=":material/upload_file:"):
            navigation.go("new")
        undo.button(draft)
    with st.expander(
        "Say how the file is to be read", icon=":material/document_search:", expanded=bool(draft.get("read"))
    ):
        read_choices.show(draft, None)


def _table_line(draft: Draft, table: Understanding) -> None:
    report = table.raw.report
    rows = f"about {_rounded(table.rows)} rows" if table.partial else fmt.plural(report.rows, "row")
    facts = [rows, fmt.plural(report.columns, "column"), fmt.size(draft.table.stat().st_size)]
    if origin := _origin(draft):
        facts.append(origin)
    with st.container(horizontal=True, vertical_alignment="center"):
        text = components.plain(" · ".join(facts))
        st.markdown(f":material/table: **{components.plain(draft.name)}** :gray[{text}]", width="content")
        if st.button("Use another table", type="tertiary", icon=":material/swap_horiz:"):
            navigation.go("new")
    if table.partial:
        _large(draft, table)


def _rounded(rows: int) -> str:
    return f"{float(f'{rows:.2g}'):,.0f}"


def _origin(draft: Draft) -> str:
    source = draft.source
    if source["kind"] == "folder":
        return "read in place on the server"
    if source["kind"] == "sample":
        return "a sample table"
    if source["kind"] == "version":
        return f"{source['version']} of the catalogue"
    if source["kind"] != "query":
        return ""
    from automl.sql import snapshot_of

    taken = snapshot_of(draft.table)
    if taken is None:
        return f"from the database {source['connection']}"
    more = "" if taken.complete else ", its row limit was reached"
    return f"from the database {taken.connection}, {fmt.ago(taken.taken)}{more}"


def _large(draft: Draft, table: Understanding) -> None:
    """What it means that not all of a table was looked at."""
    looked = fmt.plural(len(table.raw.frame), "row")
    where = "from all over it" if table.spread else "from its beginning"
    text = f"This table is large: what you see here is of {looked} {where}. The search reads all of it"
    seconds = table.reading_seconds
    budget = float(draft.get("budget", 60))
    if seconds > _SLOW_SHARE * budget:
        text += f", which alone may take about {fmt.duration(float(f'{seconds:.1g}'))}: give it more time"
    components.note(text + ".")
