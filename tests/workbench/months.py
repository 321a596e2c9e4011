"""Months of scored tables of one model, with a drift that grows: what the page Monitor is looked at with."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from automl.monitoring import Watched, score
from automl.monitoring.history import SCORINGS, keep
from automl.store import RunFolder

from ..customers import customers, watched

__all__ = ["exact_model", "month", "write_months"]


def exact_model() -> Watched:
    """A linear model of what customers spend: explained exactly, however little time there is."""
    return watched(customers(2000, 1), customers(1500, 2), "regression")


def month(number: int, rows: int = 400) -> pd.DataFrame:
    """Customers of a month: from the third on they are older, from the fourth on all live in one city.

    The age moves the predictions, the model does not read the city. From the fifth on it is less clear what
    they spend; the labels of the sixth have not come.
    """
    frame = customers(rows, 100 + number)
    older = 3.0 * max(0, number - 2)
    frame["age"] = (frame["age"] + older).round(1)
    frame["spend"] += 20 * older / 9
    if number >= 4:
        frame["city"] = "city 1"
    if number >= 5:
        frame["spend"] += np.random.default_rng(number).normal(0, 9, rows)
    return frame.drop(columns="spend") if number == 6 else frame


def write_months(run: RunFolder, model: Watched, count: int = 6) -> list[str]:
    """Score months by the real comparison into the folder of a run; their ids, in the order of time."""
    made = []
    for number in range(1, count + 1):
        at = datetime(2026, number, 28, 9, tzinfo=UTC)
        folder = run.path / SCORINGS / f"2026{number:02d}28-090000-score-{number:06d}"
        folder.mkdir(parents=True)
        name = f"{at:%B}.csv".lower()
        done = score(model, month(number), out=folder / "predictions.csv", name=name)
        report = replace(done.report, created=at.timestamp())
        keep(folder, report, model="ensemble", columns=done.columns, preview=done.preview)
        made.append(folder.name)
    return made
