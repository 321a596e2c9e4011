"""Where a job stands, told from what it wrote and from whether its worker lives."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from automl.jobs import worker_lock
from automl.jobs.folder import JobFolder, open_folder
from automl.jobs.watchdog import STOP
from automl.store import ACTIVE_STATES, END_STATES, RunFolder

__all__ = ["RESUMABLE", "JobState", "jobs", "state"]

RESUMABLE = ("search", "retrain")
"""Kinds of job that go on where they were cut off."""

_GONE = "The worker has gone. Everything finished so far is kept."


@dataclass(frozen=True)
class JobState:
    """Where a job stands.

    Attributes
    ----------
    folder : Path
        The run folder of a search, else the job's own folder.
    id : str
        Name of the folder.
    kind : str
        `search`, `explain`, `export` or `report`.
    state : str
        `queued` (see `waits`), then for a search `preparing`, `searching`, `finishing`, for other kinds
        `running`; at the end `finished`, `cancelled` or `failed`; `interrupted` when the worker has gone
        without saying why.
    message : str
        What is going on, or went wrong, in a sentence.
    alive : bool
        Whether a worker is at work, or on its way. For a moment still true after the last state was written.
    error : dict or None
        `message` and `id` of the failure; the id finds the traceback in the log.
    result : dict or None
        What an explain or export job has made; of a search see `RunFolder.result`.
    params : dict
        What an explain or export job was asked for.
    status : dict
        Everything that was written into `status.json`, with this `state` and `alive`.
    """

    folder: Path
    id: str
    kind: str
    state: str
    message: str
    alive: bool
    error: dict[str, Any] | None
    result: dict[str, Any] | None
    params: dict[str, Any]
    status: dict[str, Any]

    @property
    def is_over(self) -> bool:
        """Whether the job will not go on by itself."""
        return self.state in END_STATES or self.state == "interrupted"

    @property
    def waits(self) -> bool:
        """Whether a search waits for another one to end; see `automl.jobs.place`."""
        return self.alive and self.state == "queued" and bool(self.status.get("waiting"))

    @property
    def can_cancel(self) -> bool:
        """Whether there is something to cancel."""
        return self.alive and not self.is_over

    @property
    def can_resume(self) -> bool:
        """Whether a search or a retraining was stopped before its end and can go on."""
        return self.kind in RESUMABLE and self.state in ("cancelled", "failed", "interrupted")


def state(path: Path | str) -> JobState:
    """The state of the job at `path`: a run folder (its search) or the folder of an explain or export job.

    Cheap enough to ask several times a second: two small files and two locks.

    Raises
    ------
    RunError
        When there is no job at `path`.
    """
    folder = open_folder(path)
    status = _written(folder)
    name, alive = _derived(folder, status), _is_alive(folder)
    if name == "interrupted":
        # A worker writes its last state before it lets go of the lock: look again before calling a job that
        # has just ended interrupted.
        status = _written(folder)
        name = _derived(folder, status)
    spec = folder.spec
    return JobState(
        folder=folder.path,
        id=folder.path.name,
        kind=str(spec["kind"]) if isinstance(folder, JobFolder) else "search",
        state=name,
        message=_GONE if name == "interrupted" else str(status.get("message") or ""),
        alive=alive,
        error=status.get("error"),
        result=status.get("result"),
        params=spec["params"] if isinstance(folder, JobFolder) else {},
        status={**status, "state": name, "alive": alive},
    )


def jobs(run_folder: Path | str, kind: str | None = None) -> list[JobState]:
    """The explain and export jobs of a run, newest first; of one kind only, if asked."""
    found = (state(path.parent) for path in (Path(run_folder) / "jobs").glob("*/spec.json"))
    return sorted((job for job in found if kind in (None, job.kind)), key=lambda job: job.id, reverse=True)


def _written(folder: RunFolder | JobFolder) -> dict[str, Any]:
    status: dict[str, Any] = (
        folder.status if isinstance(folder, JobFolder) else folder.read("status.json", {})
    )
    return status


def _is_alive(folder: RunFolder | JobFolder) -> bool:
    # A search may also run without a worker, in the process of somebody who called `automl.fit`.
    return folder.has_worker() if isinstance(folder, RunFolder) else worker_lock.is_held(folder.path)


def _derived(folder: RunFolder | JobFolder, status: dict[str, Any]) -> str:
    written = str(status.get("state", "queued"))
    if isinstance(folder, JobFolder):
        unfinished = written in ("queued", "running")
    else:  # a run that nobody has started yet is queued, and not interrupted
        unfinished = written in ACTIVE_STATES or (written == "queued" and "launched" in status)
    if not unfinished or _is_alive(folder):
        return written
    return "cancelled" if isinstance(folder, JobFolder) and (folder.path / STOP).exists() else "interrupted"
