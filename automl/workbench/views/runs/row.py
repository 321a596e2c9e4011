"""One line of the list of runs."""

from __future__ import annotations

import time

import streamlit as st

from automl import jobs
from automl.workbench import actions, components, navigation, overviews
from automl.workbench import format as fmt
from automl.workbench.overviews import Overview

__all__ = ["draw"]

_EVERY = 3.0  # seconds between looks at a run under way
_COMPARE, _RENAME, _DELETE = "Compare its models", "Rename", "Delete"
_STOP, _FRONT = "Stop", "Move to the front"


def draw(item: Overview) -> None:
    """Draw a run: its name, how it stands, and what can be done with it."""
    with st.container(border=True, key=f"run-{item.run.id}"):
        name, facts, more = st.columns([3, 8, 0.6], vertical_alignment="center", gap="small")
        with name, st.container(gap=None, key=f"gb-name-{item.run.id}"):
            navigation.link("run", f"**{components.plain(item.name)}**", run=item.run.id)
            st.html(f'<div class="gb gb-muted gb-small gb-any">predicts {components.text(item.target)}</div>')
        with facts:
            if item.is_over:
                _facts(item)
            else:
                st.fragment(_live, run_every=_EVERY)(item)
        with more:
            _menu(item)


def _live(item: Overview) -> None:
    """The facts of a run under way, which change while the page is open."""
    now = overviews.overview(item.run)
    _facts(item if now is None else now)


def _facts(item: Overview) -> None:
    state, rest = st.columns([1.5, 7], vertical_alignment="center", gap="small")
    with state:
        components.state_badge("starting" if item.state == "queued" and item.alive else item.state)
    with rest:
        cells = (
            _score(item),
            (fmt.plural(item.trials, "trial"), _time(item)),
            (fmt.ago(item.created), "added" if item.state in ("queued", "waiting") else "started"),
            (fmt.size(overviews.disk_bytes(item)), "on disk"),
        )
        st.html(f'<div class="gb gb-facts">{"".join(_cell(*cell) for cell in cells)}</div>')


def _cell(value: str, note: str) -> str:
    return f'<div class="gb-cell"><b>{components.text(value)}</b><span>{components.text(note)}</span></div>'


def _score(item: Overview) -> tuple[str, str]:
    if item.state == "waiting":
        place = jobs.place(item.run.path)
        if place is not None:
            title = "Next in the queue" if place.number == 1 else f"{fmt.ordinal(place.number)} in the queue"
            return title, f"starts in about {fmt.duration(place.seconds)}"
    if item.score is None:
        return "–", "no score" if item.is_over else "no score yet"
    against = "" if item.dummy is None else f", baseline {fmt.score(item.dummy)}"
    return f"{fmt.score(item.score)} {fmt.metric_label(item.metric or '')}", f"{item.estimate}{against}"


def _time(item: Overview) -> str:
    if item.is_over or item.state in ("queued", "waiting"):
        return f"{fmt.duration(item.seconds)} of {fmt.duration(item.budget)}"
    left = item.budget - item.seconds - max(time.time() - item.updated, 0.0)
    return f"{fmt.duration(round(max(left, 0.0)))} left of {fmt.duration(item.budget)}"


def _menu(item: Overview) -> None:
    options = [_RENAME]
    if not item.is_over and item.alive:
        options = [_STOP, *([_FRONT] if item.state == "waiting" else []), _RENAME]
    elif item.score is not None:
        options = [_COMPARE, _RENAME]
    if not item.alive:
        options.append(_DELETE)
    chosen = st.menu_button(
        f"Actions for {components.plain(item.name)}",
        options,
        key=f"menu-{item.run.id}",
        icon=":material/more_vert:",
        type="tertiary",
    )
    if chosen == _COMPARE:
        navigation.go("models", run=item.run.id)
    elif chosen == _STOP:
        actions.cancel(item.run)
        st.toast(f"{components.plain(item.name)} is stopping. What it has found is kept.")
    elif chosen == _FRONT:
        actions.to_front(item.run)
        st.rerun()
    elif chosen == _RENAME:
        _rename(item)
    elif chosen == _DELETE:
        _confirm_delete(item)


@st.dialog("Rename this run")
def _rename(item: Overview) -> None:
    name = st.text_input("Name", item.name, max_chars=120, key="new-name")
    if st.button(
        "Rename",
        key="confirm-rename",
        type="primary",
        disabled=not name.strip(),
        on_click=lambda: actions.rename(item.run, st.session_state["new-name"]),
    ):
        st.rerun()


@st.dialog("Delete this run?")
def _confirm_delete(item: Overview) -> None:
    st.markdown(
        f"The models, explanations and bundles of **{components.plain(item.name)}** "
        f"({fmt.plural(item.trials, 'trial')}, {fmt.size(overviews.disk_bytes(item))}) are deleted from the "
        "disk. Bundles that you downloaded stay."
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
