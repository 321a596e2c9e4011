"""What has changed: the columns by what they do to the predictions, each with a chart on click."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from automl.monitoring import DriftReport, words
from automl.monitoring.drift import ColumnDrift
from automl.monitoring.history import Scoring
from automl.monitoring.parts import main_label
from automl.workbench import charts, components, drift_charts, plots, theme
from automl.workbench import format as fmt
from automl.workbench.drift_columns import headed

__all__ = ["drift"]


def drift(one: Scoring, report: DriftReport) -> None:
    """Columns ranked by effect, the chart of one of them, and the split of the shift."""
    st.subheader("What has changed", anchor=False)
    columns = report.ranked()
    drifted = sum(each.level != "fine" for each in columns)
    st.markdown(
        f"{fmt.plural(drifted, 'column')} of {len(columns)} {'differs' if drifted == 1 else 'differ'} by "
        "more than chance and enough to matter."
        if drifted
        else f"None of the {len(columns)} columns differs by more than chance and enough to matter."
    )
    left, right = st.columns([3, 2], gap="large")
    with left:
        chosen = _choose(one, report, columns)
    with right:
        _chart(one, chosen)
    if report.shift is not None:
        _shift(one, report)
    _together(report)


def _choose(one: Scoring, report: DriftReport, columns: list[ColumnDrift]) -> ColumnDrift:
    """The table of all columns; the address keeps which one is shown."""
    wanted, parts = st.query_params.get("column"), report.parts
    place = next((i for i, each in enumerate(columns) if each.column == wanted), 0)
    state = st.dataframe(
        pd.DataFrame([_row(each, report, parts) for each in columns]),
        hide_index=True,
        placeholder="–",
        key=f"columns-{one.id}",
        on_select="rerun",
        selection_mode="single-row",
        column_config=_config(report),
        alt="Columns by what they do to the predictions, with how far each has moved",
    )
    rows = state.selection.rows
    if rows and rows[0] < len(columns) and rows[0] != place:
        place = rows[0]
        st.query_params["column"] = columns[place].column
    st.caption("The columns that move the predictions most come first. Choose a row to see its values.")
    return columns[place]


def _row(each: ColumnDrift, report: DriftReport, parts: dict[str, float]) -> dict[str, Any]:
    part = parts.get(each.column)
    factor = 100 if report.shift is not None and report.shift.scale == "probability" else 1
    return {
        "column": each.column,
        "verdict": _verdict(each),
        "part": None if not part else factor * part,
        "moved": each.moved,
        "chance": each.chance,
        "missing": each.missing[1],
        "psi": each.psi,
        "p": each.adjusted,
    }


def _verdict(each: ColumnDrift) -> str:
    told = []
    if each.has_moved:
        told.append("later dates" if each.expected else "drifted")
    elif each.is_sure:
        told.append("differs a little")
    if each.misses_more:
        told.append("missing changed")
    return ", ".join(told) or "like before"


def _config(report: DriftReport) -> dict[str, Any]:
    probability = report.shift is not None and report.shift.scale == "probability"
    number = st.column_config.NumberColumn
    return headed(points=probability) | {
        "missing": number("Missing", format="percent", help="Share of the new rows without a value."),
        "psi": number(
            "PSI", format="%.3f",
            help="Population stability index. By custom 0.1 is worth a look and 0.25 is large; it grows when "
            "there are few rows, hence it decides nothing here.",
        ),
        "p": number(
            "p-value", format="%.2g",
            help="Probability of such a difference by chance, adjusted for all columns.",
        ),
    }  # fmt: skip


def _chart(one: Scoring, chosen: ColumnDrift) -> None:
    st.markdown(f"**{components.plain(chosen.column)}**")
    st.caption(components.plain(words.column(chosen)))
    st.plotly_chart(
        drift_charts.shares(chosen, colors=theme.palette(), height=300),
        theme=None,
        config=charts.CONFIG,
        key=f"column-{one.id}-{chosen.column}",
        alt=drift_charts.told(chosen),
    )


def _shift(one: Scoring, report: DriftReport) -> None:
    assert report.shift is not None
    label = main_label(report.shift)
    told = report.shift.sentence(label)
    st.subheader("Where the shift of the predictions comes from", anchor=False)
    st.markdown(components.plain(told))
    st.caption(
        "The bars add up to the shift of the mean prediction. Each has a 95 % interval of its own; pale "
        "ones may be chance."
    )
    plots.draw(plots.shift_parts(report.shift, label), key=f"shift-{one.id}", alt=told)


def _together(report: DriftReport) -> None:
    found = report.apart
    if found is None:
        return
    st.subheader("All columns at once", anchor=False)
    verdict = "can tell" if found.differs else "cannot tell"
    dates = f" It was not given {', '.join(found.left_out)}." if found.left_out else ""
    st.markdown(
        components.plain(
            f"A classifier {verdict} these rows from those learned from: area under the curve "
            f"{found.auc:.2f} ({found.low:.2f} to {found.high:.2f}), where 0.5 is guessing, on "
            f"{found.rows[0]:,} and {found.rows[1]:,} rows.{dates}"
        )
    )
