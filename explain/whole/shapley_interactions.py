"""The Shapley interaction index of pairs of columns, exactly, by all coalitions.

Of the game that :mod:`explain.game` describes (Grabisch and Roubens, 1999, An axiomatic approach to the
concept of interaction among players in cooperative games).
"""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..clock import Clock, Progress
from ..engines.enumerate import affordable, covering_orders, shapley_weights
from ..errors import InputError
from ..frames import checked_frames
from ..game import Game
from ..intervals import normal_quantile
from ..introspect import resolve
from ..outputs import choose_scale, model_classes, predictor, widen
from ..space import FrameSpace
from ..walkers import walker_for
from .interactions import SHAPLEY, SILENT, Interactions

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MAX_PLAYERS = 10
"""Columns with effect up to which all coalitions are walked when asked for."""

_QUICK_PLAYERS = 6
_QUICK_WALKS = 400_000


def shapley_interactions(
    model: Any,
    X: pd.DataFrame,
    background: pd.DataFrame,
    *,
    scale: str | None = None,
    seed: int = 0,
    quick: bool = False,
    clock: Clock | None = None,
    progress: Progress | None = None,
) -> tuple[Floats, tuple[str, ...], str, tuple[Any, ...] | None] | None:
    """Shapley interaction values of each row and pair.

    Half of a pair's index stands on either side of the diagonal, and the diagonal holds what is left of a
    column's own value (Lundberg et al., 2020, From Local Explanations to Global Understanding), so that the
    rows of the matrix add up to the attributions of :func:`explain.explain`.

    Parameters
    ----------
    model, X, background, scale, seed, progress
        As for :func:`explain.explain`.
    quick : bool
        Give up (None) on more than 6 columns with effect, or many walks, or where time would not suffice.
    clock : Clock, optional

    Returns
    -------
    (values, columns, scale, classes), or None
        ``values`` of shape (n, M, M, K).

    Raises
    ------
    InputError
        If more than 10 columns change the output.
    """
    rows, background = checked_frames(X, background)
    if not len(rows):
        raise InputError("Expected at least one row in X, found none.")
    scale = choose_scale(model, scale)
    classes = model_classes(model)
    width = predictor(model, scale)(background).shape[1]
    estimator, space = resolve(model, FrameSpace(rows, background), seed=seed)
    game = Game(estimator, space, width, scale, seed, clock or Clock(), progress)
    walker = walker_for(game)
    active = np.flatnonzero(walker.players & space.varying)
    count = len(active)
    walks = game.n * game.background * math.comb(count, count // 2)
    if quick and (count > _QUICK_PLAYERS or walks > _QUICK_WALKS or not affordable(game, walker)):
        return None
    if count > MAX_PLAYERS:
        raise InputError(
            f"Expected at most {MAX_PLAYERS} columns that change the output for exact interactions, found "
            f"{count}; use method='friedman'."
        )
    values = widen(_by_coalitions(game, walker, active), classes)
    return values, tuple(str(name) for name in rows.columns), scale, classes


def _by_coalitions(game: Game, walker: Any, active: Ints) -> Floats:
    """Matrices of shape (n, M, M, K) from the worth of all coalitions."""
    values = np.zeros((game.n, game.players, game.players, game.outputs))
    count = len(active)
    if not count:
        return values
    orders = covering_orders(count)
    coalition = np.zeros((len(orders), count + 1), dtype=np.int64)
    coalition[:, 1:] = np.cumsum(1 << orders, axis=1)
    subsets, first = np.unique(coalition, return_index=True)
    alone = shapley_weights(count, subsets)
    pairs = list(combinations(range(count), 2))
    together = _pair_weights(count, pairs, subsets)
    z = np.repeat(np.arange(game.n, game.space.rows), len(orders))
    order = np.tile(active[orders], (game.background, 1))
    for row in range(game.n):
        walked = walker.walk(np.full(len(z), row), z, order)
        worth = walked.reshape(game.background, -1, game.outputs).mean(axis=0)[first]
        half = together @ worth / 2
        values[row, active, active] = alone @ worth
        for p, (a, b) in enumerate(pairs):
            i, j = active[a], active[b]
            values[row, i, j] = values[row, j, i] = half[p]
            values[row, i, i] -= half[p]
            values[row, j, j] -= half[p]
        game.report((row + 1) / game.n)
    return values


def _pair_weights(count: int, pairs: list[tuple[int, int]], subsets: Ints) -> Floats:
    """Weights of shape (pairs, subsets): the interaction index of a pair is ``weights @ worth``.

    With the pair in or out, a coalition of s others counts s! (m − s − 2)! / (m − 1)! times.
    """
    weights = np.empty((len(pairs), len(subsets)))
    factorial = [math.factorial(k) for k in range(count + 1)]
    for p, (a, b) in enumerate(pairs):
        for column, subset in enumerate(subsets.tolist()):
            inside = (subset >> a & 1) + (subset >> b & 1)
            others = subset.bit_count() - inside
            sign = 1.0 if inside != 1 else -1.0
            weights[p, column] = (
                sign * factorial[others] * factorial[count - others - 2] / factorial[count - 1]
            )
    return weights


def ranked(
    values: Floats, columns: tuple[str, ...], scale: str, classes: tuple[Any, ...] | None
) -> Interactions:
    """Pairs by mean size over the rows."""
    size = np.abs(values).mean(axis=3)
    movement = float(np.abs(values.sum(axis=2)).mean(axis=2).mean(axis=0).sum())
    pairs = list(combinations(range(len(columns)), 2))
    strength = np.array([2 * size[:, i, j].mean() for i, j in pairs])
    spread = [2 * size[:, i, j].std(ddof=1) if len(size) > 1 else np.nan for i, j in pairs]
    error = normal_quantile(0.95) * np.array(spread) / np.sqrt(len(size))
    together = strength > SILENT * max(movement, 1e-300)
    order = [p for p in np.argsort(-strength, kind="stable").tolist() if together[p]]
    return Interactions(
        method=SHAPLEY,
        pairs=tuple((columns[pairs[p][0]], columns[pairs[p][1]]) for p in order),
        strength=strength[order],
        low=np.maximum(0.0, strength - error)[order],
        high=(strength + error)[order],
        floor=np.zeros(len(order)),
        share=strength[order] / max(movement, 1e-300),
        apart=len(pairs) - len(order),
        unseen=0,
        rows=len(size),
        scale=scale,
        classes=classes,
    )
