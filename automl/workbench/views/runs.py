"""Runs: everything that was started here, and sample tables to start with."""

from __future__ import annotations

import streamlit as st

from automl.workbench import actions, components, drafts, navigation, reading
from automl.workbench import format as fmt

__all__ = ["show"]

_PAGE_SIZE = 15
_BUSY = ("queued", "preparing", "searching", "finishing")


def show() -> None:
    """Draw the page."""
    runs = navigation.home().runs()
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        with st.container(width="content", gap="xxsmall"):
            st.title("Runs", anchor=False)
            components.lead(
                "Each run searches the best model for one column of a table, and explains it."
                if runs
                else "Give it a table, say which column to predict and how long it may take."
            )
        if runs and st.button("New run", type="primary", icon=":material/add:"):
            navigation.go("new")
    if runs:
        _live_list()
    else:
        _welcome()
    _samples(expanded=not runs)


def _welcome() -> None:
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
        st.html(
            '<div class="gb gb-steps gb-small">'
            "<div><b><i>1</i>Say what to predict</b><span class='gb-muted'>Upload a CSV, Excel or "
            "Parquet file and "
            "choose a column and a time.</span></div>"
            "<div><b><i>2</i>Watch and compare</b><span class='gb-muted'>Models are tried until the "
            "time is up. Each "
            "score comes with its uncertainty.</span></div>"
            "<div><b><i>3</i>See why</b><span class='gb-muted'>What the model looks at, over all rows "
            "and for a single "
            "one, in your own columns.</span></div>"
            "<div><b><i>4</i>Take it with you</b><span class='gb-muted'>One zip that predicts on any "
            "machine with "
            "Python.</span></div></div>"
        )


@st.fragment(run_every=3)
def _live_list() -> None:
    runs = navigation.home().runs()
    shown = int(st.session_state.get("runs_shown", _PAGE_SIZE))
    for run in runs[:shown]:
        _row(reading.overview(run))
    if len(runs) > shown:
        left = len(runs) - shown
        if st.button(f"Show {min(left, _PAGE_SIZE)} older of {left}", key="runs_more"):
            st.session_state["runs_shown"] = shown + _PAGE_SIZE
            st.rerun(scope="fragment")


def _row(item: reading.Overview) -> None:
    with st.container(border=True, key=f"run-{item.run.id}"):
        name, state, score, trials, age, size, more = st.columns(
            [3.4, 1.5, 2, 1.5, 1.4, 0.9, 0.5], vertical_alignment="center", gap="small"
        )
        with name, st.container(gap=None, key=f"gb-name-{item.run.id}"):
            navigation.link("run", f"**{components.plain(item.name)}**", run=item.run.id)
            st.html(f'<div class="gb gb-muted gb-small">predicts {components.text(item.target)}</div>')
        with state:
            components.state_badge(item.state)
        with score:
            if item.score is None:
                components.cell("–", "no score yet")
            else:
                components.cell(
                    f"{fmt.score(item.score)} {fmt.metric_label(item.metric or '')}", item.estimate
                )
        with trials:
            components.cell(
                fmt.plural(item.trials, "trial"),
                f"{fmt.duration(item.seconds)} of {fmt.duration(item.budget)}",
            )
        with age:
            components.cell(fmt.ago(item.created), "started")
        with size:
            components.cell(fmt.size(item.bytes), "on disk")
        with more:
            _menu(item)


def _menu(item: reading.Overview) -> None:
    if st.button(
        "Delete",
        key=f"delete-{item.run.id}",
        icon=":material/delete:",
        type="tertiary",
        disabled=item.state in _BUSY and item.state != "queued",
        help="Delete this run" if item.state not in _BUSY else "Cancel the run before you delete it.",
    ):
        _confirm_delete(item)


@st.dialog("Delete this run?")
def _confirm_delete(item: reading.Overview) -> None:
    st.markdown(
        f"The models, explanations and bundles of **{components.plain(item.name)}** "
        f"({fmt.plural(item.trials, 'trial')}, {fmt.size(item.bytes)}) are deleted from the disk. "
        "Bundles that you downloaded stay."
    )
    keep, delete = st.columns(2)
    if keep.button("Keep it", width="stretch"):
        st.rerun()
    if delete.button(
        "Delete",
        key="confirm-delete",
        type="primary",
        width="stretch",
        on_click=actions.delete,
        args=(navigation.home(), item.run),
    ):
        st.rerun()


def _samples(*, expanded: bool) -> None:
    samples = drafts.samples()
    if not samples:
        return
    st.subheader("Sample tables", anchor=False)
    if not expanded:
        st.caption("Real, small tables to try things out with.")
    for column, sample in zip(st.columns(len(samples)), samples, strict=True):
        with column, st.container(border=True, height="stretch"):
            st.markdown(f"**{sample.title}**")
            components.note(sample.text)
            if st.button(
                f"Try {sample.title}", key=f"sample-{sample.path.stem}", icon=":material/play_arrow:"
            ):
                draft = drafts.from_sample(navigation.home(), sample)
                navigation.go("new", upload=draft.id)
