"""Telling a server of a run until its search is over, however long the server is away meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable

from automl.tracking.patience import PATIENCE, Patience
from automl.tracking.server import State, UnreachableError
from automl.tracking.tracker import Tracker

__all__ = ["follow"]

_EVERY = 1.0  # seconds between looks into the folder


def follow(
    tracker: Tracker,
    over: Callable[[], State | None],
    *,
    patience: float = PATIENCE,
    tell: Callable[[str], None] = lambda _why: None,
    sleep: Callable[[float], None] = time.sleep,
) -> State:
    """Send what is new until the search is over and all of it is sent.

    Parameters
    ----------
    tracker : Tracker
    over : callable
        How the search has ended; None while it goes on.
    patience : float
        Seconds for which a server that does not answer is waited for after the search.
    tell : callable
        Called after each attempt; with why it has failed, or an empty text.

    Raises
    ------
    TrackingError
        When the server will not have the run, or the patience is at its end.
    """
    waiting = Patience(patience)
    while True:
        state = over()  # before sending: what happens until then is sent
        try:
            tracker.send()
            if state is not None:
                tracker.conclude(state)
            waiting.worked()
            pause, why = _EVERY, ""
        except UnreachableError as error:
            pause, why = waiting.after(error, ends=state is not None), str(error)
        tell(why)
        if state is not None and not why:
            return state
        sleep(pause)
