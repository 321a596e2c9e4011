"""Run folders in every state a page can meet, written as the search writes them.

The states that are rare or short in real life (failed, interrupted, nothing yet) cannot be waited for in a
test; the browser test runs the real search.
"""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Any

from automl.store import Home, RunFolder

FAMILIES = ("dummy", "lightgbm", "linear", "extra_trees", "random_forest", "lightgbm", "mlp")


def spec(home: Home, name: str = "telco_churn", **changes: Any) -> dict[str, Any]:
    path = home.new_run_path(name)
    return {
        "version": 1,
        "id": path.name,
        "name": name,
        "created": time.time() - 300,
        "source": None,
        "target": "Churn",
        "task": None,
        "metric": None,
        "budget": 60.0,
        "seed": 0,
        "n_jobs": None,
        "max_trials": None,
        "kinds": {},
        "excluded": [],
        "read": None,
        **changes,
    }


def trial(number: int, *, failed: bool = False, seed: int = 0) -> dict[str, Any]:
    """One trial, its score climbing with its number."""
    chance = random.Random(1000 * seed + number)
    family = FAMILIES[number % len(FAMILIES)] if number else "dummy"
    score = 0.5 if family == "dummy" else 0.845 - 0.03 * chance.random() ** 2 - 0.02 / (1 + number)
    folds = [round(score + chance.uniform(-0.012, 0.012), 4) for _ in range(5)]
    return {
        "id": f"t{number:04d}",
        "number": number,
        "family": family,
        "params": {} if family == "dummy" else {"learning_rate": 0.05, "num_leaves": 31},
        "origin": "first" if number < 8 else "tpe",
        "status": "failed" if failed else "ok",
        "reason": "It ran far over its share of the time and was stopped." if failed else "",
        "score": None if failed else round(score, 5),
        "loss": None if failed else round(-score, 5),
        "interval": None if failed else [round(score - 0.009, 5), round(score + 0.009, 5)],
        "fold_scores": [] if failed else folds,
        "fit_seconds": round(chance.uniform(0.2, 4), 2),
        "predict_seconds": round(chance.uniform(0.0005, 0.03), 5),
        "bytes": chance.randrange(20_000, 9_000_000),
        "iterations": [None] * 5,
        "clipped": False,
        "warnings": [],
        "at": 1.5 + 1.9 * number,
        "finished": time.time() - 100 + number,
    }


def run_folder(home: Home, *, state: str, trials: int = 0, failed: int = 0, **changes: Any) -> RunFolder:
    """A run in a state; `interrupted` is what a killed search leaves: active, and the lock free."""
    content = spec(home, **changes)
    run = RunFolder.create(home.runs_path / content["id"], content)
    if trials:
        run.write(
            "task.json", {"kind": "binary", "target": "Churn", "classes": ["No", "Yes"], "metric": "roc_auc"}
        )
    records = [trial(i, failed=i in range(2, 2 + failed), seed=len(content["name"])) for i in range(trials)]
    for record in records:
        run.write(f"trials/{record['id']}.json", record)
    usable = [r for r in records if r["loss"] is not None and r["family"] != "dummy"]
    best = min(usable, key=lambda r: r["loss"]) if usable else None
    fields: dict[str, Any] = {"seconds": records[-1]["at"] if records else 0.0, "session": 1}
    if state != "queued":
        fields["launched"] = time.time()
    if records:
        fields |= {
            "trials": trials,
            "failed": failed,
            "metric": "roc_auc",
            "dummy": 0.5,
            "best": best and {key: best[key] for key in ("id", "family", "score", "interval")},
        }
    if state == "failed":
        fields["error"] = {"message": "The target 'Churn' has only one value.", "id": "0badcafe"}
    written = "searching" if state == "interrupted" else state
    run.set_status(written, message="", **fields)
    if best is not None and state in ("finished", "cancelled"):
        run.write("result.json", result(best, usable, holdout=state == "finished"))
    return run


def result(best: dict[str, Any], usable: list[dict[str, Any]], *, holdout: bool) -> dict[str, Any]:
    score = best["score"] + 0.003
    entry = {"score": score - 0.004, "interval": [score - 0.024, score + 0.015]}
    ranked = sorted(usable, key=lambda r: r["loss"])[:3]
    return {
        "chosen": "ensemble",
        "members": [{"id": r["id"], "weight": w} for r, w in zip(ranked, (0.5, 0.3, 0.2), strict=False)],
        "metric": "roc_auc",
        "cv_score": score,
        "cv_interval": [score - 0.008, score + 0.008],
        "estimate": "holdout" if holdout else "cross-validation",
        "holdout": {**entry, "on": "holdout", "rows": 1409, "opened_at": time.time()} if holdout else None,
        "metrics": {
            "roc_auc": {**entry, "on": "holdout"},
            "log_loss": {"score": 0.4123, "interval": [0.39, 0.43], "on": "holdout"},
        },
        "confidence": {"p_best": {}, "tied": ["ensemble", *(r["id"] for r in ranked)]},
        "trials": len(usable),
        "dummy": 0.5,
        "seconds": 59.2,
        "finished": time.time(),
    }


def write_all(path: Path) -> dict[str, RunFolder]:
    """One run in each state."""
    home = Home(path)
    return {
        "finished": run_folder(home, state="finished", trials=34, failed=2),
        "cancelled": run_folder(home, state="cancelled", trials=12, name="penguins"),
        "interrupted": run_folder(home, state="interrupted", trials=7, name="ames"),
        "failed": run_folder(home, state="failed", name="one_class"),
        "queued": run_folder(home, state="queued", name="queued"),
    }
