"""What stands in place of the list before anything was started, and the sample tables."""

from __future__ import annotations

import streamlit as st

from automl.workbench import components, drafts, navigation

__all__ = ["draw", "samples"]

_STEPS = (
    ("Say what to predict", "Upload a CSV, Excel or Parquet file and choose a column and a time."),
    (
        "Watch and compare",
        "Models are tried until the time is up. Each score comes with its uncertainty.",
    ),
    ("See why", "What the model looks at, over all rows and for a single one, in your own columns."),
    ("Take it with you", "One zip that predicts on any machine with Python."),
)


def draw() -> None:
    """Draw what this is, and the way in."""
    with st.container(border=True):
        components.empty(
            "From a table to a model that you can explain",
            "Nothing was started here yet. Begin with a table of your own, or with one of the samples below. "
            "Nothing that you upload leaves this machine.",
        )
        with st.container(horizontal=True, horizontal_alignment="center"):
            if st.button("Start with my table", type="primary", icon=":material/upload_file:"):
                navigation.go("new")
        st.space("small")
        steps = "".join(
            f"<div><b><i>{number}</i>{title}</b><span class='gb-muted'>{text}</span></div>"
            for number, (title, text) in enumerate(_STEPS, 1)
        )
        st.html(f'<div class="gb gb-steps gb-small">{steps}</div>')


def samples(*, expanded: bool) -> None:
    """Draw the sample tables, each one click away from being tried."""
    found = drafts.samples()
    if not found:
        return
    st.subheader("Sample tables", anchor=False)
    if not expanded:
        components.note("Real, small tables to try things out with.")
    for column, sample in zip(st.columns(len(found)), found, strict=True):
        with column, st.container(border=True, height="stretch"):
            st.markdown(f"**{sample.title}**")
            components.note(sample.text)
            if st.button(
                f"Try {sample.title}", key=f"sample-{sample.path.stem}", icon=":material/play_arrow:"
            ):
                draft = drafts.from_sample(navigation.home(), sample)
                navigation.go("new", upload=draft.id)
