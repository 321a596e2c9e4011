"""The end of a search: choose, assemble, open the holdout once, write down the result."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from automl.data import Split
from automl.errors import RunError
from automl.metrics import bootstrap_interval, metrics_for
from automl.search.clock import Clock
from automl.search.confidence import Optimism
from automl.search.constraints import Constraints
from automl.search.cost import told
from automl.search.coverage import calibrate, cross_fitted_coverage, measured_coverage
from automl.search.decide import Codes, choose_threshold, cross_fitted, decides, labels
from automl.search.decision import decision_facts
from automl.search.evaluate import TrainingRows
from automl.search.forecast import outlook
from automl.search.more_rows import row_gain
from automl.search.prepare import Prepared, load_split
from automl.search.select import Choice, confidence
from automl.search.table import load_rows
from automl.search.trial import Trial
from automl.search.weigh import load_weights
from automl.search.within import choose_within
from automl.store import RunFolder
from automl.store.files import json_number, replacing
from automl.task import Task

__all__ = [
    "HOLDOUT",
    "confidence_seconds",
    "corrected_score",
    "finish",
    "measured_on_holdout",
    "measured_out_of_fold",
    "summarise",
]

HOLDOUT = "holdout.npz"
"""Targets of the sealed rows and what the chosen model predicted for them, before it learned from them."""

_CONFIDENCE_SHARE, _CONFIDENCE_SECONDS = 0.02, 5.0
_CORRECTION_SHARE, _CORRECTION_SECONDS = 0.05, 10.0  # without a holdout to score instead


def finish(
    folder: RunFolder, prepared: Prepared, trials: Sequence[Trial], clock: Clock, *, open_holdout: bool
) -> tuple[dict[str, Any], Pipeline]:
    """Write `result.json`: which trials vote with which weight, and how good that is.

    The model needs no file of its own, since it is the stored fold models of these trials.

    Parameters
    ----------
    folder : RunFolder
    prepared : Prepared
    trials : sequence of Trial
    clock : Clock
    open_holdout : bool
        False when the search may still go on (it was cancelled): a holdout that was looked at is no longer
        one.

    Returns
    -------
    (dict, Pipeline)
        The result, and the model that it is about.

    Raises
    ------
    RunError
        When no trial has a model.
    """
    task = prepared.task
    chosen = choose_within(folder, task, trials, clock, seconds=max(clock.left() / 2, 0.2))
    if chosen is None:
        reasons = sorted({trial.reason for trial in trials if trial.reason})
        raise RunError(
            "No model could be trained"
            + (f": {'; '.join(reasons[:3])}" if reasons else " in the time given."),
            fix="Give the search more time, or look at the failed trials.",
        )
    choice, model = chosen.choice, chosen.model
    parts = load_split(folder)
    opens = open_holdout and len(parts.holdout) > 0
    seconds = confidence_seconds(clock.budget, correct=not opens)
    sure = confidence(folder, task, trials, choice, limits=chosen.limits, correct=not opens, seconds=seconds)
    if opens:
        result = _summary(folder, task, choice, trials, sure, parts)
        result |= _score_holdout(folder, task, choice, model, parts)
    else:
        result = summarise(folder, task, choice, trials, sure)
    result |= told(chosen.cost, Constraints.of(folder.spec))
    result["seconds"] = clock.spent()
    result["finished"] = time.time()
    folder.write("result.json", result)
    return result, model


def confidence_seconds(budget: float, *, correct: bool) -> float:
    """Time for assessing how sure the choice is, with or without its optimism."""
    if correct:
        return min(_CORRECTION_SHARE * budget, _CORRECTION_SECONDS)
    return min(_CONFIDENCE_SHARE * budget, _CONFIDENCE_SECONDS)


def summarise(
    folder: RunFolder,
    task: Task,
    choice: Choice,
    trials: Sequence[Trial],
    sure: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """What is known of a choice before the holdout is opened, in the form of `result.json`.

    The score to be shown is the cross-validated one less the optimism of the choice, where that is known.
    """
    parts = load_split(folder)
    measured = measured_out_of_fold(folder, task, choice.y, choice.prediction)
    metrics = measured["metrics"]
    optimism = (sure or {}).get("optimism")
    corrected = None if optimism is None else corrected_score(task, metrics, Optimism(**optimism))
    metrics[task.metric] |= corrected or {}
    return _summary(folder, task, choice, trials, sure, parts) | {
        "estimate": "cross-validation",
        "holdout": None,
        "corrected": corrected,
        **measured,
        "coverage": cross_fitted_coverage(
            task, choice.y, choice.prediction, folder.spec["seed"], choice.sample_weight
        ),
    }


def corrected_score(
    task: Task, metrics: Mapping[str, Mapping[str, Any]], optimism: Optimism
) -> dict[str, Any]:
    """The score of the run's metric, and its interval, less the optimism of choosing the best."""
    measured = metrics[task.metric]
    low, high = (np.nan if end is None else end for end in measured["interval"])
    score, ends = optimism.taken_off(task.measure, measured["score"], (low, high))
    return {
        "score": json_number(score),
        "interval": [json_number(end) for end in ends],
        "on": "out-of-fold, less the optimism of choosing the best",
    }


def _summary(
    folder: RunFolder,
    task: Task,
    choice: Choice,
    trials: Sequence[Trial],
    sure: dict[str, Any] | None,
    parts: Split,
) -> dict[str, Any]:
    gain = row_gain(trials, task.measure)
    return {
        "constraints": Constraints.of(folder.spec).to_json(),
        "cost": None,
        "confidence": sure,
        "new_rows": parts.new_rows,
        "weights": folder.read("prepared.json", {}).get("weights"),
        "chosen": choice.model,
        "members": [{"id": name, "weight": weight} for name, weight in choice.weights.items()],
        "calibration": None if choice.calibration is None else choice.calibration.to_json(),
        "metric": task.metric,
        "cv_score": choice.score,
        "cv_interval": [json_number(end) for end in choice.interval],
        "trials": len(trials),
        "forecast": outlook(trials),
        "more_rows": None if gain is None else gain.to_json(),
        "dummy": next((trial.score for trial in trials if trial.family == "dummy"), None),
    }


def _score_holdout(
    folder: RunFolder, task: Task, choice: Choice, model: Pipeline, parts: Split
) -> dict[str, Any]:
    """Score the one chosen model on the sealed rows, and leave a record that it was done."""
    rows = load_rows(folder, parts.holdout)
    y = task.encode(rows[task.target])
    values = model.predict(rows) if task.kind == "regression" else model.predict_proba(rows)
    prediction = np.asarray(values, dtype=np.float64)
    folder.add_event("holdout_opened", rows=len(rows))
    with replacing(folder.path / HOLDOUT) as stream:
        np.savez(stream, y=y, prediction=prediction)
    known = choice.y, choice.prediction, choice.sample_weight
    measured = measured_on_holdout(folder, task, known, (y, prediction))
    return {
        "estimate": "holdout",
        "holdout": {**measured["metrics"][task.metric], "rows": len(rows), "opened_at": time.time()},
        **measured,
        "coverage": measured_coverage(
            task, calibrate(task, *known), y, prediction, _held_weight(folder, parts)
        ),
    }


def measured_out_of_fold(
    folder: RunFolder, task: Task, y: NDArray[Any], prediction: NDArray[np.float64]
) -> dict[str, Any]:
    """Metrics, and what the decisions bring: the labels of each fold are decided by the other folds."""
    seed, codes = folder.spec["seed"], None
    rows = TrainingRows.load(folder.path)
    if decides(task):
        codes = cross_fitted(task, y, prediction, rows.fold[rows.validated], seed, rows.validated_weight)
    return _measured(
        task, choose_threshold(task, y, prediction, rows.validated_weight), y, prediction, codes,
        on="out-of-fold", sample_weight=rows.validated_weight, groups=rows.validated_groups,
        new_rows=rows.split.new_rows, seed=seed,
    )  # fmt: skip


def measured_on_holdout(
    folder: RunFolder,
    task: Task,
    known: tuple[NDArray[Any], NDArray[np.float64], NDArray[np.float64] | None],
    held: tuple[NDArray[Any], NDArray[np.float64]],
) -> dict[str, Any]:
    """Metrics, and what the decisions bring, on the sealed rows.

    Parameters
    ----------
    folder : RunFolder
    task : Task
    known : (ndarray, ndarray, ndarray or None)
        Targets, out-of-fold predictions and weights, by which labels are decided.
    held : (ndarray, ndarray)
        Targets and predictions of the sealed rows.
    """
    parts, (y, prediction) = load_split(folder), held
    threshold = choose_threshold(task, *known)
    codes = labels(task, prediction, threshold) if decides(task) else None
    return _measured(
        task, threshold, y, prediction, codes, on="holdout", sample_weight=_held_weight(folder, parts),
        groups=None if parts.groups is None else parts.groups[parts.holdout],
        new_rows=parts.new_rows, seed=folder.spec["seed"],
    )  # fmt: skip


def _held_weight(folder: RunFolder, parts: Split) -> NDArray[np.float64] | None:
    weights = load_weights(folder.path)
    return None if weights is None else weights[parts.holdout]


def _measured(
    task: Task,
    threshold: float | None,
    y: NDArray[Any],
    prediction: NDArray[np.float64],
    codes: Codes | None,
    *,
    on: str,
    **drawn: Any,
) -> dict[str, Any]:
    """Metrics and decisions of some rows; `drawn` are the settings of `automl.metrics.bootstrap_interval`."""
    decided = None
    if codes is not None:
        decided = decision_facts(task, threshold, y, prediction, codes, on=on, **drawn)
    return {"metrics": _all_metrics(task, y, prediction, codes, on=on, **drawn), "decision": decided}


def _all_metrics(
    task: Task,
    y: NDArray[Any],
    prediction: NDArray[np.float64],
    codes: Codes | None,
    *,
    on: str,
    sample_weight: NDArray[np.float64] | None,
    **drawn: Any,
) -> dict[str, dict[str, Any]]:
    """Every metric of the task with its interval; None where it is undefined (rmsle of a negative)."""
    found: dict[str, dict[str, Any]] = {}
    for metric in metrics_for(task.kind, task.costs):
        compared = codes if codes is not None and metric.needs == "label" else prediction
        try:
            score = metric.score(y, compared, sample_weight)
            low, high = bootstrap_interval(
                metric, y, compared, sample_weight=sample_weight, draws=200, **drawn
            )
        except ValueError as undefined:  # such as rmsle of a negative target
            found[metric.name] = {"score": None, "interval": [None, None], "on": on, "note": str(undefined)}
            continue
        found[metric.name] = {
            "score": json_number(score),
            "interval": [json_number(low), json_number(high)],
            "on": on,
        }
    return found
