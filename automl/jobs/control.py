"""Start, cancel, stop and resume jobs, from any process that can see their folders."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from automl.errors import RunError, SettingError
from automl.jobs import worker_lock
from automl.jobs.detach import start_detached, worker_environment
from automl.jobs.folder import LOG, JobFolder, open_folder
from automl.jobs.state import JobState, jobs, state
from automl.jobs.turn import WAITING
from automl.jobs.watchdog import STOP
from automl.store import END_STATES, Queue, RunFolder, lock

__all__ = ["WORKER", "await_explanation", "cancel", "launch", "resume", "stop", "wait"]

WORKER = ("-m", "automl.jobs.worker")
OTHER_KINDS = (
    "compare",
    "decide",
    "difference",
    "explain",
    "export",
    "glance",
    "inspect",
    "query",
    "register",
    "report",
    "retrain",
    "score",
    "sheet",
    "standing",
    "thresholds",
    "timeline",
    "track",
    "verify",
)
"""What a job may be beside a search; see `automl.jobs.kinds`, which is not imported here."""

# A worker that has written its last state still shuts down its pool; a killed one is still being cleaned up.
_LET_GO_SECONDS = 10.0


def launch(
    run_folder: Path | str,
    kind: str = "search",
    *,
    worker: Sequence[str] = WORKER,
    queue: bool = False,
    **params: Any,
) -> Path:
    """Start a job in a process of its own and return at once.

    Parameters
    ----------
    run_folder : Path or str
        Folder of the run.
    kind : str
        `search` (start or go on), `explain` (params `model`, `rows`, `time_budget`), `inspect` (params
        `name`, `params`, `model`, `time_budget`, `again`), `export` or `report` (params `model`, `path`,
        a report's `fairness`), `glance` (params `table`, `name`, `read`, `names`, `seconds`), `score` (params
        `table`, `name`, `model`, `interval`, `reasons`, `missing_columns`, `read`, `names`), `timeline`
        (params as `Run.timeline`), `compare`, `decide`, `standing`, `thresholds`, `track`, `retrain` (params
        as `automl.jobs.retraining.Asked`), `query` (params `connection`, `query`, `name`, `rows`, `seconds`;
        the folder is that of a draft then), or in the folder of what belongs to no run (`Home.work`)
        `difference`, `register`, `sheet` or `verify`; see `automl.jobs.kinds`.
    worker : sequence of str
        Arguments of the Python interpreter that make it a worker; the folder is appended.
    queue : bool
        Whether a search waits while others of its home are under way; see `automl.jobs.place`.
    **params
        What the kind takes, as JSON.

    Returns
    -------
    Path
        The job's folder: the run folder for a search. An explain or export job that is already under way with
        the same parameters is not started twice, its folder is returned.

    Raises
    ------
    RunError
        When there is no run, the search is already under way, or no process could be started.
    SettingError
        When the kind is unknown, or a search is given parameters.
    """
    run = open_folder(run_folder)
    if not isinstance(run, RunFolder):
        raise RunError(f"{run.path} is the folder of a job.", fix="Give the folder of its run.")
    if kind == "search":
        if params:
            raise SettingError(
                f"A search takes no parameters, got {', '.join(params)}.", fix="They stand in its spec."
            )
        _launch_search(run, worker, queue=queue)
        return run.path
    if kind not in OTHER_KINDS:
        raise SettingError(
            f"There is no kind of job {kind!r}.", fix=f"Use search or one of {', '.join(OTHER_KINDS)}."
        )
    (run.path / "jobs").mkdir(exist_ok=True)
    with lock.hold(run.path / "jobs" / "lock", wait=_LET_GO_SECONDS):  # two clicks make one job
        for job in jobs(run.path, kind):
            if job.params == params and job.alive and not job.is_over:
                return job.folder
        folder = JobFolder.create(run, kind, params)
        with _starting(folder.path, wait=1.0) as start:
            start(worker)
    return folder.path


def resume(run_folder: Path | str, *, worker: Sequence[str] = WORKER, queue: bool = False) -> Path:
    """Let a search, or a retraining, go on that was cancelled, interrupted or has failed.

    Waits for the worker before it, whose last state is on the disk before its processes have gone. With
    `queue` it may wait for its turn, as in `launch`.

    Raises
    ------
    RunError
        When it is under way or already finished, or no job that can go on.
    """
    before = state(run_folder)
    if before.kind != "search":
        if not before.can_resume:
            raise RunError(f"The {before.kind} job {before.id} cannot go on.", fix="Start it again.")
        return _resume_other(JobFolder(before.folder), worker)
    if before.state == "finished":
        raise RunError(f"The run {before.id} is finished.", fix="Start a new run to search for longer.")
    return launch(run_folder, worker=worker, queue=queue)


def cancel(path: Path | str) -> bool:
    """Ask a job to end soon; returns at once.

    A search finishes with the best model so far and can go on later; an explain or export job is ended where
    it stands.

    Returns
    -------
    bool
        Whether there was something to cancel.
    """
    folder, now = open_folder(path), state(path)
    if not now.can_cancel:
        return False
    if isinstance(folder, RunFolder):
        folder.ask_to_cancel()
    else:
        (folder.path / STOP).touch()
    return True


def stop(path: Path | str, *, timeout: float = 15.0) -> JobState:
    """End a job's worker and all its processes now, and return when they have gone.

    What is finished is kept: a search shows as `interrupted` and can go on.

    Raises
    ------
    RunError
        When the processes are still there after `timeout` seconds, or were not started by `launch`.
    """
    folder, before = open_folder(path), state(path)
    if not before.alive:
        return before
    marker = folder.path / STOP
    marker.touch()
    try:
        return wait(path, timeout=timeout, every=0.05)
    except TimeoutError:
        raise RunError(
            f"{folder.path} is still at work {timeout:g} seconds after it was told to stop.",
            fix="If it was started by `automl.fit` in another Python process, end that process.",
        ) from None
    finally:
        if isinstance(folder, RunFolder):  # of another job it tells that it was cancelled, not interrupted
            marker.unlink(missing_ok=True)


def wait(
    path: Path | str,
    *,
    timeout: float | None = None,
    every: float = 0.2,
    on_change: Callable[[JobState], None] | None = None,
) -> JobState:
    """Wait until a job is over and its processes have gone.

    Parameters
    ----------
    path : Path or str
        Run folder or job folder.
    timeout : float, optional
        Seconds; without it, as long as it takes.
    every : float
        Seconds between looks.
    on_change : callable, optional
        Called with the state at each look.

    Raises
    ------
    TimeoutError
        When the job is not over after `timeout` seconds.
    """
    end = None if timeout is None else time.monotonic() + timeout
    while True:
        now = state(path)
        if on_change is not None:
            on_change(now)
        if not now.alive and (now.is_over or now.state == "queued"):  # queued: nobody has started it
            return now
        if end is not None and time.monotonic() >= end:
            raise TimeoutError(f"{path} is {now.state} after {timeout:g} seconds.")
        time.sleep(every)


def await_explanation(run_folder: Path | str, model: str | None) -> None:
    """Wait for the explanation of a model, if one is being made, instead of making a second one beside it."""
    for job in jobs(run_folder, "explain"):
        if job.alive and not job.is_over and job.params == {"model": model}:
            wait(job.folder)


def _resume_other(folder: JobFolder, worker: Sequence[str]) -> Path:
    """Let a job whose steps are done once each go on where it was cut off."""
    with _starting(folder.path, wait=_LET_GO_SECONDS) as start:
        (folder.path / STOP).unlink(missing_ok=True)
        folder.set_status("queued", message="Starting the worker.", error=None)
        start(worker)
    return folder.path


def _launch_search(run: RunFolder, worker: Sequence[str], *, queue: bool) -> None:
    # Somebody who resumes right after a cancel must not be refused because the old worker is still leaving.
    ended = run.read("status.json", {}).get("state") in END_STATES or state(run.path).state == "interrupted"
    seconds = _LET_GO_SECONDS if ended else 0.0
    with _starting(run.path, wait=seconds) as start, run.hold(wait=max(seconds, 1.0)):
        before = run.read("status.json", {}).get("state", "queued")
        run.clear_cancel()
        (run.path / STOP).unlink(missing_ok=True)
        line = Queue.of(run)
        waits = line is not None and not line.enter(run, waits=queue)
        run.set_status(
            "queued",
            message=WAITING if waits else "Starting the worker.",
            waiting=waits,
            launched=time.time(),
            error=None,
        )
        try:
            start(worker)
        except RunError:
            run.set_status(before, message="The worker could not be started.")
            raise


@contextmanager
def _starting(folder: Path, *, wait: float) -> Iterator[Callable[[Sequence[str]], None]]:
    """Hold the worker lock while a worker is made ready, and hand it down to the worker."""
    handle = worker_lock.take(folder, wait=wait)

    def start(worker: Sequence[str]) -> None:
        start_detached(
            [sys.executable, *worker, str(folder), "--lock", str(handle)],
            log=folder / LOG,
            cwd=folder,
            env=worker_environment(),
            pass_fds=(handle,),
        )

    try:
        yield start
    finally:
        os.close(handle)  # the worker has its copy: the lock stays taken
