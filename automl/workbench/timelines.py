"""Timelines for the pages: made of a run's scorings at once, or read from what a job has left."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from automl.jobs import JobState
from automl.monitoring import DriftReport
from automl.monitoring.history import Scoring, scorings
from automl.monitoring.timeline.records import Timeline
from automl.store import RunFolder, files

__all__ = ["behind", "of_scorings", "stored"]


def of_scorings(run: RunFolder, model: str) -> Timeline | None:
    """The tables that a model has scored, in the order of time; None where there are none."""
    raise NotImplementedError


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


def stored(run: RunFolder, job: JobState) -> Timeline:
    """What a finished job has left; read once."""
    path = Path((job.result or {})["path"])
    return _stored(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _stored(path: Path, _stamp: int) -> Timeline:
    return Timeline.from_json(files.read_json(path))
