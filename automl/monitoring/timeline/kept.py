"""The timelines of a run: `timelines/<id>/` of the run folder.

timeline.json   all of it, see `Timeline`
about.json      source, period, model, verdict; written last: a timeline exists when this does
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from automl.monitoring.rules import Level
from automl.monitoring.timeline.records import Timeline
from automl.store import RunFolder, files
from automl.store.entries import entries, entry

__all__ = ["TIMELINES", "Kept", "keep_timeline", "kept_timeline", "kept_timelines"]

TIMELINES = "timelines"
_MARK = "about.json"


@dataclass(frozen=True)
class Kept:
    """A timeline that was made.

    Attributes
    ----------
    folder : Path
    source, period : str
        As of `Timeline`.
    created : float
        Seconds since 1970.
    windows, rows : int
        How many it has.
    model : str
        Id of the model.
    level : {"fine", "look", "act"}
    headline : str
    """

    folder: Path
    source: str
    period: str
    created: float
    windows: int
    rows: int
    model: str
    level: Level
    headline: str

    @property
    def id(self) -> str:
        """Its id, which is the folder's name."""
        return self.folder.name

    def timeline(self) -> Timeline:
        """All of it."""
        return Timeline.from_json(files.read_json(self.folder / "timeline.json"))


def keep_timeline(folder: Path, made: Timeline, *, model: str) -> None:
    """Write a timeline into its folder."""
    files.write_json(folder / "timeline.json", made.to_json())
    files.write_json(
        folder / _MARK,
        {
            "version": 1,
            "source": made.source,
            "period": made.period,
            "created": made.created,
            "windows": len(made.windows),
            "rows": sum(window.rows for window in made.windows),
            "model": model,
            "level": made.level,
            "headline": made.headline,
        },
    )


def kept_timeline(run: RunFolder, timeline_id: str) -> Kept:
    """The timeline with this id.

    Raises
    ------
    RunError
        When the id is malformed (it may come from a URL), or there is none.
    """
    return _read(entry(run, TIMELINES, timeline_id, _MARK, "timeline"))


def kept_timelines(run: RunFolder) -> list[Kept]:
    """All timelines of a run, newest first."""
    found = map(_read, entries(run, TIMELINES, _MARK))
    return sorted(found, key=lambda each: each.created, reverse=True)


def _read(folder: Path) -> Kept:
    told = files.read_json(folder / _MARK)
    return Kept(
        folder=folder,
        source=str(told["source"]),
        period=str(told["period"]),
        created=float(told["created"]),
        windows=int(told["windows"]),
        rows=int(told["rows"]),
        model=str(told["model"]),
        level=told["level"],
        headline=str(told["headline"]),
    )
