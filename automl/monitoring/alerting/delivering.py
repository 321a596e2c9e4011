"""Tell sinks what was put out for them: at least once, the opening before the closing, and never given up.

What is to be told stands in the catalogue since the moment that it happened. It is taken with a lease, sent,
and marked; whoever dies in between lets the next one send it again, with the same id.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from automl.errors import SettingError
from automl.monitoring.alerting.sinks import DeliveryError, Sink
from automl.store.catalogue import Catalogue

__all__ = ["Delivered", "deliver", "pause"]

_FIRST, _LONGEST = 30.0, 3600.0
_ANSWERS = 6  # that telling a sink may wait for: a mail server is asked several times


@dataclass(frozen=True)
class Delivered:
    """What came of telling.

    Attributes
    ----------
    sent : int
    problems : mapping of str to str
        By the names of sinks that could not be told.
    """

    sent: int
    problems: dict[str, str]


def deliver(
    catalogue: Catalogue,
    watch: str,
    sinks: Sequence[Sink],
    *,
    stopping: Callable[[], bool] = lambda: False,
    again: Callable[[int], float] | None = None,
) -> Delivered:
    """Tell all sinks what is due.

    Parameters
    ----------
    catalogue : Catalogue
    watch : str
    sinks : sequence of Sink
    stopping : callable
        Whether to leave the rest for later.
    again : callable, optional
        Seconds until the next try after so many; default `pause`.

    Returns
    -------
    Delivered
    """
    left = {sink.name: sink for sink in sinks}
    sent, problems = 0, {}
    while left and not stopping():
        lease = _ANSWERS * max(sink.seconds for sink in left.values()) + _FIRST
        taken = catalogue.watching.take(watch, list(left), lease=lease, most=1)
        if not taken:
            break
        (delivery,) = taken
        try:
            left[delivery.sink].send(delivery.payload)
        except (DeliveryError, SettingError) as error:  # the latter: a secret that is gone
            wait = (again or pause)(delivery.tries + 1)
            catalogue.watching.undelivered(delivery, str(error), again_in=wait)
            problems[delivery.sink] = str(error)
            del left[delivery.sink]  # what else it is to be told would fail as well
        else:
            catalogue.watching.delivered(delivery)
            sent += 1
    return Delivered(sent, problems)


def pause(tries: int) -> float:
    """Seconds until the next try: twice as long each time, an hour at most."""
    return float(min(_FIRST * 2 ** (min(tries, 20) - 1), _LONGEST))
