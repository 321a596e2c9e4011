"""One column: what it did for each explained row, and what the model makes of its values."""

from __future__ import annotations

from typing import Any

import streamlit as st

from automl.workbench import components, plots
from automl.workbench.views.explain.choices import choose
from automl.workbench.views.explain.going import COLUMN_KEY, begin, remember, to_explained_row
from automl.workbench.views.explain.subject import Subject, say
from explain.explanation import Explanation

__all__ = ["one_column"]

_NONE = "nothing"
_AVERAGE, _ROWS, _SIMILAR = "Average effect", "Single rows", "Among similar rows"
_SAID = {
    _AVERAGE: "What the model would predict on average if all rows had the same value here.",
    _ROWS: "Each thin line is one row that is given each value in turn. Lines that do not run alike show "
    "that other columns have a say.",
    _SIMILAR: "Only steps between values that are next to each other, for rows that have them, added up: "
    "for columns that go along with others, whose values cannot be freely combined.",
}
_HELP = (
    "**Average effect**: partial dependence. **Single rows**: individual conditional expectation (ICE). "
    "**Among similar rows**: accumulated local effects (ALE)."
)


def one_column(subject: Subject) -> None:
    explanation = subject.explanation
    assert explanation is not None
    columns = list(subject.columns())
    with st.container(horizontal=True, vertical_alignment="bottom"):
        begin(COLUMN_KEY, columns)
        picked = st.selectbox(
            "Column, the most important first",
            columns,
            key=COLUMN_KEY,
            on_change=remember,
            args=(COLUMN_KEY,),
            width=360,
        )
        colour = st.selectbox(
            "Colour the dots by",
            [_NONE, *(name for name in columns if name != picked)],
            key="colour",
            bind="query-params",
            width=240,
            help="Another column: where its colours lie apart, the two work together.",
        )
    _kept_in_mind(subject, picked)
    left, right = st.columns(2, gap="large")
    with left:
        _contributions(subject, explanation, picked, None if colour == _NONE else colour)
    with right:
        _curve(subject, picked)


def _contributions(subject: Subject, explanation: Explanation, picked: str, colour: str | None) -> None:
    st.subheader("What it did for each row", anchor=False)
    st.caption(
        "Contribution to the prediction against the row's value. Dots at the same value that spread out show "
        "that other columns play a part. Click a dot to see its row."
    )
    plots.draw(
        plots.dependence(explanation, picked, subject.output, colour, subject.row_names),
        key="dependence",
        alt=f"Contribution of {picked} against its value",
        clicked=to_explained_row(subject.positions),
    )


def _curve(subject: Subject, picked: str) -> None:
    st.subheader("What the model makes of its values", anchor=False)
    way = choose("What is drawn", [_AVERAGE, _ROWS, _SIMILAR], key="effect", label_visibility="collapsed")
    st.caption(f"{_SAID[way]} The band is a 95 % interval.", help=_HELP)
    params: dict[str, Any] = {"column": picked} | ({"kind": "ale"} if way == _SIMILAR else {})
    made = subject.found(
        "curve",
        params,
        title=f"Following {picked}",
        text="The model is asked about real rows with other values here. A few seconds.",
        key=f"curve-{picked}-{way}",
    )
    if made is None:
        return
    curve = made.result
    told = curve.sentence(subject.output)
    plots.draw(
        plots.figure("curve", curve, output=subject.output, lines=way == _ROWS),
        key="curve",
        alt=told,
    )
    say(told)
    feet = "The bars below the curve are where the rows are"
    dotted = "; it is dotted, or hollow, where there are few of them." if curve.thin.any() else "."
    components.note(" ".join([f"{feet}{dotted}", *made.notes]))


def _kept_in_mind(subject: Subject, picked: str) -> None:
    """What is known already that changes how the column is to be read."""
    clusters, pairs = subject.stored("clusters"), subject.stored("interactions")
    warning = None if clusters is None else clusters.result.warning(picked)
    partner = None if pairs is None else pairs.result.partner(picked)
    if warning:
        st.info(components.plain(warning), icon=":material/link:")
    if partner:
        st.info(
            components.plain(
                f"{picked} works together with {partner} more than with any other column: what it does "
                f"depends "
                f"on {partner}. Colour the dots by it to see how."
            ),
            icon=":material/hub:",
        )
