"""The model that is shipped: one preprocessor, and a vote over fold models.

Only stock scikit-learn and LightGBM classes, so that it loads and predicts where Glassbench is not
installed. It is always a vote, also for a single trial, whose fold models then have equal weights: one
structure to export, to explain and to test. Where a person must be able to read it, it is a vote of one.
Around it are the calibration of its probabilities, and around that the threshold of its labels, where there
are such.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from sklearn.ensemble import VotingClassifier, VotingRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import LabelEncoder
from sklearn.utils import Bunch

from automl.metrics import unseen_share
from automl.search.calibration import fitted
from automl.search.constraints import Constraints
from automl.search.decide import threshold_of, with_threshold
from automl.search.evaluate import TrainingRows
from automl.search.hedge import base_rates, is_hedged
from automl.search.select import out_of_fold_vote
from automl.store import RunFolder
from automl.task import Task

__all__ = ["FINAL", "assemble", "fold_models", "stored_bytes"]

FINAL = "final"
"""Folder of a run with all rows as the workers read them, and the fold models that learned from them."""


def assemble(
    folder: RunFolder,
    task: Task,
    weights: Mapping[str, float],
    refitted: Collection[str] = (),
    calibration: str | None = None,
) -> Pipeline:
    """Build the fitted model of a run from stored fold models.

    Parameters
    ----------
    folder : RunFolder
    task : Task
    weights : mapping of trial id to weight
        Those above 0 become members.
    refitted : collection of str
        The trials among them whose models of all rows are taken; see `automl.search.refit`.
    calibration : str, optional
        How the probabilities are calibrated; see `automl.search.calibration`. The map is learned from the
        out-of-fold predictions also where refitted models vote: they are the only ones of rows that a model
        has not learned from.

    Returns
    -------
    Pipeline
        Raw DataFrame in; `predict`, `predict_proba` and `classes_` in the target's own labels.
    """
    single = Constraints.of(folder.spec).interpretable
    members: list[tuple[str, Any]] = []
    member_weights: list[float] = []
    for trial_id, weight in weights.items():
        if weight <= 0:
            continue
        models = [model for path in _paths(folder, trial_id, refitted) for model in joblib.load(path)]
        if single:
            models = models[:1]
        members += [(f"{trial_id}-fold{number}", model) for number, model in enumerate(models)]
        member_weights += [weight / len(models)] * len(models)
    return _finished(folder, task, weights, calibration, members, member_weights)


def fold_models(
    folder: RunFolder, task: Task, weights: Mapping[str, float], calibration: str | None = None
) -> list[Pipeline]:
    """The model as it would be with the models of a single fold each, none of which has seen that fold.

    Parameters
    ----------
    folder, task, weights, calibration
        As in `assemble`.

    Returns
    -------
    list of Pipeline
        In the order of the folds. Base rates, calibration and threshold are the model's own: what they take
        from a single row is little, but they have seen all rows.
    """
    used = {trial_id: weight for trial_id, weight in weights.items() if weight > 0}
    stored = {trial_id: joblib.load(folder.trial_path(trial_id, ".joblib")) for trial_id in used}
    return [
        _finished(
            folder,
            task,
            weights,
            calibration,
            [(trial_id, models[number]) for trial_id, models in stored.items()],
            list(used.values()),
        )
        for number in range(min(len(models) for models in stored.values()))
    ]


def _finished(
    folder: RunFolder,
    task: Task,
    weights: Mapping[str, float],
    calibration: str | None,
    members: list[tuple[str, Any]],
    member_weights: list[float],
) -> Pipeline:
    """A vote with base rates, calibration and threshold around it, behind the preprocessor."""
    members, member_weights = list(members), list(member_weights)
    if is_hedged(folder, task) or calibration:
        rows = TrainingRows.load(folder.path)
        hedge = unseen_share(len(rows.y))
        members.append(("base-rates", base_rates(rows)))
        member_weights = [*(weight * (1 - hedge) for weight in member_weights), hedge]
    model: Any = _vote(task, members, member_weights)
    if calibration:
        model = fitted(rows, out_of_fold_vote(folder, weights), calibration).around(model)
    model = with_threshold(task, model, threshold_of(folder, task, weights, calibration))
    return Pipeline([("prep", joblib.load(folder.path / "prep.joblib")), ("model", model)])


def stored_bytes(folder: RunFolder, weights: Mapping[str, float], refitted: Collection[str] = ()) -> int:
    """Bytes of the fold models that `assemble` takes, as they are stored."""
    total = 0
    for trial_id, weight in weights.items():
        size = sum(path.stat().st_size for path in _paths(folder, trial_id, refitted)) if weight > 0 else 0
        if Constraints.of(folder.spec).interpretable and trial_id not in refitted:
            size //= max(len(folder.read(f"trials/{trial_id}.json")["iterations"]), 1)
        total += size
    return total


def _paths(folder: RunFolder, trial_id: str, refitted: Collection[str]) -> list[Path]:
    """Where the models of a trial are: those of its folds together, refitted ones one by one."""
    together = folder.trial_path(trial_id, ".joblib")
    if trial_id not in refitted:
        return [together]
    # Earlier versions wrote refitted models together as well.
    earlier = folder.path / FINAL / together.name
    return [earlier] if earlier.exists() else sorted(earlier.parent.glob(f"{trial_id}-*.joblib"))


def _vote(
    task: Task, members: list[tuple[str, Any]], weights: list[float]
) -> VotingClassifier | VotingRegressor:
    """A vote whose members are already fitted.

    scikit-learn has no public way to make one; the attributes set here are those that its own `fit` sets.
    """
    if task.kind == "regression":
        vote = VotingRegressor(members, weights=weights)
    else:
        vote = VotingClassifier(members, voting="soft", weights=weights)
        vote.le_ = LabelEncoder().fit(np.asarray(task.classes))
        vote.classes_ = vote.le_.classes_
    vote.estimators_ = [model for _, model in members]
    vote.named_estimators_ = Bunch(**dict(members))
    return vote
