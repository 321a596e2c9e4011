"""How well scores put rows in order: ROC, precision and recall, cumulative gain and lift, with intervals.

The curves are scikit-learn's. Their intervals come from draws of the weight that each of a few hundred bins
of scores could have had (the Bayesian bootstrap, summed up by bin), so the time hardly depends on the number
of rows.

References
----------
Rubin (1981), "The Bayesian bootstrap". Macskassy, Provost and Rosset (2005), "ROC confidence bands: an
empirical evaluation" (vertical averaging). Davis and Goadrich (2006), "The relationship between
precision-recall and ROC curves" (how precision runs between two thresholds).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .. import formats
from ..errors import InputError
from ..formats import percent
from ..intervals import Estimate, cell_draws, effective, sums_by, tails, wilson
from ..stored import Stored
from .thin import thinned

Floats = NDArray[np.float64]

_BINS = 300
_GRID = np.linspace(0.0, 1.0, 101)


@dataclass(frozen=True, eq=False)
class RankingCurve(Stored):
    """A curve and its band.

    Attributes
    ----------
    x, y : arrays of shape (P,), P at most 200
    at, low, high : arrays of shape (Q,)
        Interval of the curve's height at places of their own, for each place by itself.
    """

    x: Floats
    y: Floats
    at: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, eq=False)
class Ranking(Stored):
    """How well the scores of one class order the rows.

    Attributes
    ----------
    output : str
    positives, negatives : int
    base_rate : float
        Weighted share of positives.
    roc : RankingCurve
        True by false positive rate.
    precision_recall : RankingCurve
        Precision by recall.
    gain : RankingCurve
        Share of all positives found, by share of the rows taken from the top.
    lift : RankingCurve
        The same divided by the share of the rows, from 1 % on.
    roc_auc, average_precision : Estimate
    level : float
    """

    output: str
    positives: int
    negatives: int
    base_rate: float
    roc: RankingCurve
    precision_recall: RankingCurve
    gain: RankingCurve
    lift: RankingCurve
    roc_auc: Estimate
    average_precision: Estimate
    level: float

    def sentence(self) -> str:
        """How good the order is, in words."""
        auc = self.roc_auc
        tenth = float(np.interp(0.1, self.gain.x, self.gain.y))
        return (
            f"Of a row with “{self.output}” and one without, the model gives the first a higher score in "
            f"{percent(auc.value, 3)} of such pairs ({percent(auc.low, 3)} to {percent(auc.high, 3)}; 50 % "
            f"is chance). The tenth of the rows with the highest scores holds {percent(tenth, 3)} of all "
            f"“{self.output}”, {formats.number(10 * tenth, 2)} times as many as a tenth taken at random."
        )


def ranking_of(
    truth: NDArray[np.bool_],
    score: Floats,
    weight: Floats | None = None,
    *,
    output: str = "1",
    level: float = 0.95,
    draws: int = 500,
    seed: int = 0,
    inflation: float = 1.0,
) -> Ranking:
    """Curves of one class with their intervals.

    Parameters
    ----------
    truth : array of bool, shape (n,)
    score : array of shape (n,)
        Higher means more likely.
    weight : array of shape (n,), optional
    output : str
        Name of the class.
    level : float
    draws : int
    seed : int
    inflation : float
        As :class:`explain.judge.scored.Scored` has it.

    Returns
    -------
    Ranking

    Raises
    ------
    InputError
        If there are only positives or only negatives.
    """
    from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score, roc_curve

    positives = int(truth.sum())
    if positives in (0, len(truth)):
        raise InputError(
            f"Expected rows with and without “{output}”, found {positives} of {len(truth)} with it."
        )
    w = np.ones(len(truth)) if weight is None else weight
    fpr, tpr, _ = roc_curve(truth, score, sample_weight=w)
    precision, recall, _ = precision_recall_curve(truth, score, sample_weight=w, drop_intermediate=True)
    share, found = _gain(truth, score, w)
    drawn = _draw(truth, score, w, draws, inflation, np.random.default_rng(seed))
    n = effective(w[truth]) / inflation
    auc = float(roc_auc_score(truth, score, sample_weight=w))
    ap = float(average_precision_score(truth, score, sample_weight=w))
    base = float(w[truth].sum() / w.sum())
    roc_band = _between(drawn.negative, drawn.positive, level, n, fpr, tpr)
    gain_band = _between(drawn.all(), drawn.positive, level, n, share, found)
    start = _GRID >= 0.01
    top = share >= 0.01
    lift_x, lift_y = thinned(share[top], found[top] / share[top])
    return Ranking(
        output,
        positives,
        len(truth) - positives,
        base,
        RankingCurve(*thinned(fpr, tpr), _GRID, *roc_band),
        _precision_curve(recall, precision, drawn, level, effective(w) / inflation),
        RankingCurve(*thinned(share, found), _GRID, *gain_band),
        RankingCurve(lift_x, lift_y, _GRID[start], *(band[start] / _GRID[start] for band in gain_band)),
        _shifted(auc, drawn.roc_auc(), level),
        _shifted(ap, drawn.average_precision(), level),
        level,
    )


class _Draws(NamedTuple):
    """Cumulative shares of positives and negatives from the highest scores down.

    ``positive`` and ``negative`` have shape (D + 1, B + 1), ``base``, the share of positives, (D + 1, 1); the
    first row is the sample itself.
    """

    positive: Floats
    negative: Floats
    base: Floats

    def all(self) -> Floats:
        """Cumulative shares of all rows."""
        return self.base * self.positive + (1 - self.base) * self.negative

    def roc_auc(self) -> Floats:
        middle = (self.positive[:, 1:] + self.positive[:, :-1]) / 2
        return np.asarray((np.diff(self.negative) * middle).sum(axis=1))

    def average_precision(self) -> Floats:
        found, taken = self.base * self.positive[:, 1:], self.all()[:, 1:]
        return np.asarray((np.diff(self.positive) * found / np.maximum(taken, 1e-300)).sum(axis=1))


def _draw(
    truth: NDArray[np.bool_],
    score: Floats,
    weight: Floats,
    draws: int,
    inflation: float,
    rng: np.random.Generator,
) -> _Draws:
    _, place = np.unique(-score, return_inverse=True)
    size = int(place.max()) + 1
    sums = [np.bincount(place, weight * side, size) for side in (truth, ~truth)]
    # Bins that hold about equal shares of both classes together follow the curve wherever it turns.
    along = sum(np.cumsum(side) / side.sum() - side / (2 * side.sum()) for side in sums) / 2
    coarse = np.minimum((along * _BINS).astype(np.int64), _BINS - 1)
    place, size = coarse[place], _BINS
    curves = []
    for side in (truth, ~truth):
        total = sums_by(place, weight * side, size)
        squares = inflation * sums_by(place, weight * weight * side, size)
        drawn = np.vstack([total, cell_draws(total, squares, draws, rng, prior=0.0)])
        cumulative = np.concatenate([np.zeros((len(drawn), 1)), np.cumsum(drawn, axis=1)], axis=1)
        curves.append(cumulative)
    positive, negative = (curve[:, -1:] for curve in curves)
    return _Draws(curves[0] / positive, curves[1] / negative, positive / (positive + negative))


def _between(
    along: Floats, height: Floats, level: float, rows: float, x: Floats, y: Floats
) -> tuple[Floats, Floats]:
    """Band of a curve over the grid, at least as wide as the interval of a share of so many rows.

    Where all draws agree, as at the end where every positive was found, that is all that is known.
    """
    heights = np.array([np.interp(_GRID, a, h) for a, h in zip(along[1:], height[1:], strict=True)])
    low, high = np.quantile(heights, tails(level), axis=0)
    value = np.interp(_GRID, x, y)
    few_low, few_high = wilson(value, rows, level)
    low, high = np.minimum(low, few_low), np.maximum(high, few_high)
    low[-1] = high[-1] = 1.0
    return np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)


def _precision_curve(
    recall: Floats, precision: Floats, drawn: _Draws, level: float, rows: float
) -> RankingCurve:
    at = _GRID[1:]
    inside = np.minimum(at, 1 - 1e-9)  # where all positives were found first, not where all rows were taken
    wrong = np.array([np.interp(inside, p, n) for p, n in zip(drawn.positive, drawn.negative, strict=True)])
    heights = drawn.base * at / (drawn.base * at + (1 - drawn.base) * wrong)
    low, high = np.quantile(heights[1:], tails(level), axis=0)
    # Precision is a share of the rows taken; where none of them was wrong, draws do not vary.
    few_low, _ = wilson(heights[0], rows * drawn.base[0] * at / heights[0], level)
    low = np.where(high - low < 1e-9, few_low, low)
    x, y = thinned(recall[::-1], precision[::-1])
    return RankingCurve(x, y, at, low, high)


def _gain(truth: NDArray[np.bool_], score: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Shares of rows and of positives from the highest score down, one point per distinct score."""
    _, place = np.unique(-score, return_inverse=True)
    taken = np.cumsum(np.bincount(place, weight))
    found = np.cumsum(np.bincount(place, weight * truth))
    return np.append(0.0, taken / taken[-1]), np.append(0.0, found / found[-1])


def _shifted(value: float, draws: Floats, level: float) -> Estimate:
    """The interval of an area: draws, freed from what the bins leave out."""
    low, high = np.quantile(draws[1:] - draws[0] + value, tails(level)).tolist()
    return Estimate(value, max(0.0, min(low, value)), min(1.0, max(high, value)))
