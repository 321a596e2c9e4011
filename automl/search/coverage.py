"""How often a model's intervals and sets hold the truth: nominal and measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from automl.conformal import Conformal
from automl.search.select import voted
from automl.store import RunFolder
from automl.task import Task

__all__ = ["LEVELS", "calibrate", "conformal_of", "cross_fitted_coverage", "measured_coverage"]

LEVELS = (0.8, 0.9, 0.95)
_PARTS = 5


def calibrate(
    task: Task,
    y: NDArray[Any],
    prediction: NDArray[np.float64],
    sample_weight: NDArray[np.float64] | None = None,
) -> Conformal:
    """Make the intervals or sets of a model from its out-of-fold predictions.

    Parameters
    ----------
    task : Task
    y : ndarray, shape (n_rows,)
    prediction : ndarray, shape (n_rows,) or (n_rows, n_classes)
    sample_weight : ndarray, shape (n_rows,), optional
        How much each row counts.
    """
    if task.kind == "regression":
        return Conformal.of_values(y, prediction, sample_weight)
    return Conformal.of_classes(y, prediction, sample_weight)


def conformal_of(
    folder: RunFolder, task: Task, weights: Mapping[str, float], calibration: str | None = None
) -> Conformal:
    """Make the intervals or sets of a vote from what is stored of its members.

    Calibrated probabilities are cross-fitted: no row's score comes from a map that was learned from the row.

    Parameters
    ----------
    folder : RunFolder
    task : Task
    weights : mapping of trial id to weight
    calibration : str, optional
        How its probabilities are calibrated.
    """
    return calibrate(task, *voted(folder, task, weights, calibration))


def measured_coverage(
    task: Task,
    conformal: Conformal,
    y: NDArray[Any],
    prediction: NDArray[np.float64],
    sample_weight: NDArray[np.float64] | None = None,
) -> dict[str, Any]:
    """Count how often the truth of rows lay inside, for rows that the calibration has not seen.

    Returns
    -------
    dict
        `on`, `rows`, and `levels`: each with `level`, `measured` (share of the rows, as they count) and
        `size` (mean width of the intervals, or mean number of classes in a set); for classes also `classes`:
        the share of each class's rows, None where it has none. Levels that the calibration has too few rows
        for are left out.
    """
    found = {level: _inside(task, conformal, y, prediction, level) for level in _levels(conformal.rows)}
    return _summary(task, "holdout", y, found, sample_weight)


def cross_fitted_coverage(
    task: Task,
    y: NDArray[Any],
    prediction: NDArray[np.float64],
    seed: int,
    sample_weight: NDArray[np.float64] | None = None,
) -> dict[str, Any]:
    """As `measured_coverage` where no row was held out: each fifth of the rows, calibrated on the others."""
    part = np.random.default_rng(seed).permutation(len(y)) % _PARTS
    weights = [None if sample_weight is None else sample_weight[part != number] for number in range(_PARTS)]
    calibrated = [
        calibrate(task, y[part != number], prediction[part != number], weights[number])
        for number in range(min(_PARTS, len(y)))
    ]
    levels = _levels(min((each.rows for each in calibrated), default=0))
    found = {level: (np.zeros(len(y), dtype=bool), np.zeros(len(y))) for level in levels}
    for number, conformal in enumerate(calibrated):
        here = part == number
        for level, (inside, size) in found.items():
            inside[here], size[here] = _inside(task, conformal, y[here], prediction[here], level)
    return _summary(task, "out-of-fold", y, found, sample_weight)


def _levels(rows: int) -> list[float]:
    """The levels that a calibration on so many rows can promise."""
    return [level for level in LEVELS if rows / (rows + 1) >= level]


def _inside(
    task: Task, conformal: Conformal, y: NDArray[Any], prediction: NDArray[np.float64], level: float
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Whether each row's truth is inside, and how large its interval or set is."""
    if task.kind == "regression":
        low, high = conformal.interval(prediction, level)
        return (low <= y) & (y <= high), high - low
    sets = conformal.sets(prediction, level)
    return sets[np.arange(len(y)), y], sets.sum(axis=1).astype(np.float64)


def _summary(
    task: Task,
    on: str,
    y: NDArray[Any],
    found: dict[float, tuple[NDArray[np.bool_], NDArray[np.float64]]],
    weight: NDArray[np.float64] | None,
) -> dict[str, Any]:
    levels: list[dict[str, Any]] = []
    for level, (inside, size) in found.items():
        entry: dict[str, Any] = {
            "level": level,
            "measured": float(np.average(inside, weights=weight)),
            "size": float(np.average(size, weights=weight)),
        }
        if task.classes is not None:
            of_class = [y == code for code in range(task.n_classes)]
            entry["classes"] = [
                float(np.average(inside[rows], weights=None if weight is None else weight[rows]))
                if rows.any()
                else None
                for rows in of_class
            ]
        levels.append(entry)
    return {"on": on, "rows": len(y), "levels": levels}
