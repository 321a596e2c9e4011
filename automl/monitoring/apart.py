"""Can new rows be told from old ones at all? A classifier tries, on all columns at once.

What no single column shows, such as columns that no longer go together as they did, a classifier finds
(classifier two-sample tests: Lopez-Paz and Oquab, "Revisiting classifier two-sample tests", ICLR 2017).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl.data import Kind, Schema
from automl.monitoring.encoded import encoded
from automl.monitoring.rules import ALARMS, APART
from explain.stored import Stored

__all__ = ["Apart", "tell_apart"]

Floats = NDArray[np.float64]

_FOLDS = 2
_FEWEST = 50  # rows on a side
_MOST = 2_000


@dataclass(frozen=True)
class Apart(Stored):
    """How well a classifier tells new rows from old ones.

    Attributes
    ----------
    auc : float
        Area under the ROC curve, 0.5 for not at all: the mean over two halves, in each of which rows are
        judged by a classifier that has learned from the other one.
    low, high : float
        Ends of its 95 % interval.
    p : float
    adjusted : float or None
        The p-value adjusted for all tests of the table.
    rows : (int, int)
        Old and new rows.
    left_out : tuple of str
        Columns that the classifier was not given: dates, by which it would tell any later row.
    """

    auc: float
    low: float
    high: float
    p: float
    rows: tuple[int, int]
    left_out: tuple[str, ...] = ()
    adjusted: float | None = None

    @property
    def differs(self) -> bool:
        """Whether the rows differ: surely, and by enough."""
        return self.adjusted is not None and self.adjusted <= ALARMS and self.auc >= APART


def tell_apart(before: pd.DataFrame, after: pd.DataFrame, schema: Schema, *, seed: int = 0) -> Apart | None:
    """Let a classifier tell new rows from old ones.

    Parameters
    ----------
    before, after : DataFrame
        Canonical rows; at most 2,000 of each are used, at random.
    schema : Schema
    seed : int

    Returns
    -------
    Apart or None
        None where there are under 50 rows on a side, or nothing but dates.
    """
    from scipy.stats import norm
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.model_selection import StratifiedKFold

    left_out = schema.of_kind(Kind.DATETIME)
    used = schema.without(left_out)
    rng = np.random.default_rng([seed, 5])
    one, two = (_some(frame, rng) for frame in (before, after))
    if min(len(one), len(two)) < _FEWEST or not len(used):
        return None
    X = np.vstack([encoded(frame, used) for frame in (one, two)])
    y = np.repeat([0, 1], [len(one), len(two)])
    areas, null, spread = [], [], []
    for train, test in StratifiedKFold(_FOLDS, shuffle=True, random_state=seed).split(X, y):
        model = HistGradientBoostingClassifier(
            max_iter=40, learning_rate=0.15, max_leaf_nodes=8, min_samples_leaf=10, early_stopping=False,
            random_state=seed,
        )  # fmt: skip
        model.fit(X[train], y[train])
        score = model.predict_proba(X[test])[:, 1]
        area, variance = _area(score[y[test] == 1], score[y[test] == 0])
        n, m = int((y[test] == 0).sum()), int((y[test] == 1).sum())
        areas.append(area)
        spread.append(variance)
        null.append((n + m + 1) / (12 * n * m))
    auc = float(np.mean(areas))
    # What happens to look alike in both halves raises the area in both: their mean varies as much as one of
    # them at worst, and not by the root of two less.
    error = float(np.sqrt(np.mean(spread)))
    z = (auc - 0.5) / float(np.sqrt(np.mean(null)))
    return Apart(
        auc=auc,
        low=max(auc - 1.96 * error, 0.0),
        high=min(auc + 1.96 * error, 1.0),
        p=float(norm.sf(z)),
        rows=(len(one), len(two)),
        left_out=tuple(left_out),
    )


def _some(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    if len(frame) <= _MOST:
        return frame
    return frame.iloc[np.sort(rng.choice(len(frame), _MOST, replace=False))]


def _area(positive: Floats, negative: Floats) -> tuple[float, float]:
    """Area under the ROC curve, and its variance by DeLong's method (Biometrics 1988)."""
    above = _wins(positive, negative)
    below = 1 - _wins(negative, positive)
    variance = above.var(ddof=1) / len(above) + below.var(ddof=1) / len(below)
    return float(above.mean()), float(variance)


def _wins(values: Floats, others: Floats) -> Floats:
    """Share of the others below each value, half of the ties counted."""
    ordered = np.sort(others)
    left, right = (np.searchsorted(ordered, values, side=side) for side in ("left", "right"))
    return np.asarray((left + right) / (2 * len(ordered)), dtype=np.float64)
