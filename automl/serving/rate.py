"""How many requests a client may make: a bucket of tokens each, filled steadily."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

__all__ = ["RateLimiter"]

_MOST_CLIENTS = 10_000


class RateLimiter:
    """Buckets of tokens by client; used from one thread.

    Parameters
    ----------
    rate : float
        Requests a second, on average. A bucket holds twice as many, at least one.
    clock : callable
        Seconds, growing.
    """

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._most = max(1.0, 2 * rate)
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, client: str) -> float:
        """Take a token; return 0, or the seconds after which the next one is there."""
        now = self._clock()
        tokens, then = self._buckets.pop(client, (self._most, now))
        tokens = min(self._most, tokens + (now - then) * self._rate)
        allowed = tokens >= 1
        self._buckets[client] = (tokens - 1 if allowed else tokens, now)
        if (
            len(self._buckets) > _MOST_CLIENTS
        ):  # the one that asked longest ago has a full bucket, most likely
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - tokens) / self._rate
