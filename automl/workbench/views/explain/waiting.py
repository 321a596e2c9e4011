"""A model that has not been explained yet: offered, under way, or failed."""

from __future__ import annotations

import streamlit as st

from automl import jobs
from automl.store import RunFolder
from automl.workbench import actions, components, navigation, working
from automl.workbench.reading import Standing

__all__ = ["not_yet"]


def not_yet(run: RunFolder, now: jobs.JobState, model: Standing) -> None:
    """There is a model, and no explanation of it."""
    job = working.latest(run, "explain", {"model": model.id})
    by_search = model.chosen and now.alive
    if by_search or (job is not None and not job.is_over):
        components.busy(
            f"Explaining {model.label}",
            "The model is asked about many variants of real rows, to see what each column changes. "
            "About half a minute.",
        )
        st.fragment(_wait_for, run_every=2)(run.id, model.id)
        return
    if job is not None and job.state == "failed":
        working.failed(job, "The explanation failed.")
    else:
        components.empty(
            "This model has not been explained yet",
            "It takes up to half a minute, and runs beside anything else that is going on.",
        )
    with st.container(horizontal=True, horizontal_alignment="center"):
        label = "Try again" if job is not None and job.state == "failed" else "Explain this model"
        if st.button(label, type="primary", icon=":material/lightbulb:", key="explain-now"):
            actions.explain(run, model.id)
            st.rerun()


def _wait_for(run_id: str, model_id: str) -> None:
    """Redraw the page when what it waits for is there, or will not come."""
    run = navigation.home().run(run_id)
    job = working.latest(run, "explain", {"model": model_id})
    waiting = jobs.state(run.path).alive or (job is not None and not job.is_over)
    if not waiting or (run.path / "explanations" / f"{model_id}.json").is_file():
        st.rerun()
