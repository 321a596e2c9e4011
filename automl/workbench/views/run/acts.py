"""The buttons of a run: the one thing to do next.

They stand outside of what is polled, where a click can get lost.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import streamlit as st

from automl import jobs
from automl.store import RunFolder, headline
from automl.workbench import actions, drafts, navigation, notify, reading
from automl.workbench import format as fmt

__all__ = ["draw"]

Kind = Literal["primary", "secondary", "tertiary"]


def draw(run: RunFolder, now: jobs.JobState) -> None:
    """Draw what the state allows."""
    with st.container(horizontal=True, vertical_alignment="center", key="gb-run-actions"):
        if now.waits:
            _in_line(run)
        if now.can_cancel:
            _cancel(run, now)
        # What has failed will mostly fail again as it is: then the way on is to change something.
        resume: Kind = "secondary" if now.state == "failed" and _has_source(run) else "primary"
        if now.can_resume and st.button("Resume", type=resume, icon=":material/play_arrow:", key="resume"):
            with st.spinner("Starting again …"):
                actions.resume(run)
            st.rerun()
        if now.state == "queued" and not now.alive:
            st.button(
                "Start",
                type="primary",
                icon=":material/play_arrow:",
                key="launch",
                on_click=actions.launch,
                args=(run,),
            )
        if now.is_over:
            _afterwards(run, now)
        if now.alive or now.is_over:
            notify.offer(str(run.spec["name"]), now, score=_reached(run) if now.is_over else "")


def _in_line(run: RunFolder) -> None:
    place = jobs.place(run.path)
    if place is not None and place.number > 1:
        st.button(
            "Move to the front",
            icon=":material/vertical_align_top:",
            key="to-front",
            on_click=actions.to_front,
            args=(run,),
            help="It becomes the next one to start.",
        )
    st.button(
        "Start now anyway",
        icon=":material/play_arrow:",
        key="start-now",
        on_click=actions.start_now,
        args=(run,),
        help="Both searches then share the processor cores, and each tries fewer models in its time.",
    )


def _cancel(run: RunFolder, now: jobs.JobState) -> None:
    asked = run.is_cancel_asked()
    st.button(
        "Cancelling …" if asked else "Cancel",
        icon=":material/stop_circle:",
        disabled=asked,
        key="cancel",
        on_click=actions.cancel,
        args=(run,),
        help="It leaves the queue, and can be started later."
        if now.waits
        else "The best model so far is kept, and the search can go on later.",
    )


def _afterwards(run: RunFolder, now: jobs.JobState) -> None:
    """Ways on from a run that is over."""
    if run.has("result.json") and reading.successful(reading.trials(run)):
        main: Kind = "secondary" if now.can_resume else "primary"
        _go("See the models", "models", run, "see-models", main)
        _go("Explain the winner", "explain", run, "see-explanation")
        _go("Export", "export", run, "see-export")
    again: Kind = "primary" if now.state == "failed" else "tertiary"
    if _has_source(run) and st.button(
        "Change and run again", type=again, icon=":material/tune:", key="again"
    ):
        draft = drafts.from_run(navigation.home(), run.spec)
        if draft is not None:
            navigation.go("new", upload=draft.id)


def _has_source(run: RunFolder) -> bool:
    return Path(str(run.spec.get("source"))).is_file()


def _go(label: str, path: str, run: RunFolder, key: str, kind: Kind = "secondary") -> None:
    if st.button(label, type=kind, key=key):
        navigation.go(path, run=run.id)


def _reached(run: RunFolder) -> str:
    """The score that the run has reached, in a few words; empty where there is none."""
    result = run.result
    if not result:
        return ""
    return f"{fmt.metric_label(result['metric'])} {fmt.score(headline(result).score)}"
