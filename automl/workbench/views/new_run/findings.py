"""What is worth knowing about the table, the gravest first, with what one click can do about it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from automl.data import Finding
from automl.task import Task
from automl.workbench import bound, components, fixes, understanding
from automl.workbench import format as fmt
from automl.workbench.drafts import Draft
from automl.workbench.understanding import Understanding

__all__ = ["open_findings", "show"]

_SHOWN = 25
_SIGNS = {
    "error": (":red[:material/error:]", "Must be settled"),
    "warning": (":orange[:material/warning:]", "Likely to hurt"),
    "info": (":blue[:material/info:]", "Good to know"),
}


def open_findings(draft: Draft, table: Understanding, task: Task | None) -> tuple[list[Finding], int]:
    """The findings about columns that are used or may be, and how many others there are."""
    found = understanding.findings_of(table, task)
    excluded = set(draft.get("excluded", []))
    kept = [finding for finding in found if finding.column not in excluded]
    return kept, len(found) - len(kept)


def show(draft: Draft, table: Understanding, task: Task | None) -> None:
    """Draw them."""
    found, hidden = open_findings(draft, table, task)
    if not found:
        st.caption("Nothing unusual was found in this table.")
    most = len(found) if st.session_state.get(f"all-findings-{draft.id}") else _SHOWN
    for severity, (sign, words) in _SIGNS.items():
        group = [finding for finding in found[:most] if finding.severity == severity]
        if group:
            st.markdown(f"**{words}**")
            _group(group, sign, draft, table, task)
    if len(found) > most:
        st.button(f"Show {len(found) - most} more", key="more-findings", on_click=_show_all, args=(draft.id,))
    _notes(table, task, hidden)


def _group(
    group: Sequence[Finding], sign: str, draft: Draft, table: Understanding, task: Task | None
) -> None:
    for place, finding in enumerate(group):
        offered = fixes.fixes_of(finding, draft, table, task)
        with (
            st.container(border=True, key=f"gb-finding-{finding.severity}-{place}"),
            st.container(horizontal=True, vertical_alignment="center", gap="medium"),
        ):
            with st.container(gap="xxsmall", width="stretch", key=f"gb-words-{finding.severity}-{place}"):
                st.markdown(f"{sign} {_words(finding)}")
                if finding.fix:
                    components.note(fmt.smoothed(finding.fix))
            if offered:
                with st.container(horizontal=True, gap="small", width="content"):
                    for number, fix in enumerate(offered):
                        st.button(
                            components.plain(fix.label),
                            key=f"fix-{finding.severity}-{finding.code}-{finding.column}-{place}-{number}",
                            on_click=bound.change,
                            args=(str(draft.path), fix.what, fix.choices),
                        )


def _words(finding: Finding) -> str:
    """The message with its column in bold, which one looks for when going through a list."""
    message = components.plain(fmt.smoothed(finding.message))
    if not finding.column:
        return message
    column = components.plain(finding.column)
    quoted = components.plain(repr(finding.column))
    if quoted in message:
        return message.replace(quoted, f"**{column}**", 1)
    return f"**{column}** — {message}"


def _notes(table: Understanding, task: Task | None, hidden: int) -> None:
    notes = []
    rows = understanding.checked_rows(table)
    if rows < table.rows:
        looked = fmt.plural(rows, "row")
        notes.append(f"Looked for in {looked} from all over those read here; the search checks all rows.")
    columns = understanding.checked_columns(table)
    if columns < len(table.schema):
        notes.append(f"Looked for in the first {columns:,} columns; the search checks all of them.")
    if hidden:
        told = fmt.plural(hidden, "finding")
        notes.append(f"Not shown: {told} about columns that are left out.")
    if task is None:
        notes.append("More is looked for once a target is chosen, such as columns that give it away.")
    for note in notes:
        components.note(note)


def _show_all(draft_id: str) -> None:
    st.session_state[f"all-findings-{draft_id}"] = True
