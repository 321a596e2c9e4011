"""Which model is chosen from the trials on disk.

The choice is a function of the run folder alone: the driver makes it at the end, and anybody else can make
it at any moment before, for instance from what a killed search has left.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from automl.metrics import bootstrap_interval, get_metric
from automl.search.confidence import MODELS, TIED, assess, optimism
from automl.search.ensemble import library, select_ensemble
from automl.search.evaluate import TrainingRows
from automl.search.trial import Trial
from automl.store import RunFolder
from automl.task import Task

__all__ = ["ENSEMBLE", "Choice", "choose", "confidence", "load_trials", "out_of_fold", "ranked"]

ENSEMBLE = "ensemble"


@dataclass(frozen=True)
class Choice:
    """The chosen model.

    Attributes
    ----------
    model : str
        Id of a trial, or `ensemble`.
    weights : dict
        Weight of each trial in the vote; a single 1 when one trial is chosen.
    score, interval
        On the out-of-fold predictions, with the 90 % bootstrap interval for new rows.
    prediction : ndarray
        Out-of-fold predictions of the validated rows.
    y : ndarray
        Their targets.
    groups : ndarray or None
        Their groups, where rows belong to some.
    """

    model: str
    weights: dict[str, float]
    score: float
    interval: tuple[float, float]
    prediction: NDArray[np.float64]
    y: NDArray[Any]
    groups: NDArray[np.int64] | None = None


def load_trials(folder: RunFolder) -> list[Trial]:
    """All finished trials, failed ones included, in their order."""
    return [Trial.from_json(content) for content in folder.trials()]


def ranked(trials: Sequence[Trial]) -> list[Trial]:
    """The trials that have a model, best first; among equals the earlier one."""
    usable = [trial for trial in trials if trial.loss is not None]
    return sorted(usable, key=lambda trial: (trial.loss, trial.number))


def out_of_fold(folder: RunFolder, trial_id: str) -> NDArray[np.float64]:
    """A trial's out-of-fold predictions of the training rows; NaN in rows that are never validated."""
    with np.load(folder.trial_path(trial_id, ".npz")) as arrays:
        return np.asarray(arrays["out_of_fold"])


def choose(
    folder: RunFolder, task: Task, trials: Sequence[Trial], *, seconds: float = np.inf
) -> Choice | None:
    """Choose the ensemble, or the best single trial where no ensemble is better.

    Parameters
    ----------
    folder : RunFolder
    task : Task
    trials : sequence of Trial
    seconds : float
        Time for the selection.

    Returns
    -------
    Choice or None
        None when no trial has a model yet.
    """
    end = time.monotonic() + seconds
    best = [trial for trial in ranked(trials) if folder.trial_path(trial.id, ".joblib").exists()]
    if not best:
        return None
    metric = get_metric(task.metric, task.kind)
    rows = TrainingRows.load(folder.path)
    validated = rows.validated
    y = rows.y[validated]
    learned = [trial for trial in best if trial.family != "dummy"] or best[:1]
    allowed = [learned[i] for i in library([trial.family for trial in learned], len(y))]
    predictions: list[NDArray[np.float64]] = []
    for trial in allowed:
        if predictions and time.monotonic() > end:
            break
        predictions.append(out_of_fold(folder, trial.id)[validated])
    weights = select_ensemble(
        predictions, y, metric, seconds=end - time.monotonic(), seed=folder.spec["seed"]
    )
    prediction = np.tensordot(np.asarray(weights), np.stack(predictions), axes=1)
    members = {trial.id: weight for trial, weight in zip(allowed, weights, strict=False) if weight > 0}
    return Choice(
        model=ENSEMBLE if len(members) > 1 else next(iter(members)),
        weights=members,
        score=float(metric.score(y, prediction)),
        interval=bootstrap_interval(
            metric,
            y,
            prediction,
            groups=rows.validated_groups,
            new_rows=rows.split.new_rows,
            draws=200,
            seed=folder.spec["seed"],
        ),
        prediction=prediction,
        y=y,
        groups=rows.validated_groups,
    )


def confidence(
    folder: RunFolder,
    task: Task,
    trials: Sequence[Trial],
    choice: Choice,
    *,
    correct: bool = True,
    seconds: float = np.inf,
) -> dict[str, Any] | None:
    """How sure a choice is, in JSON values.

    Parameters
    ----------
    folder : RunFolder
    task : Task
    trials : sequence of Trial
    choice : Choice
    correct : bool
        Whether the optimism is asked for; it takes most of the time.
    seconds : float
        Time for it.

    Returns
    -------
    dict or None
        `draws`; `optimism`, None or a dict of `draws`, `loss` and `error`; `p_best` of each of the best
        trials by its id; `tied`, the ids of the best model and of those that the data cannot tell from it.
        None where there was no time.
    """
    end = time.monotonic() + seconds
    best = ranked(trials)[:MODELS]
    validated = TrainingRows.load(folder.path).validated
    metric = get_metric(task.metric, task.kind)
    models = [out_of_fold(folder, trial.id)[validated] for trial in best]
    seed = folder.spec["seed"]
    found = assess(
        metric, choice.y, models, choice.prediction, groups=choice.groups, seed=seed,
        seconds=seconds / 2 if correct else seconds,
    )  # fmt: skip
    if found is None:
        return None
    taken_off = None
    if correct:
        taken_off = optimism(
            metric, choice.y, models, choice.prediction, groups=choice.groups, seed=seed,
            families=[trial.family for trial in best], seconds=end - time.monotonic(),
        )  # fmt: skip
    ids = [trial.id for trial in best]
    tied = [name for name, tied in zip(ids, found.tied, strict=True) if tied]
    if choice.model == ENSEMBLE:
        # Its weights were fitted to these very rows.
        unsure = np.mean(found.lead <= (taken_off.loss if taken_off else 0.0)) > TIED
        tied = [ENSEMBLE, *(tied if unsure else [])]
    return {
        "draws": found.draws,
        "optimism": asdict(taken_off) if taken_off else None,
        "p_best": dict(zip(ids, found.best.tolist(), strict=True)),
        "tied": tied,
    }
