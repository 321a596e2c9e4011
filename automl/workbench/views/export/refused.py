"""A bundle that was not handed out: why, what is still there, and what to do."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from automl import jobs
from automl.workbench import components
from automl.workbench import format as fmt

__all__ = ["refused"]

_SELF_CHECK = "self-check"
_ENDING = " Nothing was exported."


def refused(job: jobs.JobState, earlier: Path | None, name: str) -> None:
    """Say it; the button to try again comes after it.

    Parameters
    ----------
    job : JobState
        The export that failed.
    earlier : Path or None
        A bundle of this model that passed before: it was not replaced.
    name : str
        What that one is downloaded as.
    """
    checked = _SELF_CHECK in job.message
    st.markdown(":red[:material/gpp_bad:] **No bundle was handed out**")
    st.markdown(
        "It was built, unpacked and tested in a process of its own, as its receiver would. It did not pass, "
        "so it was thrown away."
        if checked
        else "It could not be built."
    )
    if job.message:
        st.html(f'<p class="gb gb-reason">{components.text(job.message.removesuffix(_ENDING))}</p>')
    if identity := (job.error or {}).get("id"):
        st.caption(f"Error {identity}; worker.log in the folder of job {job.id} has the details.")
    st.markdown(
        "Try again once. If it comes back, another model of this run may pass: choose one above."
        if checked
        else "Try again, or choose another model above."
    )
    if earlier is not None:
        with st.container(horizontal=True, vertical_alignment="center", key="gb-earlier"):
            components.note(
                f"An earlier bundle passed and is still there: {fmt.size(earlier.stat().st_size)}, built "
                f"{fmt.ago(earlier.stat().st_mtime)}."
            )
            st.download_button(
                "Download that one", data=earlier.read_bytes, file_name=name, mime="application/zip",
                icon=":material/download:", on_click="ignore", key="download-earlier",
            )  # fmt: skip
