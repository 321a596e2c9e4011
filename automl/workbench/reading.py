"""What the pages read from run folders, with the expensive parts remembered.

A trial's file never changes once it is there, so it is read once a process; everything that can change is
read anew each time.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from automl.jobs import state as job_state
from automl.metrics import METRICS
from automl.store import RunFolder, files, tied_models
from explain.explanation import Explanation

__all__ = [
    "ENSEMBLE",
    "Standing",
    "best_so_far",
    "explanation_at",
    "family_label",
    "interval_of",
    "standings",
    "status",
    "successful",
    "trials",
]

Trial = dict[str, Any]
ENSEMBLE = "ensemble"

_SETTLED_NS = 50_000_000  # a folder changed longer ago than this has another time stamp when it changes again

FAMILY_LABELS: Mapping[str, str] = {
    "dummy": "Baseline",
    "linear": "Linear model",
    "lightgbm": "LightGBM",
    "catboost": "CatBoost",
    "extra_trees": "Extra trees",
    "random_forest": "Random forest",
    "hist_gradient_boosting": "Histogram boosting",
    "k_nearest_neighbors": "Nearest neighbours",
    "decision_tree": "Decision tree",
    "mlp": "Neural network",
    "ensemble": "Ensemble",
}


def family_label(name: str) -> str:
    """What a family is called in the pages."""
    return FAMILY_LABELS.get(name, name.replace("_", " ").capitalize())


def status(run: RunFolder) -> dict[str, Any]:
    """The status of a run's search, with `interrupted` where its worker has gone."""
    return job_state(run.path).status


@lru_cache(maxsize=50_000)
def _trial(path: Path) -> Trial:
    trial: Trial = files.read_json(path)
    return trial


def trials(run: RunFolder) -> list[Trial]:
    """All finished trials in the order of their numbers. They are shared: do not change them."""
    path = run.path / "trials"
    stamp = path.stat().st_mtime_ns
    if time.time_ns() - stamp < _SETTLED_NS:  # another file may come within the same tick of its clock
        return _listed(run)
    return _trials(run.path, stamp)


@lru_cache(maxsize=256)
def _trials(path: Path, _stamp: int) -> list[Trial]:
    return _listed(RunFolder(path))


def _listed(run: RunFolder) -> list[Trial]:
    path = run.path / "trials"
    return [_trial(path / f"{trial_id}.json") for trial_id in run.trial_ids()]


def successful(records: Sequence[Trial]) -> list[Trial]:
    """Trials with a score, without the baseline, best first."""
    found = [
        t for t in records if t["status"] == "ok" and t["family"] != "dummy" and t.get("loss") is not None
    ]
    return sorted(found, key=lambda t: (float(t["loss"]), int(t["number"])))


def best_so_far(records: Sequence[Trial]) -> list[tuple[float, float, str]]:
    """Seconds, score and id of each trial that was better than all before it, in the order of finishing."""
    steps: list[tuple[float, float, str]] = []
    lowest = math.inf
    found = [
        t for t in records if t["status"] == "ok" and t["family"] != "dummy" and t.get("loss") is not None
    ]
    for trial in sorted(found, key=lambda t: float(t["at"])):
        if trial["loss"] < lowest:
            lowest = trial["loss"]
            steps.append((float(trial["at"]), float(trial["score"]), str(trial["id"])))
    return steps


def interval_of(value: Any) -> tuple[float, float] | None:
    """A stored interval as two numbers, None where there is none."""
    if isinstance(value, (list, tuple)) and len(value) == 2 and None not in value:
        return float(value[0]), float(value[1])
    return None


def explanation_at(path: Path) -> Explanation:
    """The explanation in a file; read once for each version of it."""
    return _explanation(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _explanation(path: Path, _stamp: int) -> Explanation:
    return Explanation.from_json(files.read_json(path))


@dataclass(frozen=True)
class Standing:
    """One model of the leaderboard.

    Attributes
    ----------
    id : str
        Of the trial, or `ensemble`.
    score : float
        Cross-validated, in the metric's own direction.
    fold_scores : tuple of float
        One score a fold; empty for the ensemble, which is scored on all folds together.
    interval : (float, float) or None
        Holds the score on new rows, a third as many as the table has, in nine cases of ten.
    fit_seconds : float
        Over all folds.
    predict_ms, row_ms : float
        For 1,000 rows together, and for a single one, its preparation aside.
    weight : float or None
        Its share in the chosen vote.
    chosen : bool
        Whether the search chose it.
    tied : bool
        Whether the data cannot tell it from the best model (itself included); False where that is not known.
    """

    id: str
    family: str
    score: float
    fold_scores: tuple[float, ...]
    interval: tuple[float, float] | None
    fit_seconds: float
    predict_ms: float
    row_ms: float
    bytes: float
    weight: float | None
    chosen: bool
    tied: bool
    params: Mapping[str, Any]
    origin: str

    @property
    def fold_std(self) -> float | None:
        """Standard deviation of the scores of the folds."""
        return statistics.stdev(self.fold_scores) if len(self.fold_scores) > 1 else None

    @property
    def label(self) -> str:
        """Family and id, as the pages name a model."""
        label = family_label(self.family)
        return label if self.id == ENSEMBLE else f"{label} · {self.id}"


def standings(records: Sequence[Trial], result: Mapping[str, Any] | None) -> list[Standing]:
    """The leaderboard: every model, best first.

    Parameters
    ----------
    records : sequence of dict
        The trials.
    result : mapping or None
        The run's result, once there is one; it adds the ensemble and tells which model was chosen.
    """
    models = successful(records)
    members = {m["id"]: float(m["weight"]) for m in (result or {}).get("members", ())}
    chosen = str((result or {}).get("chosen", ""))
    tied = tied_models(result) or frozenset()
    rows = [
        Standing(
            id=str(t["id"]),
            family=str(t["family"]),
            score=float(t["score"]),
            fold_scores=tuple(float(value) for value in t.get("fold_scores") or () if value is not None),
            interval=interval_of(t.get("interval")),
            fit_seconds=float(t["fit_seconds"]),
            predict_ms=1000 * float(t["predict_seconds"]),
            row_ms=1000 * float(t.get("row_seconds") or t["predict_seconds"] / 1000),
            bytes=float(t["bytes"]),
            weight=members.get(t["id"]),
            chosen=t["id"] == chosen,
            tied=t["id"] in tied,
            params=t["params"],
            origin=str(t["origin"]),
        )
        for t in models
    ]
    if result and chosen == ENSEMBLE:
        parts = [row for row in rows if row.weight is not None]
        ensemble = Standing(
            id=ENSEMBLE,
            family=ENSEMBLE,
            score=float(result["cv_score"]),
            fold_scores=(),
            interval=interval_of(result["cv_interval"]),
            fit_seconds=sum(row.fit_seconds for row in parts),
            predict_ms=sum(row.predict_ms for row in parts),
            row_ms=sum(row.row_ms for row in parts),
            bytes=sum(row.bytes for row in parts),
            weight=None,
            chosen=True,
            tied=ENSEMBLE in tied,
            params={},
            origin=ENSEMBLE,
        )
        # Within limits of time or size, better models may be out of reach for it.
        metric = METRICS[result["metric"]]
        rows.insert(sum(metric.better(row.score, ensemble.score) for row in rows), ensemble)
    return rows
