"""Which model is chosen from the trials on disk.

The choice is a function of the run folder alone: the driver makes it at the end, and anybody else can make
it at any moment before, for instance from what a killed search has left.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from automl.metrics import bootstrap_interval
from automl.search.calibration import Verdict, calibrated, kept
from automl.search.confidence import MODELS, TIED, assess, optimism
from automl.search.ensemble import library, select_ensemble
from automl.search.evaluate import TrainingRows
from automl.search.hedge import hedged
from automl.search.limits import Allowance, Limits
from automl.search.trial import Trial
from automl.store import RunFolder
from automl.task import Task

__all__ = [
    "ENSEMBLE",
    "Choice",
    "Library",
    "choose",
    "confidence",
    "learned",
    "load_library",
    "load_trials",
    "out_of_fold",
    "out_of_fold_vote",
    "ranked",
    "voted",
]

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
        Out-of-fold predictions of the validated rows; calibrated where that is kept.
    vote : ndarray
        The same without calibrating: what the model was chosen by.
    y : ndarray
        Their targets.
    groups : ndarray or None
        Their groups, where rows belong to some.
    calibration : Verdict or None
        Whether its probabilities are calibrated; None where that was not tried.
    sample_weight : ndarray or None
        How much each of them counts, where that differs.
    """

    model: str
    weights: dict[str, float]
    score: float
    interval: tuple[float, float]
    prediction: NDArray[np.float64]
    vote: NDArray[np.float64]
    y: NDArray[Any]
    groups: NDArray[np.int64] | None = None
    sample_weight: NDArray[np.float64] | None = None
    calibration: Verdict | None = None

    @property
    def method(self) -> str | None:
        """How its probabilities are calibrated; None where they are not."""
        return self.calibration.method if self.calibration is not None and self.calibration.kept else None


def load_trials(folder: RunFolder) -> list[Trial]:
    """All finished trials, failed ones included, in their order."""
    return [Trial.from_json(content) for content in folder.trials()]


def ranked(trials: Sequence[Trial]) -> list[Trial]:
    """The trials that have a model, best first; among equals the earlier one."""
    usable = [trial for trial in trials if trial.loss is not None]
    return sorted(usable, key=lambda trial: (trial.loss, trial.number))


def out_of_fold(folder: RunFolder, trial_id: str) -> NDArray[np.float64]:
    """A trial's out-of-fold predictions of the validated rows."""
    with np.load(folder.trial_path(trial_id, ".npz")) as arrays:
        return np.asarray(arrays["out_of_fold"])


def out_of_fold_vote(folder: RunFolder, weights: Mapping[str, float]) -> NDArray[np.float64]:
    """The out-of-fold predictions of a vote of trials, before base rates and calibrating."""
    total = sum(weight * out_of_fold(folder, trial) for trial, weight in weights.items())
    return np.asarray(total / sum(weights.values()), dtype=np.float64)


def voted(
    folder: RunFolder, task: Task, weights: Mapping[str, float], calibration: str | None = None
) -> tuple[NDArray[Any], NDArray[np.float64], NDArray[np.float64] | None]:
    """Targets of the validated rows, what a vote of these trials predicts out of fold, and their weights.

    Calibrated probabilities are cross-fitted: none comes from a map that was learned from its row.

    Parameters
    ----------
    folder : RunFolder
    task : Task
    weights : mapping of trial id to weight
    calibration : str, optional
        How its probabilities are calibrated.
    """
    rows = TrainingRows.load(folder.path)
    prediction = kept(folder, task, rows, out_of_fold_vote(folder, weights), calibration)
    return rows.y[rows.validated], prediction, rows.validated_weight


def learned(folder: RunFolder, trials: Sequence[Trial]) -> list[Trial]:
    """The trials that may be chosen, best first: those whose models were kept; else the dummy."""
    best = [trial for trial in ranked(trials) if folder.trial_path(trial.id, ".joblib").exists()]
    return [trial for trial in best if trial.family != "dummy"] or best[:1]


@dataclass(frozen=True)
class Library:
    """The trials that a vote may be made of.

    Attributes
    ----------
    trials : tuple of Trial
        Best first; each of them keeps within the limits, or it is the one that comes closest to that.
    predictions : tuple of ndarray
        Out-of-fold predictions of the validated rows.
    allowance : Allowance
        What they cost, and may cost together.
    rows : TrainingRows
    """

    trials: tuple[Trial, ...]
    predictions: tuple[NDArray[np.float64], ...]
    allowance: Allowance
    rows: TrainingRows

    @property
    def y(self) -> NDArray[Any]:
        """Targets of the validated rows."""
        return self.rows.y[self.rows.validated]


def load_library(
    folder: RunFolder, trials: Sequence[Trial], limits: Limits, *, seconds: float = np.inf
) -> Library | None:
    """The best trials within the limits, as many as may enter a selection; None without any model."""
    end = time.monotonic() + seconds
    candidates = learned(folder, trials)
    if not candidates:
        return None
    rows = TrainingRows.load(folder.path)
    allowance = limits.allowance(candidates)
    fitting = [i for i in range(len(candidates)) if allowance.fits([i])] or [allowance.smallest()]
    entering = library([candidates[i].family for i in fitting], int(rows.validated.sum()))
    fitting = [fitting[i] for i in entering]
    predictions: list[NDArray[np.float64]] = []
    for i in fitting:
        if predictions and time.monotonic() > end:
            break
        predictions.append(out_of_fold(folder, candidates[i].id))
    fitting = fitting[: len(predictions)]
    return Library(tuple(candidates[i] for i in fitting), tuple(predictions), allowance.of(fitting), rows)


def choose(
    folder: RunFolder,
    task: Task,
    trials: Sequence[Trial],
    *,
    limits: Limits | None = None,
    seconds: float = np.inf,
) -> Choice | None:
    """Choose the ensemble, or the best single trial where no ensemble is better.

    Parameters
    ----------
    folder : RunFolder
    task : Task
    trials : sequence of Trial
    limits : Limits, optional
        Default: those that the run was given. Where nothing keeps within them, the trial that comes closest
        is chosen.
    seconds : float
        Time for the selection.

    Returns
    -------
    Choice or None
        None when no trial has a model yet.
    """
    end = time.monotonic() + seconds
    chosen_from = load_library(folder, trials, limits or Limits.of(folder), seconds=seconds)
    if chosen_from is None:
        return None
    metric = task.measure
    rows, y = chosen_from.rows, chosen_from.y
    weights = select_ensemble(
        chosen_from.predictions, y, metric, sample_weight=rows.validated_weight,
        allowance=chosen_from.allowance, seconds=end - time.monotonic(), seed=folder.spec["seed"],
    )  # fmt: skip
    vote = np.tensordot(np.asarray(weights), np.stack(chosen_from.predictions), axes=1)
    prediction, verdict = calibrated(folder, task, rows, vote)
    members = {
        trial.id: weight for trial, weight in zip(chosen_from.trials, weights, strict=True) if weight > 0
    }
    return Choice(
        model=ENSEMBLE if len(members) > 1 else next(iter(members)),
        weights=members,
        score=float(metric.score(y, prediction, rows.validated_weight)),
        interval=bootstrap_interval(
            metric,
            y,
            prediction,
            sample_weight=rows.validated_weight,
            groups=rows.validated_groups,
            new_rows=rows.split.new_rows,
            draws=200,
            seed=folder.spec["seed"],
        ),
        prediction=prediction,
        vote=hedged(folder, task, rows, vote),
        y=y,
        groups=rows.validated_groups,
        calibration=verdict,
        sample_weight=rows.validated_weight,
    )


def confidence(
    folder: RunFolder,
    task: Task,
    trials: Sequence[Trial],
    choice: Choice,
    *,
    limits: Limits | None = None,
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
    limits : Limits, optional
        Those that the choice was made within; default: those that the run was given.
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
    metric = task.measure
    models = [out_of_fold(folder, trial.id) for trial in best]
    seed = folder.spec["seed"]
    found = assess(
        metric, choice.y, models, choice.vote, groups=choice.groups, seed=seed,
        seconds=seconds / 2 if correct else seconds,
    )  # fmt: skip
    if found is None:
        return None
    taken_off = None
    if correct:
        limits = limits or Limits.of(folder)
        fitting = [i for i, trial in enumerate(best) if limits.fits(trial)]
        taken_off = optimism(
            metric, choice.y, [models[i] for i in fitting] or [choice.vote], choice.vote,
            families=[best[i].family for i in fitting] or [choice.model],
            hedge=partial(hedged, folder, task, TrainingRows.load(folder.path)),
            allowance=limits.allowance([best[i] for i in fitting]) if limits.restrict and fitting else None,
            sample_weight=choice.sample_weight, groups=choice.groups, seed=seed,
            seconds=end - time.monotonic(),
        )  # fmt: skip
    ids = [trial.id for trial in best]
    tied = [name for name, tied in zip(ids, found.tied, strict=True) if tied]
    if choice.model == ENSEMBLE:
        # Its weights were fitted to these very rows.
        unsure = np.mean(found.lead <= (taken_off.loss if taken_off else 0.0)) > TIED
        behind = np.mean(found.lead >= 0) <= TIED  # within limits that better trials do not keep
        tied = tied if behind else [ENSEMBLE, *(tied if unsure else [])]
    return {
        "draws": found.draws,
        "optimism": asdict(taken_off) if taken_off else None,
        "p_best": dict(zip(ids, found.best.tolist(), strict=True)),
        "tied": tied,
    }
