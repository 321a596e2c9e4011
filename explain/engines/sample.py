"""Sampling of permutations, with standard errors, for any model."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import numpy as np

from ..game import Game
from ..intervals import normal_quantile, student
from ..space import Ints
from ..walkers import Walker, walker_for
from .base import Attribution, Engine, Floats
from .enumerate import seconds_a_walk

ROUNDS = 2  # antithetic pairs of permutations for each background row
MIN_PAIRS = 100  # in all, however small the background
_SPARING = 4  # when time is short only every fourth stratum has more than one pair
_LEAST = 4  # background rows used even when there is no time
_FEWEST = 2  # rows explained even when there is no time
_PRIOR = 3  # strata that the usual spread counts for
_STATES = 3_000_000  # outputs held at once
_TOGETHER = 4096  # walks from several background rows that are followed in one go


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
    within_squared: Floats
    level: Floats
    level_squared: Floats
    used: int = 0
    repeated: int = 0
    walks: int = 0
    inverse_pairs: float = 0.0

    @classmethod
    def zero(cls, shape: tuple[int, int, int]) -> _Sums:
        """Before any background row was used."""
        each = [np.zeros(shape) for _ in range(5)]
        return cls(each[0], each[1], each[2], each[3], each[4], np.zeros(shape[2]), np.zeros(shape[2]))


def sample_permutations(game: Game, walker: Walker, *, strata: int | None = None) -> Attribution:
    """Shapley values by antithetic pairs of random permutations, stratified by background row.

    Each background row z is a stratum, from which pairs (a permutation and its reverse) are walked. With
    all strata used, only the spread between pairs of the same z counts as error, widened by Student's factor
    where that comes from few strata, so that 1.96 of it make a 95 % interval. When the time budget ends
    sooner, the strata are a random subset: the estimate is then corrected by regression on the output at z
    (whose mean over all z is known, which also keeps additivity exact) and the standard error is that of
    two-stage sampling (Cochran, Sampling Techniques, 1977, eq. 10.15 and 7.29), widened in the
    same way for few strata.

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
    values = np.zeros((game.n, game.players, walker.outputs))
    stderr = np.zeros_like(values)
    if not len(active) or not game.n:
        return Attribution(values, None, "exact: no column changes the output")
    background = np.random.default_rng([game.seed, 1]).permutation(np.arange(game.n, game.space.rows))
    # Outputs where the walks start, from the walker itself: it may be a part of the model only.
    nobody = np.empty((len(background), 0), dtype=np.int64)
    level = walker.walk(np.zeros_like(background), background, nobody)[:, 0]
    center = level.mean(axis=0)
    rounds = max(ROUNDS, math.ceil(MIN_PAIRS / len(background)))
    rows, pair = np.arange(game.n), 0.0
    if game.clock.budget is not None:
        pair = 2 * seconds_a_walk(game, walker, active)
        rows = _reached(game, pair)
    sums = _Sums.zero((len(rows), len(active), walker.outputs))
    enough = len(background) if strata is None else strata
    most = max(1, len(background) // 10, _TOGETHER // (2 * rounds * len(rows)))
    block, sparing, seconds = most, strata is not None, 0.0
    while sums.used < enough:
        if sums.used == 0 and game.clock.budget is not None:
            sparing = rounds * len(background) * pair * len(rows) > game.clock.left()
            # Overdrawn by the preparation: a twentieth of the budget still goes into a first answer.
            affordable = int(_patience(game, 0.3) / max(pair * len(rows), 1e-9))
            block = min(max(_LEAST, min(affordable, max(10, most))), len(background))
        elif game.clock.budget is not None:
            block = min(int(0.9 * game.clock.left() / max(seconds, 1e-9)), most)
            if block < 1:
                break
        started = time.monotonic()
        first = sums.used
        numbers = np.arange(first, min(enough, first + block))
        pairs = np.where(numbers % _SPARING == 0, ROUNDS, 1) if sparing else np.full(len(numbers), rounds)
        for count in np.unique(pairs).tolist():
            some = numbers[pairs == count]
            size = max(1, _TOGETHER // (2 * count * len(rows)))
            for start in range(0, len(some), size):
                part = some[start : start + size]
                _add_strata(sums, game, walker, rows, active, count, background[part], level[part] - center)
        seconds = (time.monotonic() - started) / (sums.used - first)
        game.report(sums.used / len(background))
    estimate, error = _estimate(sums, len(background), level.var(axis=0))
    codes = game.space.codes[:, active]
    moves = np.zeros((len(rows), len(active)), dtype=np.bool_)
    for z in range(game.n, game.space.rows):
        moves |= codes[rows] != codes[z]
    error[~moves] = 0.0  # equal to the whole background in this column: nothing was left to chance
    name = f"sampled: {sums.walks} permutations a row over {sums.used} background rows"
    if len(rows) < game.n:
        every = np.arange(game.n)
        order = np.tile(active, (game.n, 1))
        total = walker.arrive(every, np.full(game.n, game.n), order) - center
        apart = game.space.apart(rows)[:, :, active]
        estimate, error = _continued(estimate, error, rows, total, apart)
        name += f"; {game.n - len(rows)} rows, for lack of time, like the most similar of the others"
    values[:, active] = estimate
    stderr[:, active] = error
    return Attribution(values, stderr, name)


def _patience(game: Game, share: float) -> float:
    """Seconds for the first answer: a twentieth of the budget even where all of it is used up."""
    return max(share * game.clock.left(), 0.05 * (game.clock.budget or 0.0))


def _reached(game: Game, pair: float) -> Ints:
    """The rows that there is time for: all, or as many at random as a least of walks can be had for."""
    reach = int(_patience(game, 0.8) / max(pair * (_LEAST + 1), 1e-9))
    if reach >= game.n:
        return np.arange(game.n)
    return np.sort(np.random.default_rng([game.seed, 4]).permutation(game.n)[: max(_FEWEST, reach)])


def _continued(
    estimate: Floats, error: Floats, rows: Ints, total: Floats, apart: Floats
) -> tuple[Floats, Floats]:
    """Values of all rows, where only some were reached: each of the others gets those of the most similar
    one, and what is then missing to its own output in proportion to how much the columns matter.

    Their standard error is how far that rule, applied to the reached rows, is off in each column.

    Parameters
    ----------
    estimate, error : arrays of shape (R, A, K)
        Of the rows reached.
    rows : int array of shape (R,)
        Which these are.
    total : array of shape (n, K)
        What the values of each row have to sum up to.
    apart : array of shape (n, R, A)
        How far every row is from each of those reached, column by column, from 0 to 1.
    """
    reached = len(rows)
    matters = np.abs(estimate).mean(axis=(0, 2))
    matters = matters / matters.sum() if matters.any() else np.full(len(matters), 1.0 / len(matters))
    distance = apart @ matters
    distance[rows, np.arange(reached)] = np.inf  # of a reached row: the most similar other one
    like = estimate[distance.argmin(axis=1)]
    values = like + (total - like.sum(axis=1))[:, None] * matters[:, None]
    spread = np.sqrt(((estimate - values[rows]) ** 2).mean(axis=0))
    errors = np.broadcast_to(spread * student(0.95, reached - 1) / normal_quantile(0.95), values.shape).copy()
    values[rows], errors[rows] = estimate, error
    return values, errors


def _add_strata(
    sums: _Sums,
    game: Game,
    walker: Walker,
    reached: Ints,
    active: Ints,
    rounds: int,
    strata: Ints,
    level: Floats,
) -> None:
    """Walk ``rounds`` antithetic pairs from each of some background rows to every row that is reached."""
    count, many = len(active), len(strata)
    rngs = [np.random.default_rng([game.seed, 2, z - game.n]) for z in strata.tolist()]
    batch = max(1, _STATES // (2 * rounds * (count + 1) * walker.outputs * many))
    for start in range(0, len(reached), batch):
        rows = np.arange(start, min(len(reached), start + batch))
        plain = np.tile(np.arange(count), (len(rows) * rounds, 1))
        rank = np.concatenate([rng.permuted(plain, axis=1) for rng in rngs])
        both = np.stack([rank, rank[:, ::-1]], axis=1).reshape(-1, count)
        x = np.tile(np.repeat(reached[rows], 2 * rounds), many)
        path = walker.walk(x, np.repeat(strata, len(x) // many), active[both])
        step = np.diff(path, axis=1)
        credit = np.empty_like(step)
        np.put_along_axis(credit, both[:, :, None], step, axis=1)
        pair = credit.reshape(many, len(rows), rounds, 2, count, walker.outputs).mean(axis=3)
        mean = pair.mean(axis=2)
        sums.credit[rows] += mean.sum(axis=0)
        sums.credit_squared[rows] += (mean**2).sum(axis=0)
        sums.credit_level[rows] += (mean * level[:, None, None]).sum(axis=0)
        if rounds > 1:
            spread = pair.var(axis=2, ddof=1)
            sums.within[rows] += spread.sum(axis=0)
            sums.within_squared[rows] += (spread**2).sum(axis=0) / (rounds - 1)
    sums.level += level.sum(axis=0)
    sums.level_squared += (level**2).sum(axis=0)
    sums.used += many
    sums.repeated += many * (rounds > 1)
    sums.walks += 2 * rounds * many
    sums.inverse_pairs += many / rounds


def _widened(sums: _Sums) -> Floats:
    """Student's factor for variances that few strata are the most of (Satterthwaite, 1946)."""
    some = sums.within_squared > 0
    freedom = np.where(some, sums.within**2, 1.0) / np.where(some, sums.within_squared, 1.0)
    return np.asarray(np.where(some, student(0.95, freedom) / normal_quantile(0.95), 1.0), dtype=np.float64)


def _estimate(sums: _Sums, background: int, spread_all: Floats) -> tuple[Floats, Floats]:
    """Values and standard errors from the strata used.

    ``spread_all`` is the variance of the output over all background rows, shape (K,).
    """
    used = sums.used
    mean = sums.credit / used
    # Spread between pairs of one stratum, and what it adds to the variance of the mean over the strata.
    within = sums.within / max(1, sums.repeated) * (sums.inverse_pairs / used)
    if used == background:
        return mean, _widened(sums) * np.sqrt(within / background)
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
    widened = float(student(0.95, max(1, used - 2))) / normal_quantile(0.95)
    return estimate, widened * np.sqrt(variance)
