"""Customers over time, and logs of what a server has predicted for them, by the server's own writer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from automl.data import read_table
from automl.monitoring import Watched
from automl.serving.answer import Answer, plain_columns
from automl.serving.log import Entry, PredictionLog

from .customers import customers

MODEL = "a" * 64
START = pd.Timestamp("2025-01-01")


def dated(rows: int, seed: int, *, days: int = 180) -> pd.DataFrame:
    """Customers with an id and a date each, in the order of time."""
    frame = customers(rows, seed)
    seconds = np.sort(np.random.default_rng([seed, 1]).uniform(0, days * 86_400, rows)).round()
    frame["seen"] = START + pd.to_timedelta(seconds, unit="s")
    frame["id"] = [f"p-{seed}-{i}" for i in range(rows)]
    return frame


def write_log(
    folder: Path,
    watched: Watched,
    frame: pd.DataFrame,
    *,
    model: str = MODEL,
    redact: Sequence[str] = (),
    most_bytes: int = 100_000_000,
) -> Path:
    """Log the predictions of dated rows, one request for each hour."""
    log = PredictionLog(folder, model, redact=redact, most_bytes=most_bytes)
    canonical = watched.schema.coerce(read_table(frame)).frame
    predictions = watched.scorer.predictions(canonical)
    hours = frame["seen"].dt.floor("h").reset_index(drop=True)
    for hour, places in hours.groupby(hours).indices.items():
        columns = plain_columns(predictions.iloc[places])
        answer = Answer(frame["id"].iloc[places].tolist(), columns, ())
        log.put(Entry(pd.Timestamp(hour).timestamp(), answer.ids, "/predict", canonical.iloc[places], answer))
    log.close(60)
    assert log.counts()["dropped_lines_total"] == 0
    return folder
