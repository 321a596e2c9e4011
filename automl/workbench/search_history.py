"""How a search came to its models: the leaderboard at any moment, the lead, and what went with good "
"scores."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from automl.workbench import reading

__all__ = ["Mattered", "as_of", "best_by_family", "mattering", "tunable"]

Trial = Mapping[str, Any]
_FEWEST = 8  # trials of a family, to say anything about its parameters
_BINS = 4
_LOG = 30.0  # times: from such a range on a parameter is drawn on a logarithmic scale


def as_of(records: Sequence[dict[str, Any]], seconds: float) -> list[dict[str, Any]]:
    """The trials that had finished by then."""
    return [record for record in records if float(record["at"]) <= seconds]


def best_by_family(records: Sequence[dict[str, Any]]) -> dict[str, list[tuple[float, float, str]]]:
    """Seconds, score and id at which each family got better, by family, the best family first."""
    families: dict[str, list[dict[str, Any]]] = {}
    for record in reading.successful(records):
        families.setdefault(str(record["family"]), []).append(record)
    order = sorted(families, key=lambda name: min(float(record["loss"]) for record in families[name]))
    return {name: reading.best_so_far(families[name]) for name in order}


def tunable(records: Sequence[dict[str, Any]]) -> list[str]:
    """Families with enough scored trials to look at their parameters, the most tried first."""
    counts: dict[str, int] = {}
    for record in reading.successful(records):
        counts[str(record["family"])] = counts.get(str(record["family"]), 0) + 1
    return sorted((name for name in counts if counts[name] >= _FEWEST), key=lambda name: -counts[name])


@dataclass(frozen=True)
class Mattered:
    """A parameter, its values, and how much the scores went with it.

    Attributes
    ----------
    name : str
    values : tuple
        Of each trial that has it: numbers, or texts.
    scores : tuple of float
    ids : tuple of str
    share : float
        Of the variance of the scores' ranks that its values explain, less what chance would; 0 to 1 (epsilon
        squared).
    numeric : bool
    log : bool
        Whether its values are best drawn on a logarithmic scale.
    """

    name: str
    values: tuple[Any, ...]
    scores: tuple[float, ...]
    ids: tuple[str, ...]
    share: float
    numeric: bool
    log: bool


def mattering(records: Sequence[dict[str, Any]], family: str) -> list[Mattered]:
    """Parameters of a family that were varied, those first that went most with the scores.

    Parameters were not varied one at a time, so this says what good trials had in common, and not what
    changing one alone would do.
    """
    trials = [record for record in reading.successful(records) if record["family"] == family]
    names = {name for record in trials for name in record["params"]}
    found = [each for name in sorted(names) if (each := _mattered(trials, name)) is not None]
    return sorted(found, key=lambda each: -each.share)


def _mattered(trials: Sequence[Trial], name: str) -> Mattered | None:
    having = [t for t in trials if isinstance(t["params"].get(name), bool | int | float | str)]
    values = [t["params"][name] for t in having]
    if len(having) < _FEWEST or len(set(map(str, values))) < 2:
        return None
    scores = np.array([float(t["score"]) for t in having])
    numeric = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    groups = _binned(np.array(values, dtype=np.float64)) if numeric else _coded(list(map(str, values)))
    low, high = (min(values), max(values)) if numeric else (0.0, 0.0)
    return Mattered(
        name=name,
        values=tuple(values if numeric else map(str, values)),
        scores=tuple(scores.tolist()),
        ids=tuple(str(t["id"]) for t in having),
        share=_epsilon_squared(scores, groups),
        numeric=numeric,
        log=numeric and low > 0 and high / low > _LOG,
    )


def _binned(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Values in up to four groups of about equal size; equal values share one."""
    ends = np.unique(np.quantile(values, np.linspace(0, 1, _BINS + 1)[1:-1]))
    return np.asarray(np.searchsorted(ends, values, side="right"), dtype=np.int64)


def _coded(values: Sequence[str]) -> NDArray[np.int64]:
    return np.asarray(np.unique(values, return_inverse=True)[1], dtype=np.int64)


def _epsilon_squared(scores: NDArray[np.float64], groups: NDArray[np.int64]) -> float:
    """Share of the variance of ranks between groups, less what groups of any kind would have."""
    ranks = np.argsort(np.argsort(scores, kind="stable"), kind="stable").astype(np.float64)
    _, groups = np.unique(groups, return_inverse=True)
    sizes = np.bincount(groups)
    k, n = len(sizes), len(ranks)
    if k < 2 or n <= k:
        return 0.0
    means = np.bincount(groups, ranks) / sizes
    between = float((sizes * (means - ranks.mean()) ** 2).sum())
    total = float(((ranks - ranks.mean()) ** 2).sum())
    if not total:
        return 0.0
    within = (total - between) / (n - k)
    share = (between - (k - 1) * within) / total
    return min(max(share, 0.0), 1.0) if math.isfinite(share) else 0.0
