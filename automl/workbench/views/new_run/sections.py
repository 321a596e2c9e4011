"""What is folded away below the decisions. Nothing here needs to be opened to start; all can be corrected.

What is open stands in the address, and what is closed costs nothing.
"""

from __future__ import annotations

import streamlit as st

from automl.task import Task
from automl.workbench import read_choices
from automl.workbench.drafts import Draft
from automl.workbench.understanding import Understanding
from automl.workbench.views.new_run import columns, findings, more

__all__ = ["show"]

_PREVIEW_ROWS = 50
_PREVIEW_COLUMNS = 200


def show(draft: Draft, table: Understanding, task: Task | None) -> None:
    """Draw the sections."""
    if draft.get("target") is None:
        _first_rows(table)  # to choose a target one must see the columns
    found, _ = findings.open_findings(draft, table, task)
    grave = sum(finding.severity != "info" for finding in found)
    label = f"Findings: {len(found)}" if found else "Findings: none"
    with st.container(gap="xsmall", key="gb-details"):
        section = st.expander(
            label + (f", {grave} to look at" if grave else ""), icon=":material/rule:", key="findings",
            bind="query-params",
        )  # fmt: skip
        if section.open:
            with section:
                findings.show(draft, table, task)
        section = st.expander(
            columns.label(draft, table), icon=":material/view_column:", key="columns", bind="query-params"
        )
        if section.open:
            with section:
                columns.show(draft, table, task)
        section = st.expander(
            f"How the file was read: {read_choices.summary(table.raw.report)}",
            icon=":material/document_search:",
            key="reading",
            bind="query-params",
        )
        if section.open:
            with section:
                read_choices.show(draft, table.raw.report)
        if draft.get("target") is not None:
            section = st.expander("First rows", icon=":material/table_rows:", key="rows", bind="query-params")
            if section.open:
                with section:
                    _first_rows(table)
        if task is not None:
            section = st.expander(
                "More settings: splits, constraints, costs", icon=":material/tune:", key="more",
                bind="query-params",
            )  # fmt: skip
            if section.open:
                with section:
                    more.show(draft, table, task)


def _first_rows(table: Understanding) -> None:
    frame = table.raw.frame
    first = frame.iloc[:_PREVIEW_ROWS, :_PREVIEW_COLUMNS]
    first = first.set_axis(range(1, len(first) + 1))  # people count from 1
    st.dataframe(first, height=248, alt="The first rows of the table")
    if frame.shape[1] > _PREVIEW_COLUMNS:
        st.caption(f"The first {_PREVIEW_COLUMNS} of {frame.shape[1]:,} columns.")
