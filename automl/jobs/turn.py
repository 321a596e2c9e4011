"""Waiting for a turn: what a search does, and what others see, while another one of its home is under way.

A search that waits has its worker already, which sleeps and looks at the line twice a second; it has imported
nothing of the engine. So it needs nobody to start it: no server, no page. Its budget begins with its turn.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from automl.errors import RunError
from automl.jobs.folder import open_folder
from automl.jobs.state import JobState, state
from automl.store import Queue, RunFolder
from automl.store.queue import searches_at_once

__all__ = ["Place", "await_turn", "place", "start_now", "to_front"]

WAITING = "Waiting for its turn."

_LOOK_SECONDS = 0.5
_LET_GO_SECONDS = 10.0


@dataclass(frozen=True)
class Place:
    """Where a search stands in the line.

    Attributes
    ----------
    number : int
        1 for the one that is next.
    waiting : int
        How many wait, this one included.
    after : str
        Name of the run whose end is expected to give it its turn.
    seconds : float
        Until then, if every search before it uses up its budget.
    """

    number: int
    waiting: int
    after: str
    seconds: float


def place(run_folder: Path | str) -> Place | None:
    """Where a search stands in the line; None where it does not wait."""
    run = _run(run_folder)
    queue = Queue.of(run)
    tickets = [] if queue is None else queue.tickets()
    waiting = [ticket for ticket in tickets if not ticket.has_turn]
    number = next((n for n, ticket in enumerate(waiting, 1) if ticket.run.id == run.id), None)
    if number is None:
        return None
    # Who works is free when its budget is spent; whoever is next takes the place that is free first.
    busy = [(_seconds_left(each.run), str(each.run.spec["name"])) for each in tickets if each.has_turn]
    moment, after = 0.0, ""
    for ticket in waiting[:number]:
        moment, after = 0.0, ""
        busy.sort()
        if len(busy) >= searches_at_once():
            # Where more are under way than may be, several must end before the next one begins.
            surplus = len(busy) - searches_at_once()
            moment, after = busy[surplus]
            del busy[: surplus + 1]
        busy.append((moment + _seconds_left(ticket.run), str(ticket.run.spec["name"])))
    return Place(number=number, waiting=len(waiting), after=after, seconds=moment)


def to_front(run_folder: Path | str) -> bool:
    """Let a search that waits be the next one; False where it no longer waits."""
    run = _run(run_folder)
    queue = Queue.of(run)
    return queue is not None and queue.to_front(run)


def start_now(run_folder: Path | str) -> bool:
    """Let a search that waits begin beside those that are under way; False where it no longer waits."""
    run = _run(run_folder)
    queue = Queue.of(run)
    return queue is not None and queue.start_now(run)


def await_turn(run: RunFolder) -> bool:
    """Wait, in the worker of a search, until it may begin.

    Returns
    -------
    bool
        False when it was cancelled while it waited.
    """
    if not run.read("status.json", {}).get("waiting"):
        return True
    queue = Queue.of(run)
    while queue is not None and not run.is_cancel_asked():
        if queue.take_turn(run):
            with run.hold(wait=_LET_GO_SECONDS):
                run.set_status("queued", message="Starting.", waiting=False, launched=time.time())
            return True
        time.sleep(_LOOK_SECONDS)
    with run.hold(wait=_LET_GO_SECONDS):
        run.set_status("cancelled", message="Cancelled while it waited for its turn.", waiting=False)
        run.add_event("cancelled")
    return False


def _seconds_left(run: RunFolder) -> float:
    """Seconds of its budget that a search has left, carried on from when it last said so."""
    now: JobState = state(run.path)
    left = float(now.status.get("budget") or 0.0) - float(now.status.get("seconds") or 0.0)
    if not now.waits:
        since = now.status.get("launched") if now.state == "queued" else now.status.get("updated")
        left -= max(time.time() - float(since or time.time()), 0.0)
    return max(left, 0.0)


def _run(path: Path | str) -> RunFolder:
    folder = open_folder(path)
    if not isinstance(folder, RunFolder):
        raise RunError(f"{folder.path} is the folder of a job.", fix="Give the folder of its run.")
    return folder
