"""Which timeline of a model is shown: its scored tables, or other data that it was looked at with."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from automl import jobs
from automl.jobs import JobState
from automl.monitoring.timeline.kept import Kept, kept_timelines
from automl.store import RunFolder, is_id
from automl.workbench import format as fmt
from automl.workbench.timelines import SCORED

__all__ = ["choose", "name_of"]

_SCORINGS = "scorings"
_ASKED = ("timeline", "window", "column")


def choose(run: RunFolder, model: str) -> str | None:
    """Let the person choose; the address keeps it. The id of a timeline, None for the scored tables."""
    kept = kept_timelines(run)
    asked = st.query_params.get("timeline")
    if asked is not None and _model_of(run, asked, kept) not in (None, model):
        _forget()  # another model was chosen
        asked = None
    labels = {_SCORINGS: "Scored tables"}
    labels |= {
        each.id: _label(each)
        for each in kept
        if each.model == model and (each.period != SCORED or each.id == asked)
    }
    if len(labels) == 1 or (asked is not None and asked not in labels):
        return asked  # under way, or unknown: the page says so
    now = asked or _SCORINGS
    options = list(labels)
    picked = st.selectbox(
        "Shown", options, index=options.index(now), format_func=lambda each: labels[each],
        key=f"shown-{run.id}-{model}-{now}-{len(options)}", width=360,
    )  # fmt: skip
    if picked != now:
        _forget()
        if picked != _SCORINGS:
            st.query_params["timeline"] = picked
        st.rerun()
    return None if now == _SCORINGS else now


def _forget() -> None:
    for name in _ASKED:
        st.query_params.pop(name, None)


def _model_of(run: RunFolder, asked: str, kept: list[Kept]) -> str | None:
    """The model of a timeline that is there or under way; None where nothing is known of it."""
    for each in kept:
        if each.id == asked:
            return each.model
    folder = run.path / "jobs" / asked
    if not is_id(asked) or not (folder / "spec.json").is_file():
        return None
    found = jobs.state(folder).params.get("model")
    return None if found is None else str(found)


def _label(kept: Kept) -> str:
    return f"{kept.source} by {kept.period} · {fmt.ago(kept.created)}"


def name_of(job: JobState) -> str:
    """What a timeline is made of, in a few words."""
    asked = job.params
    return str(asked.get("name") or Path(str(asked.get("table") or asked.get("log") or "the data")).name)
