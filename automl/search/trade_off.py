"""What each threshold between two classes would bring, in a form from which any costs can be weighed at once.

The counts of right and wrong calls do not depend on costs, and neither does the curve that corrects the
probabilities (`automl.search.decide`); so a page that holds this needs no engine to answer another cost.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from automl.errors import SettingError
from automl.search.decide import LEAST_SLOPE, choose_threshold, correction
from automl.search.evaluate import TrainingRows
from automl.search.select import voted
from automl.store import RunFolder
from automl.task import Task

__all__ = ["threshold_counts"]

_MOST = 200  # thresholds at quantiles of the probabilities, beside each hundredth


def threshold_counts(
    folder: RunFolder, task: Task, weights: Mapping[str, float], calibration: str | None = None
) -> dict[str, Any]:
    """Right and wrong calls at many thresholds, on out-of-fold predictions of two classes.

    Parameters
    ----------
    folder : RunFolder
    task : Task
    weights : mapping of trial id to weight
    calibration : str, optional
        How its probabilities are calibrated.

    Returns
    -------
    dict
        JSON values: `classes`; `rows`; `thresholds`, rising from 0 (all are called positive) to one that no
        row reaches; at each of them the weights of rows called positive `true` and `false`, and the sums of
        their squares, `true_squares` and `false_squares`; `positives` and `negatives`, the totals, with
        their `_squares`; `correction`, slope and shift of the logit, or None where the theory stands alone;
        `now`, the threshold that the model has; `costs`, those of the run or None; `clustered`, whether rows
        belong together, so that intervals from these counts would be too narrow.

    Raises
    ------
    SettingError
        When there are not two classes.
    """
    if task.kind != "binary":
        raise SettingError(
            f"Expected two classes to put a threshold between, found a {task.kind} task.",
            fix="Leave the threshold; of several classes the label of least expected cost is given.",
        )
    y, prediction, weight = voted(folder, task, weights, calibration)
    w = np.ones(len(y)) if weight is None else weight
    p, positive = prediction[:, 1], y == 1
    now = choose_threshold(task, y, prediction, weight)
    grid = {round(i / 100, 2) for i in range(101)} | {0.5 if now is None else now}
    grid |= {float(f"{value:.6g}") for value in np.quantile(p, np.linspace(0, 1, _MOST))}
    thresholds = np.array(sorted({value for value in grid if 0 <= value <= 1} | {0.0, 1.000001}))
    found: dict[str, Any] = {}
    order = np.argsort(p, kind="stable")
    start = np.searchsorted(p[order], thresholds, side="left")
    for name, of_class in (("true", positive), ("false", ~positive)):
        for suffix, value in (("", w), ("_squares", w**2)):
            below = np.concatenate([[0.0], np.cumsum(np.where(of_class, value, 0.0)[order])])
            total = float(below[-1])
            found[f"{name}{suffix}"] = np.maximum(total - below[start], 0.0).tolist()
            found[f"{'positives' if name == 'true' else 'negatives'}{suffix}"] = total
    curve = correction(y, prediction, weight)
    return {
        "classes": [str(label) for label in task.classes or ()],
        "rows": len(y),
        "thresholds": thresholds.tolist(),
        **found,
        "correction": None if curve is None or curve[0] <= LEAST_SLOPE else list(curve),
        "now": 0.5 if now is None else now,
        "costs": None if task.costs is None else [list(row) for row in task.costs],
        "clustered": TrainingRows.load(folder.path).validated_groups is not None,
    }
