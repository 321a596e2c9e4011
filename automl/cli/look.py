"""`automl runs`, `automl leaderboard`, `automl front` and `automl threshold`."""

from __future__ import annotations

import time
from argparse import Namespace
from typing import Any

from automl import jobs
from automl.cli.console import Console, find_run, number
from automl.cli.decisions import decided
from automl.cli.suspicions import suspicions
from automl.run import load_run
from automl.store import Home, RunFolder, headline, weights_words
from automl.store.files import json_records

__all__ = ["front", "leaderboard", "runs", "threshold"]


def runs(options: Namespace, console: Console) -> int:
    """List the runs of a home folder."""
    home = Home(options.home)
    found = [_overview(run) for run in home.runs()]
    console.document({"home": str(home.path), "runs": found})
    if not found:
        console.say(f"There are no runs in {home.path}.")
        return 0
    console.table(
        ("id", "state", "target", "metric", "best", "trials", "age", "MB"),
        [
            (
                run["id"],
                run["state"],
                run["target"],
                run["metric"] or "–",
                number(run["score"]),
                str(run["trials"]),
                _age(time.time() - run["created"]),
                f"{run['bytes'] / 1e6:.1f}",
            )
            for run in found
        ],
        right=("best", "trials", "age", "MB"),
    )
    return 0


def leaderboard(options: Namespace, console: Console) -> int:
    """Compare the models of a run."""
    path = find_run(options.run, options.home)
    run = load_run(path)
    table = run.leaderboard()
    records = json_records(table)
    now = jobs.state(path)
    weights = run.folder.read("prepared.json", {}).get("weights")
    console.document(
        {
            "run": str(path),
            "state": now.state,
            "metric": now.status.get("metric"),
            "weights": weights,
            "models": records,
            "findings": run.folder.read("findings.json", []),
        }
    )
    if not records:
        console.say(f"There is no trial yet; the run is {now.state}.")
        return 0
    score = str(now.status.get("metric") or "score")
    numbers = (score, "90 % interval", "P(best)", "fold spread", "fit s", "ms / 1,000 rows", "MB")
    console.table(
        ("", "model", "family", *numbers, "remark"), [_model_row(record) for record in records], right=numbers
    )
    console.say(*([f"weights: {weights_words(weights)}."] if weights else []), *suspicions(run.folder))
    return 0


def front(options: Namespace, console: Console) -> int:
    """Show what a better score costs."""
    path = find_run(options.run, options.home)
    points = load_run(path).front().to_dict("records")
    now = jobs.state(path)
    score = str(now.status.get("metric") or "score")
    console.document({"run": str(path), "state": now.state, "metric": score, "models": points})
    if not points:
        console.say(f"There is no model yet; the run is {now.state}.")
        return 0
    numbers = (score, "ms / row", "MB")
    console.table(
        ("", "model", "members", *numbers),
        [
            (
                "*" if point["chosen"] else "",
                point["id"],
                ", ".join(f"{name} {weight:.0%}" for name, weight in point["members"].items()),
                number(point["score"]),
                number(point["latency_ms"], 3),
                number(point["megabytes"], 2),
            )
            for point in points
        ],
        right=numbers,
    )
    return 0


def threshold(options: Namespace, console: Console) -> int:
    """Show what each threshold would bring, and keep the one of other costs where that is asked."""
    path = find_run(options.run, options.home)
    run = load_run(path)
    table = run.threshold(
        costs=options.costs, model=options.model, keep=options.keep, reason=options.reason, who=options.who
    )
    records = json_records(table)
    decision = (run.result or {}).get("decision")
    console.document({"run": str(path), "kept": options.keep, "thresholds": records, "decision": decision})
    extra = [name for name in ("cost_per_1000", "score") if table[name].notna().any()]
    titles = {"cost_per_1000": "cost / 1,000 rows", "score": str(run.status().get("metric") or "score")}
    numbers = ("threshold", "precision", "recall", "called positive", *(titles[name] for name in extra))
    console.table(
        ("", *numbers),
        [
            (
                "*" if record["chosen"] else "",
                f"{record['threshold']:.3g}",
                *(number(record[name], 3) for name in ("precision", "recall", "positives")),
                *(number(record[name], 4) for name in extra),
            )
            for record in records
        ],
        right=numbers,
    )
    if options.keep and decision is not None:
        console.say("", *decided(decision))
    elif not any(record["chosen"] for record in records):
        console.say("", "No costs are given, so the more probable class is predicted: add --costs.")
    return 0


def _overview(run: RunFolder) -> dict[str, Any]:
    now, result = jobs.state(run.path), run.result
    best = now.status.get("best") or {}
    return {
        "id": run.id,
        "name": run.spec["name"],
        "path": str(run.path),
        "state": "waiting" if now.waits else now.state,
        "target": run.spec["target"],
        "metric": (result or {}).get("metric") or now.status.get("metric"),
        "score": best.get("score") if result is None else headline(result).score,
        "trials": now.status.get("trials") or 0,
        "created": run.spec["created"],
        "bytes": run.disk_bytes(),
    }


def _model_row(record: dict[str, Any]) -> tuple[str, ...]:
    share = "" if record["p_best"] is None else f"{record['p_best']:.0%}"
    return (
        "*" if record["chosen"] else "",
        record["id"],
        record["family"],
        number(record["score"]),
        "–"
        if record["interval_low"] is None
        else f"{number(record['interval_low'])} to {number(record['interval_high'])}",
        " ".join(filter(None, (share, "tied" if record["tied"] else ""))) or "–",
        number(record["fold_std"], 2),
        number(record["fit_seconds"], 3),
        number(record["predict_ms_per_1000"], 3),
        number(record["megabytes"], 2),
        "chosen" if record["chosen"] else (record["reason"] or "") if record["status"] != "ok" else "",
    )


def _age(seconds: float) -> str:
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds / length:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"
