"""Worker processes behind the `concurrent.futures` interface.

loky starts each worker fresh (no fork of a process with threads and sockets) and can kill them all at once,
which is what keeps the clock's promise when a library does not look at a deadline.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

from joblib.externals.loky.backend.context import get_context
from joblib.externals.loky.process_executor import ProcessPoolExecutor

__all__ = ["WorkerPool"]


class WorkerPool:
    """A pool of worker processes that can be killed and started again.

    Parameters
    ----------
    n_workers : int
    n_threads : int
        Threads that native libraries may use in each worker.
    """

    def __init__(self, n_workers: int, n_threads: int) -> None:
        self.n_workers = n_workers
        self._env = {
            name: str(n_threads) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
        }
        self._executor: Executor | None = None
        self._given: list[Future[Any]] = []  # to the workers, and perhaps still on their way

    def start(self) -> None:
        """Start the workers and let them import the engine, without waiting for either."""
        for _ in range(self.n_workers):
            self.submit(_warm_up)

    def submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        """Run `function(*args)` in a worker; starts the workers when there are none."""
        if self._executor is None:
            self._executor = ProcessPoolExecutor(
                self.n_workers, context=get_context("loky"), env=self._env,
                initializer=_leave_with, initargs=(os.getpid(),),
            )  # fmt: skip
        future = self._executor.submit(function, *args)
        self._given = [given for given in self._given if not _has_arrived(given)] + [future]
        return future

    def kill(self) -> None:
        """Kill all workers at once, whatever they are doing."""
        if self._executor is not None:
            # loky's manager thread dies of a KeyError when it is told to kill while work is on its way to the
            # workers' queue. That way is short: the queue has room for twice the workers, and one more.
            while not all(map(_has_arrived, self._given)):
                time.sleep(0.001)
            self._executor.shutdown(wait=True, kill_workers=True)  # type: ignore[call-arg]
            self._executor = None
            self._given = []


def _has_arrived(future: Future[Any]) -> bool:
    return future.running() or future.done()


def _warm_up() -> None:
    import automl.search.evaluate  # noqa: F401 - importing it is the point


def _leave_with(parent: int) -> None:
    """Make this worker die soon after its parent, also when the parent is killed and can say nothing."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, name="leave-with-parent", daemon=True).start()
