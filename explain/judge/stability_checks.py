"""The single checks of :mod:`explain.judge.stability`, each on explanations that were already made."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import InputError
from ..explanation import Explanation
from ..intervals import mean_estimate
from ..outputs import predictor, widen_level
from ..reference import as_numbers, column_kind
from ..space import FrameSpace, stack_frames
from .stability import _MATTERS, _TOP, Agreement, Deletion, Sensitivity

Floats = NDArray[np.float64]

_REACH, _FAR = 0.02, 0.04  # percentiles: how far values are moved, and the next value may be away
_REPLACEMENTS = 10


def agreement(explanations: Sequence[Explanation], source: str) -> Agreement:
    """How much explanations of the same rows agree.

    Parameters
    ----------
    explanations : sequence of Explanation
        Two or more, of the same rows, columns and scale.
    source : {"background", "models"}
    """
    shapes = {(e.values.shape, e.scale) for e in explanations}
    if len(explanations) < 2 or len(shapes) != 1:
        raise InputError(
            "Expected two or more explanations of the same rows, columns and scale, found "
            f"{len(explanations)} of "
            f"{len(shapes)} kinds."
        )
    values = np.stack([e.values for e in explanations])
    size = float(np.abs(values).mean())
    spread = float(values.std(axis=0, ddof=1).mean()) / size if size > 0 else 0.0
    importance = np.abs(values).mean(axis=(1, 3))
    total = importance.sum(axis=1, keepdims=True)
    share = importance / np.where(total > 0, total, 1.0)
    mean = share.mean(axis=0)
    orders = _rank_correlations(share[:, mean >= _MATTERS])
    order = np.argsort(-mean, kind="stable")
    names = explanations[0].columns
    return Agreement(
        source,
        len(explanations),
        spread,
        float(np.mean(orders)) if orders else float("nan"),
        float(np.min(orders)) if orders else float("nan"),
        _top_kept(np.abs(values).mean(axis=3)),
        tuple(names[j] for j in order),
        mean[order],
        share.min(axis=0)[order],
        share.max(axis=0)[order],
    )


def _rank_correlations(share: Floats) -> list[float]:
    if share.shape[1] < 2:
        return []
    ranks = pd.DataFrame(share.T).rank().to_numpy()
    together = np.corrcoef(ranks, rowvar=False)
    return [float(together[a, b]) for a, b in combinations(range(len(share)), 2)]


def _top_kept(sizes: Floats) -> float:
    """Of sizes (E, n, M): mean share of a row's largest columns that two explanations have in common."""
    explanations, rows, columns = sizes.shape
    k = min(_TOP, columns)
    inside = np.zeros(sizes.shape, dtype=bool)
    np.put_along_axis(inside, np.argsort(-sizes, axis=2, kind="stable")[:, :, :k], True, axis=2)
    counts = inside.sum(axis=0)  # by row and column, in how many explanations: pairs that share it
    pairs = (counts * (counts - 1)).sum() / (explanations * (explanations - 1))
    return float(pairs / (rows * k))


class Moved(NamedTuple):
    """Rows near others: the frame, and how far each row was moved in percentiles, shape (n,)."""

    frame: pd.DataFrame
    distance: Floats


def moved_rows(rows: pd.DataFrame, background: pd.DataFrame, rng: np.random.Generator) -> Moved | None:
    """Each row with all its numbers and dates moved to values nearby that occur in the background.

    Values move by at most 2 percentiles, but at least to the next row in the order of the column, so that the
    step is the data's own and whole numbers stay whole. Labels and missing values stay. None if nothing can
    be moved.
    """
    n, usual = len(rows), len(background)
    index = np.tile(np.arange(n)[:, None], (1, rows.shape[1]))
    distance, moved = np.zeros(n), 0
    for j in range(rows.shape[1]):
        column = background.iloc[:, j]
        if column_kind(column) == "label":
            continue
        values, own = as_numbers(column), as_numbers(rows.iloc[:, j])
        order = np.argsort(values, kind="stable")[: int(np.isfinite(values).sum())]
        ordered = values[order]
        if not len(ordered) or ordered[0] == ordered[-1]:
            continue
        low, high = (np.searchsorted(ordered, own, side=side) for side in ("left", "right"))
        up = rng.random(n) < 0.5
        up = np.where(high >= len(ordered), False, np.where(low <= 0, True, up))
        step = rng.integers(0, max(1, int(_REACH * usual)), n)
        place = np.where(up, np.minimum(high + step, len(ordered) - 1), np.maximum(low - 1 - step, 0))
        # From the middle of equal values to the middle of equal values
        target = (
            np.searchsorted(ordered, ordered[place]) + np.searchsorted(ordered, ordered[place], "right")
        ) / 2
        far = np.abs(target - (low + high) / 2) / len(ordered)
        near = np.isfinite(own) & (far <= max(_FAR, 1.5 / len(ordered)))
        index[near, j] = n + order[place[near]]
        distance += np.where(near, far, 0.0)
        moved += 1
    if not moved or not distance.any():
        return None
    frame = FrameSpace(stack_frames(rows, background)).inputs(index)
    return Moved(frame, distance / moved)


def neighbours(first: Explanation, second: Explanation, moved: Moved) -> Sensitivity:
    """How much the explanation of rows changes when they are moved a little."""
    size = float(np.abs(first.values).sum(axis=1).mean())
    scale = size if size > 0 else 1.0
    change = np.abs(first.values - second.values).sum(axis=1).mean(axis=1) / scale
    own = np.abs(first.prediction - second.prediction).mean(axis=1) / scale
    far = moved.distance > 0
    ratio = change[far] / moved.distance[far]
    return Sensitivity(
        int(far.sum()),
        float(moved.distance[far].mean()),
        float(change[far].mean()),
        float(np.quantile(change[far], 0.9)),
        float(own[far].mean()),
        float(change[far].sum() / moved.distance[far].sum()),
        float(np.quantile(ratio, 0.9)),
    )


def deletion(
    model: Any,
    explanation: Explanation,
    background: pd.DataFrame,
    *,
    columns: int | None = None,
    level: float = 0.95,
    seed: int = 0,
) -> Deletion:
    """Replace the most important columns of each row by those of background rows, and as many random ones.

    Parameters
    ----------
    model : fitted estimator or pipeline
    explanation : Explanation
        Of at least two rows and columns; of several classes the predicted one is looked at.
    background : DataFrame of shape (B, M)
    columns : int, optional
        How many; by default 3, but at most half of them.
    level : float
    seed : int

    Returns
    -------
    Deletion
        Each row is combined with 10 background rows; intervals are over the rows.
    """
    n, m = explanation.values.shape[:2]
    k = min(_TOP, m // 2) if columns is None else columns
    if not 1 <= k < m or n < 2:
        raise InputError(f"Expected two rows and to replace some of {m} columns but not all, found {n}, {k}.")
    rng = np.random.default_rng(seed)
    output = explanation.prediction.argmax(axis=1) if explanation.classes else np.zeros(n, dtype=np.int64)
    size = np.abs(explanation.values[np.arange(n), :, output])
    space = FrameSpace(stack_frames(explanation.data, background))
    predict = predictor(model, explanation.scale)
    row = np.repeat(np.arange(n), _REPLACEMENTS)
    usual = n + rng.integers(0, len(background), len(row))
    chances = rng.random((len(row), m))
    changes = []
    for sizes in (np.repeat(size, _REPLACEMENTS, axis=0), chances):
        replaced = np.zeros((len(row), m), dtype=bool)
        np.put_along_axis(replaced, np.argsort(-sizes, axis=1, kind="stable")[:, :k], True, axis=1)
        index = np.where(replaced, usual[:, None], row[:, None])
        outputs = widen_level(predict(space.inputs(index)), explanation.classes, explanation.scale)
        own = explanation.prediction[row, output[row]]
        moved = np.abs(outputs[np.arange(len(row)), output[row]] - own)
        changes.append(moved.reshape(n, _REPLACEMENTS).mean(axis=1))
    top, random = changes
    return Deletion(
        n,
        k,
        mean_estimate(top, None, level),
        mean_estimate(random, None, level),
        mean_estimate(top - random, None, level),
    )
