"""Rows that stand for the table, and rows that these do not cover."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from automl.workbench import format as fmt
from automl.workbench.table_rows import rows_at
from automl.workbench.tables import table
from automl.workbench.views.explain.going import to_row
from automl.workbench.views.explain.subject import Subject, notes, say
from explain.formats import is_missing, plain
from explain.row.prototypes import Prototypes

__all__ = ["prototypes"]

_COLUMNS = 6


def prototypes(subject: Subject) -> None:
    st.subheader("Which rows stand for the table?", anchor=False)
    made = subject.found(
        "prototypes",
        title="A handful of rows that show what the table is like",
        text="Chosen so that together they are as much like the whole as so few can be; beside them, rows of "
        "kinds that they do not cover, for which explanations say least. A few seconds.",
        offer="Find them",
    )
    if made is None:
        return
    found: Prototypes = made.result
    say(found.sentence())
    columns = list(subject.columns())[:_COLUMNS]
    target = subject.scope.task.target
    positions = [*found.prototypes, *found.criticisms]
    cells = rows_at(subject.run, positions, [*columns, target])
    kinds = [f"stands for {fmt.percent(share)} of rows" for share in found.stands_for]
    kinds += ["not covered by these"] * len(found.criticisms)
    table(
        ("Row", "", target, *columns),
        [
            (f"{place + 1:,}", kind, *(_cell(row[name]) for name in (target, *columns)))
            for place, kind, row in zip(positions, kinds, cells, strict=True)
        ],
        label="Rows that stand for the table, with their most important columns",
    )
    _links(positions)
    notes(made)


def _links(positions: Sequence[int]) -> None:
    with st.container(horizontal=True, gap="small"):
        for place in positions:
            st.button(
                f"Row {place + 1:,}", type="tertiary", icon=":material/arrow_forward:",
                key=f"prototype-{place}",
                on_click=to_row, args=(place,),
            )  # fmt: skip


def _cell(value: Any) -> str:
    if is_missing(value):
        return "missing"
    if isinstance(value, float):
        return plain(value)
    return str(value)
