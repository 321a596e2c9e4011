"""The list of runs: what each line shows, found, ordered and searched quickly however many there are.

A run that is over is read once for each version of its files; what the list asks of the others is two small
files and two locks.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from automl.jobs import state as job_state
from automl.store import END_STATES, Home, RunFolder, headline, is_id

__all__ = ["ORDERS", "SHOWN", "Overview", "disk_bytes", "matching", "overview", "overviews"]

_GROWING_SECONDS = 60  # a run under way is measured again no sooner

Version = tuple[int, int, int]


@dataclass(frozen=True)
class Overview:
    """One line of the list of runs.

    Attributes
    ----------
    run : RunFolder
    name, target : str
    state : str
        As `JobState` has it, or `waiting` for a search that waits for its turn.
    alive : bool
        Whether a worker is at work, or on its way.
    metric : str or None
    score, dummy : float or None
        Of the best model so far or the chosen one, and of the baseline.
    estimate : str
        How the score was measured.
    trials : int
    created : float
        Unix time.
    budget, seconds : float
        Allowed and spent.
    updated : float
        When the search last said something.
    """

    run: RunFolder
    name: str
    target: str
    state: str
    alive: bool
    metric: str | None
    score: float | None
    dummy: float | None
    estimate: str
    trials: int
    created: float
    budget: float
    seconds: float
    updated: float

    @property
    def is_over(self) -> bool:
        """Whether the search will not go on by itself."""
        return self.state in (*END_STATES, "interrupted")


SHOWN: Mapping[str, Callable[[Overview], bool]] = {
    "All": lambda item: True,
    "Under way": lambda item: not item.is_over,
    "Finished": lambda item: item.state == "finished",
    "Stopped": lambda item: item.is_over and item.state != "finished",
}
"""Which lines a choice above the list leaves."""

ORDERS: Mapping[str, Callable[[Overview], Any]] = {
    "Newest first": lambda item: -item.created,
    "Oldest first": lambda item: item.created,
    "By name": lambda item: (item.name.casefold(), -item.created),
    "By target": lambda item: (item.target.casefold(), -item.created),
    "Largest first": lambda item: -disk_bytes(item),
}
"""Orders of the list, each with what it sorts by."""


def overviews(home: Home) -> list[Overview]:
    """All runs of a home, newest first."""
    try:
        names = os.listdir(home.runs_path)
    except FileNotFoundError:
        return []
    found = (_overview_at(home.runs_path, name) for name in names if is_id(name))
    return sorted((item for item in found if item is not None), key=lambda item: item.run.id, reverse=True)


def overview(run: RunFolder) -> Overview | None:
    """The line of one run; None where it is gone."""
    return _overview_at(run.path.parent, run.id)


def matching(items: Sequence[Overview], text: str, shown: str, order: str) -> list[Overview]:
    """The lines that a person wants to see.

    Parameters
    ----------
    items : sequence of Overview
    text : str
        Words that name or target must hold, in any order and case.
    shown, order : str
        Of `SHOWN` and `ORDERS`; what is unknown, as from an old address, counts as the first of them.
    """
    words = text.casefold().split()
    keep = SHOWN.get(shown, SHOWN["All"])
    kept = [
        item
        for item in items
        if keep(item) and all(word in f"{item.name} {item.target}".casefold() for word in words)
    ]
    return sorted(kept, key=ORDERS.get(order, ORDERS["Newest first"]))


def disk_bytes(item: Overview) -> int:
    """Bytes that a run takes; counted again only when it may have changed."""
    if not item.is_over:
        return _disk_bytes(item.run.path, int(time.time() // _GROWING_SECONDS))
    folder = str(item.run.path)
    return _disk_bytes(
        item.run.path,
        (
            item.updated,
            *(_changed(f"{folder}/{name}") for name in ("explanations", "inspections", "bundles")),
        ),
    )


@lru_cache(maxsize=1024)
def _disk_bytes(path: Path, _version: object) -> int:
    return RunFolder(path).disk_bytes()


def _overview_at(runs: Path, name: str) -> Overview | None:
    folder = f"{runs}/{name}"
    spec, status = _version(f"{folder}/spec.json"), _version(f"{folder}/status.json")
    if spec is None or status is None:
        return None
    result = _version(f"{folder}/result.json")
    settled = _settled(runs / name, (spec, status, result))
    return settled or _read(runs / name)


def _version(path: str) -> Version | None:
    """What differs between two versions of a file; None where there is none."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size


def _changed(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns
    except FileNotFoundError:
        return 0


@lru_cache(maxsize=4096)
def _settled(path: Path, _versions: object) -> Overview | None:
    """The line of a run that is over; None for one whose state depends on whether somebody is at work."""
    item = _read(path)
    return item if item.state in END_STATES else None


def _read(path: Path) -> Overview:
    run = RunFolder(path)
    spec, now, result = run.spec, job_state(path), run.result
    best = now.status.get("best") or {}
    score, estimate = best.get("score"), "cross-validated so far"
    if result and now.is_over:
        shown = headline(result)
        score, estimate = shown.score, shown.where
    return Overview(
        run=run,
        name=str(spec["name"]),
        target=str(spec["target"]),
        state="waiting" if now.waits else now.state,
        alive=now.alive,
        metric=now.status.get("metric") or spec.get("metric"),
        score=score,
        dummy=now.status.get("dummy"),
        estimate=estimate,
        trials=int(now.status.get("trials") or 0),
        created=float(spec["created"]),
        budget=float(spec["budget"]),
        seconds=float(now.status.get("seconds") or 0.0),
        updated=float(now.status.get("updated") or 0.0),
    )
