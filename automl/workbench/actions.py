"""What the buttons do. All of it is quick: long work goes to jobs."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from automl import jobs
from automl.errors import GlassbenchError, RunError
from automl.run import create_run
from automl.store import Home, RunFolder
from automl.workbench.drafts import Draft, tidy

__all__ = ["cancel", "delete", "explain", "export", "latest_job", "launch", "resume", "start"]


def start(home: Home, draft: Draft, settings: Mapping[str, Any]) -> RunFolder:
    """Start a run from a draft.

    Parameters
    ----------
    home : Home
    draft : Draft
    settings : mapping
        Arguments of `automl.run.create_run`.

    Raises
    ------
    GlassbenchError
        When a setting makes no sense or no worker could be started; no run is left behind then.
    """
    run = create_run(draft.table, home=home.path, **settings).folder
    try:
        jobs.launch(run.path, "search")
    except GlassbenchError:
        run.delete()
        raise
    tidy(home, [str(r.spec.get("source") or "") for r in home.runs()])
    return run


def launch(run: RunFolder) -> None:
    """Start the search of a run that was made elsewhere and has not been started."""
    jobs.launch(run.path, "search")


def cancel(run: RunFolder) -> None:
    """Ask the search to end with the best model so far."""
    jobs.cancel(run.path)


def resume(run: RunFolder) -> None:
    """Let the search go on; returns when the next worker is on its way."""
    jobs.resume(run.path)


def delete(home: Home, run: RunFolder) -> None:
    """Delete a run, and its upload when no other run was started from it.

    Raises
    ------
    RunError
        When work is under way in it.
    """
    if jobs.state(run.path).alive or any(job.alive for job in jobs.jobs(run.path)):
        raise RunError(
            "Work is still under way in this run.", fix="Cancel it, wait a moment, and delete it then."
        )
    source = run.spec.get("source")
    run.delete()
    if source:
        folder = Path(source).parent
        others = {str(other.spec.get("source")) for other in home.runs()}
        if folder.parent == home.uploads_path and source not in others and folder.is_dir():
            shutil.rmtree(folder)


def explain(run: RunFolder, model: str, rows: list[int] | None = None) -> None:
    """Start explaining a model: a sample of rows, or the rows named."""
    params: dict[str, Any] = {"model": model} if rows is None else {"model": model, "rows": rows}
    jobs.launch(run.path, "explain", **params)


def export(run: RunFolder, model: str) -> None:
    """Start writing the bundle of a model."""
    jobs.launch(run.path, "export", model=model)


def latest_job(run: RunFolder, kind: str, **params: Any) -> jobs.JobState | None:
    """The newest job of a kind with these parameters."""
    return next((job for job in jobs.jobs(run.path, kind) if job.params == params), None)
