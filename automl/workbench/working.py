"""A job that a page waits for: offered, under way with its progress, failed with its reason, or done.

Whatever takes longer than a moment is a job in a process of its own; this is how every page shows one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from automl import jobs
from automl.store import RunFolder
from automl.workbench import components

__all__ = ["failed", "latest", "result_of", "show_progress"]

_EVERY = 1.0  # seconds between looks at a job


def latest(run: RunFolder, kind: str, params: dict[str, Any]) -> jobs.JobState | None:
    """The newest job of a kind with exactly these parameters."""
    return next((job for job in jobs.jobs(run.path, kind) if job.params == params), None)


def result_of(
    run: RunFolder,
    kind: str,
    params: dict[str, Any],
    *,
    title: str,
    text: str,
    offer: str | None = None,
    icon: str = ":material/play_arrow:",
    key: str = "job",
) -> dict[str, Any] | None:
    """What a job has made; while it has made nothing, the page shows why and what to do.

    Parameters
    ----------
    run : RunFolder
        Or the folder of jobs that belong to no run, `Home.work`.
    kind : str
        Of the job; see `automl.jobs.launch`.
    params : dict
        What it is asked, as JSON.
    title, text : str
        What is going on, or on offer, in a few words and in a sentence.
    offer : str, optional
        Label of the button that starts it; without one it is started at once.
    icon : str
        Of that button.
    key : str
        Tells several jobs on one page apart.

    Returns
    -------
    dict or None
        The result of the finished job.
    """
    job = latest(run, kind, params)
    if job is None and offer is None:
        jobs.launch(run.path, kind, **params)
        job = latest(run, kind, params)
    if job is not None and job.state == "finished":
        return job.result or {}
    if job is not None and not job.is_over:
        show_progress(run, job, title, text, key=key)
        return None
    if job is not None and job.state == "failed":
        failed(job, "It could not be done.")
    else:
        components.empty(title, text)
    with st.container(horizontal=True, horizontal_alignment="center"):
        if st.button(
            "Try again" if job is not None else offer or "Start", type="primary", icon=icon, key=key
        ):
            jobs.launch(run.path, kind, **params)
            st.rerun()
    return None


def failed(job: jobs.JobState, otherwise: str, fix: str = "") -> None:
    """Why a job failed, or `otherwise` where it did not say, and where the details are."""
    components.problem(job.message or otherwise, fix)
    if identity := (job.error or {}).get("id"):
        st.caption(f"Error {identity}; worker.log in the folder of job {job.id} has the details.")


def show_progress(run: RunFolder, job: jobs.JobState, title: str, text: str, *, key: str) -> None:
    """A job under way, with how far it is and a button that stops it; redraws the page when it is over."""
    components.busy(title, text)
    st.fragment(_progress, run_every=_EVERY)(job.folder, title)
    with st.container(horizontal=True, horizontal_alignment="center"):  # outside the polled part
        st.button(
            "Stop", type="tertiary", icon=":material/stop_circle:", key=f"{key}-stop", on_click=_stop,
            args=(job.folder,),
        )  # fmt: skip


def _stop(folder: Path) -> None:
    jobs.cancel(folder)


def _progress(folder: Path, title: str) -> None:
    now = jobs.state(folder)
    if now.is_over:
        st.rerun()
    share = now.status.get("progress")
    if share is not None:
        said = now.kind == "inspect" or now.message == title  # by what stands above
        words = "" if said else components.plain(now.message)
        st.progress(min(1.0, max(0.0, float(share))), text=words or None)
