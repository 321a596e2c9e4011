"""All columns: which matter, in which direction, which would be missed, and how they hang together."""

from __future__ import annotations

import streamlit as st

from automl.workbench import plots
from automl.workbench.views.explain.going import to_column, to_explained_row
from automl.workbench.views.explain.missed import missed
from automl.workbench.views.explain.subject import Subject, say
from automl.workbench.views.explain.together import same, together

__all__ = ["all_columns"]


def all_columns(subject: Subject) -> None:
    explanation, output = subject.explanation, subject.output
    assert explanation is not None
    told = plots.global_sentence(explanation, output)
    say(told)
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Which columns matter", anchor=False)
        st.caption(
            "Mean size of a column's contribution over the explained rows, with 95 % intervals. "
            "Click a bar to see its column."
        )
        plots.draw(plots.importance(explanation, output), key="importance", alt=told, clicked=to_column)
    with right:
        st.subheader("In which direction", anchor=False)
        st.caption(
            "Each dot is a row. To the right it raises the prediction, to the left it lowers it. "
            "Click a dot to see why its row is predicted as it is."
        )
        plots.draw(
            plots.beeswarm(explanation, output, subject.row_names),
            key="beeswarm",
            alt="Contributions of the most important columns, row by row",
            clicked=to_explained_row(subject.positions),
        )
    missed(subject)
    together(subject)
    same(subject)
