"""A retraining: under way, stopped, failed, or what came of it."""

from __future__ import annotations

import streamlit as st

from automl import jobs
from automl.jobs.retraining.seen import Retraining, retrainings
from automl.store import RunFolder
from automl.store.catalogue import Catalogue
from automl.workbench import acting, catalogued, components, lists, working
from automl.workbench.views.registry.anew.result import result

__all__ = ["follow"]


def follow(catalogue: Catalogue, name: str, job_id: str) -> None:
    """Draw it.

    Parameters
    ----------
    catalogue : Catalogue
    name : str
    job_id : str
        Of the retraining, from the address.
    """
    found = next((each for each in retrainings(catalogue, name) if each.job.id == job_id), None)
    if found is None:
        catalogued.not_here(f"retraining {job_id} of {name}", "registry", "All models")
        return
    lists.back("registry", f"All versions of {components.plain(name)}", name=name)
    table = components.plain(str(found.job.params["table_name"]))
    st.header(f"{components.plain(name)}, learned anew from {table}", anchor=False)
    if found.outcome:
        result(found)
    elif not found.job.is_over:
        working.show_progress(
            RunFolder(found.job.folder.parent.parent), found.job, f"Learning {name} anew",
            "The page may be closed: it goes on, and a stop loses nothing that is done.", key="anew",
        )  # fmt: skip
    else:
        _stopped(found)


def _stopped(found: Retraining) -> None:
    """Why it ended before its end, and the way on."""
    if found.job.state == "failed":
        working.failed(found.job, "It could not be learned anew.", (found.job.error or {}).get("fix") or "")
    else:
        components.empty("It was stopped", "What is done is kept; it goes on from there.")
    with st.container(horizontal=True, horizontal_alignment="center"):
        if st.button("Go on", type="primary", icon=":material/play_arrow:", key="anew-resume"):
            with acting.as_person():
                jobs.resume(found.job.folder)
            st.rerun()
