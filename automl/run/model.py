"""A model of a run: which trials vote in it, and what is known of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from automl.errors import RunError
from automl.store import RunFolder, calibration_of, picked

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from sklearn.pipeline import Pipeline

    from automl.bundle.scoring import Scorer
    from automl.conformal import Conformal
    from automl.search.prepare import Prepared
    from explain import Explanation

    Floats = NDArray[np.float64]

__all__ = ["Pipelines", "RunModel", "current_result", "stored_explanation"]

_ENSEMBLE = "ensemble"

Pipelines = dict[tuple[str, str | None], "Pipeline"]
"""Models that have been put together, by their id and how they are calibrated."""


class RunModel:
    """A model of a run, by its id on the leaderboard.

    Parameters
    ----------
    folder : RunFolder
    id : str
    weights : mapping of trial id to weight
        The trials that vote in it.
    calibration : str or None
        How its probabilities are calibrated.
    pipelines : dict
        Where fitted models are kept once they have been put together.
    """

    def __init__(
        self,
        folder: RunFolder,
        id: str,
        weights: Mapping[str, float],
        calibration: str | None,
        pipelines: Pipelines,
    ) -> None:
        self.folder = folder
        self.id = id
        self.weights = dict(weights)
        self.calibration = calibration
        self._pipelines = pipelines

    @classmethod
    def named(cls, folder: RunFolder, name: str | None, pipelines: Pipelines) -> RunModel:
        """Find a model by its id; None: the one that was picked, else the one that the search chose.

        Raises
        ------
        RunError
            When there is no such model, or none at all yet.
        """
        from automl.search.select import load_trials, ranked

        if name is None and (taken := picked(folder)) is not None:
            name = str(taken["model"])
        if name is None or name == _ENSEMBLE:
            result = current_result(folder)
            if name in (None, result["chosen"]):
                members = {member["id"]: member["weight"] for member in result["members"]}
                return cls(folder, result["chosen"], members, calibration_of(result), pipelines)
        usable = [trial.id for trial in ranked(load_trials(folder))]
        best = f"Its best are: {', '.join(usable[:20]) or 'none'}."
        if name is None or name not in usable:
            raise RunError(f"The run {folder.id} has no model {name!r}.", fix=best)
        if not folder.trial_path(name, ".joblib").exists():
            raise RunError(
                f"The model of {name} was not kept: {usable.index(name)} trials are better.", fix=best
            )
        result = folder.result or {}
        # Whether to calibrate was found out for the chosen model only.
        calibration = calibration_of(result) if name == result.get("chosen") else None
        return cls(folder, name, {name: 1.0}, calibration, pipelines)

    def other(self, name: str) -> RunModel:
        """Another model of the same run."""
        return self.named(self.folder, name, self._pipelines)

    @property
    def opened(self) -> bool:
        """Whether the sealed holdout was opened for this model."""
        return self.id == (self.folder.result or {}).get("chosen")

    @cached_property
    def prepared(self) -> Prepared:
        """What the search knows of the table."""
        from automl.search.prepare import load_prepared

        return load_prepared(self.folder)

    def pipeline(self) -> Pipeline:
        """The fitted model: raw DataFrame in; `predict`, `predict_proba` and `classes_` out."""
        key = self.id, self.calibration
        if key not in self._pipelines:
            from automl.search.assemble import assemble

            refitted = (self.folder.result or {}).get("refitted", ()) if self.opened else ()
            self._pipelines[key] = assemble(
                self.folder, self.prepared.task, self.weights, refitted, self.calibration
            )
        return self._pipelines[key]

    def conformal(self) -> Conformal:
        """What its intervals are made from: its out-of-fold predictions."""
        from automl.search.coverage import conformal_of

        return conformal_of(self.folder, self.prepared.task, self.weights, self.calibration)

    def scorer(self, *, intervals: bool = False) -> Scorer:
        """It and the schema of its rows, as they stand in a bundle.

        Parameters
        ----------
        intervals : bool
            Whether it shall be able to make intervals.
        """
        from automl.bundle.scoring import Scorer

        task = self.prepared.task
        return Scorer(
            self.prepared.schema,
            task.classes,
            conformal=self.conformal() if intervals else None,
            costs=task.costs,
            model=self.pipeline(),
        )

    def honest(self) -> tuple[Floats, Floats]:
        """Truth and predictions of rows that it had not learned from, NaN elsewhere; see
        `automl.search.honest.honest_predictions`.
        """
        from automl.search.honest import honest_predictions

        return honest_predictions(
            self.folder, self.prepared.task, self.weights, self.calibration, opened=self.opened
        )

    def fingerprint(self, *others: str) -> str:
        """Of all that makes it and its decisions, and other models of the run, what they are."""
        from automl.inspection import joint_fingerprint, model_fingerprint

        every = (self, *map(self.other, others))
        return joint_fingerprint(
            model_fingerprint(each.folder, each.id, each.weights, each.calibration) for each in every
        )

    def explanation(self) -> Explanation | None:
        """Its stored explanation of a sample of rows; None when it has not been explained."""
        return stored_explanation(self.folder, self.id)


def stored_explanation(folder: RunFolder, name: str) -> Explanation | None:
    """The stored explanation of a model's sample of rows; None when it has not been explained."""
    from explain import Explanation

    content = folder.read(f"explanations/{name}.json")
    return None if content is None else Explanation.from_json(content)


def current_result(folder: RunFolder) -> dict[str, Any]:
    """The result, or what it would be with the trials so far: a killed search can be exported, too.

    Raises
    ------
    RunError
        When there is no model yet.
    """
    if folder.result is not None:
        return folder.result
    from automl.search.finish import summarise
    from automl.search.prepare import load_prepared
    from automl.search.select import choose, load_trials

    task = load_prepared(folder).task
    trials = load_trials(folder)
    choice = choose(folder, task, trials)
    if choice is None:
        raise RunError(
            f"The run {folder.id} has no model yet.", fix="Wait for its first trial, or resume it."
        )
    return summarise(folder, task, choice, trials)
