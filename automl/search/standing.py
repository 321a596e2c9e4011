"""How the models of a finished search stand to each other, beyond their scores: for whoever compares them.

The front of score, time and size; and of the models that the data cannot tell from the best, what could still
decide between them. Made of what the search has stored; nothing is trained.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from automl.metrics import Metric, unseen_share
from automl.models import get_family
from automl.search.decide import cross_fitted, decides
from automl.search.evaluate import TrainingRows
from automl.search.front import add_costs, front
from automl.search.limits import Limits
from automl.search.prepare import load_prepared
from automl.search.select import ENSEMBLE, learned, load_trials, voted
from automl.store import RunFolder, calibration_of, tied_models
from automl.store.files import json_number
from automl.task import Task

__all__ = ["standing"]

Floats = NDArray[np.float64]
_SURE = 1.645  # standard errors beyond which one log loss is higher than another, one-sided 5 %


def standing(folder: RunFolder) -> dict[str, Any]:
    """The front, and what tells tied models apart.

    Parameters
    ----------
    folder : RunFolder
        Of a search that has ended.

    Returns
    -------
    dict
        JSON values: `front`, records as `automl.search.front.front` has them; `tied`, one record for each
        model that is tied with the best and was kept, best first: `id`, `members`, `latency_ms` of one row,
        `megabytes`, `readable` (one linear model or tree), `single` (one candidate), `folds` (scores),
        `worst_fold`, and for classes `log_loss`, how much it is `behind` the best of them on the same rows
        with the standard `error` of that, and whether it is `clearly` behind.
    """
    points = [
        {str(name): value for name, value in point.items()} for point in front(folder).to_dict("records")
    ]
    for point in points:
        point["chosen"], point["score"] = bool(point["chosen"]), float(point["score"])
    return {"front": points, "tied": _tied(folder, load_prepared(folder).task)}


def _tied(folder: RunFolder, task: Task) -> list[dict[str, Any]]:
    result, trials = folder.result or {}, load_trials(folder)
    tied = tied_models(result) or frozenset()
    models = learned(folder, trials)
    order = ([ENSEMBLE] if result.get("chosen") == ENSEMBLE else []) + [trial.id for trial in models]
    chosen = {member["id"]: float(member["weight"]) for member in result.get("members", ())}
    kept = [name for name in order if name in tied]
    points: list[dict[str, Any]] = [
        {"id": name, "members": chosen if name == ENSEMBLE else {name: 1.0}} for name in kept
    ]
    known = {trial.id: trial for trial in models}
    points = [point for point in points if set(point["members"]) <= set(known)]
    if not points:
        return []
    add_costs(points, folder, models, Limits.of(folder))
    rows, losses = TrainingRows.load(folder.path), {}
    y, weight = rows.y[rows.validated], rows.validated_weight
    fold = rows.fold[rows.validated]
    for point in points:
        calibration = calibration_of(result) if point["id"] == result.get("chosen") else None
        _, prediction, _ = voted(folder, task, point["members"], calibration)
        judged: NDArray[Any] = prediction
        if decides(task) and task.measure.needs == "label":
            judged = cross_fitted(task, y, prediction, fold, folder.spec["seed"], weight)
        single = len(point["members"]) == 1
        folds = _folds(task.measure, y, judged, fold, weight)
        point |= {
            "single": single,
            "readable": single and get_family(known[next(iter(point["members"]))].family).interpretable,
            "folds": [json_number(score) for score in folds],
            "worst_fold": _worst(task.measure, folds),
        }
        if task.kind != "regression":
            losses[point["id"]] = _log_losses(y, prediction)
    _add_log_losses(points, losses, weight, rows.validated_groups)
    return points


def _folds(
    metric: Metric, y: NDArray[Any], judged: NDArray[Any], fold: NDArray[Any], weight: Floats | None
) -> list[float]:
    found = []
    for number in np.unique(fold):
        here = fold == number
        found.append(metric.score(y[here], judged[here], None if weight is None else weight[here]))
    return found


def _worst(metric: Metric, folds: list[float]) -> float | None:
    known = [score for score in folds if np.isfinite(score)]
    return max(known, key=metric.distance) if known else None


def _log_losses(y: NDArray[Any], prediction: Floats) -> Floats:
    """Log loss of each row; no row can show a probability to be smaller than half of one among them all."""
    least = unseen_share(len(y))
    return np.asarray(-np.log(np.clip(prediction[np.arange(len(y)), y], least, 1.0)))


def _add_log_losses(
    points: list[dict[str, Any]],
    losses: Mapping[str, Floats],
    weight: Floats | None,
    groups: NDArray[Any] | None,
) -> None:
    """Add log losses, and how far each is behind the lowest of them on the same rows."""
    if not losses:
        return
    some = next(iter(losses.values()))
    w = np.ones(len(some)) if weight is None else weight
    means = {name: float((w * each).sum() / w.sum()) for name, each in losses.items()}
    best = min(means, key=means.__getitem__)
    for point in points:
        behind = losses[point["id"]] - losses[best]
        mean = float((w * behind).sum() / w.sum())
        deviations: Floats = w * (behind - mean)
        if groups is not None:  # rows of one group go up and down together
            of_group = np.bincount(np.unique(groups, return_inverse=True)[1], deviations)
            deviations = np.asarray(of_group, dtype=np.float64)
        error = float(np.sqrt((deviations**2).sum()) / w.sum())
        point |= {
            "log_loss": means[point["id"]],
            "behind": mean,
            "error": error,
            "clearly": bool(mean > _SURE * error),
        }
