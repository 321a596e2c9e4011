"""The folded part of New run: how the file was read, what its columns are, what is worth knowing about it.

Nothing here needs to be opened to start; everything here can be corrected.
"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from automl.data import Kind
from automl.task import Task
from automl.workbench import components, understanding
from automl.workbench import format as fmt
from automl.workbench.drafts import Draft
from automl.workbench.understanding import Understanding
from automl.workbench.views import reading_options

__all__ = ["show"]

KIND_NAMES = {
    Kind.NUMBER: "number",
    Kind.BOOLEAN: "yes or no",
    Kind.CATEGORY: "category",
    Kind.DATETIME: "date or time",
    Kind.TEXT: "text",
    Kind.IDENTIFIER: "identifier",
    Kind.CONSTANT: "constant",
}
_UNUSED = (Kind.IDENTIFIER, Kind.CONSTANT)
_PREVIEW_ROWS = 50


def show(draft: Draft, table: Understanding, task: Task | None) -> None:
    """Draw the details of a table that could be read."""
    records = [finding.to_json() for finding in understanding.findings_of(table, task)]
    grave = sum(record["severity"] in ("error", "warning") for record in records)
    excluded = set(draft.get("excluded", []))
    unused = sum(
        column.kind in _UNUSED and column.name != draft.get("target") for column in table.schema.columns
    )
    with st.container(gap="xsmall", key="gb-details"):
        with st.expander("First rows", icon=":material/table_rows:", expanded=draft.get("target") is None):
            first = table.raw.frame.head(_PREVIEW_ROWS)
            first = first.set_axis(range(1, len(first) + 1))  # people count from 1
            st.dataframe(first, height=248, alt="The first rows of the table")
        label = f"Columns: {len(table.schema.names)}"
        if unused or excluded:
            label += f", {unused + len(excluded)} not used to predict"
        with st.expander(label, icon=":material/view_column:"):
            _columns(draft, table)
        label = f"Findings: {len(records)}" + (f", {grave} to look at" if grave else "")
        with st.expander(label if records else "Findings: none", icon=":material/rule:"):
            if records:
                components.findings(records)
            else:
                st.caption("Nothing unusual was found in this table.")
        with st.expander(
            f"How the file was read: {reading_options.summary(table.raw.report)}",
            icon=":material/document_search:",
        ):
            reading_options.show(draft, table.raw.report)


def _columns(draft: Draft, table: Understanding) -> None:
    kinds: dict[str, str] = draft.get("kinds", {})
    excluded = set(draft.get("excluded", []))
    target = draft.get("target")
    frame = table.dataset.frame
    rows = []
    for column in table.schema.columns:
        values = frame[column.name]
        examples = table.raw.frame[column.name].dropna().drop_duplicates().head(4).astype(str)
        rows.append(
            {
                "Column": column.name,
                "Used": column.name != target and column.name not in excluded and column.kind not in _UNUSED,
                "Kind": KIND_NAMES[column.kind],
                "Missing": 100 * float(values.isna().mean()),
                "Values": ", ".join(text[:40] for text in examples),
                "Why this kind": column.why,
            }
        )
    st.caption(
        "Correct a kind or leave a column out here. Leave out what would not be known yet at the time "
        "of a prediction. "
        "Identifiers and constants are never used."
    )
    before = pd.DataFrame(rows)
    version = draft.get("columns_version", 0)
    after = st.data_editor(
        before,
        hide_index=True,
        key=f"columns-{draft.id}-{version}",
        disabled=["Column", "Missing", "Values", "Why this kind"],
        column_config={
            "Used": st.column_config.CheckboxColumn(width="small"),
            "Kind": st.column_config.SelectboxColumn(
                options=list(KIND_NAMES.values()), required=True, width="small"
            ),
            "Missing": st.column_config.NumberColumn(format="%.1f %%", width="small"),
            "Why this kind": st.column_config.TextColumn(width="large"),
        },
        height=min(420, 38 + 35 * len(rows)),
        alt="Columns with their kinds",
    )
    names = {label: kind for kind, label in KIND_NAMES.items()}
    for old, new in zip(before.to_dict("records"), after.to_dict("records"), strict=True):
        name = str(old["Column"])
        if new["Kind"] != old["Kind"]:
            kinds = {**kinds, name: str(names[new["Kind"]])}
        if new["Used"] != old["Used"] and name != target:
            excluded.symmetric_difference_update({name})
    if kinds != draft.get("kinds", {}) or excluded != set(draft.get("excluded", [])):
        draft.put(kinds=kinds or None, excluded=sorted(excluded) or None, columns_version=version + 1)
        st.rerun()
    if kinds and st.button(f"Undo {fmt.plural(len(kinds), 'correction')}", icon=":material/undo:"):
        draft.put(kinds=None, columns_version=version + 1)
        st.rerun()
