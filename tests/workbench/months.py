"""Months of scored tables of one model, with a drift that grows: what the page Monitor is looked at with."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from automl.monitoring import Watched, score
from automl.monitoring.history import SCORINGS, keep
from automl.store import RunFolder

from ..customers import customers

__all__ = ["month", "write_months"]


def month(number: int, rows: int = 400) -> pd.DataFrame:
    """Customers of a month: from the third on they are older, from the fourth on the fee is in another unit.

    The age moves the predictions, the fee does hardly; labels of the last month have not come yet.
    """
    frame = customers(rows, 100 + number)
    frame["age"] = (frame["age"] + 3.0 * max(0, number - 2)).round(1)
    if number >= 4:
        frame["fee"] = (frame["fee"] * 4).round(2)
    if number >= 5:  # what follows from age is no longer what it was
        rng = np.random.default_rng(number)
        frame["left"] = np.where(rng.random(rows) < 0.5, frame["left"], rng.choice(["yes", "no"], rows))
    return frame.drop(columns="left") if number == 6 else frame


def write_months(run: RunFolder, model: Watched, count: int = 6, *, shift: float | None = 1.0) -> list[str]:
    """Score months by the real comparison into the folder of a run; their ids, in the order of time.

    Parameters
    ----------
    run : RunFolder
    model : Watched
    count : int
    shift : float or None
        Seconds for splitting the shift of each month.
    """
    made = []
    for number in range(1, count + 1):
        at = datetime(2026, number, 28, 9, tzinfo=UTC)
        folder = run.path / SCORINGS / f"2026{number:02d}28-090000-score-{number:06d}"
        folder.mkdir(parents=True)
        name = f"{at:%B}.csv".lower()
        done = score(model, month(number), out=folder / "predictions.csv", name=name, time_budget=shift)
        report = replace(done.report, created=at.timestamp())
        keep(folder, report, model="ensemble", columns=done.columns, preview=done.preview)
        made.append(folder.name)
    return made
