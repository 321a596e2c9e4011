"""The columns: an overview of all, and everything about one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from automl.data import Column, Kind
from automl.task import Task
from automl.workbench import column_facts, components, fixes
from automl.workbench import format as fmt
from automl.workbench.drafts import Draft
from automl.workbench.run_settings import UNUSED, may_order, may_weigh
from automl.workbench.understanding import Understanding
from automl.workbench.views.new_run import profile

__all__ = ["KIND_NAMES", "show", "unused"]

KIND_NAMES = {
    Kind.NUMBER: "number",
    Kind.BOOLEAN: "yes or no",
    Kind.CATEGORY: "category",
    Kind.DATETIME: "date or time",
    Kind.TEXT: "text",
    Kind.IDENTIFIER: "identifier",
    Kind.CONSTANT: "constant",
}
_ROLES = {
    "used": "used to predict",
    "excluded": "left out",
    "groups": "keeps rows together",
    "time": "order of time",
    "weights": "weight of a row",
}
_MANY = 400  # columns that are listed with all their facts


def unused(draft: Draft, table: Understanding) -> list[str]:
    """The columns that are not used to predict, the target aside."""
    return [
        column.name
        for column in table.schema
        if column.name != draft.get("target") and (_role(draft, column) != "used" or column.kind in UNUSED)
    ]  # fmt: skip


def show(draft: Draft, table: Understanding, task: Task | None) -> None:
    """Draw both."""
    names = list(table.schema.names)
    wanted = st.query_params.get("column")
    chosen = wanted if wanted in names else next((n for n in names if n != draft.get("target")), names[0])
    st.caption(
        "Leave out what would not be known yet at the time of a prediction. Choose a column to see what is "
        "in it and to correct what it was taken for."
    )
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _overview(draft, table, task, chosen)
    with right, st.container(border=True, key="gb-column"):
        key = f"column-{draft.id}"
        if st.session_state.get(key) != chosen:
            st.session_state[key] = chosen
        st.selectbox("Column", names, key=key, on_change=_choose, args=(key,))
        column = table.schema[chosen]
        _corrections(draft, table, column)
        profile.show(draft, table, task, column)


def _overview(draft: Draft, table: Understanding, task: Task | None, chosen: str) -> None:
    shown = list(table.schema)[:_MANY]
    missing = column_facts.missing_shares(table)
    strengths = column_facts.strengths_of(table, task) if task is not None else {}
    records = [
        {
            "Column": column.name,
            "Part": _part(draft, column),
            "Kind": KIND_NAMES[column.kind],
            "Missing": 100 * missing[column.name],
            **({"Explains": 100 * strengths[column.name]} if column.name in strengths else {}),
            "Examples": _examples(table, column.name),
        }
        for column in shown
    ]
    frame = pd.DataFrame(records)
    order = [name for name in ("Column", "Part", "Kind", "Missing", "Explains", "Examples") if name in frame]
    # Not tied to the chosen column: a table that is clicked into keeps its place and its sorting.
    key = f"columns-{draft.id}-{len(records)}"
    st.dataframe(
        frame[order],
        hide_index=True,
        key=key,
        on_select=lambda: _clicked(key, [column.name for column in shown]),
        selection_mode="single-row",
        height="content" if len(records) <= 22 else 780,
        column_config={
            "Missing": st.column_config.NumberColumn(format="%.1f %%", width="small"),
            "Explains": st.column_config.ProgressColumn(
                format="%.0f %%",
                min_value=0,
                max_value=100,
                width="small",
                help="How much of the target's variation this column explains by itself. Columns together "
                "can say far more.",
            ),
        },
        alt="All columns with their kind, what they are used for, and how much of them is missing",
    )
    if len(table.schema) > _MANY:
        st.caption(f"The first {_MANY} of {len(table.schema):,} columns; choose any of them on the side.")


def _examples(table: Understanding, name: str) -> str:
    cells = table.raw.frame[name].iloc[:200].dropna().drop_duplicates().iloc[:4].astype(str)
    return ", ".join(text[:40] for text in cells)


def _role(draft: Draft, column: Column) -> str:
    for field in ("groups", "time", "weights"):
        if draft.get(field) == column.name:
            return field
    return "excluded" if column.name in draft.get("excluded", []) else "used"


def _part(draft: Draft, column: Column) -> str:
    if column.name == draft.get("target"):
        return "target"
    role = _role(draft, column)
    if role == "used" and column.kind in UNUSED:
        return "not used"
    return "used" if role == "used" else _ROLES[role]


def _clicked(key: str, names: list[str]) -> None:
    rows = st.session_state[key]["selection"]["rows"]
    if rows:
        st.query_params["column"] = names[rows[0]]


def _choose(key: str) -> None:
    st.query_params["column"] = st.session_state[key]


def _corrections(draft: Draft, table: Understanding, column: Column) -> None:
    """What the column was taken for and what it is used for."""
    one, two = st.columns(2)
    kinds = list(KIND_NAMES)
    _tied(one, draft, column.name, "kind", "Kind", kinds, column.kind, KIND_NAMES)
    if column.name == draft.get("target"):
        two.selectbox("Part", ["target"], disabled=True, key=f"part-target-{draft.id}")
    else:
        roles = ["used", "excluded", "groups"]
        roles += ["time"] if column.name in may_order(table) else []
        roles += ["weights"] if column.name in may_weigh(table) else []
        role = _role(draft, column)
        labels = {**_ROLES, "used": "not used" if column.kind in UNUSED else _ROLES["used"]}
        _tied(two, draft, column.name, "part", "Part", roles, role if role in roles else "used", labels)
    chosen = column.name in draft.get("kinds", {})
    st.caption(f"Why {KIND_NAMES[column.kind]}: {components.plain(fmt.smoothed(column.why))}.")
    if chosen:
        st.button(
            "Let Glassbench tell its kind",
            type="tertiary",
            icon=":material/restart_alt:",
            key=f"detect-{draft.id}",
            on_click=_detect,
            args=(str(draft.path), column.name),
        )


def _tied(
    place: Any, draft: Draft, name: str, what: str, label: str, options: list[Any], now: Any, names: Any
) -> None:
    """A choice about one column; its key has no column in it, so that one widget serves all of them."""
    key = f"{what}-{draft.id}"
    if st.session_state.get(key) != now:
        st.session_state[key] = now
    place.selectbox(
        label,
        options,
        format_func=lambda option: names[option],
        key=key,
        on_change=_correct,
        args=(str(draft.path), name, what, key),
    )


def _correct(draft_path: str, name: str, what: str, key: str) -> None:
    draft, value = Draft(Path(draft_path)), st.session_state[key]
    if what == "kind":
        fix = fixes.of_kind(draft, name, Kind(value), "")
        draft.change(f"{name} is taken for {KIND_NAMES[Kind(value)]}", **fix.choices)
    else:
        fix = fixes.with_role(draft, name, value)
        draft.change(fix.what, **fix.choices)


def _detect(draft_path: str, name: str) -> None:
    draft = Draft(Path(draft_path))
    kinds = {other: kind for other, kind in draft.get("kinds", {}).items() if other != name}
    draft.change(f"the kind of {name} is told from its values", kinds=kinds or None)


def label(draft: Draft, table: Understanding) -> str:
    """The heading of the section."""
    count = len(unused(draft, table))
    text = f"Columns: {len(table.schema):,}"
    return f"{text}, {fmt.count(count)} not used to predict" if count else text
