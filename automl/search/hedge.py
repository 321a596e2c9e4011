"""A little of the base rates in every vote, where one confident error costs as much as all other rows.

By the log loss, a model that was right n times without doubt looks perfect, and is ruined by the next row
that it is wrong about: among 86 unseen penguins one such row made the loss 0.297 instead of 0.001. So many
rows cannot tell "never" from "once in n", and half a row's worth of the base rates says so
(`automl.metrics.unseen_share`). With it the loss there is 0.09, and a few thousandths higher where no such
error happens.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.dummy import DummyClassifier

from automl.metrics import unseen_share
from automl.search.constraints import Constraints
from automl.search.evaluate import TrainingRows
from automl.store import RunFolder
from automl.task import Task

__all__ = ["base_rates", "hedged", "is_hedged", "mixed"]


def is_hedged(folder: RunFolder, task: Task) -> bool:
    """Whether base rates are in the votes of a run.

    They are where its metric is steep, see `automl.metrics.Metric`, unless a person must be able to read the
    model; and in every vote that is calibrated, see `automl.search.calibration`.
    """
    return task.measure.steep and not Constraints.of(folder.spec).interpretable


def base_rates(rows: TrainingRows) -> DummyClassifier:
    """A fitted model that predicts the shares of the classes among the training rows, as they count."""
    return DummyClassifier(strategy="prior").fit(np.zeros((len(rows.y), 1)), rows.y, rows.sample_weight)


def mixed(rows: TrainingRows, prediction: NDArray[np.float64]) -> NDArray[np.float64]:
    """What a vote predicts with base rates in it, from what its members predict.

    Parameters
    ----------
    rows : TrainingRows
    prediction : ndarray, shape (rows, classes)
    """
    weight = unseen_share(len(rows.y))
    rates: NDArray[Any] = base_rates(rows).class_prior_
    return (1 - weight) * prediction + weight * rates


def hedged(
    folder: RunFolder, task: Task, rows: TrainingRows, prediction: NDArray[np.float64]
) -> NDArray[np.float64]:
    """As `mixed` where base rates are in the votes of a run; else the prediction itself.

    Parameters
    ----------
    folder : RunFolder
    task : Task
    rows : TrainingRows
    prediction : ndarray, shape (rows,) or (rows, classes)
    """
    return mixed(rows, prediction) if is_hedged(folder, task) else prediction
