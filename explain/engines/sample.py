"""Sampling of permutations, with standard errors, for any model."""

from __future__ import annotations

import math

import numpy as np

from ..game import Game
from ..intervals import normal_quantile, student
from ..space import Ints
from ..walkers import Walker, walker_for
from .assisted import assisted
from .base import Attribution, Deadline, Engine, Floats, UnsuitableError
from .enumerate import seconds_a_walk

ROUNDS = 2  # antithetic pairs of permutations for each background row
MIN_PAIRS = 100  # in all, however small the background
_STATES = 3_000_000  # outputs held at once
_TOGETHER = 4096  # walks from several background rows that are followed in one go


class SampleEngine(Engine):
    """Permutation sampling: the engine for every model that has no faster or exact way."""

    name = "sample"
    order = 100

    def attribute(self, game: Game) -> Attribution:
        return sample_permutations(game, walker_for(game))


def sample_permutations(game: Game, walker: Walker) -> Attribution:
    """Shapley values by antithetic pairs of random permutations.

    Each background row is a stratum, from which pairs (a permutation and its reverse) are walked. Where there
    is no time for that, see :func:`explain.engines.assisted.assisted`.

    Parameters
    ----------
    game : Game
    walker : Walker
        Follows the walks.
    """
    active = np.flatnonzero(walker.players & game.space.varying)
    if not len(active) or not game.n:
        shape = (game.n, game.players, walker.outputs)
        return Attribution(np.zeros(shape), None, "exact: no column changes the output")
    if game.clock.budget is None:
        return stratified(game, walker, active)
    left = game.clock.left()
    patience = 0.8 * left / (2 * _rounds(game) * game.background * game.n)
    seconds = seconds_a_walk(game, walker, active, patience)
    if seconds <= patience:
        try:
            return stratified(game, walker, active, 0.9 * game.clock.left())
        except UnsuitableError:  # slower than it looked
            pass
    return assisted(game, walker, active, seconds)


def _rounds(game: Game) -> int:
    return max(ROUNDS, math.ceil(MIN_PAIRS / game.background))


def stratified(game: Game, walker: Walker, active: Ints, patience: float = math.inf) -> Attribution:
    """Walks from all background rows to all rows: only the spread between pairs of the same background row
    counts as error, widened by Student's factor where that comes from few of them, so that 1.96 of it make an
    interval of 95 %.

    Raises
    ------
    UnsuitableError
        As soon as it is clear that it would take more than ``patience`` seconds.
    """
    deadline = Deadline(patience)
    rng = np.random.default_rng([game.seed, 1])
    background = rng.permutation(np.arange(game.n, game.space.rows))
    rounds = _rounds(game)
    credit = np.zeros((game.n, len(active), walker.outputs))
    variance, squared = np.zeros_like(credit), np.zeros_like(credit)
    size = max(1, min(len(background), _TOGETHER // (2 * rounds * game.n)))
    for start in range(0, len(background), size):
        strata = background[start : start + size]
        _add_strata(game, walker, active, rounds, strata, credit, variance, squared)
        deadline.check((start + len(strata)) / len(background))
        game.report((start + len(strata)) / len(background))
    error = np.sqrt(variance) / len(background)
    # Student's factor for variances that few strata are the most of (Satterthwaite, 1946).
    some = squared > 0
    freedom = np.where(some, variance**2, 1.0) / np.where(some, squared, 1.0)
    error *= np.where(some, student(0.95, freedom) / normal_quantile(0.95), 1.0)
    values = np.zeros((game.n, game.players, walker.outputs))
    stderr = np.zeros_like(values)
    values[:, active] = credit / len(background)
    stderr[:, active] = error
    name = (
        f"sampled: {2 * rounds * len(background)} permutations a row over {len(background)} background rows"
    )
    return Attribution(values, stderr, name)


def _add_strata(
    game: Game,
    walker: Walker,
    active: Ints,
    rounds: int,
    strata: Ints,
    credit: Floats,
    variance: Floats,
    squared: Floats,
) -> None:
    """Walk ``rounds`` antithetic pairs from each of some background rows to every row."""
    count, many = len(active), len(strata)
    rngs = [np.random.default_rng([game.seed, 2, z - game.n]) for z in strata.tolist()]
    batch = max(1, _STATES // (2 * rounds * (count + 1) * walker.outputs * many))
    for start in range(0, game.n, batch):
        rows = np.arange(start, min(game.n, start + batch))
        plain = np.tile(np.arange(count), (len(rows) * rounds, 1))
        rank = np.concatenate([rng.permuted(plain, axis=1) for rng in rngs])
        both = np.stack([rank, rank[:, ::-1]], axis=1).reshape(-1, count)
        x = np.tile(np.repeat(rows, 2 * rounds), many)
        path = walker.walk(x, np.repeat(strata, len(x) // many), active[both])
        step = np.diff(path, axis=1)
        own = np.empty_like(step)
        np.put_along_axis(own, both[:, :, None], step, axis=1)
        pair = own.reshape(many, len(rows), rounds, 2, count, walker.outputs).mean(axis=3)
        within = pair.var(axis=2, ddof=1) / rounds
        credit[rows] += pair.mean(axis=2).sum(axis=0)
        variance[rows] += within.sum(axis=0)
        squared[rows] += (within**2).sum(axis=0) / (rounds - 1)
