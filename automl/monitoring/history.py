"""The tables that a run's models have scored, and what came of each: `scorings/<id>/` of the run folder.

scoring.json      name, time, rows, model, verdict; written last: a scoring exists when this does
report.json       the whole comparison
preview.json      the first rows with their predictions
predictions.csv   not there where nothing could be scored
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from automl.monitoring.report import DriftReport
from automl.monitoring.rules import Level
from automl.store import RunFolder, files
from automl.store.entries import entries, entry

__all__ = ["SCORINGS", "Scoring", "keep", "scoring", "scorings"]

SCORINGS = "scorings"
_MARK = "scoring.json"


@dataclass(frozen=True)
class Scoring:
    """A table that was scored.

    Attributes
    ----------
    folder : Path
    name : str
        Of the table.
    created : float
        Seconds since 1970.
    rows : int
    model : str
        Id of the model.
    level : {"fine", "look", "act"}
    headline : str
    sha256 : str or None
        Of the table's file.
    """

    folder: Path
    name: str
    created: float
    rows: int
    model: str
    level: Level
    headline: str
    sha256: str | None

    @property
    def id(self) -> str:
        """Its id, which is the folder's name."""
        return self.folder.name

    @property
    def predictions(self) -> Path | None:
        """The CSV file of the predictions, None where nothing could be scored."""
        path = self.folder / "predictions.csv"
        return path if path.is_file() else None

    def report(self) -> DriftReport:
        """The whole comparison."""
        return DriftReport.from_json(files.read_json(self.folder / "report.json"))

    def preview(self) -> list[dict[str, Any]]:
        """The first rows with their predictions."""
        found: list[dict[str, Any]] = files.read_json(self.folder / "preview.json")
        return found


def keep(
    folder: Path,
    report: DriftReport,
    *,
    model: str,
    columns: Sequence[str],
    preview: Sequence[dict[str, Any]],
) -> None:
    """Write what came of a scoring into its folder, where the predictions are already."""
    files.write_json(folder / "report.json", report.to_json())
    files.write_json(folder / "preview.json", list(preview))
    files.write_json(
        folder / _MARK,
        {
            "version": 1,
            "name": report.table,
            "created": report.created,
            "rows": report.rows,
            "model": model,
            "columns": list(columns),
            "level": report.level,
            "headline": report.headline,
            "sha256": report.sha256,
        },
    )


def scoring(run: RunFolder, scoring_id: str) -> Scoring:
    """The scoring with this id.

    Raises
    ------
    RunError
        When the id is malformed (it may come from a URL), or there is none.
    """
    return _read(entry(run, SCORINGS, scoring_id, _MARK, "scoring"))


def scorings(run: RunFolder) -> list[Scoring]:
    """All scorings of a run, newest first."""
    found = map(_read, entries(run, SCORINGS, _MARK))
    return sorted(found, key=lambda each: each.created, reverse=True)


def _read(folder: Path) -> Scoring:
    told = files.read_json(folder / _MARK)
    return Scoring(
        folder=folder,
        name=str(told["name"]),
        created=float(told["created"]),
        rows=int(told["rows"]),
        model=str(told["model"]),
        level=told["level"],
        headline=str(told["headline"]),
        sha256=told.get("sha256"),
    )
