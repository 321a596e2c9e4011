"""Timelines for the pages: made of a few scorings at once, or read from what a job has left."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from automl.monitoring import DriftReport
from automl.monitoring.history import SCORINGS, Scoring, scorings
from automl.monitoring.timeline.kept import Kept
from automl.monitoring.timeline.records import Timeline
from automl.store import RunFolder, files
from automl.task import Task

__all__ = ["SCORED", "at_once", "behind", "scored", "stored"]

SCORED = "scoring"
"""The period of a timeline whose windows are scored tables."""
_AT_ONCE = 24  # tables whose comparisons are read, and searched for changes, within a second


def scored(run: RunFolder, model: str) -> list[Scoring]:
    """The tables that a model has scored, newest first, without those that could not be scored."""
    return [each for each in scorings(run) if each.model == model and each.predictions is not None]


def at_once(run: RunFolder, found: list[Scoring]) -> Timeline | None:
    """The timeline of some scored tables of one model; None where they are too many for a page.

    Parameters
    ----------
    run : RunFolder
    found : list of Scoring
        From `scored`, at least one.
    """
    if len(found) > _AT_ONCE:
        return None
    stamp = (run.path / SCORINGS).stat().st_mtime_ns
    return _at_once(run.path, found[0].model, stamp, len(found))


@lru_cache(maxsize=16)
def _at_once(path: Path, model: str, _stamp: int, _count: int) -> Timeline:
    from automl.monitoring.timeline.scorings import scorings_timeline

    run = RunFolder(path)
    task = Task.from_json(run.read("task.json"))
    return scorings_timeline(run, task, model, seed=int(run.spec.get("seed") or 0))


def behind(run: RunFolder, timeline: Timeline, place: int) -> tuple[Scoring | None, DriftReport | None]:
    """The scoring that a window is made of, with its report; None where it has been deleted since."""
    window = timeline.windows[place]
    for each in scorings(run):
        if each.created == window.start and each.name == window.label:
            path = each.folder / "report.json"
            return each, _report(path, path.stat().st_mtime_ns)
    return None, None


@lru_cache(maxsize=32)
def _report(path: Path, _stamp: int) -> DriftReport:
    return DriftReport.from_json(files.read_json(path))


def stored(kept: Kept) -> Timeline:
    """A timeline that a job has left; read once."""
    path = kept.folder / "timeline.json"
    return _stored(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _stored(path: Path, _stamp: int) -> Timeline:
    return Timeline.from_json(files.read_json(path))
