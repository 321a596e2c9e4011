"""The lock that a worker holds from before it is started until the last of its processes has gone.

The lock belongs to an open file, not to a process: whoever launches a worker takes it and hands the open file
down. So a second start is refused on the spot, and there is no moment in which a job has been started and
nothing says so. It is a file of its own beside the `lock` of a run folder, which the search itself takes.
"""

from __future__ import annotations

from pathlib import Path

from automl.store import lock
from automl.store.run_folder import WORKER_LOCK

__all__ = ["is_held", "take"]


def take(folder: Path, *, wait: float) -> int:
    """Take the worker lock of a job's folder.

    Parameters
    ----------
    folder : Path
        A run folder, or the folder of an explain or export job.
    wait : float
        Seconds to wait for another worker to let go.

    Returns
    -------
    int
        File descriptor, not inheritable. The lock is free when it and all its copies are closed.

    Raises
    ------
    RunError
        When another worker still holds it after `wait` seconds.
    """
    return lock.take(folder / WORKER_LOCK, wait=wait)


def is_held(folder: Path) -> bool:
    """Whether a worker has been started in `folder` and has not gone."""
    return lock.is_held(folder / WORKER_LOCK)
