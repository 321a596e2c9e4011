"""Exact interventional Shapley values of tree ensembles, in raw columns."""

from __future__ import annotations

import math
import time

import numpy as np

from ..game import Game
from ..space import Ints
from ..trees.view import is_tree_model
from ..walkers.base import agrees
from ..walkers.trees import TreeWalker
from .base import Attribution, Engine, Floats, UnsuitableError

_CHUNK = 64  # background rows that descend together


class TreesEngine(Engine):
    """Grouped interventional TreeSHAP: every split is played by the raw column it looks at.

    For tree ensembles whose output on the game's scale is the sum of their leaves: forests (probability,
    target), LightGBM and HistGradientBoosting (target, margin).
    """

    name = "trees"
    order = 30

    def attribute(self, game: Game) -> Attribution:
        if not is_tree_model(game.estimator):
            raise UnsuitableError("not a tree ensemble")
        walker = TreeWalker.of(game)
        if walker is None or walker.seen.link != "identity":
            raise UnsuitableError("on this scale the output is not a sum of leaves that can be read")
        if not agrees(walker, game):
            raise UnsuitableError("the trees as read do not give the model's outputs")
        if game.clock.budget is not None and game.n:
            seconds = exact_seconds(game, walker)
            if seconds > 0.7 * game.clock.left():
                raise UnsuitableError(f"exact values would take {seconds:.1f} s")
        return exact_trees(game, walker)


def exact_trees(game: Game, walker: TreeWalker) -> Attribution:
    """Exact Shapley values of a sum of trees."""
    values = np.zeros((game.n, game.players, game.outputs))
    chunks = [
        np.arange(start, min(game.space.rows, start + _CHUNK))
        for start in range(game.n, game.space.rows, _CHUNK)
    ]
    for position, chunk in enumerate(chunks):
        _add(walker, np.arange(game.n), chunk, values)
        game.report((position + 1) / len(chunks))
    return Attribution(values / game.background, None, "exact: trees in raw columns")


def exact_seconds(game: Game, walker: TreeWalker) -> float:
    """Estimate of the time of :func:`exact_trees`, from one row against some background rows."""
    chunk = np.arange(game.n, min(game.space.rows, game.n + _CHUNK))
    credit = np.zeros((1, game.players, game.outputs))
    _add(walker, np.arange(0), chunk, credit)  # loads the compiled code
    started = time.monotonic()
    _add(walker, np.arange(1), chunk, credit)
    return (time.monotonic() - started) * game.n * game.background / len(chunk)


def _add(walker: TreeWalker, rows: Ints, chunk: Ints, credit: Floats) -> None:
    from ..trees.kernels import add_shapley

    seen = walker.seen
    add_shapley(
        seen.trees.root,
        seen.trees.left,
        seen.trees.right,
        seen.player,
        seen.other,
        seen.joint,
        seen.mixed,
        seen.trees.threshold,
        seen.trees.missing_left,
        seen.trees.value,
        seen.trees.output,
        seen.goes_left,
        seen.slots(rows),
        seen.background,
        int(seen.slots(chunk[:1])[0]) // 64,
        len(chunk),
        _weights(int(walker.players.sum()) + 1),
        credit,
    )


def _weights(players: int) -> Floats:
    """``[a, b]`` → a! b! / (a + b + 1)!, through logarithms: factorials of many players overflow."""
    log = np.array([math.lgamma(k + 1) for k in range(2 * players + 2)])
    k = np.arange(players + 1)
    return np.asarray(np.exp(log[k][:, None] + log[k] - log[k[:, None] + k + 1]), dtype=np.float64)
