"""A small process beside each worker that lets none of the worker's children outlive it.

It waits on a pipe whose other end only the worker holds. When the worker ends, however it ends, the kernel
closes that end; the watchdog then ends what is left of the worker's process group. It also looks for the
marker `stop`, so that a worker can be ended without anyone having to remember a process id.

The watchdog holds the worker lock too and lets go of it last: when the lock is free, nothing of the job runs
any more and nothing can still write into its folder.
"""

from __future__ import annotations

import os
import select
import signal
import time
from pathlib import Path

__all__ = ["STOP", "guard"]

STOP = "stop"

_LOOK_SECONDS = 0.25
# loky's resource tracker ignores SIGTERM and, once everybody has gone, removes the semaphores and shared
# memory that the dead have left; SIGKILL at once would leave them on the machine for ever.
_GRACE_SECONDS = 2.0
_KILL_SECONDS = 2.0


def guard(folder: Path) -> None:
    """Start the watchdog of this process.

    Must be called early, while the process has one thread: it forks. The process is made the leader of a
    process group if it is not one, so that the watchdog never ends a stranger.

    Parameters
    ----------
    folder : Path
        Where the marker `stop` may appear.
    """
    if os.getpgrp() != os.getpid():
        os.setsid()
    group = os.getpgrp()
    read_end, write_end = os.pipe()  # neither is inherited by programs that the worker starts
    if os.fork() == 0:
        try:
            os.close(write_end)
            os.setpgid(0, 0)
            _watch(read_end, group, folder / STOP)
        finally:
            os._exit(0)  # not a second copy of the worker, come what may
    os.close(read_end)
    # write_end stays open until the process ends: that is the signal.


def _watch(worker: int, group: int, stop: Path) -> None:
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    while not select.select([worker], [], [], _LOOK_SECONDS)[0]:
        if stop.exists():
            break
    for name, seconds in ((signal.SIGTERM, _GRACE_SECONDS), (signal.SIGKILL, _KILL_SECONDS)):
        if not _send(group, name):
            return
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if not _lives(group):
                return
            time.sleep(0.02)


def _send(group: int, name: int) -> bool:
    """Send a signal to the group; whether there is still somebody in it."""
    try:
        os.killpg(group, name)
    except (ProcessLookupError, PermissionError):  # macOS answers "not permitted" for a group of zombies
        return False
    return True


def _lives(group: int) -> bool:
    """Whether a process of the group still runs."""
    if not _send(group, 0):
        return False
    if not Path("/proc/self/stat").exists():
        return True
    # A dead process stays in its group until init takes note of it, which in some containers is seconds later
    # or never. Only the table of processes tells it from a living one.
    return any(_runs_in(group, entry) for entry in Path("/proc").glob("[0-9]*"))


def _runs_in(group: int, process: Path) -> bool:
    try:
        stat = (process / "stat").read_text(errors="replace")
    except OSError:  # gone while we looked
        return False
    state, _, its_group = stat[stat.rindex(")") + 2 :].split()[:3]  # the name before may hold anything
    return int(its_group) == group and state not in "ZX"
