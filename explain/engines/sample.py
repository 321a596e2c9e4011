"""Sampling of permutations, with standard errors, for any model."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import numpy as np
from scipy.stats import t

from ..game import Game
from ..space import Ints
from ..walkers import Walker, walker_for
from .base import Attribution, Engine, Floats

ROUNDS = 2  # antithetic pairs of permutations for each background row
MIN_PAIRS = 100  # in all, however small the background
_SPARING = 4  # when time is short only every fourth stratum has more than one pair
_LEAST = 4  # background rows used even when there is no time
_PRIOR = 3  # strata that the usual spread counts for
_STATES = 3_000_000  # outputs held at once


class SampleEngine(Engine):
    """Permutation sampling: the engine for every model that has no faster or exact way."""

    name = "sample"
    order = 100

    def attribute(self, game: Game) -> Attribution:
        return sample_permutations(game, walker_for(game))


@dataclass
class _Sums:
    """Running sums over the background rows used so far, each of shape (n, A, K) unless noted.

    ``level`` is the output at the background row: its mean over the whole background is known, so it
    corrects for the rows not used (a regression estimator); shape (K,).
    """

    credit: Floats
    credit_squared: Floats
    credit_level: Floats
    within: Floats
    level: Floats
    level_squared: Floats
    used: int = 0
    repeated: int = 0
    walks: int = 0
    inverse_pairs: float = 0.0


def sample_permutations(game: Game, walker: Walker, *, strata: int | None = None) -> Attribution:
    """Shapley values by antithetic pairs of random permutations, stratified by background row.

    Each background row z is a stratum, from which pairs (a permutation and its reverse) are walked. With
    all strata used, only the spread between pairs of the same z counts as error. When the time budget ends
    sooner, the strata are a random subset: the estimate is then corrected by regression on the output at z
    (whose mean over all z is known, which also keeps additivity exact) and the standard error is that of
    two-stage sampling (Cochran, Sampling Techniques, 1977, eq. 10.15 and 7.29), widened by Student's factor
    for few strata so that 1.96 of it still make a 95 % interval.

    Parameters
    ----------
    game : Game
    walker : Walker
        Follows the walks.
    strata : int, optional
        Use only so many background rows, and few pairs from each, as when time is short.

    Returns
    -------
    Attribution
    """
    active = np.flatnonzero(walker.players & game.space.varying)
    shape = (game.n, len(active), walker.outputs)
    values = np.zeros((game.n, game.players, walker.outputs))
    stderr = np.zeros_like(values)
    if not len(active) or not game.n:
        return Attribution(values, None, "exact: no column changes the output")
    background = np.random.default_rng([game.seed, 1]).permutation(np.arange(game.n, game.space.rows))
    # Outputs at the ends of the walks, from the walker itself: it may be a part of the model only.
    level = walker.walk(np.zeros_like(background), background, np.tile(active, (len(background), 1)))[:, 0]
    center = level.mean(axis=0)
    rounds = max(ROUNDS, math.ceil(MIN_PAIRS / len(background)))
    zeros = np.zeros(shape)
    sums = _Sums(zeros, zeros.copy(), zeros.copy(), zeros.copy(), np.zeros(shape[2]), np.zeros(shape[2]))
    enough = len(background) if strata is None else strata
    block, sparing, seconds = max(1, len(background) // 10), strata is not None, 0.0
    while sums.used < enough:
        if sums.used == 0 and game.clock.budget is not None:
            pair = _seconds_a_pair(game, walker, active)
            sparing = rounds * len(background) * pair > game.clock.left()
            # Overdrawn by the preparation: a twentieth of the budget still goes into a first answer.
            affordable = int(max(0.3 * game.clock.left(), 0.05 * game.clock.budget) / max(pair, 1e-9))
            block = min(max(_LEAST, min(affordable, 10)), len(background))
        elif game.clock.budget is not None:
            block = min(int(0.9 * game.clock.left() / max(seconds, 1e-9)), max(1, len(background) // 10))
            if block < 1:
                break
        started = time.monotonic()
        first = sums.used
        for stratum in range(first, min(enough, first + block)):
            pairs = rounds if not sparing else 1 if stratum % _SPARING else ROUNDS
            z = int(background[stratum])
            _add_stratum(sums, game, walker, active, pairs, z, level[stratum] - center)
        seconds = (time.monotonic() - started) / (sums.used - first)
        game.report(sums.used / len(background))
    estimate, error = _estimate(sums, len(background), level.var(axis=0))
    codes = game.space.codes[:, active]
    moves = np.zeros(shape[:2], dtype=np.bool_)
    for z in range(game.n, game.space.rows):
        moves |= codes[: game.n] != codes[z]
    error[~moves] = 0.0  # equal to the whole background in this column: nothing was left to chance
    values[:, active] = estimate
    stderr[:, active] = error
    name = f"sampled: {sums.walks} permutations a row over {sums.used} background rows"
    return Attribution(values, stderr, name)


def _seconds_a_pair(game: Game, walker: Walker, active: Ints) -> float:
    """Time of one antithetic pair for every row, by timing one walk for some rows."""
    x = np.arange(min(game.n, 16))
    z = np.full(len(x), game.n)
    order = np.tile(active, (len(x), 1))
    started = time.monotonic()
    walker.walk(x, z, order)
    return 2 * (time.monotonic() - started) * game.n / len(x)


def _add_stratum(
    sums: _Sums, game: Game, walker: Walker, active: Ints, rounds: int, z: int, level: Floats
) -> None:
    """Walk ``rounds`` antithetic pairs from background row z to every foreground row."""
    count = len(active)
    rng = np.random.default_rng([game.seed, 2, z - game.n])
    batch = max(1, _STATES // (2 * rounds * (count + 1) * walker.outputs))
    for start in range(0, game.n, batch):
        rows = np.arange(start, min(game.n, start + batch))
        rank = rng.permuted(np.tile(np.arange(count), (len(rows) * rounds, 1)), axis=1)
        both = np.stack([rank, rank[:, ::-1]], axis=1).reshape(-1, count)
        x = np.repeat(rows, 2 * rounds)
        path = walker.walk(x, np.full(len(x), z), active[both])
        step = np.diff(path, axis=1)
        credit = np.empty_like(step)
        np.put_along_axis(credit, both[:, :, None], step, axis=1)
        pair = credit.reshape(len(rows), rounds, 2, count, walker.outputs).mean(axis=2)
        mean = pair.mean(axis=1)
        sums.credit[rows] += mean
        sums.credit_squared[rows] += mean**2
        sums.credit_level[rows] += mean * level
        if rounds > 1:
            sums.within[rows] += pair.var(axis=1, ddof=1)
    sums.level += level
    sums.level_squared += level**2
    sums.used += 1
    sums.repeated += rounds > 1
    sums.walks += 2 * rounds
    sums.inverse_pairs += 1 / rounds


def _estimate(sums: _Sums, background: int, spread_all: Floats) -> tuple[Floats, Floats]:
    """Values and standard errors from the strata used.

    ``spread_all`` is the variance of the output over all background rows, shape (K,).
    """
    used = sums.used
    mean = sums.credit / used
    # Spread between pairs of one stratum, and what it adds to the variance of the mean over the strata.
    within = sums.within / max(1, sums.repeated) * (sums.inverse_pairs / used)
    if used == background:
        return mean, np.sqrt(within / background)
    offset = sums.level / used
    spread_level = sums.level_squared - sums.level**2 / used
    shared = sums.credit_level - sums.credit * offset
    # Ridge regression on the output at z. Slopes sum to −1 over the players, as credits sum to f(x) − f(z):
    # the correction keeps additivity exact.
    prior = _PRIOR * spread_all
    steady = spread_level + prior > 0
    slope = np.where(steady, shared - prior / mean.shape[1], -1.0 / mean.shape[1])
    slope /= np.where(steady, spread_level + prior, 1.0)
    estimate = mean - slope * offset
    spread = sums.credit_squared - used * mean**2 - 2 * slope * shared + slope**2 * spread_level
    spread = np.maximum(spread, 0.0) / max(1, used - 2)
    # Few strata often agree by chance (labels!): their spread is shrunk to the mean over the row's columns.
    usual = spread.mean(axis=1, keepdims=True)
    between = (spread * max(1, used - 2) + _PRIOR * usual) / (max(1, used - 2) + _PRIOR)
    leverage = np.where(steady, offset**2 / np.where(steady, spread_level + prior, 1.0), 0.0)
    variance = (1.0 - used / background) * between * (1.0 / used + leverage) + within / background
    widened = float(t.ppf(0.975, max(1, used - 2))) / 1.96
    return estimate, widened * np.sqrt(variance)
