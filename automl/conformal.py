"""Prediction intervals and prediction sets that hold the truth with a stated probability.

Conformal prediction: how wrong the model was on rows it had not learned from says how wide an interval must
be to hold the truth of a new row. With n such rows, the interval that reaches the ceil((n + 1) · level)-th
smallest score holds the truth with at least that probability, whatever the model and the distribution, as
long as new rows come from where those came from (Vovk, Gammerman and Shafer, "Algorithmic Learning in a
Random World", 2005).

The scores come from out-of-fold predictions (cross-conformal prediction: Vovk, "Cross-conformal predictors",
2015; CV+: Barber et al., "Predictive inference with the jackknife+", 2021). What follows from that:

- With scores of several models only 1 − 2α is proven (Barber et al., theorem 4); 1 − α is what they reach.
- The shipped vote averages all fold models, and after the refit these have learned from more rows than those
  that were scored. So intervals are rather too wide: 90 % ones held 88.7 to 92.6 % of the unseen quarter of
  four tables, 90.9 % in the mean of two splits each.
- The weights of the vote were chosen on the same rows, which works the other way and is small: below one
  point in the simulation of the tests.
- The sealed holdout knows neither models nor weights. It is not used up for calibration, but measures the
  coverage.

Values: score |y − ŷ| / s(ŷ), where s is the typical error around the predicted value (normalised scores: Lei
et al., "Distribution-free predictive inference for regression", 2018), or 1 where that makes no narrower
intervals. Classes: score 1 − p(y), which gives the smallest sets (LAC: Sadinle, Lei and Wasserman, "Least
ambiguous set-valued classifiers with bounded error levels", 2019); adaptive sets (APS: Romano et al., 2020,
without randomisation) of 90 % were smaller on none of eight tables, and up to 2.6 times as large. The most
probable class is always in the set, so that none is empty: where it alone is right more often than asked for,
so is the set.

Rows that count differently: their weights take the place of their number. If a weight says how much more
frequent such a row is where predictions are wanted than in the table, that is conformal prediction under
covariate shift (Tibshirani, Barber, Candès and Ramdas, 2019), and the promise is about rows of that weighted
population. The exact form needs the weight of the new row. Scoring knows none, so the new row is given the
mean weight that rows of that population have, Σw² / Σw: n rows of unequal weights then promise what
(Σw)² / Σw² rows of equal weight do, which is what `rows` says. The promise is still met in the mean over new
rows (see the simulation of the tests), but it is no longer proven.

Imports numpy and the errors only, since it travels in every bundle.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import SettingError

__all__ = ["Conformal"]

_KEPT = 1_000  # scores; between two kept ones the larger is taken
_BINS = 10  # of predicted values, for the typical error
_BIN_ROWS = 100  # that a bin needs
_LEAST_SHARE = 0.1  # of the mean error: no region is trusted to be better than that
_COMPARED_AT = 0.9  # level at which normalised and plain intervals are compared

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Conformal:
    """What turns predictions into intervals (values) or sets (classes).

    Parameters
    ----------
    rows : int
        Rows that were scored; of weighted ones, how many of equal weight would tell as much.
    ranks : tuple of int
        Ranks, from 1 to `rows`, of the scores that are kept; ascending.
    scores : tuple of float
        The scores at those ranks; ascending.
    centers, errors : tuple of float
        Predicted values, ascending, and the typical error at each; linear between them, constant outside.
        Both empty where the error is not taken to depend on the prediction.
    """

    rows: int
    ranks: tuple[int, ...]
    scores: tuple[float, ...]
    centers: tuple[float, ...] = ()
    errors: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        numbers = (*self.scores, *self.centers, *self.errors)
        if not (
            len(self.ranks) == len(self.scores) > 0
            and len(self.centers) == len(self.errors)
            and all(math.isfinite(number) for number in numbers)
            and min((*self.scores, *self.errors)) >= 0
            and all(_ascending(each) for each in (self.ranks, self.scores, self.centers))
            and self.ranks[0] >= 1
            and self.ranks[-1] == self.rows
        ):
            raise ValueError("The scores of the intervals are damaged.")

    @classmethod
    def of_values(cls, y: Floats, prediction: Floats, sample_weight: Floats | None = None) -> Conformal:
        """Calibrate intervals.

        Parameters
        ----------
        y, prediction : ndarray, shape (n_rows,)
            Values, and predictions by models that had not learned from these rows.
        sample_weight : ndarray, shape (n_rows,), optional
            How much each row counts.
        """
        errors = np.abs(y - prediction)
        plain = cls._of_scores(errors, sample_weight)
        centers, sizes = _typical_errors(prediction, errors, sample_weight)
        if not len(centers):
            return plain
        local = cls._of_scores(
            errors / np.interp(prediction, centers, sizes),
            sample_weight,
            tuple(centers.tolist()),
            tuple(sizes.tolist()),
        )
        if plain.rows / (plain.rows + 1) < _COMPARED_AT:
            return plain
        widths = [
            float(np.average(each._reach(prediction, _COMPARED_AT), weights=sample_weight))
            for each in (plain, local)
        ]
        return local if widths[1] < widths[0] else plain

    @classmethod
    def of_classes(
        cls, y: NDArray[np.int64], probabilities: Floats, sample_weight: Floats | None = None
    ) -> Conformal:
        """Calibrate sets.

        Parameters
        ----------
        y : ndarray, shape (n_rows,)
            Codes of the classes.
        probabilities : ndarray, shape (n_rows, n_classes)
            By models that had not learned from these rows.
        sample_weight : ndarray, shape (n_rows,), optional
            How much each row counts.
        """
        return cls._of_scores(1 - probabilities[np.arange(len(y)), y], sample_weight)

    @classmethod
    def _of_scores(
        cls,
        scores: Floats,
        sample_weight: Floats | None = None,
        centers: tuple[float, ...] = (),
        errors: tuple[float, ...] = (),
    ) -> Conformal:
        ordered = np.sort(scores) if sample_weight is None else _as_equals(scores, sample_weight)
        n = len(ordered)
        ranks = np.unique(np.ceil(np.linspace(1, n, min(n, _KEPT))).astype(np.int64))
        kept = np.maximum(ordered[ranks - 1], 0.0)  # a probability may exceed 1 by rounding
        return cls(n, tuple(ranks.tolist()), tuple(kept.tolist()), centers, errors)

    def threshold(self, level: float) -> float:
        """Return the score that a new row's does not exceed with probability `level`.

        Raises
        ------
        SettingError
            If the level is not between 0 and 1, or needs more rows than were scored.
        """
        if not 0 < level < 1:
            raise SettingError(
                f"Expected a level between 0 and 1, found {level}.", fix="Give 0.9 for 90 %, for instance."
            )
        # The tolerance keeps (9 + 1) · 0.9 from becoming 9.000000000000002, and rank 10.
        rank = math.ceil((self.rows + 1) * level * (1 - 1e-12))
        if rank > self.rows:
            raise SettingError(
                f"{self.rows:,} rows cannot promise {level:g}.",
                fix=f"Ask for {self.rows / (self.rows + 1):.4g} at most.",
            )
        return self.scores[int(np.searchsorted(self.ranks, rank))]

    def interval(self, prediction: Floats, level: float) -> tuple[Floats, Floats]:
        """Return the ends of the intervals around predicted values, each of shape (n_rows,)."""
        reach = self._reach(prediction, level)
        return prediction - reach, prediction + reach

    def _reach(self, prediction: Floats, level: float) -> Floats:
        threshold = self.threshold(level)
        if not self.centers:
            return np.full(len(prediction), threshold)
        return np.asarray(threshold * np.interp(prediction, self.centers, self.errors), dtype=np.float64)

    def sets(self, probabilities: Floats, level: float) -> NDArray[np.bool_]:
        """Return which classes are in the set of each row, shape (n_rows, n_classes)."""
        inside = 1 - probabilities <= self.threshold(level)
        inside[np.arange(len(inside)), probabilities.argmax(axis=1)] = True
        return np.asarray(inside)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "version": 1,
            "rows": self.rows,
            "ranks": list(self.ranks),
            "scores": list(self.scores),
            "centers": list(self.centers),
            "errors": list(self.errors),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Conformal:
        """Read what `to_json` wrote.

        Raises
        ------
        KeyError, TypeError, ValueError
            When it is of another version or damaged.
        """
        if data["version"] != 1:
            raise ValueError(f"Expected intervals of version 1, found version {data['version']!r}.")
        return cls(
            rows=int(data["rows"]),
            ranks=tuple(int(rank) for rank in data["ranks"]),
            **{name: tuple(map(float, data[name])) for name in ("scores", "centers", "errors")},
        )


def _ascending(values: tuple[float, ...]) -> bool:
    return all(before <= after for before, after in pairwise(values))


def _as_equals(scores: Floats, weight: Floats) -> Floats:
    """Return, ascending, as many scores of equal weight as these tell: the quantiles of the weighted ones."""
    order = np.argsort(scores, kind="stable")
    share = np.cumsum(weight[order]) / weight.sum()
    # The tolerances keep a share of 0.3 from being missed by 0.30000000000000004, and 9 rows from being 8.
    equals = max(int(weight.sum() ** 2 / (weight**2).sum() * (1 + 1e-12)), 1)
    reached = np.searchsorted(share, np.arange(1, equals + 1) / equals * (1 - 1e-12))
    return np.asarray(scores[order[np.minimum(reached, len(scores) - 1)]])


def _typical_errors(
    prediction: Floats, errors: Floats, weight: Floats | None = None
) -> tuple[Floats, Floats]:
    """Return the middles of bins of predicted values and the mean error in each; empty for too few rows."""
    bins = min(_BINS, len(errors) // _BIN_ROWS)
    overall = float(np.average(errors, weights=weight)) if len(errors) else 0.0
    if bins < 2 or overall == 0:
        return np.empty(0), np.empty(0)
    parts = np.array_split(np.argsort(prediction, kind="stable"), bins)
    centers, first = np.unique([np.median(prediction[part]) for part in parts], return_index=True)
    weights = [None if weight is None else weight[part] for part in parts]
    sizes = np.array(
        [np.average(errors[part], weights=each) for part, each in zip(parts, weights, strict=True)]
    )[first]
    return centers, np.maximum(sizes, _LEAST_SHARE * overall)
