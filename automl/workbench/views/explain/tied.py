"""Whether models that are equally good give the same reasons."""

from __future__ import annotations

import streamlit as st

from automl.workbench import plots
from automl.workbench.tables import told_table
from automl.workbench.views.explain.going import to_row
from automl.workbench.views.explain.subject import Subject, notes, say
from explain.row.contested import Contested

__all__ = ["tied"]


def tied(subject: Subject) -> None:
    st.subheader("Do equally good models agree?", anchor=False)
    others = [row for row in subject.models if row.tied and row.id != subject.model.id]
    if not subject.model.tied or not others:
        st.caption(
            "No other model of this run is as good as far as the data can tell, so there is none whose "
            "reasons could contradict these."
            if subject.model.tied
            else "This model is not among the best of the run. Choose one of those to see whether "
            "its equals agree with it."
        )
        return
    named = f"{len(others)} other model{'s' if len(others) > 1 else ''}"
    say(
        f"The data cannot tell {named} from this one. Where they give a column opposite directions for the "
        f"same row, "
        "it is no reason to give."
    )
    first = subject.positions[0] if subject.positions else 0
    number = st.number_input(
        "Row of the table",
        min_value=1,
        max_value=subject.scope.rows,
        value=first + 1,
        key="tied",
        bind="query-params",
        width=200,
        help="Counted from 1 among the rows that have a target.",
    )
    made = subject.found(
        "contested",
        {"row": int(number) - 1},
        title=f"Do they give row {int(number):,} the same reasons?",
        text="The row is explained by each of these models. Up to half a minute.",
        offer="Compare their reasons",
        key=f"contested-{number}",
    )
    if made is None:
        return
    found: Contested = made.result
    say(found.sentence())
    if found.reasons:
        left, right = st.columns(2, gap="large")
        with left:
            plots.draw(plots.figure("contested_plot", found), key="contested", alt=found.sentence())
        with right:
            told_table(made.told(), label="Columns that models use in opposite directions")
    st.button(
        f"See row {int(number):,}", icon=":material/arrow_forward:", type="tertiary", key="tied-row",
        on_click=to_row, args=(int(number) - 1,),
    )  # fmt: skip
    notes(made)
