"""One worker at a time in a run folder.

The lock is the kernel's (`flock`): it is free the moment its holder dies, however it dies, so there is no
stale lock file and no process id that another process could have inherited.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from automl.errors import RunError

__all__ = ["hold", "is_held", "take"]


def take(path: Path, *, wait: float = 1.0) -> int:
    """Take the lock of `path`.

    Parameters
    ----------
    path : Path
        The lock file; created when it is missing, never deleted.
    wait : float
        Seconds to wait for another holder to let go. More than zero, since `is_held` takes the lock for a
        moment.

    Returns
    -------
    int
        File descriptor, not inheritable. The lock is free when it and all its copies are closed.

    Raises
    ------
    RunError
        When another process still holds it after `wait` seconds.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    end = time.monotonic() + wait
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return handle
            except BlockingIOError:
                if time.monotonic() >= end:
                    raise RunError(
                        f"Another process is at work in {path.parent}.",
                        fix="Wait until it has finished, or cancel it first.",
                    ) from None
                time.sleep(0.05)
    except BaseException:
        os.close(handle)
        raise


@contextmanager
def hold(path: Path, *, wait: float = 1.0) -> Iterator[None]:
    """Hold the lock of `path` for the block; see `take`."""
    handle = take(path, wait=wait)
    try:
        yield
    finally:
        os.close(handle)


def is_held(path: Path) -> bool:
    """Whether some process holds the lock of `path`."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:  # never taken, or its folder has just been deleted
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)  # shared: two who look do not see each other
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
