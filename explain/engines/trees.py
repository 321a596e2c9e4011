"""Exact interventional Shapley values of tree ensembles, in raw columns."""

from __future__ import annotations

import itertools
import math
import time
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ..game import Game
from ..space import Ints
from ..threads import in_parts
from ..trees.structure import Trees
from ..trees.view import is_tree_model
from ..walkers.base import agrees
from ..walkers.trees import TreeWalker
from .base import Attribution, Deadline, Engine, Floats, UnsuitableError

_CHUNK = 64  # background rows that descend together
_TRIAL = 0.02  # of the nodes: trees by which the time of all is estimated
_LEAVES = 20_000  # whose patterns are looked for at once
_KEPT = 100_000_000  # bytes of patterns that are kept for the next rows


class TreesEngine(Engine):
    """Grouped interventional TreeSHAP: every split is played by the raw column it looks at.

    For tree ensembles whose output on the game's scale is the sum of their leaves: forests (probability,
    target), boosted trees (target, margin, log).
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
        return exact_trees(game, walker, 0.7 * game.clock.left())


def exact_trees(game: Game, walker: TreeWalker, patience: float = math.inf) -> Attribution:
    """Exact Shapley values of a sum of trees.

    Raises
    ------
    UnsuitableError
        As soon as it is clear that it would take more than ``patience`` seconds.
    """
    values = np.zeros((game.n, game.players, walker.seen.trees.outputs))
    if game.n:
        deadline = Deadline(patience)
        if (walker.seen.joint >= 0).any() or not _add_leaves(game, walker, values, deadline):
            _add_rows(game, walker, values, deadline)
    return Attribution(values / game.background, None, "exact: trees in raw columns")


@dataclass(frozen=True)
class _Patterns:
    """The background's patterns at the leaves of the trees ``low`` to ``high`` - 1."""

    low: int
    high: int
    start: NDArray[np.int64]
    pattern: NDArray[np.uint64]
    count: NDArray[np.int32]


def _add_leaves(game: Game, walker: TreeWalker, values: Floats, deadline: Deadline) -> bool:
    """Leaf by leaf, with rows of the same pattern as one; False if some way has too many players for it."""
    from ..trees.patterns import MAX_PLAYERS, background_patterns, height

    seen, trees = walker.seen, walker.seen.trees
    tallest = game.recall("height", lambda: height(trees.root, trees.left, trees.right))
    kept: dict[int, _Patterns] = game.recall("patterns", dict)
    credit = np.zeros((game.players, trees.outputs, game.n))
    weight = _weights(min(MAX_PLAYERS, game.players) + 1)
    for low, high in itertools.pairwise(_chunks(trees)):
        part = kept.get(low)
        if part is None:
            found = background_patterns(
                trees.root,
                trees.left,
                trees.right,
                seen.player,
                seen.usual_left,
                seen.background,
                low,
                high,
                tallest,
            )
            part = _Patterns(low, high, *found)
            if len(part.start) == 1:
                return False
            if sum(each.pattern.nbytes + each.count.nbytes for each in kept.values()) < _KEPT:
                kept[low] = part
        _add_part(walker, part, tallest, weight, credit)
        done = float(trees.root[high] if high < len(trees.root) else trees.nodes) / trees.nodes
        deadline.check(done)
        game.report(done)
    values += credit.transpose(2, 0, 1)
    return True


def _add_part(walker: TreeWalker, part: _Patterns, tallest: int, weight: Floats, credit: Floats) -> None:
    """The values of some trees for all foreground rows, in threads by words of rows."""
    from ..trees.patterns import add_leaves

    seen, trees = walker.seen, walker.seen.trees

    def add(start: int, stop: int) -> None:
        own = np.zeros((*credit.shape[:2], stop - start))
        add_leaves(
            trees.root,
            trees.left,
            trees.right,
            seen.player,
            trees.value,
            trees.output,
            np.ascontiguousarray(seen.goes_left[:, start // 64 : (stop + 63) // 64]),
            stop - start,
            part.low,
            part.high,
            tallest,
            part.start,
            part.pattern,
            part.count,
            weight,
            own,
        )
        credit[:, :, start:stop] += own

    in_parts(add, credit.shape[2], least=64, step=64)


def _chunks(trees: Trees) -> list[int]:
    """Bounds of the trees that are worked through together: few first, to see how long it takes."""
    ends = np.append(trees.root[1:], trees.nodes)
    steps = [_TRIAL * trees.nodes, *range(2 * _LEAVES, trees.nodes, 2 * _LEAVES), trees.nodes]
    bounds = np.searchsorted(ends, steps, side="left") + 1
    return [0, *np.unique(np.minimum(bounds, len(ends))).tolist()]


def _add_rows(game: Game, walker: TreeWalker, values: Floats, deadline: Deadline) -> None:
    """Row by row, down the trees: also where a column is made of two players, or a way has very many."""
    from ..trees.kernels import add_shapley

    seen, trees = walker.seen, walker.seen.trees
    weight = _weights(game.players + 1)

    def add(rows: Ints, start: int, mixed: Floats, credit: Floats) -> None:
        add_shapley(
            trees.root,
            trees.left,
            trees.right,
            seen.player,
            seen.other,
            seen.joint,
            mixed,
            trees.threshold,
            trees.missing_left,
            trees.value,
            trees.output,
            seen.goes_left,
            seen.usual_left,
            rows,
            start // _CHUNK,
            min(_CHUNK, seen.background - start),
            weight,
            credit,
        )

    def pairs(rows: Ints, start: int) -> Floats:
        z = np.arange(start, min(start + _CHUNK, seen.background))
        return seen.between(np.repeat(rows, len(z)), np.tile(seen.foreground + z, len(rows)))

    add(np.arange(0), 0, seen.between(np.arange(0), np.arange(0)), values)  # loads the compiled code
    if math.isfinite(deadline.patience):
        deadline.started = time.monotonic()
        add(np.arange(1), 0, pairs(np.arange(1), 0), np.zeros_like(values[:1]))
        deadline.check(min(_CHUNK, seen.background) / (game.n * seen.background))
    for start in range(0, seen.background, _CHUNK):
        mixed = pairs(np.arange(game.n), start)
        count = min(_CHUNK, seen.background - start)

        def add_some(
            low: int, high: int, start: int = start, mixed: Floats = mixed, count: int = count
        ) -> None:
            own = np.ascontiguousarray(mixed[:, :, low * count : high * count])
            add(np.arange(low, high), start, own, values[low:high])

        in_parts(add_some, game.n, least=16)
        done = min(seen.background, start + _CHUNK) / seen.background
        deadline.check(done)
        game.report(done)


@cache
def _weights(players: int) -> Floats:
    """``[a, b]`` → a! b! / (a + b + 1)!, through logarithms: factorials of many players overflow."""
    log = np.array([math.lgamma(k + 1) for k in range(2 * players + 2)])
    k = np.arange(players + 1)
    return np.asarray(np.exp(log[k][:, None] + log[k] - log[k[:, None] + k + 1]), dtype=np.float64)
