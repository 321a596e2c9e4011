"""Whose turn it is: the searches of a home that are under way, and those that wait for one of them to end.

    queue/<run id>.json   a run's ticket: whether it has its turn, its place in the line, and its last jobs
    queue/lock            held for the moment in which somebody looks at the tickets and changes one

A ticket counts while somebody is at work in its run, or in one of the jobs with which its search ends, such
as the explanation of its model; their own locks tell. So whoever is killed, working or waiting, is out of the
line by that. Tickets of runs that have ended are cleared away by the next one who looks.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from automl.errors import RunError, SettingError
from automl.store import files, lock
from automl.store.run_folder import WORKER_LOCK, RunFolder, is_id

__all__ = ["AT_ONCE", "Queue", "Ticket", "searches_at_once"]

AT_ONCE = "GLASSBENCH_SEARCHES"
"""Environment variable: how many searches of a home may be under way before another one waits."""

_LOCK_SECONDS = 5.0


def searches_at_once() -> int:
    """How many searches may be under way before another one waits; 1 where nothing else is set.

    Raises
    ------
    SettingError
        When the environment variable `GLASSBENCH_SEARCHES` is no number of 1 or more.
    """
    text = os.environ.get(AT_ONCE, "1").strip() or "1"
    if not text.isdecimal() or int(text) < 1:
        raise SettingError(
            f"{AT_ONCE} is {text!r}, expected how many searches may run at once.", fix="Set it to 1 or more."
        )
    return int(text)


@dataclass(frozen=True)
class Ticket:
    """A run in the line.

    Attributes
    ----------
    run : RunFolder
    has_turn : bool
        Whether it may search, or is searching.
    place : float
        Its order among those that wait.
    jobs : tuple of str
        Ids of the jobs that its search has started at its end.
    """

    run: RunFolder
    has_turn: bool
    place: float
    jobs: tuple[str, ...] = ()

    def counts(self) -> bool:
        """Whether somebody is at work on it."""
        folder = self.run.path / "jobs"
        return self.run.has_worker() or any(lock.is_held(folder / job / WORKER_LOCK) for job in self.jobs)


class Queue:
    """The line of a home.

    Parameters
    ----------
    home : Path
        The home folder.
    """

    def __init__(self, home: Path) -> None:
        self._runs = home / "runs"
        self.path = home / "queue"

    @classmethod
    def of(cls, run: RunFolder) -> Queue | None:
        """The line that a run belongs to; None where its folder stands for itself, outside of any home."""
        path = run.path.absolute()
        return cls(path.parent.parent) if path.parent.name == "runs" and is_id(path.name) else None

    # -- looking -------------------------------------------------------------------------------------------

    def tickets(self) -> list[Ticket]:
        """Those that count: with their turn first, then in the order of the line."""
        return sorted(
            (ticket for ticket in self._written() if ticket.counts()),
            key=lambda ticket: (not ticket.has_turn, ticket.place, ticket.run.id),
        )

    def waiting(self) -> list[Ticket]:
        """Those that wait, the next one first."""
        return [ticket for ticket in self.tickets() if not ticket.has_turn]

    # -- changing ------------------------------------------------------------------------------------------

    def enter(self, run: RunFolder, *, waits: bool) -> bool:
        """Give a run its ticket.

        Parameters
        ----------
        run : RunFolder
            The caller holds one of its locks, or is about to lose its ticket.
        waits : bool
            Whether it shall wait where others are under way or in the line before it.

        Returns
        -------
        bool
            Whether it has its turn at once.
        """
        with self._changing():
            others = [ticket for ticket in self.tickets() if ticket.run.id != run.id]
            has_turn = not waits or len(others) < searches_at_once()
            self._write(run.id, has_turn, max((ticket.place for ticket in others), default=0.0) + 1)
            return has_turn

    def take_turn(self, run: RunFolder) -> bool:
        """Whether a run that waits may begin now; if so, its turn is written down."""
        if not self._ticket(run.id).exists():  # somebody has cleared the folder away
            return True
        with self._changing():
            tickets = self.tickets()
            mine = next((ticket for ticket in tickets if ticket.run.id == run.id), None)
            if mine is None or mine.has_turn:
                return True
            if tickets.index(mine) >= searches_at_once():
                return False
            self._write(run.id, True, mine.place)
            return True

    def keep_for(self, run: RunFolder, jobs: Sequence[str]) -> None:
        """Let a run keep its turn until these jobs of it have ended as well.

        Parameters
        ----------
        run : RunFolder
            Whose search is at its end; the caller still holds one of its locks.
        jobs : sequence of str
            Their ids.
        """
        with self._changing():
            mine = next((ticket for ticket in self._written() if ticket.run.id == run.id), None)
            if mine is not None:
                self._write(run.id, mine.has_turn, mine.place, jobs)

    def to_front(self, run: RunFolder) -> bool:
        """Let a run that waits be the next one; False where it no longer waits."""
        return self._move(run, has_turn=False)

    def start_now(self, run: RunFolder) -> bool:
        """Give a run that waits its turn, whoever else is under way; False where it no longer waits."""
        return self._move(run, has_turn=True)

    def _move(self, run: RunFolder, *, has_turn: bool) -> bool:
        with self._changing():
            waiting = self.waiting()
            if run.id not in [ticket.run.id for ticket in waiting]:
                return False
            self._write(run.id, has_turn, waiting[0].place - 1)
            return True

    # -- files ---------------------------------------------------------------------------------------------

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Let nobody else change a ticket, and clear away those of runs that have ended."""
        self.path.mkdir(parents=True, exist_ok=True)
        with lock.hold(self.path / "lock", wait=_LOCK_SECONDS):
            yield
            for ticket in self._written():
                if not ticket.counts():
                    self._ticket(ticket.run.id).unlink(missing_ok=True)

    def _written(self) -> Iterator[Ticket]:
        for path in self.path.glob("*.json"):
            if not is_id(path.stem):
                continue
            try:
                content = files.read_json(path)
            except FileNotFoundError:  # cleared away while we looked
                continue
            yield Ticket(
                RunFolder(self._runs / path.stem),
                bool(content["turn"]),
                float(content["place"]),
                tuple(job for job in content.get("jobs", ()) if is_id(job)),
            )

    def _ticket(self, run_id: str) -> Path:
        if not is_id(run_id):
            raise RunError(f"{run_id!r} is not the id of a run.", fix="Open the list of runs.")
        return self.path / f"{run_id}.json"

    def _write(self, run_id: str, has_turn: bool, place: float, jobs: Sequence[str] = ()) -> None:
        files.write_json(self._ticket(run_id), {"turn": has_turn, "place": place, "jobs": list(jobs)})
