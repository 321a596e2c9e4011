"""What differs between a version and another one: rows, columns, and how values are distributed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from automl.monitoring import words
from automl.monitoring.between import TableDifference
from automl.monitoring.drift import ColumnDrift
from automl.store import files
from automl.store.catalogue import DatasetVersion
from automl.workbench import charts, components, drift_charts, lists, navigation, theme, working
from automl.workbench import format as fmt

__all__ = ["changes"]

_MOST = 8  # columns and labels that are named


def changes(one: DatasetVersion, all_of_it: Sequence[DatasetVersion]) -> None:
    """Draw the difference from the version that the address names, else from the one that it came after."""
    others = [each for each in all_of_it if each.id != one.id]
    if not others:
        return
    st.subheader("What has changed", anchor=False)
    before = _other(one, others)
    result = working.result_of(
        navigation.home().work(), "difference", {"before": before.id, "after": one.id, "key": None},
        title=f"From {before.label} to {one.label}",
        text="Rows, columns and values are compared. That takes seconds, of large tables up to minutes.",
        offer="Compare", icon=":material/difference:", key=f"difference-{before.id}-{one.id}",
    )  # fmt: skip
    if result is None:
        return
    path = Path(result.get("path", ""))
    if not path.is_file():
        components.problem("The comparison is no longer on the disk.", "Compare once more.")
        return
    _draw(TableDifference.from_json(files.read_json(path)), f"{before.id}-{one.id}")


def _other(one: DatasetVersion, others: Sequence[DatasetVersion]) -> DatasetVersion:
    """The version to compare with; the address keeps it."""
    earlier = [each for each in others if each.number < one.number]
    usual = next((each for each in others if each.id == one.parent_id), (earlier or list(others))[-1])
    return lists.beside(
        "Compared with", others, usual, key=str(one.id), number_of=lambda each: each.number,
        words=lambda each: f"{each.label}  ({fmt.plural(each.rows, 'row')}, {fmt.ago(each.created)})",
    )  # fmt: skip


def _draw(found: TableDifference, key: str) -> None:
    rows = found.rows
    cells = [
        ("Rows", f"{rows.after:,}", f"{rows.after - rows.before:+,}".replace("-", "−")),
        ("Added", f"{rows.added:,}", None),
        ("Removed", f"{rows.removed:,}", None),
    ]
    if rows.changed is not None:
        cells.append(("Changed", f"{rows.changed:,}", None))
    cells.append(("The same", f"{rows.same:,}", None))
    with st.container(key="gb-figures"):
        for column, (label, value, delta) in zip(st.columns(len(cells)), cells, strict=True):
            column.metric(
                label, value, delta, delta_color="off",
                delta_arrow="off",
            )  # fmt: skip
    by = f"Rows are told apart by {rows.key}." if rows.key else ""
    for note in (by, *found.notes):
        if note:
            components.note(note)
    told = _schema(found)
    if told:
        st.markdown("\n".join(f"- {components.plain(line)}" for line in told))
    elif found.is_empty:
        st.markdown("Nothing differs: the same rows, columns and kinds.")
    else:
        components.note("The columns and their kinds are the same.")
    if rows.changed_in:
        shown = ", ".join(f"{name} in {fmt.plural(many, 'row')}" for name, many in rows.changed_in[:_MOST])
        st.markdown(f"**Values changed:** {components.plain(shown)}.")
    if found.drift:
        _values(found, key)


def _schema(found: TableDifference) -> list[str]:
    """What differs in columns and labels, a line each."""
    lines = []
    if found.added:
        lines.append(f"{fmt.plural(len(found.added), 'new column')}: {_named(found.added)}.")
    if found.removed:
        lines.append(f"{fmt.plural(len(found.removed), 'column')} gone: {_named(found.removed)}.")
    lines += [f"{name} was a {was}, and is a {now}." for name, was, now in found.retyped[:_MOST]]
    for each in found.labels[:_MOST]:
        parts = []
        if each.new_count:
            parts.append(f"{fmt.plural(each.new_count, 'new label')} ({_named(each.new, each.new_count)})")
        if each.gone_count:
            parts.append(f"{each.gone_count:,} gone ({_named(each.gone, each.gone_count)})")
        lines.append(f"{each.column}: {', '.join(parts)}.")
    return lines


def _named(names: Sequence[str], many: int | None = None) -> str:
    rest = (len(names) if many is None else many) - min(len(names), _MOST)
    return ", ".join(names[:_MOST]) + (f" and {rest:,} more" if rest > 0 else "")


def _values(found: TableDifference, key: str) -> None:
    """How values have moved: the columns, and the chart of one."""
    moved = [each for each in found.drift if each.has_moved or each.misses_more]
    many = len(found.drift)
    st.markdown(
        f"**Values:** {len(moved)} of {fmt.plural(many, 'column')} "
        f"{'has' if len(moved) == 1 else 'have'} moved by more than chance and enough to matter."
        if moved
        else f"**Values:** none of the {many} columns has moved by more than chance and enough to matter."
    )
    left, right = st.columns([3, 2], gap="large")
    with left:
        chosen = _choose(found, key)
    with right:
        st.markdown(f"**{components.plain(chosen.column)}**")
        st.caption(components.plain(words.column(chosen)))
        names = found.before, found.after
        st.plotly_chart(
            drift_charts.shares(chosen, colors=theme.palette(), height=280, names=names),
            theme=None, config=charts.CONFIG, key=f"difference-{key}-{chosen.column}",
            alt=drift_charts.told(chosen),
        )  # fmt: skip


def _choose(found: TableDifference, key: str) -> ColumnDrift:
    """The table of all columns; the address keeps which one is shown."""
    columns, wanted = found.drift, st.query_params.get("column")
    place = next((i for i, each in enumerate(columns) if each.column == wanted), 0)
    number = st.column_config.NumberColumn
    state = st.dataframe(
        pd.DataFrame([_row(each) for each in columns]),
        hide_index=True, placeholder="–", key=f"columns-{key}", on_select="rerun",
        selection_mode="single-row",
        alt="Columns by how far their values have moved between the two versions",
        column_config={
            "column": st.column_config.TextColumn("Column", pinned=True),
            "verdict": st.column_config.TextColumn("Verdict"),
            "moved": number(
                "Moved", format="percent",
                help="Share of the rows that must have moved, at least, for the values to look as they do.",
            ),
            "chance": number("By chance", format="percent", help="What chance alone moves at these sizes."),
            "missing": number("Missing", format="percent", help="Share of rows without a value, now."),
            "psi": number("PSI", format="%.3f", help="Population stability index."),
            "p": number("p-value", format="%.2g", help="Adjusted for all columns."),
        },
    )  # fmt: skip
    rows = state.selection.rows
    if rows and rows[0] < len(columns) and rows[0] != place:
        place = rows[0]
        st.query_params["column"] = columns[place].column
    st.caption("Those that moved most come first. Choose a row to see its values.")
    return columns[place]


def _row(each: ColumnDrift) -> dict[str, Any]:
    told = []
    if each.has_moved:
        told.append("later dates" if each.expected else "moved")
    elif each.is_sure:
        told.append("differs a little")
    if each.misses_more:
        told.append("missing changed")
    return {
        "column": each.column, "verdict": ", ".join(told) or "like before", "moved": each.moved,
        "chance": each.chance, "missing": each.missing[1], "psi": each.psi, "p": each.adjusted,
    }  # fmt: skip
