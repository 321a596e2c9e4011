"""What a page that watches a run shows, and nothing computed twice.

A poll that finds nothing new costs a few looks at small files: whatever follows from the trials alone is kept
until there is another one.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from automl.jobs import JobState
from automl.search.forecast import AHEAD, forecast
from automl.search.trial import Trial
from automl.store import RunFolder
from automl.workbench import reading
from automl.workbench.causes import Cause, causes

__all__ = ["PHASES", "Story", "crowding_words", "memory_words", "spent", "story"]

PHASES: Mapping[str, str] = {
    "starting": "Starting",
    "reading": "Reading the table",
    "preparing": "Preparing the columns",
    "searching": "Searching",
    "choosing": "Choosing the model",
    "learning": "Learning from all rows",
}
"""What each phase of a search is called, in their order."""

_CROWDED = 1.3
_TIGHT = 0.85
_LATEST = 6


@dataclass(frozen=True)
class Story:
    """What the finished trials of a run tell.

    Attributes
    ----------
    trials, failed, beaten : int
        All; those without a model; those that were stopped as clearly worse after some folds.
    kinds : int
        Families with a score.
    near : int
        Models beside the best one whose score lies in its interval.
    latest : tuple of dict
        The last trials, the newest first.
    causes : tuple of Cause
    ahead : dict or None
        The fields of a `Forecast`; None while there are too few trials for one.
    """

    trials: int
    failed: int
    beaten: int
    kinds: int
    near: int
    latest: tuple[dict[str, Any], ...]
    causes: tuple[Cause, ...]
    ahead: dict[str, Any] | None


def story(run: RunFolder) -> Story:
    """What the trials of a run tell so far."""
    return _story(run.path, len(reading.trials(run)))


@lru_cache(maxsize=128)
def _story(path: Path, count: int) -> Story:
    records = reading.trials(RunFolder(path))[:count]
    scored = reading.successful(records)
    return Story(
        trials=len(records),
        failed=sum(record["status"] in ("failed", "skipped") for record in records),
        beaten=sum(record["status"] == "beaten" for record in records),
        kinds=len({record["family"] for record in scored}),
        near=_near(scored),
        latest=tuple(sorted(records, key=lambda record: -float(record["at"]))[:_LATEST]),
        causes=tuple(causes(records)),
        ahead=_ahead(path, count - count % max(count // 100, 1)),
    )


@lru_cache(maxsize=128)
def _ahead(path: Path, count: int) -> dict[str, Any] | None:
    records = reading.trials(RunFolder(path))[:count]
    ahead = forecast([Trial.from_json(record) for record in records], AHEAD)
    return None if ahead is None else asdict(ahead)


def _near(scored: list[dict[str, Any]]) -> int:
    interval = reading.interval_of(scored[0].get("interval")) if scored else None
    if interval is None:
        return 0
    low, high = interval
    return sum(low <= float(record["score"]) <= high for record in scored[1:])


def spent(now: JobState, moment: float | None = None) -> float:
    """Seconds of its budget that a search has used, carried on from when it last said so."""
    seconds = float(now.status.get("seconds") or 0.0)
    if not now.alive or now.is_over or now.waits:
        return seconds
    moment = time.time() if moment is None else moment
    since = now.status.get("launched") if now.state == "queued" else now.status.get("updated")
    seconds += max(moment - float(since or moment), 0.0)
    return min(seconds, float(now.status.get("budget") or seconds))


def crowding_words(status: Mapping[str, Any]) -> str:
    """What other programs on the machine do to a search; empty where that is nothing to speak of."""
    slower = float(status.get("slower") or 1.0)
    if slower < _CROWDED:
        return ""
    return (
        f"Other programs want the same processor cores: everything takes about {slower:.1f} times as long as "
        "on a free machine, so fewer models can be tried."
    )


def memory_words(memory: Mapping[str, Any] | None) -> str:
    """What a search takes of the memory that it may take; empty where that leaves plenty.

    Parameters
    ----------
    memory : mapping or None
        `now` (or `peak`) and `limit`, as status and result have them.
    """
    memory = memory or {}
    taken, limit = memory.get("now") or memory.get("peak"), memory.get("limit")
    if not taken or not limit or taken < _TIGHT * limit:
        return ""
    return (
        f"Memory is tight: the search takes {taken / 1e9:.1f} GB of the {limit / 1e9:.1f} GB that it may "
        "take. Models that would need more are left out."
    )
