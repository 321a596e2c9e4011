"""A quick model for questions such as: how good is it without this column?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn.ensemble import ExtraTreesClassifier

from automl.metrics import METRICS, resamples
from automl.models import Context, get_family
from automl.search.evaluate import predict
from automl.search.leakage.case import N_FOLDS, Case

__all__ = ["Fall", "base_rates", "compare", "fit_predict", "judge", "out_of_fold", "right", "skill"]

# Fifty rounds (ten over the learning rate) of small trees: some hundredths of a second on a thousand rows.
_PARAMS: dict[str, Any] = {
    "learning_rate": 0.2,
    "num_leaves": 15,
    "feature_fraction": 0.7,
    "min_data_in_leaf": 5,
    "bagging_fraction": 0.9,
    "lambda_l1": 0.0,
    "lambda_l2": 1.0,
    "extra_trees": False,
    "pairs": 0,
}
_LEAVES_OF_CLASSES = 7  # each round grows a tree per class
_MOST_BOOSTED = 8  # classes; above, a forest grows the same trees for all of them
_CATEGORIES = {"cat_smooth": 10.0, "cat_l2": 1.0, "max_cat_to_onehot": 8}
_DRAWS = 200
_TINY = 1e-300

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Fall:
    """How much worse predictions are than others of the same rows.

    Attributes
    ----------
    before, after : float
        Scores.
    loss : float
        By how much the loss is higher.
    low, high : float
        90 % bootstrap interval of that.
    z : float
        The loss in standard errors; 0 where there is none.
    z_robust : float
        That of a measure without outliers: the mean absolute error, the mean probability of the true class.
    """

    before: float
    after: float
    loss: float
    low: float
    high: float
    z: float
    z_robust: float

    @property
    def beyond_chance(self) -> float:
        """The larger of both, in standard errors."""
        return max(self.z, self.z_robust)


def fit_predict(
    context: Context, X: Floats, y: NDArray[Any], X_new: Floats, sample_weight: Floats | None = None
) -> Floats:
    """Predictions of the quick model; of base rates where there is no column."""
    if not X.shape[1]:
        return np.repeat(base_rates(context, y, sample_weight)[None], len(X_new), axis=0)
    if context.outputs > _MOST_BOOSTED:
        forest = ExtraTreesClassifier(50, min_samples_leaf=2, random_state=context.seed, n_jobs=1)
        return predict(forest.fit(X, y, sample_weight), X_new, context.task)
    context = replace(context, n_columns=X.shape[1])
    params = _PARAMS | (_CATEGORIES if context.categorical else {})
    if context.outputs > 1:
        params = params | {"num_leaves": _LEAVES_OF_CLASSES}
    fitted = get_family("lightgbm").fit(params, context, X, y, sample_weight=sample_weight)
    return predict(fitted.estimator, X_new, context.task)


def base_rates(context: Context, y: NDArray[Any], sample_weight: Floats | None = None) -> Floats:
    """The shares of the classes, shape (classes,), or the mean, shape ()."""
    if not context.classification:
        return np.asarray(np.average(y, weights=sample_weight))
    counted = np.bincount(y, weights=sample_weight, minlength=context.n_classes)
    return np.asarray(counted / counted.sum())


def out_of_fold(
    context: Context,
    X: Floats,
    y: NDArray[Any],
    fold: NDArray[Any],
    n_folds: int = N_FOLDS,
    sample_weight: Floats | None = None,
) -> Floats:
    """Cross-validated predictions of the quick model.

    Parameters
    ----------
    context : Context
    X : ndarray, shape (rows, columns)
    y : ndarray, shape (rows,)
    fold : ndarray of int, shape (rows,)
    n_folds : int
    sample_weight : ndarray, shape (rows,), optional
        How much each row counts.

    Returns
    -------
    ndarray, shape (rows,) or (rows, classes)
    """
    shape = (len(y), context.n_classes) if context.classification else (len(y),)
    found = np.empty(shape)
    for number in range(n_folds):
        judged = fold == number
        if judged.any():
            weight = None if sample_weight is None else sample_weight[~judged]
            found[judged] = fit_predict(context, X[~judged], y[~judged], X[judged], weight)
    return found


def judge(case: Case, columns: Sequence[int], more: Floats | None = None) -> Floats:
    """Cross-validated predictions of the case's rows from some derived columns, and from one more."""
    chosen = list(columns)
    context = replace(
        case.context,
        categorical=tuple(i for i, place in enumerate(chosen) if place in case.context.categorical),
    )
    X = case.X[:, chosen] if more is None else np.column_stack([case.X[:, chosen], more])
    return out_of_fold(context, X, case.y, case.fold, sample_weight=case.sample_weight)


def compare(case: Case, before: Floats, after: Floats, rows: NDArray[np.bool_] | None = None) -> Fall:
    """How much the score falls from one set of predictions to another, on the same rows.

    Parameters
    ----------
    case : Case
    before, after : ndarray, shape (rows of the case,) or (rows of the case, classes)
    rows : ndarray of bool, optional
        Which rows to look at; default all.

    Returns
    -------
    Fall
        From a paired bootstrap over groups, or over twins.
    """
    rows = np.ones(len(case.y), dtype=bool) if rows is None else rows
    y, unit = case.y[rows], np.unique(case.unit[rows], return_inverse=True)[1]
    metric, units, weight = case.metric, int(unit.max()) + 1, case.weight_of(rows)
    first, second = (metric.resampled(y, each[rows], weight) for each in (before, after))
    rng = np.random.default_rng(case.context.seed)
    draws = np.empty(_DRAWS)
    for draw, counts in enumerate(resamples(len(y), _DRAWS, rng, groups=unit)):
        draws[draw] = metric.distance(second(counts)) - metric.distance(first(counts))
    draws = draws[np.isfinite(draws)]
    scores = metric.score(y, before[rows], weight), metric.score(y, after[rows], weight)
    loss = metric.distance(scores[1]) - metric.distance(scores[0])
    if len(draws) < _DRAWS / 2 or not np.isfinite(loss):
        return Fall(*scores, loss, float("nan"), float("nan"), 0.0, 0.0)
    low, high = np.quantile(draws, [0.05, 0.95])
    if loss <= 0:
        return Fall(*scores, loss, float(low), float(high), 0.0, 0.0)
    more = _errors(case, y, after[rows]) - _errors(case, y, before[rows])
    each = np.bincount(unit, weights=more if weight is None else weight * more)
    z, robust = loss / max(draws.std(), _TINY), each.sum() / max(np.sqrt(units) * each.std(), _TINY)
    return Fall(*scores, loss, float(low), float(high), float(z), float(robust))


def _errors(case: Case, y: NDArray[Any], prediction: Floats) -> Floats:
    """How wrong each row is, without squares or logarithms that one row can rule."""
    return np.abs(y - prediction) if not case.classes else 1 - prediction[np.arange(len(y)), y]


def skill(
    context: Context, y: NDArray[Any], prediction: Floats, sample_weight: Floats | None = None
) -> float:
    """How well predictions order the rows: 0 as by chance, 1 perfectly.

    Classes: 2 AUC - 1, AUC the mean over the classes against the others. Values: the squared rank
    correlation, 0 where it is negative.
    """
    if context.classification:
        return 2 * METRICS["roc_auc"].score(y, prediction, sample_weight) - 1
    ranks, guessed = rankdata(y), rankdata(prediction)
    if not ranks.std() or not guessed.std():
        return 0.0
    covariance = np.cov(ranks, guessed, aweights=sample_weight)
    correlation = covariance[0, 1] / max(np.sqrt(covariance[0, 0] * covariance[1, 1]), _TINY)
    return max(float(correlation), 0.0) ** 2


def right(y: NDArray[Any], prediction: Floats, sample_weight: Floats | None = None) -> float:
    """How much of what guessing the largest class gets wrong the most probable classes get right."""
    counted = np.bincount(y, weights=sample_weight)
    base = float(counted.max() / counted.sum())
    share = float(np.average(prediction.argmax(axis=1) == y, weights=sample_weight))
    return (share - base) / (1 - base)
