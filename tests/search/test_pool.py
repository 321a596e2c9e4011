"""The pool of worker processes, and that it can be killed at any moment."""

from __future__ import annotations

import os
import time
from concurrent.futures import wait

import pytest

from automl.search.pool import WorkerPool


@pytest.mark.parametrize("pause", [0, 0.0001, 0.0003, 0.001])
def test_a_kill_right_after_work_was_given_is_clean(pause: float) -> None:
    # What the pool's own thread raises fails the test, since warnings are errors here.
    for _ in range(25):
        pool = WorkerPool(2, 1)
        pool.start()
        time.sleep(pause)
        last = pool.submit(time.sleep, 60)
        pool.stop()
        assert last.exception() is not None


def test_a_killed_pool_starts_again() -> None:
    pool = WorkerPool(2, 1)
    try:
        before = pool.submit(os.getpid)
        first = before.result(timeout=60)
        hanging = pool.submit(time.sleep, 600)
        pool.stop()
        assert not wait([hanging], timeout=60).not_done
        assert pool.submit(os.getpid).result(timeout=60) not in (first, os.getpid())
    finally:
        pool.stop()
