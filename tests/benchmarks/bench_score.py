"""A million rows scored and compared, from a file: seconds and peak memory.

python tests/benchmarks/bench_score.py
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
from automl.data import Schema, read_table
from automl.monitoring import Watched, make_reference, score
from automl.task import Task

ROWS = 1_000_000
KNOWN = 20_000
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
    scorer = Scorer(schema, TASK.classes, model=model)
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


if __name__ == "__main__":
    rows()
