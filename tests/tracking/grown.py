"""Run folders as a search writes them, one trial after the other, in no time."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from automl.store import RunFolder

BEGAN = 1_790_000_000.0
METRIC = "roc_auc"


def new_run(path: Path, uri: str, **asked: Any) -> RunFolder:
    """A run that has been asked for."""
    spec = {
        "version": 1, "id": path.name, "name": "churn", "created": BEGAN, "source": "/secret/place/churn.csv",
        "target": "Churn", "task": None, "metric": None, "budget": 60.0, "seed": 3, "excluded": ["a", "b"],
        "monotone": {}, "executor": None, "warm_start": None, "who": "ada",
        "track": {"uri": uri, "experiment": None, "alias": None, "register": True} | asked,
    }  # fmt: skip
    return RunFolder.create(path, spec)


def prepare(run: RunFolder) -> None:
    """Write what is there before the first trial."""
    run.write("read_report.json", {"sha256": "ab" * 32, "rows": 100, "columns": 3, "bytes": 999})
    run.write("findings.json", [{"code": "x"}])
    columns = [{"name": n, "kind": k} for n, k in (("age", "number"), ("since", "datetime"), ("x", "text"))]
    run.write("schema.json", {"columns": columns})
    run.write("task.json", {"kind": "binary", "target": "Churn", "metric": METRIC, "costs": None})
    run.write(
        "prepared.json",
        {"rows": 100, "columns": ["age"], "training_rows": 80, "holdout_rows": 20, "folds": 5},
    )
    run.add_event("prepared", seconds=1.0)


def add_trial(run: RunFolder, number: int, status: str = "ok", **more: Any) -> dict[str, Any]:
    """Write a finished trial, the better the later."""
    at = 2.0 + number
    score = None if status != "ok" else 0.5 + number / 1000
    trial = {
        "id": f"t{number:04d}", "number": number, "family": "lightgbm", "origin": "first", "status": status,
        "params": {"num_leaves": 31 + number, "pairs": True}, "rows": None,
        "reason": "" if status == "ok" else f"It is {status}.", "score": score,
        "loss": None if score is None else 1 - score, "estimate": None,
        "interval": None if score is None else [score - 0.1, score + 0.1],
        "fold_scores": [] if score is None else [score] * 5, "fit_seconds": 0.5, "predict_seconds": 0.01,
        "row_seconds": 0.001, "bytes": 1000, "iterations": [10, None], "clipped": False, "warnings": [],
        "at": at, "finished": BEGAN + at,
    } | more  # fmt: skip
    run.write(f"trials/{trial['id']}.json", trial)
    for kind in ("trial", "best") if status == "ok" else ("trial",):
        line = {"t": BEGAN + at, "kind": kind, "id": trial["id"], "score": trial["score"], "at": at}
        with (run.path / "events.jsonl").open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(line) + "\n")
    return trial


def finish(run: RunFolder) -> None:
    """Write the result."""
    run.write(
        "result.json",
        {
            "chosen": "ensemble", "members": [{"id": "t0001", "weight": 1.0}], "metric": METRIC,
            "cv_score": 0.75, "dummy": 0.5, "holdout": {"rows": 20, "score": 0.7}, "finished": BEGAN + 60,
            "metrics": {METRIC: {"score": 0.7, "interval": [0.6, 0.8]}, "f1": {"score": None}},
            "cost": {"latency_ms": 3.5, "megabytes": 1.25},
        },
    )  # fmt: skip
    run.set_status("finished", updated=time.time())
