"""A small model that stands in for a large one: boosted trees fitted to the large model's own answers.

Its Shapley values are exact and cost next to nothing. Shapley values are linear in the game, so where time is
short only what the stand-in leaves of the model's output has to be sampled (a control variate), and of rows
that were not reached at all the stand-in's values are known.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor

from ..clock import Clock
from ..game import Game
from ..memo import Memo
from ..space import FrameSpace, Ints, JointSpace, MatrixSpace, Space
from ..walkers import TreeWalker, Walker
from .base import UnsuitableError
from .trees import exact_trees

Floats = NDArray[np.float64]

_SHARE = 0.2  # of the time left that goes into answers to learn from
_FEWEST = 60  # states, below which nothing is learned
_STATES = 24_000  # that are learned from, at most
_A_SECOND = 5_000  # states that there is time to learn from, by the seconds left
_WALKS = 400  # followed together
_WIDEST = 400  # encoded columns
_ITERATIONS = 25, 80  # for many outputs, for one
_BOOSTING = {"learning_rate": 0.15, "max_leaf_nodes": 24, "early_stopping": False}


class StandIn(Walker):
    """Boosted trees, one model for each output, with their exact Shapley values.

    Attributes
    ----------
    values : array of shape (n, M, K)
    """

    def __init__(self, walkers: Sequence[TreeWalker], values: Floats) -> None:
        self._walkers = list(walkers)
        self.values = values
        self.players = np.logical_or.reduce([walker.players for walker in walkers])
        self.outputs = len(self._walkers)

    def walk(self, x: Ints, z: Ints, order: Ints) -> Floats:
        return np.concatenate([walker.walk(x, z, order) for walker in self._walkers], axis=2)

    def arrive(self, x: Ints, z: Ints, order: Ints) -> Floats:
        return np.concatenate([walker.arrive(x, z, order) for walker in self._walkers], axis=1)


def fitted_standin(game: Game, walker: Walker, active: Ints, seconds: float) -> StandIn | None:
    """A stand-in for what a walker follows; None without numba, or where there is no time to learn one.

    It learns from the outputs along walks between random pairs of rows, which play no further part: so it
    does not depend on the walks by which it is corrected.

    Parameters
    ----------
    game : Game
    walker : Walker
    active : array of int
        The players.
    seconds : float
        That one walk takes.
    """
    space = _numbers(game.space)
    left = game.clock.left()
    walks = min(int(_SHARE * left / max(seconds, 1e-9)), _STATES // 4)
    most = min(_STATES, int(_A_SECOND * left))
    if space is None or min(walks * (len(active) + 1), most) < _FEWEST:
        return None
    states, outputs = _answers(game, walker, active, walks, most)
    rows = space.matrix(states)
    rows[:, np.isnan(rows).all(axis=0)] = 0.0  # scikit-learn cannot bin a column without any value
    iterations = max(_ITERATIONS[0], _ITERATIONS[1] // walker.outputs)
    fitted = []
    for k in range(walker.outputs):
        if game.clock.left() < 0.4 * left:
            return None  # learning takes longer than it should
        model = HistGradientBoostingRegressor(max_iter=iterations, random_state=game.seed, **_BOOSTING)
        fitted.append(model.fit(rows, outputs[:, k]))
    return _explained(game, space, fitted, 0.4 * game.clock.left())


def _answers(game: Game, walker: Walker, active: Ints, walks: int, most: int) -> tuple[Ints, Floats]:
    """States, as pool rows by player, and the outputs there; from fewer walks where these take too long."""
    rng = np.random.default_rng([game.seed, 5])
    stop = game.clock.left() * (1 - 1.3 * _SHARE)
    kept = int(np.clip(most // walks, 1, len(active) + 1))
    background = rng.permutation(np.arange(game.n, game.space.rows))
    rows = rng.permutation(game.n)
    index, outputs = [], []
    for start in range(0, walks, _WALKS):
        number = np.arange(start, min(walks, start + _WALKS))
        x, z = rows[number % game.n], background[number % len(background)]
        order = rng.permuted(np.tile(active, (len(number), 1)), axis=1)
        path = walker.walk(x, z, order)
        step = rng.permuted(np.tile(np.arange(len(active) + 1), (len(number), 1)), axis=1)[:, :kept]
        place = np.zeros((len(number), game.players), dtype=np.int64)
        np.put_along_axis(place, order, np.arange(len(active))[None], axis=1)
        taken = place[:, None] < step[:, :, None]
        index.append(np.where(taken, x[:, None, None], z[:, None, None]).reshape(-1, game.players))
        outputs.append(np.take_along_axis(path, step[:, :, None], axis=1).reshape(-1, walker.outputs))
        if game.clock.left() < stop:
            break
    return np.concatenate(index), np.concatenate(outputs)


def _explained(game: Game, space: MatrixSpace, fitted: Sequence[Any], patience: float) -> StandIn | None:
    """Walkers and exact values of fitted boosted trees."""
    walkers, values = [], []
    started = time.monotonic()
    for model in fitted:
        part = replace(
            game, estimator=model, space=space, outputs=1, scale="target", clock=Clock(), progress=None
        )
        walker = TreeWalker.of(part)
        if walker is None:
            return None
        try:
            values.append(exact_trees(part, walker, patience - (time.monotonic() - started)).values)
        except UnsuitableError:
            return None
        walkers.append(walker)
    return StandIn(walkers, np.concatenate(values, axis=2))


def _numbers(space: Space) -> MatrixSpace | None:
    """The rows of a space as numbers, each column of one player; labels by a code."""
    while isinstance(space, JointSpace):
        space = space.before
    columns: list[Any]
    if isinstance(space, MatrixSpace):
        columns = list(space.pool.T)
    elif isinstance(space, FrameSpace):
        columns = [_number(space.pool.iloc[:, j]) for j in range(space.width)]
    else:
        return None
    if not 0 < len(columns) <= _WIDEST:
        return None
    pool = np.column_stack(columns).astype(np.float64)
    numbers = MatrixSpace(pool, space.owner, space)
    numbers.memo = Memo()  # what is found out about a stand-in is not kept
    return numbers


def _number(column: pd.Series[Any]) -> Floats:
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column.to_numpy(dtype=np.float64, na_value=np.nan)
    codes, _ = pd.factorize(column, sort=pd.api.types.is_datetime64_any_dtype(column.dtype))
    return np.where(codes < 0, np.nan, codes)
