"""Metrics with their direction, what they need, and intervals around them.

Every metric is one `Metric`; adding one to the list in this file is all it takes. The ensemble asks for the
same few metrics thousands of times, hence numpy implementations; the tests hold them equal to scikit-learn's.

Predictions: for classes a matrix of probabilities, shape (n_rows, n_classes), columns in the order of the
codes; for values a vector, shape (n_rows,). Truth: codes 0..K-1, or values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from automl.costs import CostMatrix
from automl.errors import SettingError

__all__ = [
    "METRICS",
    "Metric",
    "bootstrap_interval",
    "cost_metric",
    "default_metric",
    "few_groups",
    "get_metric",
    "least_cost",
    "metrics_for",
    "most_probable",
    "resamples",
    "unseen_share",
]

Array = NDArray[Any]
Weighted = Callable[[Array | None], float]
"""Score for weights of the rows, shape (n_rows,); None is one each."""

_BINARY = frozenset({"binary"})
_CLASSES = frozenset({"binary", "multiclass"})
_VALUES = frozenset({"regression"})


@dataclass(frozen=True)
class Metric:
    """A measure of how good predictions are.

    Parameters
    ----------
    name : str
        Identifier, as in scikit-learn where it has the metric.
    label : str
        Name for people.
    tasks : frozenset of str
        Kinds of task it can measure.
    greater_is_better : bool
        Direction.
    optimum : float
        The best possible score.
    needs : {"proba", "label", "value"}
        What is compared with the truth: probabilities, the most probable label, or values.
    function : callable
        ``function(y, prediction) -> float``; one that needs labels takes the most probable ones itself, see
        `most_probable`. NaN where the metric is undefined (an area under the curve of one class).
    unit : {"", "target", "share"}
        Unit of the score: none, that of the target, or a share of 1.
    note : str
        What the score says, in one sentence.
    steep : bool
        Whether one confident error can cost as much as all other rows together.
    prepared : callable, optional
        ``prepared(y, prediction)`` does what does not depend on weights once and returns a function of
        weights; makes intervals fast. Without it intervals index the rows and call `function`, and rows
        cannot be weighted.
    """

    name: str
    label: str
    tasks: frozenset[str]
    greater_is_better: bool
    optimum: float
    needs: Literal["proba", "label", "value"]
    function: Callable[[Array, Array], float]
    unit: Literal["", "target", "share"] = ""
    note: str = ""
    steep: bool = False
    prepared: Callable[[Array, Array], Weighted] | None = None

    def score(self, y: Array, prediction: Array, sample_weight: Array | None = None) -> float:
        """Return the score; NaN where it is undefined.

        Parameters
        ----------
        y : ndarray, shape (n_rows,)
            Codes, or values.
        prediction : ndarray, shape (n_rows, n_classes) or (n_rows,)
            Probabilities, or values.
        sample_weight : ndarray, shape (n_rows,), optional
            How much each row counts, in any unit; default one each.

        Raises
        ------
        ValueError
            If rows are weighted and the metric has no `prepared`.
        """
        if sample_weight is None:
            return float(self.function(y, prediction))
        return self.weighted(y, prediction)(sample_weight)

    def loss(self, y: Array, prediction: Array, sample_weight: Array | None = None) -> float:
        """Return the distance from the optimum: lower is better, 0 is perfect."""
        return self.distance(self.score(y, prediction, sample_weight))

    def weighted(self, y: Array, prediction: Array) -> Weighted:
        """Return the score as a function of the weights of the rows; None is one each.

        Raises
        ------
        ValueError
            If the metric has no `prepared`.
        """
        if self.prepared is None:
            raise ValueError(f"{self.label} cannot weight rows: give the metric `prepared` as well.")
        return self.prepared(y, prediction)

    def resampled(
        self, y: Array, prediction: Array, sample_weight: Array | None = None
    ) -> Callable[[Array], float]:
        """Return the score as a function of how often each row counts.

        Parameters
        ----------
        y, prediction, sample_weight : ndarray
            As in `score`.

        Returns
        -------
        callable
            Takes whole numbers of shape (n_rows,), such as a bootstrap draw; NaN as in `score`.
        """
        if sample_weight is not None:
            of_weights = self.weighted(y, prediction)
            return lambda counts: of_weights(counts * sample_weight)
        if self.prepared is not None:
            weighted = self.prepared(y, prediction)
            return lambda counts: weighted(counts.astype(float))

        def score(counts: Array) -> float:
            rows = np.repeat(np.arange(len(y)), counts)
            return self.function(y[rows], prediction[rows])

        return score

    def distance(self, score: float) -> float:
        """Return the loss that a score stands for."""
        return self.optimum - score if self.greater_is_better else score - self.optimum

    def worse(self, score: float, by: float) -> float:
        """Return the score whose loss is higher by so much."""
        return score - by if self.greater_is_better else score + by

    def better(self, score: float, than: float) -> bool:
        """Tell whether one score beats another; anything beats NaN."""
        if np.isnan(score) or np.isnan(than):
            return bool(np.isnan(than) and not np.isnan(score))
        return score > than if self.greater_is_better else score < than


# ----------------------------------------------------------------------------------------------------------
# Implementations. Each `_x(y, prediction)` returns a function of row weights.


def most_probable(prediction: Array) -> Array:
    """Return the codes of the most probable classes; labels that were already chosen stay as they are."""
    return prediction.argmax(axis=1) if prediction.ndim == 2 else prediction


def least_cost(prediction: Array, costs: CostMatrix | None) -> Array:
    """Return the codes of the classes whose expected cost is least, as the probabilities tell it.

    Without costs these are the most probable classes. Labels that were already chosen stay as they are.
    """
    if costs is None or prediction.ndim == 1:
        return most_probable(prediction)
    # Not `prediction @ costs`, see `_mean`.
    expected = np.stack([(prediction * column).sum(axis=1) for column in np.asarray(costs).T], axis=1)
    return np.asarray(expected.argmin(axis=1))


def _mean(weights: Array | None, losses: Array) -> float:
    """Weighted mean of losses per row."""
    if weights is None:
        return float(losses.mean())
    # Not `weights @ losses`: BLAS starts threads for it, and on busy cores these took 100 times as long.
    return float((weights * losses).sum() / weights.sum())


def _log_loss(y: Array, proba: Array) -> Weighted:
    eps = np.finfo(proba.dtype).eps
    losses = -np.log(np.clip(proba[np.arange(len(y)), y], eps, 1 - eps))
    return lambda weights: _mean(weights, losses)


def _brier(y: Array, proba: Array) -> Weighted:
    if proba.shape[1] == 2:
        losses = (proba[:, 1] - y) ** 2
    else:
        # |p - e_y|² = |p|² - 2 p_y + 1, without building the one-hot truth.
        losses = (proba**2).sum(axis=1) - 2 * proba[np.arange(len(y)), y] + 1
    return lambda weights: _mean(weights, losses)


def _accuracy(y: Array, prediction: Array) -> Weighted:
    right = (y == most_probable(prediction)).astype(float)
    return lambda weights: _mean(weights, right)


def _cost(costs: CostMatrix | None) -> Callable[[Array, Array], Weighted]:
    """Make the mean cost of the labels, chosen by least expected cost; without costs every error costs 1."""

    def prepare(y: Array, prediction: Array) -> Weighted:
        labels = least_cost(prediction, costs)
        losses = (y != labels).astype(float) if costs is None else np.asarray(costs)[y, labels]
        return lambda weights: _mean(weights, losses)

    return prepare


def _squared(y: Array, values: Array) -> Weighted:
    losses = (y - values) ** 2
    return lambda weights: float(np.sqrt(_mean(weights, losses)))


def _absolute(y: Array, values: Array) -> Weighted:
    losses = np.abs(y - values)
    return lambda weights: _mean(weights, losses)


def _relative(y: Array, values: Array) -> Weighted:
    losses = np.abs(y - values) / np.maximum(np.abs(y), np.finfo(np.float64).eps)
    return lambda weights: _mean(weights, losses)


def _squared_log(y: Array, values: Array) -> Weighted:
    if len(y) and y.min() < 0:
        raise ValueError(
            f"Expected a target that is never negative, found {y.min():g}; use rmse or mae instead of rmsle."
        )
    # Models that do not know the target is positive may predict less than nothing: nothing is meant.
    losses = (np.log1p(y) - np.log1p(np.maximum(values, 0.0))) ** 2
    return lambda weights: float(np.sqrt(_mean(weights, losses)))


def _r2(y: Array, values: Array) -> Weighted:
    squares = (y - values) ** 2

    def score(weights: Array | None) -> float:
        if len(y) < 2:
            return float("nan")
        residual = _mean(weights, squares)
        total = _mean(weights, (y - _mean(weights, y)) ** 2)
        if total == 0:  # a constant target: perfect or worthless
            return 1.0 if residual == 0 else 0.0
        return 1 - residual / total

    return score


class _Ranking:
    """Rows sorted by a score, descending, with the ends of the runs of equal scores."""

    def __init__(self, positive: Array, scores: Array) -> None:
        self.order = np.argsort(-scores, kind="stable")
        ordered = scores[self.order]
        self.ends = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)
        self.positive = positive[self.order].astype(float)

    def counts(self, weights: Array | None) -> tuple[Array, Array]:
        """Return true and false positives at each distinct threshold, from the strictest down."""
        ordered = np.ones_like(self.positive) if weights is None else weights[self.order]
        true = np.cumsum(ordered * self.positive)[self.ends]
        return true, np.cumsum(ordered)[self.ends] - true


def _area(ranking: _Ranking, weights: Array | None) -> float:
    """Area under the ROC curve by trapezoids; NaN unless both classes are there."""
    true, false = ranking.counts(weights)
    if true[-1] == 0 or false[-1] == 0:
        return float("nan")
    widths = np.diff(false, prepend=0.0)
    heights = true - np.diff(true, prepend=0.0) / 2
    return float(widths @ heights / (true[-1] * false[-1]))


def _precision_sum(ranking: _Ranking, weights: Array | None) -> float:
    """Precision at each threshold, weighted by the recall gained there; NaN without a positive."""
    true, false = ranking.counts(weights)
    if true[-1] == 0:
        return float("nan")
    shown = true + false
    precision = np.divide(true, shown, out=np.zeros_like(true), where=shown > 0)
    return float(np.diff(true, prepend=0.0) @ precision / true[-1])


def _ranked(area: Callable[[_Ranking, Array | None], float]) -> Callable[[Array, Array], Weighted]:
    """Make a ranking metric: of the positive class, or the plain mean of each class against the others.

    Classes for which it is undefined (absent from the truth) are left out of the mean.
    """

    def prepare(y: Array, proba: Array) -> Weighted:
        if not len(y):
            return lambda weights: float("nan")
        columns = [1] if proba.shape[1] == 2 else range(proba.shape[1])
        rankings = [_Ranking(y == column, proba[:, column]) for column in columns]

        def score(weights: Array | None) -> float:
            areas = np.array([area(ranking, weights) for ranking in rankings])
            known = areas[~np.isnan(areas)]
            return float(known.mean()) if len(known) else float("nan")

        return score

    return prepare


def _confused(score: Callable[[Array], float]) -> Callable[[Array, Array], Weighted]:
    """Make a metric of the confusion matrix: rows are the truth, columns the predicted labels."""

    def prepare(y: Array, prediction: Array) -> Weighted:
        labels = most_probable(prediction)
        size = int(max(y.max(initial=0), labels.max(initial=0), 1)) + 1
        if prediction.ndim == 2:
            size = prediction.shape[1]
        cells = y.astype(np.int64) * size + labels
        return lambda weights: score(
            np.bincount(cells, weights=weights, minlength=size * size).reshape(size, size).astype(float)
        )

    return prepare


def _balanced_accuracy(confusion: Array) -> float:
    rows = confusion.sum(axis=1)
    present = rows > 0
    return float((confusion.diagonal()[present] / rows[present]).mean()) if present.any() else float("nan")


def _f1(confusion: Array) -> float:
    """F1 of the positive of two classes, 0 if it never occurs; else the mean over classes that occur."""
    shown = confusion.sum(axis=0) + confusion.sum(axis=1)
    f1 = np.divide(2 * confusion.diagonal(), shown, out=np.zeros(len(shown)), where=shown > 0)
    if len(f1) == 2:
        return float(f1[1])
    return float(f1[shown > 0].mean()) if shown.any() else float("nan")


def _mcc(confusion: Array) -> float:
    """Matthews' coefficient for any number of classes (Gorodkin 2004); 0 where a margin is empty."""
    truth, predicted, total = confusion.sum(axis=1), confusion.sum(axis=0), confusion.sum()
    covariance = confusion.trace() * total - truth @ predicted
    spread = (total**2 - predicted @ predicted) * (total**2 - truth @ truth)
    return float(covariance / np.sqrt(spread)) if spread > 0 else 0.0


def _metric(
    name: str,
    label: str,
    tasks: frozenset[str],
    needs: Literal["proba", "label", "value"],
    prepared: Callable[[Array, Array], Weighted],
    *,
    greater: bool,
    note: str,
    unit: Literal["", "target", "share"] = "",
    steep: bool = False,
) -> Metric:
    """Make a metric of this file, whose score is that of its prepared form with equal weights."""

    def function(y: Array, prediction: Array) -> float:
        return prepared(y, prediction)(None)

    function.__name__ = name
    return Metric(
        name=name,
        label=label,
        tasks=tasks,
        greater_is_better=greater,
        optimum=1.0 if greater else 0.0,
        needs=needs,
        function=function,
        unit=unit,
        note=note,
        steep=steep,
        prepared=prepared,
    )


def cost_metric(costs: CostMatrix | None = None) -> Metric:
    """Return the metric of the mean cost of a decision; without costs every error costs 1."""
    return _metric(
        "cost", "Cost per row", _CLASSES, "label", _cost(costs), greater=False,
        note="What the errors of one row cost on average, by the costs that were given.",
    )  # fmt: skip


_ALL: Iterable[Metric] = (
    _metric(
        "roc_auc", "ROC AUC", _CLASSES, "proba", _ranked(_area), greater=True,
        note="Chance that a positive row is ranked above a negative one; mean over several classes.",
    ),
    _metric(
        "average_precision", "Average precision", _CLASSES, "proba", _ranked(_precision_sum), greater=True,
        note="Precision averaged over recall; looks at the positives, so it suits rare ones.",
    ),
    _metric(
        "log_loss", "Log loss", _CLASSES, "proba", _log_loss, greater=False, steep=True,
        note="Mean surprise at the true class, in nats; punishes confident errors.",
    ),
    _metric(
        "brier", "Brier score", _CLASSES, "proba", _brier, greater=False,
        note="Mean squared error of the probabilities; several classes: summed over them.",
    ),
    _metric(
        "accuracy", "Accuracy", _CLASSES, "label", _accuracy, greater=True, unit="share",
        note="Share of rows whose most probable label is right.",
    ),
    _metric(
        "balanced_accuracy", "Balanced accuracy", _CLASSES, "label", _confused(_balanced_accuracy),
        greater=True, unit="share", note="Share of right labels in each class, averaged over the classes.",
    ),
    _metric(
        "f1", "F1", _CLASSES, "label", _confused(_f1), greater=True,
        note="Harmonic mean of precision and recall of the positive class; several classes: their mean.",
    ),
    _metric(
        "mcc", "Matthews correlation", _CLASSES, "label", _confused(_mcc), greater=True,
        note="Correlation of true and predicted labels; 0 is chance.",
    ),
    cost_metric(),
    _metric(
        "rmse", "RMSE", _VALUES, "value", _squared, greater=False, unit="target",
        note="Root of the mean squared error; large errors weigh most.",
    ),
    _metric(
        "mae", "MAE", _VALUES, "value", _absolute, greater=False, unit="target",
        note="Mean absolute error.",
    ),
    _metric(
        "mape", "MAPE", _VALUES, "value", _relative, greater=False, unit="share",
        note="Mean absolute error relative to the true value; meaningless where the target may be 0.",
    ),
    _metric(
        "r2", "R²", _VALUES, "value", _r2, greater=True,
        note="Share of the target's variance that is explained; 0 is as good as predicting the mean.",
    ),
    _metric(
        "rmsle", "RMSLE", _VALUES, "value", _squared_log, greater=False,
        note="Root mean squared error of log(1 + value); predictions below 0 count as 0.",
    ),
)  # fmt: skip

METRICS: Mapping[str, Metric] = MappingProxyType({metric.name: metric for metric in _ALL})
"""All metrics by name."""

_DEFAULTS = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "rmse"}


def metrics_for(task_kind: str, costs: CostMatrix | None = None) -> tuple[Metric, ...]:
    """Return the metrics that can measure a kind of task, in their order; `cost` with costs only."""
    found = (get_metric(name, costs=costs) for name in METRICS if name != "cost" or costs is not None)
    return tuple(metric for metric in found if task_kind in metric.tasks)


def get_metric(name: str, task_kind: str | None = None, costs: CostMatrix | None = None) -> Metric:
    """Return a metric by name.

    Parameters
    ----------
    name : str
        A key of `METRICS`.
    task_kind : str, optional
        Kind of task that the metric must be able to measure.
    costs : CostMatrix, optional
        What the errors cost; only `cost` asks for it.

    Raises
    ------
    SettingError
        If there is no such metric, or not for such a task; the message lists those there are.
    """
    metric = METRICS.get(name)
    if metric is None or (task_kind is not None and task_kind not in metric.tasks):
        known = METRICS.values() if task_kind is None else metrics_for(task_kind)
        why = f"There is no metric {name!r}" if metric is None else f"{metric.label} does not measure"
        kind = f" for a {task_kind} task." if task_kind is not None else "."
        raise SettingError(f"{why}{kind}", fix=f"Choose among {', '.join(each.name for each in known)}.")
    return cost_metric(costs) if name == "cost" and costs is not None else metric


def default_metric(task_kind: str) -> Metric:
    """Return the metric used unless another is asked for: roc_auc, log_loss or rmse."""
    if task_kind not in _DEFAULTS:
        raise SettingError(
            f"There is no task kind {task_kind!r}.", fix=f"Choose among {', '.join(_DEFAULTS)}."
        )
    return METRICS[_DEFAULTS[task_kind]]


_MOST_RESAMPLED = 20_000
_UNSEEN_ROWS = 0.5


def bootstrap_interval(
    metric: Metric,
    y: Array,
    prediction: Array,
    *,
    sample_weight: Array | None = None,
    groups: Array | None = None,
    new_rows: int | None = None,
    level: float = 0.9,
    draws: int = 500,
    seed: int = 0,
) -> tuple[float, float]:
    """Return the percentile bootstrap interval of a score.

    It holds the score on endlessly many rows, or with `new_rows` the score on a further sample of that size.
    Such a sample has a chance of its own: the deviations are widened by the root of 1 + n / new_rows.

    Above 20,000 rows each draw has 20,000 of them, and the deviations from the score are narrowed by the root
    of the ratio (m-out-of-n bootstrap): the cost stays bounded.

    With groups, whole groups are drawn (cluster bootstrap), since rows of one group tell less than as many
    rows of different groups. The spread between a few groups is estimated too low on average and varies
    itself, so the deviations are widened by the root of G / (G - 1) and by the ratio of Student's t with
    G - 1 degrees of freedom to the normal quantile (Cameron, Gelbach and Miller, 2008).

    Where one confident error can cost as much as all other rows (`Metric.steep`), rows that hold none cannot
    exclude one: the worst that these predictions make possible is one more row to draw from.

    Weighted rows are drawn alike, and each brings its weight along: what unequal weights add to the spread is
    in the draws already, and a further sample is one of rows that weigh like these.

    Parameters
    ----------
    metric : Metric
        What to measure.
    y, prediction : ndarray
        As in `Metric.score`.
    sample_weight : ndarray, shape (n_rows,), optional
        How much each row counts.
    groups : ndarray of int, shape (n_rows,), optional
        Which rows belong together.
    new_rows : int, optional
        Size of the further sample that the interval is for.
    level : float
        Share of the draws inside the interval.
    draws : int
        Number of resamples.
    seed : int
        Seed of the resampling.

    Returns
    -------
    (float, float)
        Lower and upper end; NaN where the metric is undefined in every draw, or there is a single group.

    Raises
    ------
    ValueError
        If the level is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise ValueError(f"Expected a level between 0 and 1, found {level}.")
    n = len(y) if groups is None else len(np.unique(groups))
    if n == 0 or (groups is not None and n == 1):
        return float("nan"), float("nan")
    drawn = min(n, _MOST_RESAMPLED)
    rng = np.random.default_rng(seed)
    known = (y, prediction, sample_weight, groups)
    if metric.steep and prediction.ndim == 2:
        known = _and_the_worst(y, prediction, sample_weight, groups)
    scorer = metric.resampled(*known[:3])
    scores = np.array(
        [scorer(counts) for counts in resamples(len(known[0]), draws, rng, groups=known[3], drawn=drawn)]
    )
    scores = scores[~np.isnan(scores)]
    if not len(scores):
        return float("nan"), float("nan")
    low, high = np.quantile(scores, [(1 - level) / 2, (1 + level) / 2])
    factor = np.sqrt(drawn / n) * (1.0 if groups is None else few_groups(n, level))
    if new_rows is not None:
        factor *= np.sqrt(1 + len(y) / new_rows)
    if factor != 1:
        score = metric.score(y, prediction, sample_weight)
        low, high = score + (low - score) * factor, score + (high - score) * factor
        if metric.greater_is_better:
            high = min(high, metric.optimum)
        else:
            low = max(low, metric.optimum)
    return float(low), float(high)


def unseen_share(rows: int) -> float:
    """Half a row's worth beside so many rows: the weight of what they have not shown and cannot exclude.

    The pseudo-count of Krichevsky and Trofimov, "The performance of universal encoding", IEEE Transactions on
    Information Theory 1981.
    """
    return _UNSEEN_ROWS / (rows + _UNSEEN_ROWS)


def _and_the_worst(
    y: Array, prediction: Array, sample_weight: Array | None, groups: Array | None
) -> tuple[Array, Array, Array | None, Array | None]:
    """The rows, and once more the one with the least probable label, with that for the truth.

    A probability is at least that of the rarest class in what is shipped, which has a share of the base rates
    in it (see `automl.search.hedge`).
    """
    row, label = np.unravel_index(np.argmin(prediction), prediction.shape)
    worst = prediction[row].copy()
    shares = np.bincount(y, minlength=prediction.shape[1]) / len(y)
    worst[label] = max(worst[label], unseen_share(len(y)) * shares[shares > 0].min())
    return (
        np.append(y, label),
        np.vstack([prediction, worst]),
        None if sample_weight is None else np.append(sample_weight, sample_weight.mean()),
        None if groups is None else np.append(groups, groups.max() + 1),
    )


def resamples(
    rows: int,
    draws: int,
    rng: np.random.Generator,
    *,
    groups: Array | None = None,
    drawn: int | None = None,
) -> Iterator[Array]:
    """Yield bootstrap draws: how often each row is drawn, for `Metric.resampled`.

    Parameters
    ----------
    rows : int
        At least 1.
    draws : int
    rng : Generator
    groups : ndarray, shape (rows,), optional
        Rows that belong together are drawn together.
    drawn : int, optional
        How many rows (or groups) a draw has; default as many as there are.

    Yields
    ------
    ndarray of int, shape (rows,)
    """
    unit = None if groups is None else np.unique(groups, return_inverse=True)[1]
    units = rows if unit is None else int(unit.max()) + 1
    for _ in range(draws):
        counts = np.bincount(rng.integers(0, units, size=drawn or units), minlength=units)
        yield counts if unit is None else counts[unit]


def few_groups(groups: int, level: float) -> float:
    """By how much the spread between so few groups is to be widened."""
    from scipy.stats import norm, t

    tail = (1 + level) / 2
    return float(np.sqrt(groups / (groups - 1)) * t.ppf(tail, groups - 1) / norm.ppf(tail))
