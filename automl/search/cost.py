"""What a model costs where it is used: milliseconds for one row, megabytes of it."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import joblib
import numpy as np
import pandas as pd
from pyarrow.parquet import ParquetFile
from sklearn.pipeline import Pipeline

from automl.data import Finding
from automl.search.constraints import Constraints
from automl.store import RunFolder
from automl.task import Task

__all__ = ["Cost", "measure", "preparation_mb", "preparation_ms", "told"]

_ROWS = 30
_PREPARATION_SECONDS = 0.3


@dataclass(frozen=True)
class Cost:
    """What was measured of a model.

    Attributes
    ----------
    latency_ms : float
        Median of the milliseconds to predict one row, the preparation of its columns included, on this
        machine.
    preparation_ms : float
        That of the preparation alone.
    rows : int
        How many rows were predicted for it, one by one.
    megabytes : float
        Of the stored model: preparation and members, compressed by joblib.
    """

    latency_ms: float
    preparation_ms: float
    rows: int
    megabytes: float

    def to_json(self) -> dict[str, Any]:
        """As a dictionary of JSON values."""
        return asdict(self)

    def within(self, asked: Constraints) -> bool:
        """Whether it keeps within the limits that were asked for."""
        slow = asked.max_latency_ms is not None and self.latency_ms > asked.max_latency_ms
        large = asked.max_size_mb is not None and self.megabytes > asked.max_size_mb
        return not (slow or large)


def measure(folder: RunFolder, task: Task, model: Pipeline, megabytes: float, *, seconds: float) -> Cost:
    """Predict rows of the run one by one with an assembled model.

    Parameters
    ----------
    folder : RunFolder
    task : Task
    model : Pipeline
    megabytes : float
        Of its members, as stored.
    seconds : float
        For all of it; one row is predicted in any case.
    """
    rows = _first_rows(folder)
    predict = model.predict if task.kind == "regression" else model.predict_proba
    times = _times_ms(predict, rows, 0.7 * seconds)
    preparation = float(np.median(_times_ms(model.steps[0][1].transform, rows, 0.3 * seconds)))
    latency = float(np.median(times))
    return Cost(latency, min(preparation, latency), len(times), megabytes + preparation_mb(folder))


def preparation_ms(folder: RunFolder) -> float:
    """Milliseconds to prepare the columns of one row, as expected: the quickest of some."""
    prepare = joblib.load(folder.path / "prep.joblib").transform
    return min(_times_ms(prepare, _first_rows(folder), _PREPARATION_SECONDS))


def preparation_mb(folder: RunFolder) -> float:
    """Megabytes of the fitted preparation, compressed as the members are."""
    stream = io.BytesIO()
    joblib.dump(joblib.load(folder.path / "prep.joblib"), stream, compress=1)
    return len(stream.getvalue()) / 1e6


def told(cost: Cost, asked: Constraints) -> dict[str, Any]:
    """A cost in the form of `result.json`, with a finding where it is over the limits."""
    findings = [] if cost.within(asked) else [_over_the_limits(cost, asked).to_json()]
    return {"cost": cost.to_json(), "findings": findings}


def _over_the_limits(cost: Cost, asked: Constraints) -> Finding:
    """Say plainly that even the smallest model found is over the limits."""
    limits, found = [], []
    if asked.max_latency_ms is not None:
        limits.append(f"{asked.max_latency_ms:g} ms a row")
        found.append(
            f"takes {cost.latency_ms:.1f} ms a row ({cost.preparation_ms:.1f} of them to prepare its columns)"
        )
    if asked.max_size_mb is not None:
        limits.append(f"{asked.max_size_mb:g} MB")
        found.append(f"has {cost.megabytes:.2f} MB")
    return Finding(
        "limits_not_met",
        "warning",
        None,
        f"Nothing that the search found keeps within {' and '.join(limits)}. The smallest model was taken: "
        f"it {' and '.join(found)}.",
        {"cost": cost.to_json()},
        "Allow more, let it search longer, or exclude columns that take long to prepare, such as text.",
    )


def _first_rows(folder: RunFolder) -> list[pd.DataFrame]:
    """A few rows of the run, one by one; not the whole table, which may be large."""
    batch = next(ParquetFile(folder.path / "data.parquet").iter_batches(batch_size=_ROWS + 1))
    frame = batch.to_pandas()
    return [frame.iloc[[row]] for row in range(len(frame))]


def _times_ms(call: Callable[[pd.DataFrame], Any], rows: list[pd.DataFrame], seconds: float) -> list[float]:
    """Milliseconds that each call takes, for as many rows as time allows.

    The first one only warms up, unless it leaves time for no other: three rows of a vote of forty models on
    eighty columns took 3 seconds of a minute.
    """
    end = time.perf_counter() + seconds
    times: list[float] = []
    for row in rows:
        started = time.perf_counter()
        call(row)
        ended = time.perf_counter()
        times.append(1000 * (ended - started))
        if ended > end:
            break
    return times[1:] or times
