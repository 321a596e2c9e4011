"""Shapley values by their definition, to hold engines against."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .clock import Progress
from .errors import InputError

__all__ = ["Floats", "brute_force"]

Floats = NDArray[np.float64]


def brute_force(
    model: Any,
    players: Sequence[str],
    rows: pd.DataFrame,
    background: pd.DataFrame,
    *,
    scale: str,
    progress: Progress | None = None,
) -> Floats:
    """Shapley values by their definition: all coalitions of the players, the model asked for each.

    The worth of a coalition is the mean output over the background rows in which the coalition's columns are
    replaced by the row's own values (Shapley, 1953; the interventional game of Janzing et al., 2020).

    Parameters
    ----------
    model : fitted estimator
    players : sequence of str
        The other columns must be the same everywhere.
    rows : DataFrame of shape (n, M)
    background : DataFrame of shape (B, M)
    scale : {"probability", "target", "margin"}
    progress : callable, optional

    Returns
    -------
    array of shape (n, players, K)

    Raises
    ------
    InputError
        If there are more than 16 players.
    """
    from .outputs import model_classes, predictor, widen
    from .space import FrameSpace, stack_frames

    count, n, b = len(players), len(rows), len(background)
    if count > 16:
        raise InputError(f"Expected at most 16 columns for brute force, found {count}.")
    space, outputs = FrameSpace(stack_frames(rows, background)), predictor(model, scale)
    place = [list(rows.columns).index(name) for name in players]
    inside = (np.arange(2**count)[:, None] >> np.arange(count)) & 1 == 1  # coalition, player
    values = []
    for i in range(n):
        index = np.repeat(np.tile(np.arange(n, n + b), 2**count)[:, None], rows.shape[1], axis=1)
        taken = np.repeat(inside, b, axis=0)
        for position, j in enumerate(place):
            index[taken[:, position], j] = i
        worth = outputs(space.inputs(index)).reshape(2**count, b, -1).mean(axis=1)
        values.append(_shapley(worth, inside))
        if progress is not None:
            progress((i + 1) / n)
    width = values[0].shape[-1] if values else 1
    return widen(np.array(values, dtype=np.float64).reshape(n, count, width), model_classes(model))


def _shapley(worth: Floats, inside: NDArray[np.bool_]) -> Floats:
    """Values of shape (players, K) from the worth of coalitions, shape (2 ** players, K)."""
    count, size = inside.shape[1], inside.sum(axis=1)
    values = np.zeros((count, worth.shape[1]))
    for player in range(count):
        without = np.flatnonzero(~inside[:, player])
        weight = [1 / (count * math.comb(count - 1, int(size[s]))) for s in without]
        values[player] = np.asarray(weight) @ (worth[without + (1 << player)] - worth[without])
    return values
