"""One line about the MLflow server that is told of a run."""

from __future__ import annotations

import streamlit as st

from automl.errors import RunError
from automl.store import RunFolder
from automl.workbench import components, navigation
from automl.workbench.tracked import Tracked, tracked

__all__ = ["draw", "watch"]

_EVERY = 3.0  # seconds between looks while something is still to be sent
_ICONS = {"fine": "cloud_done", "busy": "cloud_upload", "problem": "cloud_off"}


def draw(run: RunFolder) -> None:
    """Draw it; nothing where the run is told to nobody."""
    now = tracked(run)
    if now is not None:
        _line(now)


def watch(run: RunFolder) -> None:
    """Draw it, and look again as long as it goes on."""
    now = tracked(run)
    if now is not None and now.goes_on:
        st.fragment(_again, run_every=_EVERY)(run.id)
    elif now is not None:
        _line(now)


def _again(run_id: str) -> None:
    try:
        run = navigation.home().run(run_id)
    except RunError:  # deleted, in another tab or from a terminal
        st.rerun()
    draw(run)


def _line(now: Tracked) -> None:
    server, words = components.plain(now.server), components.plain(now.words)
    where = f"[{server}](<{now.url}>)" if now.url else server
    color = "orange" if now.level == "problem" else "gray"
    st.markdown(f":{color}[:material/{_ICONS[now.level]}:] MLflow at {where}: :{color}[{words}]")
