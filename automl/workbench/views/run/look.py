"""Looking at a run again and again: what says that the page must be drawn anew."""

from __future__ import annotations

from typing import Any

import streamlit as st

from automl import jobs
from automl.errors import RunError
from automl.store import RunFolder
from automl.workbench import navigation

__all__ = ["EVERY", "Signature", "again", "signature"]

EVERY = 2.0
"""Seconds between looks while something is going on."""

Signature = tuple[Any, ...]


def signature(run: RunFolder, now: jobs.JobState) -> Signature:
    """What the buttons and the layout of the page depend on."""
    return (
        run.id,
        now.state,
        now.alive,
        now.waits,
        run.is_cancel_asked(),
        run.has("result.json"),
        (run.path / "spec.json").stat().st_mtime_ns,  # its name
    )


def again(run_id: str, seen: Signature) -> tuple[RunFolder, jobs.JobState]:
    """The run as it is now; draws the whole page anew where that is not how it was."""
    try:
        run = navigation.home().run(run_id)
        now = jobs.state(run.path)
        changed = signature(run, now) != seen
    except (RunError, FileNotFoundError):  # deleted, in another tab or from a terminal
        st.rerun()
    if changed:
        st.rerun()
    return run, now
