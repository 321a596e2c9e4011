"""The clock of a search: one monotonic deadline for everything between start and written model."""

from __future__ import annotations

import time

__all__ = ["Clock"]

# Choosing the members and scoring them took 0.3 to 1.5 s on tables of up to 50,000 rows.
_SHARE, _LEAST = 0.02, 1.0


class Clock:
    """Time spent and left of a budget.

    Parameters
    ----------
    budget : float
        Seconds from the start to the written model.
    spent : float
        Seconds that earlier sessions of the same run have used.
    started : float, optional
        Reading of `time.monotonic` at which this session began; default now.
    """

    def __init__(self, budget: float, *, spent: float = 0.0, started: float | None = None) -> None:
        self.budget = budget
        self._origin = (time.monotonic() if started is None else started) - spent
        self.reserve_for(0.0)

    def spent(self) -> float:
        """Seconds used so far, over all sessions."""
        return time.monotonic() - self._origin

    def left(self) -> float:
        """Seconds until the budget ends; negative when it is overrun."""
        return self.budget - self.spent()

    def search_left(self) -> float:
        """Seconds in which trials may still run."""
        return self.left() - self._reserve

    def reserve_for(self, seconds: float, *, slower: float = 1.0) -> None:
        """Keep `seconds` free at the end, beside a share for choosing; at most half the budget.

        Parameters
        ----------
        seconds : float
        slower : float
            How many times longer than usual the work of the end will take.
        """
        choosing = max(_SHARE * self.budget, slower * _LEAST)
        self._reserve = min(choosing + seconds, 0.5 * self.budget)
