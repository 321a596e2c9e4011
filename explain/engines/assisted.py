"""Sampling where there is no time for all background rows, or not for all rows: beside a stand-in.

Only what the stand-in leaves of the output is sampled. A row's mean over the walks that there was time for
is then drawn some way towards what is usual in all rows (nothing), the further the less sure it is, and is
made to add up to the row's own output, which is known. Of rows that were not reached it is only known how
much the stand-in usually leaves. The standard errors are those of the values so made, over the rows of a
table: that values are drawn is part of them.

References
----------
Cochran (1977), Sampling Techniques, eq. 10.15 (two-stage sampling).
Efron and Morris (1973), "Stein's estimation rule and its competitors", JASA 68.
Owen (2013), Monte Carlo theory, methods and examples, chapter 8 (control variates).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..game import Game
from ..intervals import normal_quantile, student
from ..space import Ints
from ..walkers import Walker
from .base import Attribution, Floats
from .standin import StandIn, fitted_standin

_LEAST = 4  # background rows for each row that is reached, before it is the next one's turn
_TWICE = 4  # of every so many background rows one is walked from twice, to part two kinds of spread
_FEWEST = 2  # rows reached even when there is no time
_USUAL = 20  # rows reached from which it is known what is usual
_PRIOR = 6.0  # background rows that the usual spread counts for
_STATES = 2_000_000  # outputs held at once
_NOTHING = 1e-9  # what outputs of a constant sum may differ by
_SLICE = 0.1  # of the time left that one batch of walks may take


@dataclass
class _Walked:
    """Sums over the walks so far, by row; credits of what the stand-in leaves.

    Attributes
    ----------
    used : int array of shape (n,)
        Background rows.
    credit, squared : arrays of shape (n, A, K)
    within : array of shape (A, K)
        Sum of variances between two pairs of walks from the same background row.
    repeated : int
        How many these are.
    walks : int
    """

    used: Ints
    credit: Floats
    squared: Floats
    within: Floats
    repeated: int = 0
    walks: int = 0

    @classmethod
    def nowhere(cls, rows: int, players: int, outputs: int) -> _Walked:
        """Before the first walk."""
        shape = rows, players, outputs
        used = np.zeros(rows, dtype=np.int64)
        return cls(used, np.zeros(shape), np.zeros(shape), np.zeros((players, outputs)))


def assisted(
    game: Game, walker: Walker, active: Ints, seconds: float, *, pairs: int | None = None
) -> Attribution:
    """Shapley values and their standard errors in the time that is left.

    Parameters
    ----------
    game : Game
    walker : Walker
    active : array of int, shape (A,)
        The players that can change the output.
    seconds : float
        That one walk takes, as measured.
    pairs : int, optional
        Stop after so many pairs of walks instead of by the clock.
    """
    standin = fitted_standin(game, walker, active, seconds)
    background = np.arange(game.n, game.space.rows)
    nobody = np.empty((len(background), 0), dtype=np.int64)
    level = walker.walk(np.zeros_like(background), background, nobody)[:, 0].mean(axis=0)
    rows = np.arange(game.n)
    everyone = np.tile(active, (game.n, 1))
    total = walker.arrive(rows, np.full(game.n, game.n), everyone) - level
    values = np.zeros((game.n, game.players, walker.outputs))
    if standin is not None:
        values += standin.values
    walked = _follow(game, walker, standin, active, seconds, pairs)
    rest, variance = _drawn(walked, len(background), _can_move(game, active), total - values.sum(axis=1))
    values[:, active] += rest
    if walker.outputs > 1 and np.abs(total.sum(axis=1)).max() <= _NOTHING:
        variance = _balanced(values, active, variance)
    stderr = np.zeros_like(values)
    stderr[:, active] = np.sqrt(variance)
    reached = int((walked.used > 0).sum())
    name = f"sampled: {walked.walks / max(1, reached):.0f} permutations a row"
    name += "" if standin is None else ", beside a stand-in fitted to the model"
    if reached < game.n:
        name += f"; for lack of time, {game.n - reached} rows like the others"
        name += "" if standin is None else ", as the stand-in has them"
    return Attribution(values, stderr, name)


def _balanced(values: Floats, active: Ints, variance: Floats) -> Floats:
    """Make the values of a column sum to 0 over the outputs, in place; the variances after that.

    Probabilities of classes sum to 1 whatever the row, so their exact contributions sum to 0; what is drawn
    by different shares does not. Each output takes an equal part of what the sum is off by, and is as unsure
    as that part at least.
    """
    outputs = values.shape[2]
    values[:, active] -= values[:, active].mean(axis=2, keepdims=True)
    return np.asarray(np.maximum(variance, variance.mean(axis=2, keepdims=True) / outputs))


def _follow(
    game: Game, walker: Walker, standin: StandIn | None, active: Ints, seconds: float, pairs: int | None
) -> _Walked:
    """Walk until the time is up: from a few background rows to each row first, then from more of them."""
    rng = np.random.default_rng([game.seed, 6])
    order = rng.permutation(game.n)
    background = rng.permutation(np.arange(game.n, game.space.rows))
    walked = _Walked.nowhere(game.n, len(active), walker.outputs)
    most = max(_LEAST, _STATES // (2 * (len(active) + 1) * walker.outputs))
    begun = game.clock.left()
    turn, place = 0, 0  # background rows that all rows have had, rows that have had the next ones
    while turn < len(background) and (pairs is None or walked.walks < 2 * pairs):
        each = min(_LEAST, len(background) - turn)
        size = most
        if pairs is None:
            size = int(min(most, _SLICE * game.clock.left() / (2 * seconds)))
            if size < each and game.clock.left() < 2.2 * each * seconds and turn + place >= _FEWEST:
                break
        else:
            size = pairs - walked.walks // 2
        chosen = order[place : place + max(_FEWEST if turn + place == 0 else 1, size // each)]
        started = time.monotonic()
        _walk(game, walker, standin, active, walked, chosen, background, place, turn + np.arange(each), rng)
        seconds = (time.monotonic() - started) / (2 * len(chosen) * each)
        place += len(chosen)
        if place >= game.n:
            turn, place = turn + each, 0
        if pairs is None:
            game.report(1 - game.clock.left() / begun)
    return walked


def _walk(
    game: Game,
    walker: Walker,
    standin: StandIn | None,
    active: Ints,
    walked: _Walked,
    chosen: Ints,
    background: Ints,
    place: int,
    turns: Ints,
    rng: np.random.Generator,
) -> None:
    """Pairs of walks, there and back in the order, to some rows from some background rows each.

    Each row begins elsewhere in the background, so that not all of them have the same rows for comparison.
    """
    n, count, outputs = len(chosen), len(active), walker.outputs
    start = (place + np.arange(n)) * len(background) // max(1, min(game.n, len(background)))
    z = background[(start[:, None] + turns) % len(background)]
    twice = np.flatnonzero(turns % _TWICE == 0)
    x = np.concatenate([np.repeat(chosen, len(turns)), np.repeat(chosen, len(twice))])
    z = np.concatenate([z.ravel(), z[:, twice].ravel()])
    rank = rng.permuted(np.tile(np.arange(count), (len(x), 1)), axis=1)
    both = np.stack([rank, rank[:, ::-1]], axis=1).reshape(-1, count)
    far, near = np.repeat(x, 2), np.repeat(z, 2)
    path = walker.walk(far, near, active[both])
    if standin is not None:
        path = path - standin.walk(far, near, active[both])
    step = np.diff(path, axis=1)
    credit = np.empty_like(step)
    np.put_along_axis(credit, both[:, :, None], step, axis=1)
    pair = credit.reshape(len(x), 2, count, outputs).mean(axis=1)
    first = pair[: n * len(turns)].reshape(n, len(turns), count, outputs)
    if len(twice):
        again = pair[n * len(turns) :].reshape(n, len(twice), count, outputs)
        walked.within += ((first[:, twice] - again) ** 2).sum(axis=(0, 1)) / 2
        walked.repeated += n * len(twice)
    walked.credit[chosen] += first.sum(axis=1)
    walked.squared[chosen] += (first**2).sum(axis=1)
    walked.used[chosen] += len(turns)
    walked.walks += 2 * len(x)


def _can_move(game: Game, active: Ints) -> NDArray[np.bool_]:
    """Shape (n, A): whether a row differs from some background row in a column."""
    codes = game.space.codes[:, active]
    moves = np.zeros((game.n, len(active)), dtype=np.bool_)
    for z in range(game.n, game.space.rows):
        moves |= codes[: game.n] != codes[z]
    return moves


def _drawn(
    walked: _Walked, background: int, moves: NDArray[np.bool_], missing: Floats
) -> tuple[Floats, Floats]:
    """Values of what was sampled, and their variances.

    Parameters
    ----------
    walked : _Walked
    background : int
        Number B of background rows.
    moves : array of shape (n, A)
        Where anything but 0 is possible.
    missing : array of shape (n, K)
        What the values of each row sum up to.
    """
    reached = walked.used > 0
    used = np.maximum(walked.used, 1)[:, None, None]
    mean = walked.credit / used
    spread, freedom = _spread(walked, moves, mean)
    noise = spread * _left_to_chance(walked, background) / used
    noise *= (student(0.95, freedom) / normal_quantile(0.95))[:, None, None] ** 2
    usual = _usual(walked, moves, mean, noise, spread)
    # Half of the way that would be best if what is left were normal: it has long tails. A row that is plainly
    # unusual is drawn less still, as if the variance were itself one of many.
    likely = usual + np.maximum(mean**2 - noise - usual, 0.0) / 2
    drawn = np.where(likely + noise > 0, noise / np.where(likely + noise > 0, likely + noise, 1.0), 0.0) / 2
    drawn = np.where(reached[:, None, None], drawn if reached.sum() >= _USUAL else 0.0, 1.0)
    value = (1 - drawn) * mean
    variance = (1 - drawn) ** 2 * noise + drawn**2 * np.where(reached[:, None, None], likely, usual)
    variance = np.where(moves[:, :, None], variance, 0.0)
    # Each takes its part of what is missing to the sum. That makes it surer only as far as errors do not
    # cancel in the sum anyway: if none did, what is missing would be as large as all of them together.
    whole = variance.sum(axis=1)
    share = np.where(whole[:, None] > 0, variance / np.where(whole > 0, whole, 1.0)[:, None], 0.0)
    share = np.where(
        whole[:, None] > 0, share, (moves / np.maximum(moves.sum(axis=1), 1)[:, None])[:, :, None]
    )
    gap = missing - value.sum(axis=1)
    for rows in (reached, ~reached):
        found, expected = (gap[rows] ** 2).sum(axis=0), whole[rows].sum(axis=0)
        told = np.minimum(1.0, found / np.where(expected > 0, expected, 1.0))
        variance[rows] *= 1 - told * share[rows]
    return value + share * gap[:, None], variance


def _spread(walked: _Walked, moves: NDArray[np.bool_], mean: Floats) -> tuple[Floats, Floats]:
    """Variance between the background rows of one row, drawn towards what its row and its column have; and
    degrees of freedom, by row.
    """
    used = walked.used[:, None, None]
    own = np.maximum(walked.squared - used * mean**2, 0.0) / np.maximum(used - 1, 1)
    several = (walked.used > 1)[:, None] & moves
    by_column = _mean(own, several[:, :, None], axis=0)
    by_row = _mean(own, several[:, :, None], axis=1)
    middle = np.maximum(_mean(own, several[:, :, None], axis=(0, 1)), 1e-300)
    expected = np.where(walked.used[:, None, None] > 1, by_row, middle) * by_column / middle
    freedom = np.maximum(walked.used - 1.0, 0.0)
    spread = (_PRIOR * expected + freedom[:, None, None] * own) / (_PRIOR + freedom[:, None, None])
    return spread, _PRIOR + freedom


def _left_to_chance(walked: _Walked, background: int) -> Floats:
    """The part of the variance over background rows that the orders of players make, and of the rest what is
    left while some background rows are not used, shape (n, A, K).
    """
    freedom = np.maximum(walked.used - 1, 0)
    used = np.maximum(walked.used, 1)[:, None, None]
    total = np.maximum(walked.squared - walked.credit**2 / used, 0.0).sum(axis=0) / max(1, freedom.sum())
    within = walked.within / max(1, walked.repeated)
    part = np.clip(np.where(total > 0, within / np.where(total > 0, total, 1.0), 1.0), 0.0, 1.0)
    return part + (1 - part) * (1 - walked.used / background)[:, None, None]


def _usual(walked: _Walked, moves: NDArray[np.bool_], mean: Floats, noise: Floats, spread: Floats) -> Floats:
    """The variance over the rows of what is sampled, apart from noise: larger in rows of a larger spread.

    It is known from the rows reached, and larger by its own standard error: it may be taken for too large,
    but not for too small.
    """
    reached = walked.used > 0
    rows = int(reached.sum())
    here = (reached[:, None] & moves)[:, :, None]
    beyond = np.where(here, mean**2 - noise, 0.0)
    count = np.maximum(here.sum(axis=0), 1)
    average = beyond.sum(axis=0) / count
    error = np.sqrt(np.where(here, (beyond - average) ** 2, 0.0).sum(axis=0)) / count
    variance = np.maximum(average, 0.0) + error
    by_row = _mean(spread, here, axis=1)
    middle = np.maximum(_mean(spread, here, axis=(0, 1)), 1e-300)
    size = np.where(reached[:, None, None], by_row / middle, 1.0)
    widened = float(student(0.95, max(1, rows - 1)) / normal_quantile(0.95)) ** 2
    return np.asarray(variance * size * widened, dtype=np.float64)


def _mean(values: Floats, where: Any, axis: int | tuple[int, ...]) -> Floats:
    """Mean over an axis where something holds; 0 where it never does."""
    count = np.broadcast_to(where, values.shape).sum(axis=axis, keepdims=True)
    total = np.where(where, values, 0.0).sum(axis=axis, keepdims=True)
    return np.asarray(total / np.maximum(count, 1), dtype=np.float64)
