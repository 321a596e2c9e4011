"""How long to wait for a server that does not answer, and when to give it up."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from automl.errors import TrackingError
from automl.tracking.server import UnreachableError

__all__ = ["PATIENCE", "Patience", "persist"]

PATIENCE = 600.0
"""Seconds for which a server that does not answer is asked again once the search is over."""
_SHORTEST, _LONGEST = 1.0, 30.0

Result = TypeVar("Result")


class Patience:
    """Pauses that grow while a server does not answer.

    Parameters
    ----------
    seconds : float
        For which it is waited for when nothing else remains to be waited for.
    """

    def __init__(self, seconds: float = PATIENCE) -> None:
        self._seconds = seconds
        self._pause = _SHORTEST
        self._until: float | None = None

    def worked(self) -> None:
        """The server has answered."""
        self._pause, self._until = _SHORTEST, None

    def after(self, error: UnreachableError, *, ends: bool) -> float:
        """Seconds to wait after a failure; a little random, as several may wait for one server.

        Parameters
        ----------
        error : UnreachableError
        ends : bool
            Whether nothing else goes on that is worth waiting for: then patience has an end.

        Raises
        ------
        TrackingError
            When it is at its end.
        """
        now = time.monotonic()
        if not ends:
            self._until = None
        elif self._until is None:
            self._until = now + self._seconds
        elif now >= self._until:
            raise TrackingError(
                f"The tracking server has not answered for {self._seconds:,.0f} seconds: {error}",
                fix="What is missing there is sent by `automl track RUN` once it is back.",
            ) from error
        pause = self._pause
        self._pause = min(2 * self._pause, _LONGEST)
        pause *= random.uniform(0.75, 1.0)
        return pause if self._until is None else min(pause, max(self._until - now, 0.05))


def persist(
    action: Callable[[], Result],
    *,
    patience: float = PATIENCE,
    tell: Callable[[str], None] = lambda _why: None,
    sleep: Callable[[float], None] = time.sleep,
) -> Result:
    """Do something with a server again and again until it answers.

    Parameters
    ----------
    action : callable
    patience : float
        Seconds after which it is given up.
    tell : callable
        Is given why it does not work, each time.

    Raises
    ------
    TrackingError
        When the patience is at its end.
    """
    waiting = Patience(patience)
    while True:
        try:
            return action()
        except UnreachableError as error:
            tell(str(error))
            sleep(waiting.after(error, ends=True))
