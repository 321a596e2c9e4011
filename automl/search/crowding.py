"""How much longer everything takes because other programs want the same cores."""

from __future__ import annotations

import os
import time
from collections import deque

from automl.search.processes import PROC, process_tree

__all__ = ["CrowdingMeter", "crowding"]

_MOST = 4.0
_WINDOW_SECONDS = 30.0
_LEAST_RUN_SECONDS = 0.2  # of our own work; less says nothing


class CrowdingMeter:
    """Measures how long our own threads wait for a core, beside how long they have one.

    The kernel counts both for every thread. The load of the machine would not do: it also counts programs
    that give way, such as a backup at idle priority, which take no time from a search.
    """

    def __init__(self) -> None:
        self._seen: dict[tuple[int, int], tuple[int, int]] = {}
        self._looks: deque[tuple[float, float, float]] = deque()  # when, seconds run, seconds waited, in all

    def look(self) -> float:
        """How many times longer than on a free machine the work of about the last half minute took.

        Returns
        -------
        float
            1 to 4. While too little was done to tell, and where the system does not say how long threads
            wait, from the number of processes that want each core (average of the last minute).
        """
        run = waited = 0
        for process in process_tree():
            for thread, counted in _waits(process).items():
                before = self._seen.get((process, thread), (0, 0))
                self._seen[process, thread] = counted
                run += max(counted[0] - before[0], 0)
                waited += max(counted[1] - before[1], 0)
        self._looks.append((time.monotonic(), run / 1e9, waited / 1e9))
        while len(self._looks) > 1 and self._looks[0][0] < time.monotonic() - _WINDOW_SECONDS:
            self._looks.popleft()
        had = sum(ran for _, ran, _ in self._looks)
        if had < _LEAST_RUN_SECONDS:
            return _wanted()
        return min(1 + sum(wait for *_, wait in self._looks) / had, _MOST)


_METER = CrowdingMeter()


def crowding() -> float:
    """How much longer than on a free machine this process and its children take, 1 to 4; see the meter."""
    return _METER.look()


def _waits(process: int) -> dict[int, tuple[int, int]]:
    """Nanoseconds that each thread of a process has run, and waited for a core; empty if not known."""
    found: dict[int, tuple[int, int]] = {}
    try:
        for thread in (PROC / str(process) / "task").iterdir():
            run, waited, *_ = (thread / "schedstat").read_text().split()
            found[int(thread.name)] = int(run), int(waited)
    except (OSError, ValueError):
        pass  # it has just ended, or the kernel does not count
    return found


def _wanted() -> float:
    """How many processes want each core."""
    try:
        wanted = os.getloadavg()[0]
    except OSError:
        return 1.0
    return min(max(wanted / (os.cpu_count() or 1), 1.0), _MOST)
