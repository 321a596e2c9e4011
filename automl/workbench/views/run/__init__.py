"""Run: how the search goes, and how it went."""

from __future__ import annotations

import streamlit as st

from automl import jobs
from automl.store import RunFolder
from automl.workbench import components, navigation, notify
from automl.workbench.views.run import acts, ended, line, live, look

__all__ = ["show"]

_SLOW = 15.0  # seconds between looks once a search is over: another tab may resume or rename it


def show() -> None:
    """Draw the page."""
    run = navigation.current_run()
    if run is None:
        components.no_run_chosen()
        return
    now = jobs.state(run.path)
    name = str(run.spec["name"])
    st.set_page_config(page_title=notify.page_title(name, now))
    components.run_header(run, now.status)
    acts.draw(run, now)
    _tell_end(run, now, name)
    # A change of state redraws the whole page, buttons too; everything else changes in place.
    seen = look.signature(run, now)
    if now.waits:
        st.fragment(line.draw, run_every=look.EVERY)(run.id, seen)
    elif now.is_over:
        ended.draw(run, now)
        st.fragment(_watch, run_every=look.EVERY if now.alive else _SLOW)(run.id, seen)
    elif now.alive:
        st.fragment(live.draw, run_every=look.EVERY)(run.id, seen)
    else:
        components.empty("Not started yet", "This run was prepared, and waits to be started.")
        st.fragment(_watch, run_every=look.EVERY)(run.id, seen)


def _watch(run_id: str, seen: look.Signature) -> None:
    look.again(run_id, seen)


def _tell_end(run: RunFolder, now: jobs.JobState, name: str) -> None:
    """A toast for whoever has watched the search until its end."""
    watched = f"watched-{run.id}"
    if not now.is_over:
        st.session_state[watched] = True
    elif st.session_state.pop(watched, False):
        st.toast(components.plain(notify.page_title(name, now)), duration="long")
