"""The trials of a search, in memory and on the disk."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from automl.search.evaluate import Evaluation
from automl.search.limits import Limits
from automl.search.more_rows import HALVED
from automl.search.select import load_trials, ranked
from automl.search.trial import Candidate, Status, Trial
from automl.store import RunFolder
from automl.store.files import replacing

__all__ = ["Records"]

_KEPT_MODELS = 200  # of the best trials; an hour on a small table makes ten thousand, with a megabyte each


class Records:
    """All finished trials of a run; each is on the disk as soon as it is here.

    Parameters
    ----------
    folder : RunFolder
        Its trials of earlier sessions are taken up.

    Attributes
    ----------
    limits : Limits
        What a model may cost: trials within them are kept for themselves.
    """

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        self._trials = {trial.number: trial for trial in load_trials(folder)}
        self._ranked = ranked(self.all())  # it is asked for at every look at the clock
        self.limits = Limits()

    def __len__(self) -> int:
        return len(self._trials)

    def __contains__(self, number: int) -> bool:
        return number in self._trials

    def all(self) -> list[Trial]:
        """The trials, as they finished."""
        return list(self._trials.values())

    def best(self) -> Trial | None:
        """The trial with the lowest loss; None while none has a model."""
        return next(iter(self._ranked), None)

    def ranked(self) -> list[Trial]:
        """The trials that have a model, best first."""
        return list(self._ranked)

    def has_learned(self) -> bool:
        """Whether there is a model that looked at the columns, other than the dummy."""
        return any(trial.family != "dummy" for trial in self._ranked)

    def write(
        self, candidate: Candidate, evaluation: Evaluation, *, at: float, skipped: bool = False
    ) -> Trial:
        """Write a finished trial: predictions, models, and last the JSON that makes it exist.

        Parameters
        ----------
        candidate : Candidate
        evaluation : Evaluation
            What came of it.
        at : float
            Seconds of the budget that are spent.
        skipped : bool
            Whether it was not tried at all, for want of memory.
        """
        trial = _trial(candidate, evaluation, at=at, skipped=skipped)
        if evaluation.out_of_fold is not None and trial.status == "ok":
            with replacing(self._folder.trial_path(trial.id, ".npz")) as stream:
                np.savez(stream, out_of_fold=evaluation.out_of_fold)
            with replacing(self._folder.trial_path(trial.id, ".joblib")) as stream:
                stream.write(evaluation.models)
        self._folder.write(f"trials/{trial.id}.json", trial.to_json())
        self._trials[trial.number] = trial
        self._ranked = ranked(self.all())
        self._drop_models()
        self._folder.add_event(
            "trial", id=trial.id, family=trial.family, score=trial.score, reason=trial.reason, at=at,
            details=evaluation.details,
        )  # fmt: skip
        if self.best() is trial:
            self._folder.add_event("best", id=trial.id, family=trial.family, score=trial.score, at=at)
        return trial

    def _drop_models(self) -> None:
        """Keep the models of the best trials only; of those within the limits as many again."""
        models = self.ranked()
        fitting = {trial.id: self.limits.fits(trial) for trial in models}
        for fits in (True, False):
            for beaten in [trial for trial in models if fitting[trial.id] == fits][_KEPT_MODELS:]:
                self._folder.trial_path(beaten.id, ".joblib").unlink(missing_ok=True)

    def facts(self) -> dict[str, Any]:
        """What the status of the run says of them, in JSON values."""
        best = self.best()
        return {
            "trials": len(self),
            "failed": sum(trial.status == "failed" for trial in self.all()),
            "best": None
            if best is None
            else {"id": best.id, "family": best.family, "score": best.score, "interval": best.interval},
            "dummy": next((trial.score for trial in self.all() if trial.family == "dummy"), None),
        }


def _trial(candidate: Candidate, evaluation: Evaluation, *, at: float, skipped: bool) -> Trial:
    outcome: Status = "failed" if evaluation.reason else "ok"
    if skipped or evaluation.estimate is not None:
        outcome = "skipped" if skipped else "beaten"
    probe = candidate.origin == "halved" and outcome == "ok"
    return Trial(
        id=candidate.id,
        number=candidate.number,
        family=candidate.family,
        params=candidate.params,
        origin=candidate.origin,
        rows=candidate.rows,
        status="probe" if probe else outcome,
        reason=HALVED if probe else evaluation.reason,
        score=evaluation.score,
        loss=None if probe else evaluation.loss,
        estimate=evaluation.estimate,
        interval=evaluation.interval,
        fold_scores=evaluation.fold_scores,
        fit_seconds=evaluation.fit_seconds,
        predict_seconds=evaluation.predict_seconds,
        row_seconds=evaluation.row_seconds,
        load_seconds=evaluation.load_seconds,
        bytes=0 if probe else len(evaluation.models),
        iterations=evaluation.iterations,
        clipped=evaluation.clipped,
        warnings=evaluation.warnings,
        at=at,
        finished=time.time(),
    )
