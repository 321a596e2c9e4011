"""Which classes are taken for which, and the measures of decisions, with intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..formats import percent
from ..intervals import Estimate, cell_draws, sums_by, wilson
from ..stored import Stored
from .scored import Scored

Floats = NDArray[np.float64]

WORDS = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "precision": "precision",
    "recall": "recall",
    "specificity": "specificity",
    "f1": "F1 score",
    "mcc": "Matthews correlation",
}


@dataclass(frozen=True)
class Score(Stored):
    """A measure of decisions.

    Attributes
    ----------
    name : str
        A key of ``WORDS``.
    estimate : Estimate
    """

    name: str
    estimate: Estimate


@dataclass(frozen=True, eq=False)
class Confusion(Stored):
    """Truth (rows) against decision (columns).

    Attributes
    ----------
    classes : tuple of str, length K
    counts : array of shape (K, K)
        Rows, or the sums of their weights.
    share, low, high : arrays of shape (K, K)
        Share of the rows of each true class, with its interval (Wilson); NaN for classes that did not occur.
    scores : tuple of Score
        Precision, recall, specificity, F1 and Matthews correlation only for two classes, of the last one.
    threshold : float
        From which probability on the last of two classes was decided for; NaN where decisions were given.
    level : float
    """

    classes: tuple[str, ...]
    counts: Floats
    share: Floats
    low: Floats
    high: Floats
    scores: tuple[Score, ...]
    threshold: float
    level: float

    def score(self, name: str) -> Estimate:
        """A measure by its name."""
        found = {score.name: score.estimate for score in self.scores}
        if name not in found:
            raise InputError(f"Expected a measure out of {', '.join(found)}, found {name!r}.")
        return found[name]

    def sentence(self) -> str:
        """How many decisions are right and what the most frequent error is, in words."""
        right = self.score("accuracy")
        text = (
            f"{percent(right.value, 3)} of the decisions are right ({percent(right.low, 3)} to "
            f"{percent(right.high, 3)})"
        )
        wrong = self.counts * (1 - np.eye(len(self.classes)))
        if not wrong.any():
            return f"{text}; none is wrong."
        i, j = np.unravel_index(int(wrong.argmax()), wrong.shape)
        return (
            f"{text}. The most frequent error is “{self.classes[j]}” where “{self.classes[i]}” was true: "
            f"{percent(float(self.share[i, j]), 3)} of the rows with “{self.classes[i]}” "
            f"({percent(float(self.low[i, j]), 3)} to {percent(float(self.high[i, j]), 3)})."
        )


def confusion_of(
    scored: Scored,
    *,
    threshold: float | None = None,
    level: float = 0.95,
    draws: int = 1000,
    seed: int = 0,
) -> Confusion:
    """Confusion matrix of a classifier's decisions.

    Parameters
    ----------
    scored : Scored
    threshold : float, optional
        Of two classes, decide for the last from this probability on, in place of the decisions given.
    level : float
    draws : int
    seed : int

    Returns
    -------
    Confusion
    """
    if scored.classes is None:
        raise InputError("Expected predictions of a classifier, found those of a regression.")
    size = len(scored.classes)
    decided = scored.prediction
    if threshold is not None:
        if size != 2 or not 0 <= threshold <= 1:
            raise InputError(f"Expected two classes and a threshold in 0..1, found {size} and {threshold}.")
        decided = (scored.need_probability()[:, 1] >= threshold).astype(np.int64)
    w = scored.weights()
    place = scored.truth * size + decided
    counts = sums_by(place, w, size * size).reshape(size, size)
    squares = sums_by(place, w * w, size * size).reshape(size, size) * scored.inflation
    whole = counts.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = counts / whole
        rows = np.nan_to_num(whole**2 / squares.sum(axis=1, keepdims=True))
    low, high = wilson(share, np.broadcast_to(rows, share.shape), level)
    empty = np.isnan(share)
    scores = _scores(counts, squares, draws, np.random.default_rng(seed), level)
    return Confusion(
        tuple(map(str, scored.classes)),
        counts,
        share,
        np.where(empty, np.nan, low),
        np.where(empty, np.nan, high),
        scores,
        float("nan") if threshold is None else threshold,
        level,
    )


def _scores(
    counts: Floats, squares: Floats, draws: int, rng: np.random.Generator, level: float
) -> tuple[Score, ...]:
    """Measures and intervals from draws of as few cells as each needs: empty ones would weigh too much."""
    if len(counts) == 2:
        drawn = np.concatenate([counts[None], cell_draws(counts, squares, draws, rng)])
        values = _binary(drawn[:, 0, 0], drawn[:, 0, 1], drawn[:, 1, 0], drawn[:, 1, 1])
    else:
        right, right_squares = np.diag(counts), np.diag(squares)
        total = np.stack([right, counts.sum(axis=1) - right], axis=1)  # right and wrong by true class
        total_squares = np.stack([right_squares, squares.sum(axis=1) - right_squares], axis=1)
        pooled = cell_draws(total.sum(axis=0), total_squares.sum(axis=0), draws, rng)
        drawn = np.concatenate([total.sum(axis=0)[None], pooled])
        known = total.sum(axis=1) > 0
        by_class = np.concatenate([total[None], cell_draws(total, total_squares, draws, rng)])[:, known]
        values = {
            "accuracy": drawn[:, 0] / drawn.sum(axis=1),
            "balanced_accuracy": (by_class[:, :, 0] / by_class.sum(axis=2)).mean(axis=1),
        }
    found = []
    for name, column in values.items():
        estimate = Estimate.of_draws(float(column[0]), column[1:], level)
        value = estimate.value
        low = value if name != "mcc" and value <= 0 else min(value, estimate.low)
        high = value if value >= 1 else max(value, estimate.high)
        found.append(Score(name, Estimate(value, low, high)))
    return tuple(found)


def _binary(tn: Floats, fp: Floats, fn: Floats, tp: Floats) -> dict[str, Floats]:
    with np.errstate(invalid="ignore", divide="ignore"):
        recall, specificity = tp / (tp + fn), tn / (tn + fp)
        product = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
        return {
            "accuracy": (tp + tn) / (tp + tn + fp + fn),
            "balanced_accuracy": (recall + specificity) / 2,
            "precision": tp / (tp + fp),
            "recall": recall,
            "specificity": specificity,
            "f1": 2 * tp / (2 * tp + fp + fn),
            "mcc": np.where(product > 0, (tp * tn - fp * fn) / np.sqrt(np.maximum(product, 1e-300)), 0.0),
        }
