"""A time budget: started once, asked often."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

Progress = Callable[[float], None]
Found = TypeVar("Found")


def part(progress: Progress | None, start: float, size: float) -> Progress | None:
    """Progress of one part as progress of the whole: the part begins at ``start`` and is ``size`` of it."""
    return None if progress is None else lambda share: progress(start + share * size)


@dataclass(frozen=True)
class Clock:
    """Seconds left of a budget, on the monotonic clock.

    Parameters
    ----------
    budget : float or None
        Seconds in all; None means without limit.
    """

    budget: float | None = None
    started: float = field(default_factory=time.monotonic)

    def spent(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started

    def left(self) -> float:
        """Seconds left (infinite without a budget; negative when overdrawn)."""
        return float("inf") if self.budget is None else self.budget - self.spent()

    def share(self, fraction: float) -> Clock:
        """A clock that ends after ``fraction`` of what is left of this one."""
        return self if self.budget is None else Clock(budget=max(0.0, self.left()) * fraction)


def as_many(
    clock: Clock,
    work: Callable[[int], Found],
    rows: int,
    *,
    least: int,
    power: float = 1.0,
    progress: Progress | None = None,
) -> Found:
    """What comes out of as many rows as there is time for.

    Few rows are worked through first; by what these took, all of them or as many as fit into the time left.

    Parameters
    ----------
    clock : Clock
    work : callable
        ``work(count)`` gives the answer for so many rows.
    rows, least : int
        How many there are, and how many are enough for an answer.
    power : float
        Of the number of rows that the time grows by.
    progress : callable, optional
    """
    if clock.budget is None or rows <= least:
        found = work(rows)
    else:
        before = clock.spent()
        found = work(least)
        took = max(clock.spent() - before, 1e-6)
        if progress is not None:
            progress(min(1.0, (least / rows) ** power))
        fitting = int(least * (max(0.0, 0.8 * clock.left()) / took) ** (1 / power))
        if fitting > least:
            found = work(min(rows, fitting))
    if progress is not None:
        progress(1.0)
    return found
