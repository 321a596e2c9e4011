"""Rents that go up: a readable model of the old ones, explained exactly, and rows that it predicts badly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

import automl
from automl.run import Run

__all__ = ["NEW", "OLD", "flats", "later", "learned"]

OLD, NEW = 240, 300


def flats(rows: int, seed: int, *, slope: float, since: str) -> pd.DataFrame:
    """Rents by size and floor, written as in Germany; what a square metre costs is the slope."""
    rng = np.random.default_rng(seed)
    size = rng.uniform(20, 120, rows)
    rent = 200 + slope * size + rng.normal(0, 20, rows)
    day = pd.Timestamp(since) + pd.to_timedelta(np.sort(rng.integers(0, 60, rows)), unit="D")
    return pd.DataFrame(
        {
            "size": [f"{value:.2f}".replace(".", ",") + " m²" for value in size],
            "floor": rng.integers(0, 6, rows),
            "lift": rng.choice(["yes", "no"], rows),
            "day": day.strftime("%d.%m.%Y"),
            "rent": rent.round(2),
        }
    )


def later(rows: int = NEW, seed: int = 2, *, slope: float = 15.0) -> pd.DataFrame:
    """Flats of the months after those that the model was learned from; they have become dearer."""
    return flats(rows, seed, slope=slope, since="2026-04-01")


def learned(home: Path) -> Run:
    """A finished run on the old flats, and its bundle."""
    home.mkdir(parents=True, exist_ok=True)
    table = home / "rents.csv"
    flats(OLD, 1, slope=8.0, since="2026-01-01").to_csv(table, index=False, sep=";")
    run = automl.fit(
        table,
        target="rent",
        budget=600,
        max_trials=2,
        n_jobs=1,
        interpretable=True,
        excluded=["day"],
        home=home,
    )
    (run.folder.path / "bundles").mkdir(exist_ok=True)
    run.export(run.folder.path / "bundles" / "champion.zip")
    return run
