"""The trials of a run, ranked."""

from __future__ import annotations

import statistics
from typing import Any

import pandas as pd

from automl.metrics import get_metric
from automl.search.trial import Trial
from automl.store import RunFolder, tied_models

__all__ = ["COLUMNS", "leaderboard"]

COLUMNS = (
    "id",
    "family",
    "score",
    "interval_low",
    "interval_high",
    "p_best",
    "tied",
    "fold_std",
    "fit_seconds",
    "predict_ms_per_1000",
    "megabytes",
    "status",
    "reason",
    "chosen",
)


def leaderboard(folder: RunFolder) -> pd.DataFrame:
    """All trials of a run, best first, failed ones last, and the ensemble once there is one.

    Parameters
    ----------
    folder : RunFolder

    Returns
    -------
    DataFrame
        Columns as in `COLUMNS`. `score` is on the out-of-fold predictions, in the metric's own direction;
        the interval holds the score on new rows, a third as many as the table has, in nine cases of ten;
        `p_best` is the probability that a trial is the best of the best 40, `tied` whether the data cannot
        tell it from the best model (both empty where there was no time, and `p_best` for the ensemble);
        `predict_ms_per_1000` is for 1,000 rows in one thread without the preprocessor.
    """
    trials = {content["id"]: Trial.from_json(content) for content in folder.trials()}
    result = folder.result
    rows = [_trial_row(trial) for trial in trials.values()]
    losses = [float("inf") if trial.loss is None else trial.loss for trial in trials.values()]
    if result is not None and result["chosen"] == "ensemble":
        rows.append(_ensemble_row(result, trials))
        # Within limits of time or size, better trials may be out of reach for it.
        losses.append(get_metric(result["metric"]).distance(result["cv_score"]))
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    sure, tied = (result or {}).get("confidence") or {"p_best": {}}, tied_models(result)
    table["p_best"] = table["id"].map(sure["p_best"]).astype("float64")
    table["tied"] = [None if tied is None else name in tied for name in table["id"]]
    table["chosen"] = table["id"] == (result or {}).get("chosen")
    order = sorted(range(len(rows)), key=lambda i: (losses[i], rows[i]["id"]))
    return table.iloc[order].reset_index(drop=True)


def _trial_row(trial: Trial) -> dict[str, Any]:
    low, high = trial.interval or (None, None)
    return {
        "id": trial.id,
        "family": trial.family,
        "score": trial.score,
        "interval_low": low,
        "interval_high": high,
        "fold_std": statistics.stdev(trial.fold_scores) if len(trial.fold_scores) > 1 else None,
        "fit_seconds": trial.fit_seconds,
        "predict_ms_per_1000": trial.predict_seconds * 1000,
        "megabytes": trial.bytes / 1e6,
        "status": trial.status,
        "reason": trial.reason,
    }


def _ensemble_row(result: dict[str, Any], trials: dict[str, Trial]) -> dict[str, Any]:
    members = [trials[member["id"]] for member in result["members"]]
    return {
        "id": "ensemble",
        "family": "ensemble",
        "score": result["cv_score"],
        "interval_low": result["cv_interval"][0],
        "interval_high": result["cv_interval"][1],
        "fold_std": None,
        "fit_seconds": sum(trial.fit_seconds for trial in members),
        "predict_ms_per_1000": sum(trial.predict_seconds for trial in members) * 1000,
        "megabytes": sum(trial.bytes for trial in members) / 1e6,
        "status": "ok",
        "reason": "",
    }
