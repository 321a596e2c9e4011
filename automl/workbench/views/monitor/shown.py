"""Which timeline of a model is shown: its scored tables, or other data that it was looked at with."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from automl import jobs
from automl.jobs import JobState
from automl.store import RunFolder
from automl.workbench import format as fmt

__all__ = ["choose", "name_of"]

_SCORINGS = "scorings"


def choose(run: RunFolder, model: str) -> str | None:
    """Let the person choose; the address keeps it. The id of a job, None for the scored tables."""
    asked = st.query_params.get("timeline")
    made = [
        job for job in jobs.jobs(run.path, "timeline")
        if job.params.get("model") == model and (job.state == "finished" or job.id == asked)
    ]  # fmt: skip
    if not made:
        return asked
    labels = {_SCORINGS: "Scored tables", **{job.id: _label(job) for job in made}}
    options = [_SCORINGS, *(job.id for job in made)]
    now = asked if asked in labels else _SCORINGS
    if asked is not None and asked not in labels:
        return asked  # of another model, or unknown: the page says so
    picked = st.selectbox(
        "Shown", options, index=options.index(now), format_func=lambda each: labels[each],
        key=f"shown-{run.id}-{model}-{now}-{len(options)}", width=360,
    )  # fmt: skip
    if picked != now:
        for name in ("timeline", "window", "column"):
            st.query_params.pop(name, None)
        if picked != _SCORINGS:
            st.query_params["timeline"] = picked
        st.rerun()
    return None if now == _SCORINGS else now


def _label(job: JobState) -> str:
    return f"{name_of(job)} · {fmt.ago(float(job.status.get('updated') or 0.0))}"


def name_of(job: JobState) -> str:
    """What a timeline was made of, in a few words."""
    params = job.params
    name = params.get("name") or Path(str(params.get("table") or params.get("log") or "data")).name
    period = params.get("period")
    return f"{name} by {period}" if period else str(name)
