"""A time budget: started once, asked often."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

Progress = Callable[[float], None]


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
