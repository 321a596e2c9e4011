"""Exact enumeration of all coalitions, for few players."""

from __future__ import annotations

import math
import time

import numpy as np
from numpy.typing import NDArray

from ..game import Game
from ..walkers import Walker, walker_for
from .base import Attribution, Deadline, Engine, Floats, UnsuitableError

MAX_PLAYERS = 5  # up to here all coalitions cost at most 2.5 times the sampler's usual walks
_BATCH = 2_000_000
_TIMED = 256  # walks, to know what one takes


class EnumerateEngine(Engine):
    """All coalitions of the players that can change the output."""

    name = "enumerate"
    order = 40

    def attribute(self, game: Game) -> Attribution:
        varying = int(game.space.varying.sum())
        if varying > MAX_PLAYERS:
            raise UnsuitableError(f"{varying} columns vary; enumeration is for at most {MAX_PLAYERS}")
        walker = walker_for(game)
        if not affordable(game, walker):
            raise UnsuitableError("all coalitions would take too long")
        return enumerate_coalitions(game, walker, 0.7 * game.clock.left())


def affordable(game: Game, walker: Walker) -> bool:
    """Whether the coalitions are few and following them fits into half of the time left."""
    active = np.flatnonzero(walker.players & game.space.varying)
    if len(active) > MAX_PLAYERS:
        return False
    if game.clock.budget is None or not game.n or not len(active):
        return True
    walks = game.n * game.background * math.comb(len(active), len(active) // 2)
    patience = 0.5 * game.clock.left() / walks
    return seconds_a_walk(game, walker, active, patience) <= patience


def seconds_a_walk(game: Game, walker: Walker, active: NDArray[np.int64], enough: float = 0.0) -> float:
    """Measured on one walk, then on four times as many for as long as that takes a fifth of the time left at
    most: a call takes its time, too, and must not be counted for every walk. Ends at once where walks are
    seen to take no more than ``enough`` seconds, whatever they take exactly.
    """
    count = 1
    loaded = not walker.fast  # compiled code, by a first walk
    while True:
        x = np.arange(count) % game.n
        z = game.n + np.arange(count) % game.background
        order = np.tile(active, (count, 1))
        started = time.monotonic()
        walker.walk(x, z, order)
        seconds = time.monotonic() - started
        if seconds / count <= enough:
            return seconds / count
        if not loaded:
            loaded = True
            continue
        if count >= _TIMED or 4 * seconds > 0.2 * game.clock.left():
            return seconds / count
        count *= 4


def enumerate_coalitions(game: Game, walker: Walker, patience: float = math.inf) -> Attribution:
    """Exact Shapley values by following walks that together pass through every coalition.

    Raises
    ------
    UnsuitableError
        As soon as it is clear that it would take more than ``patience`` seconds.
    """
    deadline = Deadline(patience)
    active = np.flatnonzero(walker.players & game.space.varying)
    values = np.zeros((game.n, game.players, walker.outputs))
    count = len(active)
    if count:
        orders = covering_orders(count)
        coalition = np.zeros((len(orders), count + 1), dtype=np.int64)
        coalition[:, 1:] = np.cumsum(1 << orders, axis=1)
        subsets, first = np.unique(coalition, return_index=True)
        weights = shapley_weights(count, subsets)
        per_row = game.background * len(orders) * (count + 1) * walker.outputs
        batch = max(1, _BATCH // per_row)
        for start in range(0, game.n, batch):
            rows = np.arange(start, min(game.n, start + batch))
            x = np.repeat(rows, game.background * len(orders))
            z = np.tile(np.repeat(np.arange(game.n, game.space.rows), len(orders)), len(rows))
            order = np.tile(active[orders], (len(rows) * game.background, 1))
            paths = walker.walk(x, z, order).reshape(len(rows), game.background, -1, walker.outputs)
            worth = paths.mean(axis=1)[:, first]
            values[rows[:, None], active] = np.einsum("ps,nsk->npk", weights, worth)
            deadline.check((start + len(rows)) / game.n)
            game.report((start + len(rows)) / game.n)
    return Attribution(values, None, f"exact: all coalitions of {count} columns")


def shapley_weights(count: int, subsets: NDArray[np.int64]) -> Floats:
    """Weights of shape (count, subsets): the Shapley value of player i is ``weights[i] @ worth``.

    A coalition of size s gets (s−1)! (m−s)! / m! for its members and −s! (m−s−1)! / m! for the others.
    """
    weights = np.empty((count, len(subsets)))
    factorial = [math.factorial(k) for k in range(count + 1)]
    for column, subset in enumerate(subsets.tolist()):
        size = subset.bit_count()
        inside = factorial[size - 1] * factorial[count - size] / factorial[count] if size else 0.0
        outside = -factorial[size] * factorial[count - size - 1] / factorial[count] if size < count else 0.0
        for player in range(count):
            weights[player, column] = inside if subset >> player & 1 else outside
    return weights


def covering_orders(count: int) -> NDArray[np.int64]:
    """The fewest orders of ``count`` players whose prefixes are all coalitions, shape (C(count, count //
    2), count).

    One order for each chain of the symmetric chain decomposition by matched parentheses (Greene and
    Kleitman, 1976).
    """
    orders = []
    for bits in range(1 << count):
        unmatched: list[int] = []  # members still waiting for a later non-member
        matched: list[int] = []
        for player in range(count):
            if bits >> player & 1:
                unmatched.append(player)
            elif unmatched:
                matched += [unmatched.pop(), player]
        if unmatched:
            continue  # only the smallest coalition of a chain starts an order: all its members are matched
        members = [player for player in range(count) if bits >> player & 1]
        free = [player for player in range(count) if player not in matched]
        rest = [player for player in matched if player not in members]
        orders.append(members + free[::-1] + rest)
    return np.array(orders, dtype=np.int64).reshape(-1, count)
