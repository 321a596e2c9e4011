"""Which pairs of columns work together in a model, and how much.

Exact: the Shapley interaction index of the game that :mod:`explain.game` describes (Grabisch and Roubens,
1999), by all coalitions, for few columns. Otherwise: Friedman's H statistic (Friedman and Popescu, 2008,
Predictive Learning via Rule Ensembles), made free of the bias that makes it positive for pairs that do
not interact.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .. import formats
from ..clock import Clock, Progress
from ..errors import InputError
from ..frames import checked_table
from ..intervals import normal_quantile, student
from ..labels import Outputs
from ..stored import Stored

if TYPE_CHECKING:
    from ..game import Game
    from .hybrids import Hybrids

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SHAPLEY, FRIEDMAN = "Shapley interaction values", "Friedman's H statistic"
MAX_PLAYERS = 10
"""Columns with effect up to which all coalitions are walked when asked for."""

_QUICK_PLAYERS = 6
_QUICK_WALKS = 400_000
_ROWS_H = 60
_BLOCKS = 20
_DRAWS = 4000
_LEAST_ROWS = 20
_SILENT = 1e-9  # of the spread of the output: rounding


@dataclass(frozen=True, eq=False)
class Interactions(Outputs, Stored):
    """Pairs of columns, the strongest interaction first.

    Attributes
    ----------
    method : {"Shapley interaction values", "Friedman's H statistic"}
    pairs : tuple of (str, str), length P
    strength : array of shape (P,)
        In units of the scale, over all outputs. Shapley: mean |interaction value| over the rows. Friedman:
        root mean square of what the two do together beyond the sum of what each does alone.
    low, high : arrays of shape (P,)
        95 % interval for other rows like these.
    floor : array of shape (P,)
        What the strength has to exceed to be told from the noise of averaging over few rows, all pairs of
        the list allowed for (Bonferroni, 5 %). Shapley values are exact for their rows, so it is zero there.
    share : array of shape (P,)
        Friedman: H², the share of the variance of the pair's joint effect. Shapley: share of the mean
        movement of the output by all columns.
    apart : int
        Pairs that do not work together at all.
    unseen : int
        Pairs there was no time for, or that promised less than those that were measured.
    rows : int
    scale : {"probability", "target", "margin"}
    classes : tuple of length K, or None for regression
    """

    method: str
    pairs: tuple[tuple[str, str], ...]
    strength: Floats
    low: Floats
    high: Floats
    floor: Floats
    share: Floats
    apart: int
    unseen: int
    rows: int
    scale: str
    classes: tuple[Any, ...] | None

    @property
    def clear(self) -> NDArray[np.bool_]:
        """Which pairs are above their noise floor, shape (P,)."""
        return self.strength > self.floor

    def to_frame(self) -> pd.DataFrame:
        """Columns ``first``, ``second``, ``strength``, ``low``, ``high``, ``floor``, ``share``."""
        names = ("strength", "low", "high", "floor", "share")
        first, second = zip(*self.pairs, strict=True) if self.pairs else ((), ())
        return pd.DataFrame(
            {"first": list(first), "second": list(second), **{name: getattr(self, name) for name in names}}
        )

    def partner(self, column: str) -> str | None:
        """The column with which ``column`` works together most clearly; None if with none."""
        for (first, second), clear in zip(self.pairs, self.clear.tolist(), strict=True):
            if clear and column in (first, second):
                return second if column == first else first
        return None

    def sentence(self, top: int = 3) -> str:
        """The strongest pairs in words."""
        clear = [p for p in range(len(self.pairs)) if self.clear[p]]
        if not clear:
            return (
                f"Over {self.rows:,} rows the model adds up what the columns do; "
                "no pair that was measured works together more than noise would show."
            )
        named = [
            f"{self.pairs[p][0]} with {self.pairs[p][1]} "
            f"({formats.change(float(self.strength[p]), self.scale).lstrip('+')})"
            for p in clear[:top]
        ]
        text = (
            f"The model lets {formats.listed(named)} work together: what one of the two does to the output "
            "depends on the other, typically by the amount given."
        )
        if len(clear) < len(self.pairs):
            text += f" {len(self.pairs) - len(clear)} more pairs cannot be told from noise."
        return text


def rank_interactions(
    model: Any,
    X: pd.DataFrame,
    background: pd.DataFrame,
    *,
    method: Literal["auto", "shapley", "friedman"] = "auto",
    pairs: int = 30,
    scale: str | None = None,
    seed: int = 0,
    time_budget: float | None = None,
    progress: Progress | None = None,
) -> Interactions:
    """Rank the pairs of columns that work together in a model.

    Parameters
    ----------
    model : fitted scikit-learn estimator or pipeline
    X : DataFrame of shape (n, M)
        Rows to explain.
    background : DataFrame of shape (B, M)
        Rows that stand for "usual". Only Shapley values use them; Friedman's statistic takes ``X`` for both.
    method : {"auto", "shapley", "friedman"}
        By default Shapley values where at most 6 columns change the output and their coalitions are quickly
        walked; asked for, up to 10 columns.
    pairs : int
        At most so many pairs are measured by Friedman's statistic: those whose columns show most dependence
        on any others.
    scale, seed, time_budget, progress
        As for :func:`explain.explain`. When time is short fewer pairs are measured.

    Returns
    -------
    Interactions

    Raises
    ------
    InputError
        If rows are missing, or Shapley values are asked for with more than 10 columns that matter.
    """
    if method not in ("auto", "shapley", "friedman"):
        raise InputError(f"Expected method auto, shapley or friedman, found {method!r}.")
    clock = Clock(time_budget)
    if method != "friedman":
        found = shapley_interactions(
            model,
            X,
            background,
            scale=scale,
            seed=seed,
            quick=method == "auto",
            clock=clock,
            progress=progress,
        )
        if found is not None:
            return _ranked(*found)
    return _friedman(model, X, pairs, scale, seed, clock, progress)


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
    from ..frames import checked_frames
    from ..game import Game
    from ..introspect import resolve
    from ..outputs import choose_scale, model_classes, predictor, widen
    from ..space import FrameSpace
    from ..walkers import walker_for

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
    if quick and (count > _QUICK_PLAYERS or walks > _QUICK_WALKS or _too_long(game, walker, active, walks)):
        return None
    if count > MAX_PLAYERS:
        raise InputError(
            f"Expected at most {MAX_PLAYERS} columns that change the output for exact interactions, found "
            f"{count}; use method='friedman'."
        )
    values = widen(_by_coalitions(game, walker, active), classes)
    return values, tuple(str(name) for name in rows.columns), scale, classes


def _too_long(game: Game, walker: Any, active: Ints, walks: int) -> bool:
    import time

    if game.clock.budget is None or not len(active):
        return False
    x = np.arange(min(game.n, 16))
    z, order = np.full(len(x), game.n), np.tile(active, (len(x), 1))
    walker.walk(x, z, order)  # loads compiled code
    started = time.monotonic()
    walker.walk(x, z, order)
    return (time.monotonic() - started) / len(x) * walks > 0.4 * game.clock.left()


def _by_coalitions(game: Game, walker: Any, active: Ints) -> Floats:
    """Matrices of shape (n, M, M, K) from the worth of all coalitions."""
    from ..engines.enumerate import covering_orders, shapley_weights

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


def _ranked(
    values: Floats, columns: tuple[str, ...], scale: str, classes: tuple[Any, ...] | None
) -> Interactions:
    """Pairs by mean size over the rows."""
    size = np.abs(values).mean(axis=3)
    movement = float(np.abs(values.sum(axis=2)).mean(axis=2).mean(axis=0).sum())
    pairs = list(combinations(range(len(columns)), 2))
    strength = np.array([2 * size[:, i, j].mean() for i, j in pairs])
    spread = [2 * size[:, i, j].std(ddof=1) if len(size) > 1 else np.nan for i, j in pairs]
    error = normal_quantile(0.95) * np.array(spread) / np.sqrt(len(size))
    together = strength > _SILENT * max(movement, 1e-300)
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


def _friedman(
    model: Any,
    X: pd.DataFrame,
    most: int,
    scale: str | None,
    seed: int,
    clock: Clock,
    progress: Progress | None,
) -> Interactions:
    from .hybrids import Hybrids, some_rows

    frame = checked_table(X)
    if len(frame) < _LEAST_ROWS:
        raise InputError(f"Expected at least {_LEAST_ROWS} rows for interactions, found {len(frame)}.")
    hybrids = Hybrids(model, frame.iloc[some_rows(len(frame), _ROWS_H, seed)], scale=scale, seed=seed)
    silent = _SILENT * max(float(hybrids.predictions.std(axis=0).max()), 1e-300)
    alone: dict[int, Floats] = {}
    dependence = np.zeros(len(hybrids.columns))
    for j in range(len(hybrids.columns)):
        if j > 1 and clock.budget is not None and clock.left() < 0.5 * clock.budget:
            break  # the other half is for the pairs
        alone[j] = _moved(hybrids, (j,)) - hybrids.predictions
        dependence[j] = _beyond_sum(alone[j])
        if progress is not None:
            progress(0.5 * (j + 1) / len(hybrids.columns))
    acting = [j for j in alone if dependence[j] > silent]
    promising = sorted(combinations(acting, 2), key=lambda pair: -dependence[pair[0]] * dependence[pair[1]])
    total = math.comb(len(hybrids.columns), 2)
    seen = math.comb(len(alone), 2) - len(promising)
    found, slowest = [], 0.0
    for position, (i, j) in enumerate(promising[:most]):
        started = clock.spent()
        if position and clock.left() < 1.2 * slowest:
            break
        joint = _moved(hybrids, (i, j))
        gap = joint - alone[i] - alone[j] - hybrids.predictions
        found.append(
            ((i, j), *_unbiased(gap, joint, seed), _by_chance(gap, 0.05 / min(most, len(promising)), seed))
        )
        slowest = max(slowest, clock.spent() - started)
        if progress is not None:
            progress(0.5 + 0.5 * (position + 1) / min(most, len(promising)))
    return _tested(hybrids, found, silent, apart=seen, unseen=total - seen - len(found))


def _moved(hybrids: Hybrids, columns: tuple[int, ...]) -> Floats:
    """Outputs of shape (n, n, K): row a with the columns of row e at [e, a]. Equal values are asked once."""
    n = hybrids.rows
    codes = np.column_stack([hybrids.codes(j) for j in columns])
    _, first, back = np.unique(codes, axis=0, return_index=True, return_inverse=True)
    donor = np.repeat(first, n)
    outputs = hybrids.exchanged(np.tile(np.arange(n), len(first)), dict.fromkeys(columns, donor))
    return outputs.reshape(len(first), n, -1)[np.ravel(back)]


def _beyond_sum(moved: Floats) -> float:
    """Root mean square of what is no sum of an effect of the value and one of the row."""
    rest = moved - moved.mean(axis=0) - moved.mean(axis=1)[:, None] + moved.mean(axis=(0, 1))
    return float(np.sqrt((rest**2).mean()))


def _unbiased(gap: Floats, joint: Floats, seed: int) -> tuple[float, float, float]:
    """Mean square of the interaction, its standard error, and the variance of the joint effect.

    ``gap[e, a]`` is the second difference of the output between rows a and e in the two columns; its mean
    over a is Friedman's interaction at e. The square of a mean over few rows is too large by the mean's own
    variance; products of different rows' gaps are not. The standard error leaves out blocks of rows in turn.
    """
    n = len(gap)
    block = np.random.default_rng([seed, 16]).permutation(n) % min(_BLOCKS, n)
    without = []
    for b in range(int(block.max()) + 1):
        kept = np.flatnonzero(block != b)
        without.append(_mean_square(gap[np.ix_(kept, kept)]))
    blocks = len(without)
    variance = (blocks - 1) * float(np.var(without))
    return _mean_square(gap), math.sqrt(variance), float(joint.mean(axis=1).var(axis=0).mean())


def _mean_square(gap: Floats) -> float:
    """Variance over e of the mean of gap[e, a] over a ≠ e, mean over outputs; gap[e, e] is 0."""
    n = len(gap)
    sums, squares = gap.sum(axis=1), (gap**2).sum(axis=1)
    square = ((sums**2 - squares) / ((n - 1) * (n - 2))).mean(axis=0)
    mean = sums.mean(axis=0) / (n - 1)
    return float((square - mean**2).mean())


def _by_chance(gap: Floats, level: float, seed: int) -> float:
    """The mean square that pairs without an interaction would exceed with probability ``level``.

    Without an interaction what :func:`_mean_square` sums is a degenerate U-statistic of the averaged rows,
    whose distribution random signs of these rows imitate (the multiplier bootstrap of Arcones and Giné,
    1992).
    """
    n = len(gap)
    rest = gap - gap.mean(axis=1, keepdims=True)
    products = np.einsum("eak,ebk->ab", rest, rest) / (n * gap.shape[2])
    np.fill_diagonal(products, 0.0)
    signs = np.random.default_rng([seed, 18]).choice([-1.0, 1.0], (_DRAWS, n))
    return float(np.quantile(((signs @ products) * signs).sum(axis=1), 1 - level)) / (n * (n - 1))


def _tested(
    hybrids: Hybrids,
    found: list[tuple[tuple[int, int], float, float, float, float]],
    silent: float,
    *,
    apart: int,
    unseen: int,
) -> Interactions:
    square = np.array([each[1] for each in found])
    error = np.array([each[2] for each in found])
    joint = np.array([each[3] for each in found])
    free = min(_BLOCKS, hybrids.rows) - 1
    wide = float(student(0.95, free))
    chance = np.array([each[4] for each in found])
    order = np.argsort(-square, kind="stable")
    return Interactions(
        method=FRIEDMAN,
        pairs=tuple(
            (hybrids.columns[found[p][0][0]], hybrids.columns[found[p][0][1]]) for p in order.tolist()
        ),
        strength=np.sqrt(np.maximum(0.0, square))[order],
        low=np.sqrt(np.maximum(0.0, square - wide * error))[order],
        high=np.sqrt(np.maximum(0.0, square + wide * error))[order],
        floor=np.sqrt(np.maximum(silent**2, chance))[order],
        share=np.clip(square / np.maximum(joint, 1e-300), 0.0, 1.0)[order],
        apart=apart,
        unseen=unseen,
        rows=hybrids.rows,
        scale=hybrids.scale,
        classes=hybrids.classes,
    )
