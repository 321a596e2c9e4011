"""What a search is doing, and how much of its budget each part of that took."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from automl.search.clock import Clock

__all__ = ["Phase", "Phases"]

Phase = Literal["starting", "reading", "preparing", "searching", "choosing", "learning"]


class Phases:
    """The parts of a search one after another, over all its sessions.

    Parameters
    ----------
    clock : Clock
    before : mapping of phase to seconds
        What earlier sessions took.
    spent : float
        Seconds of the budget that earlier sessions took; from there on this one was starting.
    """

    def __init__(self, clock: Clock, before: Mapping[str, float], spent: float) -> None:
        self._clock = clock
        self._took = {phase: float(before.get(phase, 0.0)) for phase in get_args(Phase)}
        self._now: Phase = "starting"
        self._since = spent

    def enter(self, phase: Phase) -> None:
        """Begin another part, which ends the one before."""
        moment = self._clock.spent()
        self._took[self._now] += moment - self._since
        self._now, self._since = phase, moment

    @property
    def now(self) -> Phase:
        """The one that is under way."""
        return self._now

    def took(self) -> dict[str, float]:
        """Seconds of each part so far, those left out that have not begun."""
        took = self._took | {self._now: self._took[self._now] + self._clock.spent() - self._since}
        return {phase: round(seconds, 3) for phase, seconds in took.items() if seconds > 0}
