"""The candidates that workers are at work on: started, collected, tried again, given up."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from typing import Any

from automl.models import Context
from automl.search.crowding import crowding
from automl.search.evaluate import Evaluation
from automl.search.ladder import on_sample
from automl.search.memory import megabytes
from automl.search.race import Rival
from automl.search.trial import Candidate
from automl.search.workers import Workers
from automl.store import RunFolder

__all__ = ["InFlight"]

Finished = tuple[Candidate, Evaluation]

_GRACE = 3.0  # seconds: a fresh worker first imports the engine


@dataclass
class _Running:
    """A candidate in a worker."""

    candidate: Candidate
    overdue: float  # reading of time.monotonic after which the worker is taken to hang
    attempt: int
    memory: int  # bytes that it is expected to take
    since: float  # Unix time


class InFlight:
    """What the workers are at work on, and what is to be tried once more.

    Parameters
    ----------
    folder : RunFolder
        Of the run whose rows are learned from; workers that are lost are told there.
    pool : Workers
    """

    def __init__(self, folder: RunFolder, pool: Workers) -> None:
        self._folder = folder
        self._pool = pool
        self._running: dict[Future[Evaluation], _Running] = {}
        self._again: list[tuple[Candidate, int]] = []

    def __bool__(self) -> bool:
        return bool(self._running)

    @property
    def candidates(self) -> list[Candidate]:
        """Those at work."""
        return [running.candidate for running in self._running.values()]

    def facts(self) -> list[dict[str, Any]]:
        """What is at work and since when, in JSON values, the oldest first."""
        return [
            {
                "id": running.candidate.id,
                "number": running.candidate.number,
                "family": running.candidate.family,
                "origin": running.candidate.origin,
                "rows": running.candidate.rows,
                "attempt": running.attempt,
                "since": running.since,
            }
            for running in self._running.values()
        ]

    @property
    def memory(self) -> list[int]:
        """Bytes that each of them is expected to take."""
        return [running.memory for running in self._running.values()]

    def has_room(self) -> bool:
        """Whether a worker is free.

        A candidate whose worker died is tried once more, alone: if it dies again, it was this one.
        """
        alone = bool(self._again) or any(running.attempt > 1 for running in self._running.values())
        return len(self._running) < (1 if alone else self._pool.n_workers)

    def take_again(self) -> tuple[Candidate, int] | None:
        """A candidate that is to be tried once more, and for which time; None where there is none."""
        return self._again.pop(0) if self._again else None

    def put_off(self, candidate: Candidate) -> None:
        """Try a candidate when no other one is at work."""
        self._again.append((candidate, 1))

    def start(
        self,
        candidate: Candidate,
        context: Context,
        seconds: float,
        *,
        attempt: int,
        memory: int,
        rival: Rival | None,
    ) -> None:
        """Give a candidate to a worker.

        Parameters
        ----------
        candidate : Candidate
        context : Context
            Of the whole table.
        seconds : float
            That it may take.
        attempt : int
            1 for the first one.
        memory : int
            Bytes that it is expected to take.
        rival : Rival, optional
            A trial to race against.
        """
        future = self._pool.evaluate(
            self._folder.path,
            candidate.family,
            candidate.params,
            on_sample(context, candidate.rows),
            seconds,
            rival,
        )
        overdue = time.monotonic() + 1.5 * seconds + _GRACE * crowding()
        self._running[future] = _Running(candidate, overdue, attempt, memory, time.time())

    def collect(self, timeout: float) -> Iterator[Finished]:
        """Wait for whatever finishes first; what has finished by then, in the order of the numbers."""
        done, _ = wait(self._running, timeout=timeout, return_when=FIRST_COMPLETED)
        for future in sorted(done, key=lambda future: self._running[future].candidate.number):
            if future not in self._running:  # its pool broke while the others were being collected
                continue
            try:
                evaluation = future.result()
            except self._pool.lost as error:
                yield from self._retry(future, error)
            else:
                yield self._running.pop(future).candidate, evaluation

    def _retry(self, future: Future[Evaluation], error: BaseException) -> Iterator[Finished]:
        """A worker has gone; try its candidates once more, unless they are what kills workers."""
        lost = self._give_up([future])
        self._folder.add_event("workers_lost", candidates=[running.candidate.id for running in lost])
        for running in lost:
            if running.attempt > 1 or not self._pool.retries(error):
                reason = "Its worker died each time it was tried, most likely for want of memory."
                yield running.candidate, Evaluation(reason=reason)
            else:
                self._again.append((running.candidate, 2))

    def end_overdue(self) -> Iterator[Finished]:
        """Give up candidates that do not look at their deadline."""
        now = time.monotonic()
        overdue = [future for future, running in self._running.items() if now > running.overdue]
        if overdue:
            yield from self._end(overdue, "It ran far over its share of the time and was stopped.")

    def end_largest(self, taken: int) -> Iterator[Finished]:
        """Give up the candidate that takes most memory; all together take `taken` bytes, too many."""
        largest = max(self._running, key=lambda future: self._running[future].memory)
        reason = f"Stopped: with it {megabytes(taken)} of memory were in use, more than the limit."
        yield from self._end([largest], reason)

    def _end(self, futures: list[Future[Evaluation]], reason: str) -> Iterator[Finished]:
        """Give up candidates for a reason; those that their workers lose with them are tried again."""
        ended = {self._running[future].candidate.number for future in futures}
        for running in self._give_up(futures):
            if running.candidate.number in ended:
                yield running.candidate, Evaluation(reason=reason)
            else:
                self._again.append((running.candidate, running.attempt))

    def _give_up(self, futures: list[Future[Evaluation]]) -> list[_Running]:
        """Give up candidates, and those that the workers lose with them; in the order of their numbers."""
        self._pool.abandon(futures)
        gone = futures if self._pool.separate else list(self._running)
        return sorted((self._running.pop(future) for future in gone), key=lambda each: each.candidate.number)
