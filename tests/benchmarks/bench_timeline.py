"""A million logged rows over a year: seconds and peak memory; false alarms and power of the change test.

python tests/benchmarks/bench_timeline.py rows [week]
python tests/benchmarks/bench_timeline.py alarms [REPEATS]
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from bench_score import ROWS, TASK, wide
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from automl.bundle.scoring import Scorer
from automl.data import Schema, read_table
from automl.monitoring import Watched, make_reference
from automl.monitoring.timeline import Asked
from automl.monitoring.timeline.shifts import find_shifts
from automl.serving.answer import Answer, plain_columns
from automl.serving.log import Entry, PredictionLog

KNOWN = 20_000
PART = 10_000
YEAR = 365 * 86_400
MODEL = "a" * 64


def made(rng: np.random.Generator) -> Watched:
    """A linear model of nineteen columns."""
    known, fresh = wide(rng, KNOWN), wide(rng, KNOWN)
    features = known.drop(columns="y")
    schema = Schema.infer(read_table(features))
    frame = schema.coerce(read_table(features)).frame
    encode = ColumnTransformer([("l", OneHotEncoder(), [f"l{i}" for i in range(4)])], remainder="passthrough")
    model = make_pipeline(encode, LogisticRegression(max_iter=1000))
    model.fit(frame, known["y"].astype(object).to_numpy())
    scorer = Scorer(schema, TASK.classes, model=model)
    prediction = scorer.predict_proba(schema.coerce(read_table(fresh)).frame)
    reference = make_reference(frame, schema, TASK, prediction, predicted="fresh rows")
    promised = {"roc_auc": {"score": 0.83, "interval": [0.82, 0.84]}}
    return Watched("bench", scorer, TASK, reference, frame.head(2000), frame.head(100), promised)


def logged(folder: Path, watched: Watched, rng: np.random.Generator) -> tuple[Path, Path]:
    """A million rows in the server's log, and labels of seven in ten of them."""
    log = PredictionLog(folder / "log", MODEL)
    labels = folder / "labels.csv"
    for part in range(ROWS // PART):
        frame = wide(rng, PART)
        rows = watched.schema.coerce(read_table(frame)).frame
        ids = [f"{part:08x}-5f1e-{i}" for i in range(PART)]
        answer = Answer(ids, plain_columns(watched.scorer.predictions(rows)), ())
        log.put(Entry(1_735_689_600.0 + YEAR * part * PART / ROWS, ids, "/predict", rows, answer))
        while log.counts()["waiting_lines"] > 3 * PART:
            time.sleep(0.05)
        told = pd.DataFrame({"id": ids, "y": frame["y"]})[rng.random(PART) < 0.7]
        told.to_csv(labels, mode="a", header=part == 0, index=False)
    log.close(600)
    assert log.counts()["lines_total"] == ROWS
    return folder / "log", labels


def rows(every: str) -> None:
    rng = np.random.default_rng(0)
    watched = made(rng)
    with tempfile.TemporaryDirectory() as folder:
        log, labels = logged(Path(folder), watched, rng)
        size = sum(each.stat().st_size for each in log.iterdir()) / 1e6
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        began, worked = time.perf_counter(), time.process_time()
        asked = Asked(log=log, labels=labels, every=every, fairness="l0")
        found = asked.answer(watched, model=MODEL, progress=_tell if "-v" in sys.argv else None)
        took, work = time.perf_counter() - began, time.process_time() - worked
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    split = sum(any(column.part is not None for column in window.columns) for window in found.windows)
    sys.stdout.write(
        f"{sum(w.rows for w in found.windows):,} logged rows, {size:.0f} MB, {len(found.windows)} windows "
        f"({split} of them split), {len(found.segments)} segments: {took:.1f} s ({work:.1f} s of processor "
        f"time), peak memory {peak:.0f} MB ({before:.0f} MB before); verdict {found.level}\n"
    )


def _tell(share: float, what: str) -> None:
    sys.stdout.write(f"{time.perf_counter():9.2f} {share:5.0%} {what}\n")


def alarms(repeats: int) -> None:
    """Of the search for changes: how often something is found, without a change and with one."""
    sys.stdout.write("windows  own variation  change (errors)  found  in its interval\n")
    for windows in (6, 12, 24, 52):
        for between in (0.0, 1.0, 5.0):
            for size in (0.0, 2.0, 4.0):
                rng = np.random.default_rng([windows, int(between), int(size)])
                found = inside = 0
                place = windows // 2
                for repeat in range(repeats):
                    errors = rng.uniform(0.5, 1.5, windows)
                    spread = np.sqrt(errors**2 + between**2)
                    level = np.where(np.arange(windows) < place, 0.0, size * np.sqrt(1 + between**2))
                    shifts = find_shifts(level + rng.normal(0, spread), errors, seed=repeat).found
                    found += bool(shifts)
                    inside += any(each.low <= place <= each.high for each in shifts)
                held = f"{inside / max(found, 1):.3f}" if size else "–"
                sys.stdout.write(f"{windows:7} {between:14} {size:16} {found / repeats:6.3f} {held:>16}\n")
                sys.stdout.flush()


if __name__ == "__main__":
    if sys.argv[1:2] == ["alarms"]:
        alarms(int(sys.argv[2]) if len(sys.argv) > 2 else 1000)
    else:
        rows(next((each for each in sys.argv[2:] if not each.startswith("-")), "month"))
