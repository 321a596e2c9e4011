"""What a run's folder says, in the words of a tracking server: parameters, tags, metrics, a table, trials."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from automl.store import RunFolder
from automl.tracking.server import Dataset, Metric, State

__all__ = [
    "PART", "RUN", "RUN_PART", "Told", "asked_params", "dataset_of", "final_metrics", "final_tags", "moment",
    "run_tags", "search_metrics", "trial_of", "understood_params",
]  # fmt: skip

RUN, PART = "glassbench.run", "glassbench.trial"
"""Tags by which a run is found again: its id, and a trial's id (`RUN_PART` for the run itself)."""
RUN_PART = "run"

_LONGEST = 2000  # characters of a value, so that a hundred of them fit into one request
_DIGEST = 36
_PACKAGES = ("glassbench", "scikit-learn", "lightgbm", "optuna", "pandas", "numpy")
_NOT_PARAMS = ("version", "id", "name", "created", "source", "who", "track", "read", "executor", "warm_start")
_UNDERSTOOD = ("task", "metric")  # None in what was asked, where they are to be found out
_STATES: Mapping[str, State] = {"ok": "FINISHED", "probe": "FINISHED", "failed": "FAILED"}
_TYPES = {"number": "double", "datetime": "datetime"}  # all others are text


@dataclass(frozen=True)
class Told:
    """A trial, as a run inside of its run.

    Attributes
    ----------
    name : str
    tags, params : mapping of str to str
    metrics : tuple of Metric
    state : str
    start, end : int
        Milliseconds since 1970.
    """

    name: str
    tags: Mapping[str, str]
    params: Mapping[str, str]
    metrics: Sequence[Metric]
    state: State
    start: int
    end: int


def moment(seconds: float) -> int:
    """Milliseconds since 1970."""
    return round(1000 * seconds)


def asked_params(spec: Mapping[str, Any]) -> dict[str, str]:
    """What was asked of a run and can never change: a server refuses another value later."""
    return {
        name: _value(value)
        for name, value in spec.items()
        if name not in (*_NOT_PARAMS, *_UNDERSTOOD)
        and value is not None
        and value is not False
        and value not in ([], {})
    }


def run_tags(spec: Mapping[str, Any]) -> dict[str, str]:
    """Who and what made a run, and in which versions."""
    tags = {
        RUN: str(spec["id"]),
        PART: RUN_PART,
        "mlflow.user": str(spec.get("who") or "unknown"),
        "mlflow.source.name": "glassbench",
        "mlflow.source.type": "LOCAL",
        "mlflow.note.content": f"Glassbench searched the best model for {spec['target']}.",
        "glassbench.python": ".".join(map(str, sys.version_info[:3])),
    }
    if spec.get("executor"):
        tags["glassbench.executor"] = str(spec["executor"])
    if warm := spec.get("warm_start"):
        tags["glassbench.warm_start"] = str(warm["run"])
    for package in _PACKAGES:
        try:
            tags[f"glassbench.version.{package}"] = metadata.version(package)
        except metadata.PackageNotFoundError:  # Glassbench itself may run from a folder
            continue
    return {name: _cut(text) for name, text in tags.items()}


def understood_params(folder: RunFolder) -> dict[str, str]:
    """What was found out about the table and the task before the search began."""
    task, prepared = folder.read("task.json", {}), folder.read("prepared.json", {})
    found = {
        "task": task.get("kind"),
        "metric": task.get("metric"),
        "rows": prepared.get("rows"),
        "columns": len(prepared.get("columns", ())),
        "training_rows": prepared.get("training_rows"),
        "holdout_rows": prepared.get("holdout_rows"),
        "folds": prepared.get("folds"),
    }
    return {name: _value(value) for name, value in found.items() if value is not None}


def dataset_of(folder: RunFolder) -> Dataset | None:
    """The table that a run learns from; None while it has not been read."""
    from automl.store.catalogue.run_facts import data_facts  # brings the database's packages

    facts = data_facts(folder)
    if facts is None:
        return None
    columns = [
        {"name": column["name"], "type": _TYPES.get(column["kind"], "string")}
        for column in (facts.schema or {}).get("columns", ())
    ]
    # The file's name without its folder: where it lies here is nobody's business there.
    source = {
        "uri": Path(facts.source).name if facts.source else "a table in Python",
        "sha256": facts.digest,
        "sha256_of": facts.digest_of,
    }
    return Dataset(
        name=_cut(str(folder.spec["name"])),
        digest=facts.digest[:_DIGEST],
        sha256=facts.digest,
        source=json.dumps(source),
        schema=json.dumps({"mlflow_colspec": columns}) if columns else None,
        profile=json.dumps({"num_rows": facts.rows, "num_elements": facts.rows * facts.columns}),
    )


def search_metrics(events: Iterable[Mapping[str, Any]], metric: str, tried: int) -> Iterator[Metric]:
    """The best score so far and the number of trials over time; steps are seconds of the budget.

    Parameters
    ----------
    events : iterable of dict
        Lines of the run's history.
    metric : str
    tried : int
        How many trials there were before them.
    """
    for event in events:
        if event["kind"] == "trial":
            tried += 1
            yield Metric("trials", float(tried), moment(event["t"]), int(event["at"]))
        elif event["kind"] == "best" and _is_number(event["score"]):
            yield Metric(f"best_{metric}", float(event["score"]), moment(event["t"]), int(event["at"]))


def trial_of(trial: Mapping[str, Any], run_id: str, parent: str, metric: str) -> Told:
    """A trial.

    Parameters
    ----------
    trial : dict
        Its JSON.
    run_id, parent : str
        The run's id here, and on the server.
    metric : str
        That the scores are of.
    """
    tags = {
        RUN: run_id,
        PART: trial["id"],
        "mlflow.parentRunId": parent,
        "glassbench.family": trial["family"],
        "glassbench.origin": trial["origin"],
        "glassbench.status": trial["status"],
    }
    if trial["reason"]:
        tags |= {"glassbench.reason": trial["reason"], "mlflow.note.content": trial["reason"]}
    if trial.get("warnings"):
        tags["glassbench.warnings"] = "\n".join(trial["warnings"])
    params = {"family": trial["family"], **trial["params"]}
    if trial.get("rows") is not None:
        params["rows"] = trial["rows"]
    end = moment(trial["finished"])
    seconds = trial["fit_seconds"] + trial["predict_seconds"]
    low, high = trial["interval"] or (None, None)
    values = {
        metric: trial["score"],
        f"{metric}_low": low,
        f"{metric}_high": high,
        "loss": trial["loss"],
        "fit_seconds": trial["fit_seconds"],
        "predict_ms_per_1000": 1000 * trial["predict_seconds"],
        "megabytes": trial["bytes"] / 1e6,
        "seconds_of_budget": trial["at"],
    }
    metrics = [Metric(name, float(value), end) for name, value in values.items() if _is_number(value)]
    for name, each in ((f"fold_{metric}", trial["fold_scores"]), ("fold_iterations", trial["iterations"])):
        metrics += [Metric(name, float(v), end, step) for step, v in enumerate(each) if _is_number(v)]
    return Told(
        name=f"{trial['id']} {trial['family']}",
        tags={name: _cut(text) for name, text in tags.items()},
        params={name: _value(value) for name, value in params.items()},
        metrics=metrics,
        state=_STATES.get(trial["status"], "KILLED"),  # beaten: stopped early; skipped: no memory for it
        start=end - moment(seconds),
        end=end,
    )


def final_metrics(result: Mapping[str, Any], at: int) -> list[Metric]:
    """The scores of the chosen model, with their intervals."""
    found: dict[str, Any] = {"cv_score": result["cv_score"], "dummy": result["dummy"]}
    for name, told in result["metrics"].items():
        found[name] = told["score"]
        low, high = told.get("interval") or (None, None)
        found |= {f"{name}_low": low, f"{name}_high": high}
    if cost := result.get("cost"):
        found |= {"latency_ms": cost["latency_ms"], "megabytes": cost["megabytes"]}
    found["holdout_rows"] = (result.get("holdout") or {}).get("rows")
    return [Metric(name, float(value), at) for name, value in found.items() if _is_number(value)]


def final_tags(result: Mapping[str, Any]) -> dict[str, str]:
    """Which model was chosen, and on which rows its scores were measured."""
    return {
        "glassbench.chosen": str(result["chosen"]),
        "glassbench.members": ", ".join(member["id"] for member in result["members"]),
        "glassbench.measured_on": "the sealed holdout" if result["holdout"] else "cross-validation",
    }


def _value(value: Any) -> str:
    return _cut(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)
