"""What a better score costs: the models that no other beats in score, time and size at once.

A function of what the search has stored. Nothing is trained.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl.metrics import Metric
from automl.search.cost import preparation_mb, preparation_ms
from automl.search.ensemble import greedy_picks, vote
from automl.search.limits import Limits
from automl.search.prepare import load_prepared
from automl.search.select import ENSEMBLE, Library, learned, load_library, load_trials
from automl.search.trial import Trial
from automl.store import RunFolder

__all__ = ["COLUMNS", "add_costs", "front"]

COLUMNS = ("id", "members", "score", "latency_ms", "megabytes", "chosen", "exportable")

_DIGITS = 2  # of time and size: a tenth more or less is no reason to prefer a model


def front(folder: RunFolder) -> pd.DataFrame:
    """Models that are not dominated in score, latency and size.

    Compared are all trials whose models were kept, the chosen vote, and its smaller beginnings: the greedy
    selection adds one member after the other, and what it had with two, three, … of them is a vote as well.

    Parameters
    ----------
    folder : RunFolder

    Returns
    -------
    DataFrame
        Columns as in `COLUMNS`, best score first. `members` is a dict of weights by trial; `score` is on the
        out-of-fold predictions; `latency_ms`, for one row, is what the members took when they were evaluated
        and the preparation of the columns now; `megabytes` is of the stored models; `exportable` says whether
        the id names a model that can be exported. Empty before the first trial.

    Raises
    ------
    RunError
        When the run has not read its table yet.
    """
    task, trials, limits = load_prepared(folder).task, load_trials(folder), Limits.of(folder)
    metric = task.measure
    models = learned(folder, trials)
    points = [_point(trial.id, {trial.id: 1.0}, float(trial.score or 0.0), True) for trial in models]
    result = folder.result or {}
    chosen = {member["id"]: float(member["weight"]) for member in result.get("members", ())}
    if not limits.single and (library := load_library(folder, trials, limits)) is not None:
        points += _votes(library, metric, chosen, folder.spec["seed"])
    if not points:
        return pd.DataFrame(columns=list(COLUMNS))
    add_costs(points, folder, models, limits)
    for point in points:
        point["chosen"] = point["members"] == chosen
    losses = np.array([metric.distance(point["score"]) for point in points])
    costs = np.column_stack(
        [losses, *(_rounded([point[key] for point in points]) for key in ("latency_ms", "megabytes"))]
    )
    kept = np.flatnonzero(_not_dominated(costs))
    order = kept[np.argsort(losses[kept], kind="stable")]
    return pd.DataFrame([points[i] for i in order], columns=list(COLUMNS))


def _point(name: str, members: dict[str, float], score: float, exportable: bool) -> dict[str, Any]:
    return {"id": name, "members": members, "score": score, "exportable": exportable}


def _votes(library: Library, metric: Metric, chosen: dict[str, float], seed: int) -> list[dict[str, Any]]:
    """The chosen vote, and the best beginning of the selection with each smaller number of members."""
    picks = greedy_picks(
        library.predictions, library.y, metric, sample_weight=library.rows.validated_weight,
        allowance=library.allowance, seed=seed,
    )  # fmt: skip
    ids = [trial.id for trial in library.trials]
    by_size: dict[int, tuple[dict[str, float], float]] = {}
    for length in range(2, len(picks) + 1):
        weights = vote(picks[:length], len(ids))
        members = {name: weight for name, weight in zip(ids, weights, strict=True) if weight > 0}
        score = _score(library, metric, weights)
        before = by_size.get(len(members))
        if len(members) > 1 and (before is None or metric.better(score, before[1])):
            by_size[len(members)] = members, score
    points = [
        _point(f"vote-of-{size}", members, score, False)
        for size, (members, score) in by_size.items()
        if members != chosen and not (chosen and size >= len(chosen))
    ]
    if len(chosen) > 1 and set(chosen) <= set(ids):
        score = _score(library, metric, [chosen.get(name, 0.0) for name in ids])
        points.append(_point(ENSEMBLE, chosen, score, True))
    return points


def _score(library: Library, metric: Metric, weights: Sequence[float]) -> float:
    together = np.tensordot(np.asarray(weights), np.stack(library.predictions), axes=1)
    return metric.score(library.y, together, library.rows.validated_weight)


def add_costs(
    points: list[dict[str, Any]], folder: RunFolder, models: Sequence[Trial], limits: Limits
) -> None:
    """Add `latency_ms` and `megabytes`: what the members cost, and the preparation that all share.

    Parameters
    ----------
    points : list of dict
        Each with `members`, weights by trial; changed in place.
    folder : RunFolder
    models : sequence of Trial
        All that are members of one.
    limits : Limits
    """
    measured = (folder.result or {}).get("cost") or {}
    time = measured.get("preparation_ms") or preparation_ms(folder)
    size = preparation_mb(folder)
    costs = dict(zip((trial.id for trial in models), limits.allowance(models).costs, strict=True))
    for point in points:
        _, members_time, members_size = sum(costs[name] for name in point["members"])
        point["latency_ms"] = float(time + members_time)
        point["megabytes"] = float(size + members_size)


def _rounded(values: Sequence[float]) -> NDArray[np.float64]:
    return np.array([float(f"{value:.{_DIGITS - 1}e}") for value in values])


def _not_dominated(costs: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which rows no other row equals or beats in every column and beats in one; of equal rows, the first."""
    kept = np.ones(len(costs), dtype=bool)
    for i, row in enumerate(costs):
        no_worse = (costs <= row).all(axis=1)
        better = no_worse & (costs < row).any(axis=1)
        same = no_worse & ~better
        kept[i] = not better.any() and int(np.flatnonzero(same)[0]) == i
    return kept
