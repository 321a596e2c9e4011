"""Scorings with every verdict, made by the real comparison of real tables with a small model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from automl.monitoring import Watched, score
from automl.monitoring.history import SCORINGS, keep
from automl.store import RunFolder

from ..customers import customers, watched, with_estimator

__all__ = ["under_watch", "write_scoring"]


def under_watch() -> Watched:
    """A small model of customers, which can tell its performance without labels."""
    return with_estimator(watched(customers(2000, 1), customers(1500, 2)), customers(1500, 3))


def write_scoring(run: RunFolder, model: Watched, level: str, *, name: str = "january.csv") -> str:
    """Score a table that deserves a verdict, into the folder of a run; the id of the scoring."""
    frame = customers(500, 40)
    settings: dict[str, Any] = {"time_budget": 1.0}
    if level == "look":
        frame = frame.drop(columns=["left", "spend"])
        frame["fee"] = frame["fee"] * 4
        frame.loc[:20, "plan"] = "gold <b>*new*</b>"
    elif level == "act":
        frame["age"] += 12
        frame["joined"] = frame["joined"].astype("datetime64[us]")
    elif level == "unscored":
        frame = frame.drop(columns="age").rename(columns={"plan": "Plan_"})
    folder = run.path / SCORINGS / f"20260101-00000{len(name) % 10}-score-{level}"
    folder.mkdir(parents=True)
    done = score(model, frame, out=folder / "predictions.csv", name=name, **settings)
    keep(folder, done.report, model="ensemble", columns=done.columns, preview=done.preview)
    return folder.name


def table(path: Path, rows: int = 50) -> Path:
    """A table to upload."""
    customers(rows, 41).to_csv(path, index=False)
    return path
