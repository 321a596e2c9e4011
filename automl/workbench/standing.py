"""What jobs have found out about how models stand to each other, as the pages read it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import streamlit as st

from automl import jobs
from automl.store import RunFolder, files, version_of
from automl.workbench import navigation, working

__all__ = ["about", "content_of", "is_settled", "is_under_way", "params"]


def is_settled(run: RunFolder) -> bool:
    """Whether a search has ended with a result, and its rows are there to be asked again."""
    return run.has("result.json") and run.has("prepared.json") and jobs.state(run.path).is_over


def params(run: RunFolder) -> dict[str, Any]:
    """What the job `standing` is asked for the present result."""
    return {"version": version_of(run)}


def about(run: RunFolder) -> dict[str, Any] | None:
    """The front, and what tells tied models apart; None while that is being worked out.

    Starts the job where nobody has; the page is drawn again when it is over.
    """
    if not is_settled(run):
        return None
    asked = params(run)
    job = working.latest(run, "standing", asked)
    if job is None:
        jobs.launch(run.path, "standing", **asked)
        job = working.latest(run, "standing", asked)
    if job is not None and job.state == "finished":
        return content_of(run, job.result)
    if job is not None and not job.is_over:
        st.fragment(_wait, run_every=1.5)(run.id, job.id)
    return None


def is_under_way(run: RunFolder) -> bool:
    """Whether that is being worked out."""
    job = working.latest(run, "standing", params(run))
    return job is not None and not job.is_over


def _wait(run_id: str, job_id: str) -> None:
    if jobs.state(navigation.home().run(run_id).path / "jobs" / job_id).is_over:
        st.rerun()


def content_of(run: RunFolder, result: dict[str, Any] | None) -> dict[str, Any] | None:
    """What a job has written into the run folder; None where it has not, or its file has gone."""
    if result is None or "file" not in result:
        return None
    path = run.path / result["file"]
    return _content(path, path.stat().st_mtime_ns) if path.is_file() else None


@lru_cache(maxsize=32)
def _content(path: Path, _stamp: int) -> dict[str, Any]:
    content: dict[str, Any] = files.read_json(path)
    return content
