"""A million rows scored and compared: seconds and peak memory; false alarms and power over fifty columns.

python tests/benchmarks/bench_monitor.py rows
python tests/benchmarks/bench_monitor.py alarms [REPEATS]
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from automl.bundle.scoring import Scorer
from automl.data import Column, Kind, Schema, read_table
from automl.monitoring import Watched, make_reference, score
from automl.monitoring.counts import count, count_numbers
from automl.monitoring.drift import drift_of
from automl.task import Task

ROWS = 1_000_000
KNOWN = 20_000
COLUMNS = 50
TASK = Task("binary", "y", ("no", "yes"), "roc_auc")
LABELS = tuple("abcdefghijkl")


def wide(rng: np.random.Generator, rows: int) -> pd.DataFrame:
    """Fifteen numbers, four columns of labels, and a target."""
    frame = pd.DataFrame({f"x{i}": rng.normal(size=rows).round(4) for i in range(15)})
    for i in range(4):
        frame[f"l{i}"] = rng.choice(LABELS, rows)
    frame["y"] = np.where(frame["x0"] + rng.normal(size=rows) > 0, "yes", "no")
    return frame


def rows() -> None:
    rng = np.random.default_rng(0)
    known = wide(rng, KNOWN)
    features = known.drop(columns="y")
    schema = Schema.infer(read_table(features))
    frame = schema.coerce(read_table(features)).frame
    encode = ColumnTransformer([("l", OneHotEncoder(), [f"l{i}" for i in range(4)])], remainder="passthrough")
    model = make_pipeline(encode, LogisticRegression(max_iter=1000))
    model.fit(frame, known["y"].astype(object).to_numpy())
    scorer = Scorer(model, schema, TASK.classes)
    reference = make_reference(frame, schema, TASK, scorer.predict_proba(frame), predicted="rows")
    watched = Watched("bench", scorer, TASK, reference, frame.head(2000), frame.head(100))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "new.csv"
        for part in range(10):
            wide(rng, ROWS // 10).to_csv(path, mode="a", header=part == 0, index=False)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        began, worked = time.perf_counter(), time.process_time()
        report = score(watched, path, out=Path(folder) / "out.csv").report
        took, work = time.perf_counter() - began, time.process_time() - worked
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        size = path.stat().st_size / 1e6
    sys.stdout.write(
        f"{report.rows:,} rows, {size:.0f} MB: {took:.1f} s ({work:.1f} s of processor time), peak memory "
        f"{peak:.0f} MB ({before:.0f} MB before); verdict {report.level}\n"
    )


def fifty() -> Schema:
    """Forty numbers and ten columns of labels."""
    return Schema(
        tuple(
            Column(f"c{i}", Kind.CATEGORY, True, "", categories=LABELS)
            if i % 5 == 4
            else Column(f"c{i}", Kind.NUMBER, True, "")
            for i in range(COLUMNS)
        )
    )


def table(rng: np.random.Generator, count_of: int, shift: float = 0.0) -> pd.DataFrame:
    """Continuous, whole, rare flags, half empty, labels; the first column shifted by standard deviations."""
    shares = np.arange(len(LABELS), 0, -1.0) ** 2
    made = {
        0: lambda i: rng.normal(shift if i == 0 else 0.0, 1, count_of),
        1: lambda _: rng.poisson(3, count_of).astype(float),
        2: lambda _: (rng.random(count_of) < 0.2).astype(float),
        3: lambda _: np.where(rng.random(count_of) < 0.5, np.nan, rng.exponential(size=count_of)),
        4: lambda _: pd.Series(rng.choice(LABELS, count_of, p=shares / shares.sum()), dtype="str"),
    }
    return pd.DataFrame({f"c{i}": made[i % 5](i) for i in range(COLUMNS)})


def alarms(repeats: int) -> None:
    schema = fifty()
    task = Task("regression", "y", None, "rmse")
    sys.stdout.write("before   after  shift  any column sure  any called  the shifted one called\n")
    for before, after in ((1_000, 100), (1_000, 1_000), (10_000, 10_000), (100_000, 100_000)):
        times = max(20, min(repeats, repeats * 10_000 // after))
        for shift in (0.0, 0.25, 0.5):
            rng = np.random.default_rng([before, after, int(100 * shift)])
            sure = called = named = 0
            for _ in range(times):
                old = table(rng, before)
                reference = make_reference(old, schema, task, rng.normal(size=before), predicted="rows")
                new = table(rng, after, shift)
                columns = [count(p.grid, schema[p.name], new[p.name]) for p in reference.columns]
                outputs = [count_numbers(reference.outputs[0].grid, rng.normal(size=after))]
                found, out, _ = drift_of(reference, schema, columns, outputs)
                sure += any(each.is_sure for each in (*found, *out))
                called += any(each.level != "fine" for each in (*found, *out))
                named += found[0].level != "fine"
            sys.stdout.write(
                f"{before:7,} {after:7,} {shift:6} {sure / times:16.3f} {called / times:11.3f} "
                f"{named / times:23.3f}   ({times} tables)\n"
            )
            sys.stdout.flush()


if __name__ == "__main__":
    if sys.argv[1:2] == ["alarms"]:
        alarms(int(sys.argv[2]) if len(sys.argv) > 2 else 200)
    else:
        rows()
