"""What the model would miss: importance by shuffling, beside what moves its predictions."""

from __future__ import annotations

import streamlit as st

from automl.workbench import components, plots
from automl.workbench.views.explain.going import to_column
from automl.workbench.views.explain.subject import Subject, longer, notes, say
from explain.formats import listed
from explain.whole.disagreement import disagreement

__all__ = ["missed"]

_NAMED = 6


def missed(subject: Subject) -> None:
    """Which columns make predictions right, and where that is not what they are made of."""
    st.subheader("What it would miss", anchor=False)
    made = subject.found(
        "importance",
        title="How much worse would the model get without a column?",
        text="The values of each column change places between rows that the model had not learned from. "
        "Up to half a minute.",
        offer="Shuffle the columns",
    )
    if made is None:
        return
    found = made.result
    left, right = st.columns(2, gap="large")
    with left:
        st.caption(
            f"How much worse the {found.metric} gets when a column is shuffled, with 95 % intervals; grey "
            "cannot be told from chance. Click a bar to see its column."
        )
        plots.draw(
            plots.figure("permutation_bar", found, top=12),
            key="missed",
            alt=found.sentence(),
            clicked=to_column,
        )
    with right:
        say(found.sentence())
        if subject.explanation is not None and subject.explanation.rows:
            say(disagreement(found, subject.explanation))
        if found.skipped:
            more = len(found.skipped) - _NAMED
            names = [*found.skipped[:_NAMED], *([f"{more:,} more"] if more > 0 else [])]
            st.warning(
                components.plain(
                    f"There was no time to shuffle {listed(names)}: what they are worth is not known."
                ),
                icon=":material/timer_off:",
            )
        notes(made)
        longer(subject, made)
