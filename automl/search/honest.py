"""What was predicted for the rows of a table by models that had not learned from them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from automl.search.finish import HOLDOUT
from automl.search.prepare import load_split
from automl.search.select import voted
from automl.store import RunFolder
from automl.task import Task

__all__ = ["honest_predictions"]

Floats = NDArray[np.float64]


def honest_predictions(
    folder: RunFolder,
    task: Task,
    weights: Mapping[str, float],
    calibration: str | None = None,
    *,
    opened: bool,
) -> tuple[Floats, Floats]:
    """Truth and out-of-fold predictions of a vote, and of the holdout where it was opened for this vote.

    Parameters
    ----------
    folder : RunFolder
    task : Task
    weights : mapping of trial id to weight
    calibration : str, optional
        How its probabilities are calibrated.
    opened : bool
        Whether this is the model that the holdout was opened for.

    Returns
    -------
    truth : ndarray, shape (rows,)
        Codes of classes, or values; NaN where nothing was predicted.
    prediction : ndarray, shape (rows, K)
        Probabilities, or one column of values; NaN likewise.
    """
    split = load_split(folder)
    count = len(split.train) + len(split.holdout)
    y, predicted, _ = voted(folder, task, weights, calibration)
    truth = np.full(count, np.nan)
    prediction = np.full((count, max(1, task.n_classes)), np.nan)
    rows = split.train[split.fold >= 0]
    truth[rows], prediction[rows] = y, predicted.reshape(len(rows), -1)
    if opened and folder.has(HOLDOUT):
        with np.load(folder.path / HOLDOUT) as arrays:
            truth[split.holdout] = arrays["y"]
            prediction[split.holdout] = arrays["prediction"].reshape(len(split.holdout), -1)
    return truth, prediction
