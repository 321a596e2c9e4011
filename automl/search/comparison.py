"""Two or more models of a run on the same rows: which is better, by how much, and how sure that is.

A function of the stored out-of-fold predictions; nothing is trained. Models are judged on the very same draws
of the rows (a paired bootstrap), so what is hard about the rows for all of them does not count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from automl.metrics import Metric, bootstrap_interval, few_groups, metrics_for, most_probable, resamples
from automl.search.decide import Codes, cross_fitted, decides
from automl.search.evaluate import TrainingRows
from automl.search.select import voted
from automl.store import RunFolder
from automl.store.files import json_number
from automl.task import Task

__all__ = ["Members", "compare"]

Floats = NDArray[np.float64]
Members = tuple[Mapping[str, float], str | None]
"""Weights of the trials in a model, and how its probabilities are calibrated."""

_LEVEL = 0.9
_ROWS = 20_000  # that are drawn at most


def compare(
    folder: RunFolder, task: Task, models: Mapping[str, Members], *, draws: int = 400
) -> dict[str, Any]:
    """Compare models on the rows that none of them had learned from.

    Parameters
    ----------
    folder : RunFolder
    task : Task
    models : mapping of id to Members
    draws : int
        Of the paired bootstrap.

    Returns
    -------
    dict
        JSON values: `models`, `metric`, `rows`, `draws`; `scores`, by metric and model `score` and the 90 %
        `interval` for new rows; `folds`, by model the score of each fold; and `pairs`, each with `a`, `b`,
        by metric `gain` (by how much a is better; negative: worse), its 90 % `interval` for endlessly many
        rows like these, and `p_better`, the share of draws in which a is better; and `agreement`, how often
        the two say the same and which is right where they do not. `corrected` names the model from whose
        score of the run's metric the optimism of choosing it was taken off, None where that is not known.
    """
    rows = TrainingRows.load(folder.path)
    y, weight, groups = rows.y[rows.validated], rows.validated_weight, rows.validated_groups
    fold, seed = rows.fold[rows.validated], int(folder.spec["seed"])
    predictions = {name: voted(folder, task, *members)[1] for name, members in models.items()}
    codes: dict[str, Codes] = {}
    if decides(task):
        codes = {name: cross_fitted(task, y, p, fold, seed, weight) for name, p in predictions.items()}
    optimism = _optimism(folder, models)
    pairs: list[dict[str, Any]] = [
        {"a": a, "b": b, "metrics": {}, "agreement": _agreement(task, y, predictions, codes, weight, a, b)}
        for a, b in combinations(models, 2)
    ]
    scores: dict[str, dict[str, Any]] = {}
    for metric in metrics_for(task.kind, task.costs):
        judged = [codes[name] if codes and metric.needs == "label" else predictions[name] for name in models]
        try:
            points = [metric.score(y, each, weight) for each in judged]
        except ValueError:  # such as rmsle of a negative target
            continue
        scores[metric.name] = {
            name: _scored(metric, y, each, point, weight, groups, rows.split.new_rows, seed)
            for name, each, point in zip(models, judged, points, strict=True)
        }
        losses = _losses(metric, y, judged, points, weight, groups, draws, seed)
        point_losses = np.array([metric.distance(point) for point in points])
        if optimism is not None and metric.name == task.metric:
            at = list(models).index(optimism["model"])
            chance = np.random.default_rng([seed, 23]).normal(0, optimism["error"], len(losses))
            losses[:, at] += optimism["loss"] + chance
            point_losses[at] += optimism["loss"]
        for pair, (i, j) in zip(pairs, combinations(range(len(models)), 2), strict=True):
            gains = losses[:, j] - losses[:, i]
            pair["metrics"][metric.name] = _gain(float(point_losses[j] - point_losses[i]), gains)
    return {
        "models": list(models),
        "metric": task.metric,
        "rows": len(y),
        "draws": draws,
        "corrected": None if optimism is None else optimism["model"],
        "scores": scores,
        "folds": {name: _by_fold(task.measure, y, codes, predictions, name, fold, weight) for name in models},
        "pairs": pairs,
    }


def _optimism(folder: RunFolder, models: Mapping[str, Members]) -> dict[str, Any] | None:
    """By how much the chosen model looks better than it is, where that was found out and it is compared."""
    result = folder.result or {}
    found = (result.get("confidence") or {}).get("optimism")
    if found is None or result.get("chosen") not in models:
        return None
    return {"model": result["chosen"], "loss": float(found["loss"]), "error": float(found["error"])}


def _scored(
    metric: Metric,
    y: NDArray[Any],
    judged: NDArray[Any],
    point: float,
    weight: Floats | None,
    groups: NDArray[Any] | None,
    new_rows: int | None,
    seed: int,
) -> dict[str, Any]:
    low, high = bootstrap_interval(
        metric, y, judged, sample_weight=weight, groups=groups, new_rows=new_rows, draws=200, seed=seed
    )
    return {"score": json_number(point), "interval": [json_number(low), json_number(high)]}


def _losses(
    metric: Metric,
    y: NDArray[Any],
    judged: Sequence[NDArray[Any]],
    points: Sequence[float],
    weight: Floats | None,
    groups: NDArray[Any] | None,
    draws: int,
    seed: int,
) -> Floats:
    """Losses of all models on the same draws, shape (draws, models), as wide as that many rows make them.

    As in `automl.metrics.bootstrap_interval`: of many rows 20,000 are drawn and the deviations narrowed, of
    few groups they are widened.
    """
    units = len(y) if groups is None else len(np.unique(groups))
    drawn = min(units, _ROWS)
    scorers = [metric.resampled(y, each, weight) for each in judged]
    rng = np.random.default_rng([seed, 19])
    found = np.array(
        [
            [metric.distance(scorer(counts)) for scorer in scorers]
            for counts in resamples(len(y), draws, rng, groups=groups, drawn=drawn)
        ]
    )
    found = found[np.isfinite(found).all(axis=1)]  # a draw may lack a class
    center = np.array([metric.distance(point) for point in points])
    factor = np.sqrt(drawn / units)
    if groups is not None and units > 1:
        factor *= few_groups(units, _LEVEL)
    return np.asarray(center + (found - center) * factor)


def _gain(point: float, gains: Floats) -> dict[str, Any]:
    """A difference with its interval; half of the draws in which both are equal count for either."""
    if not len(gains):
        return {"gain": json_number(point), "interval": [None, None], "p_better": None}
    low, high = np.quantile(gains, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    better = float((gains > 0).mean() + 0.5 * (gains == 0).mean())
    return {"gain": json_number(point), "interval": [float(low), float(high)], "p_better": better}


def _by_fold(
    metric: Metric,
    y: NDArray[Any],
    codes: Mapping[str, Codes],
    predictions: Mapping[str, Floats],
    name: str,
    fold: NDArray[Any],
    weight: Floats | None,
) -> list[float | None]:
    judged = codes[name] if codes and metric.needs == "label" else predictions[name]
    found: list[float | None] = []
    for number in np.unique(fold):
        here = fold == number
        part = None if weight is None else weight[here]
        found.append(json_number(metric.score(y[here], judged[here], part)))
    return found


def _agreement(
    task: Task,
    y: NDArray[Any],
    predictions: Mapping[str, Floats],
    codes: Mapping[str, Codes],
    weight: Floats | None,
    a: str,
    b: str,
) -> dict[str, Any]:
    """How often two models say the same, and which is nearer to the truth where they do not."""
    w = np.ones(len(y)) if weight is None else weight
    if task.kind == "regression":
        far = [np.abs(predictions[name] - y) for name in (a, b)]
        apart = np.abs(predictions[a] - predictions[b])
        return {
            "difference": float((w * apart).sum() / w.sum()),
            "a_nearer": float(w[far[0] < far[1]].sum() / w.sum()),
            "b_nearer": float(w[far[1] < far[0]].sum() / w.sum()),
        }
    first, second = (codes[n] if codes else most_probable(predictions[n]) for n in (a, b))
    apart = first != second
    total = float(w[apart].sum())
    return {
        "rows": int(apart.sum()),
        "share": total / float(w.sum()),
        "a_right": float(w[apart & (first == y)].sum() / total) if total else None,
        "b_right": float(w[apart & (second == y)].sum() / total) if total else None,
    }
