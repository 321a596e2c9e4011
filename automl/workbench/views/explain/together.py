"""How columns hang together: pairs that work together in the model, and columns that say the same."""

from __future__ import annotations

import streamlit as st

from automl.workbench import plots
from automl.workbench.tables import told_table
from automl.workbench.views.explain.subject import Subject, longer, notes, say
from explain.explanation import Explanation
from explain.whole.clusters import Clusters

__all__ = ["same", "together"]


def together(subject: Subject) -> None:
    """Pairs of columns of which one changes what the other does."""
    st.subheader("Which columns work together", anchor=False)
    made = subject.found(
        "interactions",
        title="Does what one column does depend on another one?",
        text="Pairs of columns are varied together and each on its own. Up to half a minute.",
        offer="Look for pairs",
    )
    if made is None:
        return
    found = made.result
    say(found.sentence())
    if found.pairs:
        left, right = st.columns([3, 2], gap="large")
        with left:
            floor = " The tick is what noise alone would show." if found.floor.any() else ""
            st.caption(f"How much two columns do together beyond what each does alone.{floor}")
            plots.draw(plots.figure("interaction_bar", found), key="pairs", alt=found.sentence())
        with right:
            left_out = [
                f"{found.apart:,} pairs do not work together at all." if found.apart else "",
                f"{found.unseen:,} pairs were not measured: they promised less, or there was no time."
                if found.unseen
                else "",
            ]
            say(" ".join([*filter(None, left_out), f"Measured by {found.method}."]))
            notes(made)
    else:
        notes(made)
    longer(subject, made)


def same(subject: Subject) -> None:
    """Columns that tell much about each other, alone and as one."""
    st.subheader("Which columns say the same", anchor=False)
    made = subject.found(
        "clusters",
        title="Do columns share their importance with others?",
        text="Columns that tell much about each other are found from the table itself. A few seconds.",
        offer="Look for groups",
    )
    if made is None:
        return
    found: Clusters = made.result
    say(found.sentence())
    left, right = st.columns(2, gap="large")
    with left, st.container(key="gb-wide-association"):
        st.caption("How much two columns tell about each other, from 0 to 1. Groups stand in frames.")
        plots.draw(
            plots.figure("association_heatmap", found, top=20),
            key="association",
            alt=f"Association of each two columns. {found.sentence()}",
        )
    with right:
        if found.members and subject.explanation is not None:
            _as_one(subject.explanation, found, subject.output)
        else:
            st.caption("The pairs that are closest")
            told_table(made.told(), label="Pairs of columns with their association")
    notes(made)
    if found.members:
        _shuffled(subject)


def _as_one(explanation: Explanation, found: Clusters, output: str | None) -> None:
    st.caption(
        "What matters when each group counts as one column: the contributions of its columns added up, row "
        "by row."
    )
    grouped = explanation.grouped(found.groups())
    plots.draw(
        plots.importance(grouped, output),
        key="grouped",
        alt=f"With groups as one. {plots.global_sentence(grouped, output)}",
    )


def _shuffled(subject: Subject) -> None:
    made = subject.found(
        "importance",
        {"players": "clusters"},
        title="What would it miss without a whole group?",
        text="The columns of a group are shuffled together, so that none can stand in for another. "
        "Up to half a minute.",
        offer="Shuffle the groups",
        key="groups",
    )
    if made is None:
        return
    left, right = st.columns(2, gap="large")
    with left:
        plots.draw(
            plots.figure("permutation_bar", made.result, top=12),
            key="groups-missed",
            alt=made.result.sentence(),
        )
    with right:
        say(made.result.sentence())
        notes(made)
        longer(subject, made, {"players": "clusters"})
