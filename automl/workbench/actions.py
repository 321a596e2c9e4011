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

__all__ = [
    "MORE_SECONDS",
    "can_search_more",
    "cancel",
    "delete",
    "explain",
    "export",
    "launch",
    "rename",
    "resume",
    "search_more",
    "start",
    "start_now",
    "to_front",
]

MORE_SECONDS = 300
"""Of search that one click adds to a finished run."""

# What a run was asked, and the one that goes on from it is asked again.
_KEPT = (
    "task",
    "metric",
    "seed",
    "n_jobs",
    "executor",
    "extra_families",
    "memory",
    "kinds",
    "excluded",
    "groups",
    "time",
    "weights",
    "monotone",
    "interpretable",
    "max_latency_ms",
    "max_size_mb",
    "calibrate",
    "costs",
    "read",
    "track",
)


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
    _launch_or_delete(run)
    tidy(home, [str(r.spec.get("source") or "") for r in home.runs()])
    return run


def _launch_or_delete(run: RunFolder) -> None:
    try:
        jobs.launch(run.path, "search", queue=True)
    except GlassbenchError:
        run.delete()
        raise


def launch(run: RunFolder) -> None:
    """Start the search of a run that was made elsewhere and has not been started."""
    jobs.launch(run.path, "search", queue=True)


def to_front(run: RunFolder) -> None:
    """Let a search that waits be the next one."""
    jobs.to_front(run.path)


def start_now(run: RunFolder) -> None:
    """Let a search that waits begin beside the one that is under way."""
    jobs.start_now(run.path)


def cancel(run: RunFolder) -> None:
    """Ask the search to end with the best model so far."""
    jobs.cancel(run.path)


def resume(run: RunFolder) -> None:
    """Let the search go on; returns when the next worker is on its way."""
    jobs.resume(run.path, queue=True)


def can_search_more(run: RunFolder) -> str:
    """Why a finished run cannot be gone on from; empty where it can."""
    source = run.spec.get("source")
    if not source:
        return "Its table was given in Python, and is not kept as a file."
    return "" if Path(source).is_file() else f"Its table {Path(source).name} is no longer there."


def search_more(home: Home, run: RunFolder) -> RunFolder:
    """Start a run with the settings of a finished one, which tries first what that one found best.

    The holdout of a finished run is open, so it cannot go on itself. With the same seed the new one seals the
    same rows, and the two scores can be compared.

    Raises
    ------
    GlassbenchError
        When the table is gone, or no worker could be started; no run is left behind then.
    """
    spec = run.spec
    if reason := can_search_more(run):
        raise RunError(reason, fix="Start a new run with the table as it is now.")
    more = create_run(
        spec["source"],
        spec["target"],
        budget=MORE_SECONDS,
        warm_start=run.path,
        home=home.path,
        name=f"{str(spec['name']).removesuffix(', more')}, more",
        **{name: spec[name] for name in _KEPT if spec.get(name) is not None},
    ).folder
    _launch_or_delete(more)
    return more


def rename(run: RunFolder, name: str) -> None:
    """Give a run another name.

    Raises
    ------
    SettingError
        When it is empty or too long.
    """
    run.rename(name)


def delete(home: Home, run: RunFolder) -> None:
    """Delete a run, and its upload when no other run was started from it.

    Raises
    ------
    RunError
        When work is under way in it.
    """
    at_work = [job for job in jobs.jobs(run.path) if job.alive]
    if jobs.state(run.path).alive or any(job.kind != "track" for job in at_work):
        raise RunError(
            "Work is still under way in this run.", fix="Cancel it, wait a moment, and delete it then."
        )
    for job in at_work:  # a server that does not answer is waited for, and there is nothing left to tell it
        jobs.stop(job.folder)
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
