"""Score: predict a new table, and say before and after whether its predictions can be relied on."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from automl import jobs
from automl.errors import RunError
from automl.monitoring.history import SCORINGS, scoring
from automl.store import RunFolder, is_id
from automl.workbench import components, navigation, working
from automl.workbench.modelled import modelled_run
from automl.workbench.reading import Standing
from automl.workbench.views.score.before import before
from automl.workbench.views.score.history import history
from automl.workbench.views.score.result import result
from automl.workbench.views.score.start import again, start

__all__ = ["show"]


def show() -> None:
    """Draw the page."""
    found = modelled_run(
        nothing="Nothing to score with",
        soon="The first one can score new rows within seconds of its own score.",
    )
    if found is None:
        return
    run, rows = found.run, found.rows
    asked = st.query_params.get("scoring")
    if asked is None:
        model = components.choose_model(run, rows)
        if (table := st.query_params.get("table")) is not None:
            before(run, model, table)
            return
        start(run, model)
        history(run)
        return
    _one(run, rows, asked)


def _one(run: RunFolder, rows: list[Standing], asked: str) -> None:
    """A scoring that the address names: done, under way, or failed."""
    if not is_id(asked):
        raise RunError("There is no such scoring here.", fix="Choose one from the list.")
    if (run.path / SCORINGS / asked / "scoring.json").is_file():
        result(run, rows, scoring(run, asked))
        history(run, shown=asked)
        return
    folder = run.path / "jobs" / asked
    if not (folder / "spec.json").is_file() or jobs.state(folder).kind != "score":
        components.problem("There is no such scoring here.", "It may have been deleted.")
        back(run)
        history(run)
        return
    _under_way(run, jobs.state(folder))


def _under_way(run: RunFolder, job: jobs.JobState) -> None:
    name = str(job.params.get("name") or Path(job.params["table"]).name)
    if not job.is_over:
        working.show_progress(
            run,
            job,
            f"Scoring {name}",
            "Each row is predicted; what is odd about the file, and how it differs from the rows that the "
            "model was learned from, is told together with the predictions.",
            key="score",
        )
        return
    if job.state == "failed":
        working.failed(job, "The table could not be scored.")
    else:
        components.empty(f"Scoring {name} was stopped", "Nothing of it was kept.")
    with st.container(horizontal=True, horizontal_alignment="center"):
        again(run, job.params, label="Try again", icon=":material/refresh:")
        back(run)
    history(run)


def back(run: RunFolder) -> None:
    """The way to another table."""
    navigation.link("score", "Score another table", icon=":material/upload_file:", run=run.id)
