"""While the rows of a query come, and when they do not."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from automl import jobs
from automl.workbench import components, drafts, navigation
from automl.workbench.drafts import Draft
from automl.workbench.views.new_run import query

__all__ = ["show"]

_EVERY = 1.0  # seconds between looks at the job


def show(draft: Draft) -> None:
    """Draw where the query stands; it goes on without the page."""
    source = draft.source
    st.markdown(f":material/database: **{components.plain(source['connection'])}**")
    job = next(iter(jobs.jobs(draft.path, "query")), None)
    if job is not None and not job.is_over:
        components.busy("Fetching the rows", "You may close this page; its address leads back here.")
        st.fragment(_progress, run_every=_EVERY)(draft.id)
        with st.container(horizontal=True, horizontal_alignment="center"):
            st.button(
                "Stop",
                type="tertiary",
                icon=":material/stop_circle:",
                on_click=_stop,
                args=(job.folder,),
            )
    else:
        _not_here(draft, job)
    st.code(source["query"], language="sql", wrap_lines=True)


def _stop(folder: Path) -> None:
    jobs.cancel(folder)


def _progress(draft_id: str) -> None:
    draft = drafts.open_draft(navigation.home(), draft_id)
    job = next(iter(jobs.jobs(draft.path, "query")), None)
    if job is None or job.is_over:
        st.rerun()
    st.html(f'<p class="gb gb-muted" style="text-align:center">{components.text(job.message)}</p>')


def _not_here(draft: Draft, job: jobs.JobState | None) -> None:
    if job is not None and job.state == "failed":
        components.problem(job.message or "The rows could not be fetched.")
        if identity := (job.error or {}).get("id"):
            components.note(f"Error {identity}; worker.log in the folder of job {job.id} has the details.")
    elif job is not None and job.state == "cancelled":
        components.empty("Stopped", "The query was stopped before all rows had come.")
    else:
        components.empty("Interrupted", "The query's process has gone before all rows had come.")
    with st.container(horizontal=True, horizontal_alignment="center"):
        if st.button("Change the query", type="primary", icon=":material/edit:"):
            navigation.go("new", **{"from": "database", "query": draft.id})
        if st.button("Try again", icon=":material/refresh:"):
            query.launch(draft)
            st.rerun()
