"""Worker processes of this machine.

loky starts each worker fresh (no fork of a process with threads and sockets) and can kill them all at once,
which is what keeps the clock's promise when a library does not look at a deadline.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Collection
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from joblib.externals.loky.backend.context import get_context
from joblib.externals.loky.process_executor import ProcessPoolExecutor

from automl.freeing import map_large_arrays
from automl.models import Context
from automl.search.crowding import crowding
from automl.search.evaluate import Evaluation, evaluate
from automl.search.race import Rival
from automl.search.workers import Workers

__all__ = ["WorkerPool"]

_CROWDED = 2.0
_ONE_THREAD_ROWS = 100_000  # above, rows are copied by no fold any more, and one candidate has all threads


class WorkerPool(Workers):
    """A pool of worker processes that can be killed and started again.

    Parameters
    ----------
    n_workers : int
    n_threads : int
        Threads that native libraries may use in each worker.
    """

    lost = (BrokenProcessPool,)
    # A worker that dies takes its pool along, and nobody knows whose candidate it was.
    separate = False

    def __init__(self, n_workers: int, n_threads: int) -> None:
        self._n_workers = n_workers
        self._n_threads = n_threads
        self._executor: Executor | None = None
        self._given: list[Future[Any]] = []  # to the workers, and perhaps still on their way

    @property
    def n_workers(self) -> int:
        """Processes."""
        return self._n_workers

    @property
    def n_threads(self) -> int:
        """Threads of each process."""
        return self._n_threads

    def start(self) -> None:
        """Start the workers and let them import the engine, without waiting for either."""
        for _ in range(self.n_workers):
            self.submit(_warm_up)

    def suit(self, n_rows: int) -> None:
        """Above 100,000 rows, give all cores to one candidate at a time, unless others are at work on them.

        Threads of one candidate wait for each other thousands of times: on 22,000 rows two of them take 0.8
        of the time of one, so that two candidates side by side are through sooner. And where each thread has
        to wait for its turn on a core as well, a tree takes seconds.
        """
        if n_rows > _ONE_THREAD_ROWS and self._n_workers > 1 and crowding() < _CROWDED:
            self.stop()
            self._n_workers, self._n_threads = 1, self._n_workers * self._n_threads

    def ship(self, path: Path, seconds: float) -> None:
        """Nothing to do: the workers map the folder's files themselves."""

    def evaluate(
        self,
        path: Path,
        family: str,
        params: dict[str, Any],
        context: Context,
        seconds: float,
        rival: Rival | None = None,
        only: int | None = None,
    ) -> Future[Evaluation]:
        """Evaluate a candidate in one of the processes."""
        return self.submit(evaluate, path, family, params, context, seconds, rival, only)

    def submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        """Run `function(*args)` in a worker; starts the workers when there are none."""
        if self._executor is None:
            threads = str(self._n_threads)
            self._executor = ProcessPoolExecutor(
                self.n_workers, context=get_context("loky"),
                env={f"{name}_NUM_THREADS": threads for name in ("OMP", "OPENBLAS", "MKL")},
                initializer=_set_up, initargs=(os.getpid(),),
            )  # fmt: skip
        future = self._executor.submit(function, *args)
        self._given = [given for given in self._given if not _has_arrived(given)] + [future]
        return future

    def retries(self, error: BaseException) -> bool:
        """Yes: most likely it was another one."""
        return True

    def abandon(self, futures: Collection[Future[Evaluation]]) -> None:
        """Kill all workers; the next candidate starts new ones."""
        self.stop()

    def stop(self) -> None:
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
    """Importing this module has imported the engine, which is the point."""


def _set_up(parent: int) -> None:
    map_large_arrays()
    _leave_with(parent)


def _leave_with(parent: int) -> None:
    """Make this worker die soon after its parent, also when the parent is killed and can say nothing."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, name="leave-with-parent", daemon=True).start()
