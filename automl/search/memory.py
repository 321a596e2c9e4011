"""How much memory a search takes with all its processes, and how much it may take."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

from automl.search.processes import PROC, process_tree

__all__ = [
    "SHARE",
    "MemoryLimit",
    "MemoryMeter",
    "available_memory",
    "default_limit",
    "megabytes",
    "tree_memory",
]

SHARE = 0.8
"""Of the memory that is available when a search starts, what it may take unless it is told otherwise."""

_EVERY_SECONDS = 0.5
_CGROUP = Path("/sys/fs/cgroup")
_KILOBYTE = 1024
_UNLIMITED = 1 << 60  # version 1 of control groups writes a number near 2**63 where there is no limit


def available_memory() -> int | None:
    """Bytes that new work may take: of the machine, or of the control group that this process is confined to.

    Returns
    -------
    int or None
        None where the system does not say.
    """
    try:
        facts = dict(line.split(":", 1) for line in (PROC / "meminfo").read_text().splitlines())
        free = int(facts["MemAvailable"].split()[0]) * _KILOBYTE
    except (OSError, KeyError, ValueError):
        try:
            return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        except (OSError, ValueError):
            return None
    confined = _left_in_cgroup()
    return free if confined is None else min(free, confined)


def _left_in_cgroup() -> int | None:
    """What the tightest control group around this process leaves; files in its cache give way."""
    try:
        lines = (PROC / "self/cgroup").read_text().splitlines()
    except OSError:
        return None
    left: list[int] = []
    for _, controllers, own in (line.split(":", 2) for line in lines if line.count(":") >= 2):
        if not controllers:
            left += _left_in(_CGROUP, own, "memory.max", "memory.current", "inactive_file")
        elif "memory" in controllers.split(","):
            names = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
            left += _left_in(_CGROUP / "memory", own, *names)
    return min(left, default=None)


def _left_in(root: Path, own: str, limit: str, used: str, cached: str) -> list[int]:
    """What a group and those above it leave of their limits."""
    left: list[int] = []
    group = root / own.strip("/")
    while group == root or root in group.parents:
        try:
            most = (group / limit).read_text().strip()
            if most != "max" and int(most) < _UNLIMITED:
                facts = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
                taken = int((group / used).read_text()) - int(facts.get(cached, 0))
                left.append(max(int(most) - taken, 0))
        except (OSError, ValueError):
            pass  # seen from inside a container the path may not exist, and a root has no limit
        group = group.parent
    return left


def default_limit() -> int | None:
    """The documented share of what is available, None where that is not known."""
    available = available_memory()
    return None if available is None else int(SHARE * available)


def tree_memory(root: int | None = None) -> int | None:
    """Bytes of a process and all that it has started; pages that several of them share count once.

    Parameters
    ----------
    root : int, optional
        Default: this process.

    Returns
    -------
    int or None
        None where the system does not say (not Linux).
    """
    if not (PROC / "self/smaps_rollup").exists():
        return None
    return sum(map(_proportional, process_tree(root)))


def _proportional(process: int) -> int:
    """Bytes of one process, of shared pages its share."""
    try:
        lines = (PROC / str(process) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * _KILOBYTE


class MemoryMeter:
    """Looks twice a second at the memory of this process and its children, in a thread of its own.

    Attributes
    ----------
    now, peak : int or None
        Bytes; None where the system does not say.
    """

    def __init__(self) -> None:
        self.now: int | None = tree_memory()
        self.peak: int | None = self.now
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="memory-meter", daemon=True)

    def __enter__(self) -> MemoryMeter:
        if self.now is not None:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()

    def look(self) -> int | None:
        """Measure now."""
        self.now = tree_memory()
        if self.now is not None:
            self.peak = max(self.peak or 0, self.now)
        return self.now

    def _watch(self) -> None:
        while not self._over.wait(_EVERY_SECONDS):
            self.look()


class MemoryLimit:
    """Shares a limit of memory out among candidates.

    Parameters
    ----------
    limit : int or None
        Bytes for this process and all its children; None for no limit.
    """

    def __init__(self, limit: int | None) -> None:
        self.limit = limit
        self.base = 0
        """Bytes that are taken while no candidate is at work."""

    def refusal(self, needed: int) -> str | None:
        """Why a candidate that needs so many bytes cannot be tried, not even alone; None if it can."""
        if self.limit is None or self.base + needed <= self.limit:
            return None
        return (
            f"Not tried: it would take about {megabytes(needed)} of memory beside the "
            f"{megabytes(self.base)} in use, more than the limit of {megabytes(self.limit)}."
        )

    def has_room(self, needed: int, running: Iterable[int]) -> bool:
        """Whether it can be tried beside the candidates that are at work."""
        return self.limit is None or self.base + sum(running) + needed <= self.limit

    def is_exceeded(self, taken: int | None) -> bool:
        """Whether more is taken than may be."""
        return self.limit is not None and taken is not None and taken > self.limit


def megabytes(size: float) -> str:
    """Bytes for people: "412 MB"."""
    return f"{size / 1e6:,.0f} MB"
