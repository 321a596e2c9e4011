"""Whether a run is told to an MLflow server, and how far that is; read from its job, without MLflow."""

from __future__ import annotations

import os
from dataclasses import dataclass
from urllib.parse import urlsplit

from automl import jobs
from automl.errors import GlassbenchError
from automl.store import RunFolder
from automl.tracking import URI, check_page, default_track
from automl.workbench import format as fmt

__all__ = ["Tracked", "problem_of", "suggested", "tracked"]

_WORKING = ("queued", "running")


@dataclass(frozen=True)
class Tracked:
    """How far the telling of a run is.

    Attributes
    ----------
    server : str
        Its host.
    url : str or None
        Where the run is to be seen; None while the server does not know it.
    words : str
    level : {"fine", "busy", "problem"}
    goes_on : bool
        Whether somebody is at it.
    """

    server: str
    url: str | None
    words: str
    level: str
    goes_on: bool


def tracked(run: RunFolder) -> Tracked | None:
    """How far it is; None where the run is told to nobody."""
    asked = run.spec.get("track")
    if not asked:
        return None
    server = urlsplit(asked["uri"]).netloc
    job = next(iter(jobs.jobs(run.path, "track")), None)
    if job is None:
        return Tracked(server, None, "nothing sent yet", "busy", False)
    url = job.status.get("url")
    if job.state == "finished":
        result = job.result or {}
        refused = result.get("refused", {})
        words = f"{fmt.plural(result['trials'], 'trial')} sent"
        if result.get("model"):
            words += f", registered as {str(result['model']).removeprefix('models:/')}"
        if refused:
            words += f"; not taken there: {', '.join(refused)}"
        return Tracked(server, url, words, "problem" if refused else "fine", False)
    if job.state in _WORKING:
        waits = bool(job.status.get("waits_for_server"))
        return Tracked(server, url, job.message or "starting", "problem" if waits else "busy", True)
    return Tracked(server, url, job.message or f"ended: {job.state}", "problem", False)


def suggested() -> str:
    """The address that runs are told by default; empty for none."""
    told = default_track()
    if told is True:
        told = os.environ.get(URI) or "yes"  # which is no address: that is said where a run is started
    return str(told or "").strip()


def problem_of(address: str) -> GlassbenchError | None:
    """What is wrong with an address that was typed."""
    try:
        check_page(address)
    except GlassbenchError as error:
        return error
    return None
