"""Comparison: where another model predicts otherwise, and why one group is predicted unlike another."""

from __future__ import annotations

import streamlit as st

from automl.workbench import components, plots
from automl.workbench.tables import told_table
from automl.workbench.views.explain.choices import choose
from automl.workbench.views.explain.subject import Subject, longer, notes, say
from explain.explanation import Explanation
from explain.whole.cohorts import Cohorts

__all__ = ["comparison"]

_MODELS, _GROUPS = "Two models", "Two groups of rows"


def comparison(subject: Subject) -> None:
    way = choose("What is compared", [_MODELS, _GROUPS], key="compare", label_visibility="collapsed")
    if way == _MODELS:
        _models(subject)
    else:
        _groups(subject)


def _models(subject: Subject) -> None:
    others = {row.id: row.label for row in subject.models if row.id != subject.model.id}
    if not others:
        components.empty("There is only one model", "A comparison needs another model of this run.")
        return
    other = st.selectbox(
        "Compare with",
        list(others),
        format_func=lambda name: others[name],
        key="other",
        bind="query-params",
        width=360,
    )
    made = subject.found(
        "difference",
        {"other": other},
        title=f"Where does {others[other]} predict otherwise, and why?",
        text="The same rows are explained by both models, and one explanation is taken from the other. "
        "Up to half a minute.",
        offer="Compare the two models",
        key=f"difference-{other}",
    )
    if made is None:
        return
    found: Explanation = made.result
    told = made.told()
    for sentence in told.sentences:
        say(sentence)
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Which columns they use differently", anchor=False)
        st.caption(
            "Mean size of the difference between the contributions of a column in the two models, with 95 % "
            "intervals."
        )
        plots.draw(plots.importance(found, subject.output), key="difference", alt=told.sentences[0])
    with right:
        st.subheader("In which direction", anchor=False)
        st.caption(
            f"Each dot is a row. To the right, {components.plain(subject.model.label)} makes more of the "
            f"column than "
            f"{components.plain(others[other])} does; to the left, less."
        )
        plots.draw(
            plots.beeswarm(found, subject.output),
            key="difference-rows",
            alt=f"Differences between contributions, row by row. {told.sentences[0]}",
        )
    with st.expander("The differences in figures"):
        told_table(told, label="Columns by how differently the two models use them")
    notes(made)
    longer(subject, made, {"other": other})


def _groups(subject: Subject) -> None:
    picked = st.selectbox(
        "Column whose groups are compared",
        list(subject.scope.table),
        index=None,
        placeholder="Choose a column",
        key="by",
        bind="query-params",
        width=360,
        help="Any column of the table; numbers and dates are cut into four groups of about equal size.",
    )
    if picked is None:
        components.empty(
            "Why is one group predicted otherwise than another?",
            "Choose a column. What differs between the mean predictions of two of its groups is divided "
            "among "
            "the columns that the model uses.",
        )
        return
    made = subject.found(
        "cohorts",
        {"column": picked},
        title=f"Why do predictions differ between the groups of {picked}?",
        text="Rows of each group are explained, as many of each as of any other. Up to half a minute.",
        offer="Compare the groups",
        key=f"cohorts-{picked}",
    )
    if made is None:
        return
    found: Cohorts = made.result
    if (widest := found.widest(subject.output)) is None:
        say(found.sentence())
    else:
        _pair(subject, found, picked, widest)
    if found.too_small:
        st.caption(components.plain(f"Not compared, having too few rows: {', '.join(found.too_small)}."))
    notes(made)
    longer(subject, made, {"column": picked})


def _pair(subject: Subject, found: Cohorts, column: str, widest: tuple[str, str]) -> None:
    first, second = widest
    if len(found.groups) > 2:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            first = st.selectbox(
                "From", list(found.groups), index=found.groups.index(first), key=f"from-{column}", width=240
            )
            rest = [name for name in found.groups if name != first]
            place = rest.index(second) if second in rest else 0
            second = st.selectbox("To", rest, index=place, key=f"to-{column}-{first}", width=240)
    pair = found.between(first, second)
    told = pair.sentence(subject.output)
    say(told)
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("From one to the other", anchor=False)
        st.caption("How the mean prediction of the first group becomes that of the second, column by column.")
        plots.draw(plots.figure("shift", pair, output=subject.output), key="shift", alt=told)
    with right:
        st.subheader("How sure that is", anchor=False)
        st.caption("Each column's part with its 95 % interval; pale where it may be nothing.")
        plots.draw(
            plots.figure("comparison_bar", pair, output=subject.output),
            key="parts",
            alt=f"With intervals. {told}",
        )
