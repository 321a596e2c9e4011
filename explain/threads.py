"""Compiled loops on all cores: they let go of the interpreter's lock."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import joblib


def in_parts(work: Callable[[int, int], None], count: int, *, least: int, step: int = 1) -> None:
    """Call ``work(start, stop)`` for parts of ``range(count)``, side by side where there are cores.

    Parameters
    ----------
    work : callable
        Must release the interpreter's lock to gain anything, and its parts must not touch the same memory.
    count : int
    least : int
        What a thread should have to do at least.
    step : int
        Parts start at multiples of it.
    """
    threads = min(_cores(), count // max(1, least))
    if threads < 2:
        work(0, count)
        return
    size = -(-count // (threads * step)) * step
    bounds = [(start, min(count, start + size)) for start in range(0, count, size)]
    with ThreadPoolExecutor(len(bounds)) as pool:
        for done in [pool.submit(work, *part) for part in bounds]:
            done.result()


def _cores() -> int:
    """Cores that this process may use; OMP_NUM_THREADS limits them, as it does elsewhere."""
    limit = os.environ.get("OMP_NUM_THREADS", "")
    cores = _cores_of_machine()
    return min(cores, int(limit)) if limit.isdigit() and int(limit) else cores


@cache
def _cores_of_machine() -> int:
    """As many as this process was given: asked once, since the answer is read from files."""
    return int(joblib.cpu_count())
