"""Whether the probabilities of the chosen vote are calibrated: only where that proves itself.

The rule, in one place. Each method is learned from all folds but one and applied to that one, fold by fold.
It is shipped where, over the rows,

1. the log loss is lower beyond chance: the mean difference is above two and a half standard errors, so that
   of three methods none is kept by chance more often than once in fifty;
2. with one more row counted in, on which happens the worst that the map makes possible anywhere. Sharper
   probabilities gain a little on every row and lose much on a rare one, which a small table need not hold:
   so few rows cannot tell "never" from "once in n" (the same as in `automl.search.hedge`);
3. it is worth it, by two per cent of the log loss: a map on top of a vote costs time, and explanations that
   were exact are sampled;
4. the metric that the model was chosen by is not worse, fold by fold. A map that keeps the order of the rows
   passes where ranks or labels count; one with steps ties rows and rarely does.

Where several methods pass, the one with the highest lower bound is taken. A model that a person must be able
to read is left as it is.

The vote that is shipped averages several fold models, and may be refitted with more rows, whereas the map is
learned from predictions of single ones. An average is less sure of itself than its parts: on wine quality the
best inverse temperature was 0.91 for single models and 1.01 for their average, so that a gain of 0.3 % out of
fold was a loss of 0.4 % on unseen rows. The two per cent are there for that, too.

For the same reason a temperature that sharpens falls short rather than goes too far. Where the model was
chosen by the log loss, one that sharpens by a twentieth and more need not pass 2 and 3, and 1 by one standard
error only. That a row may be wrong for certain is in the map already (see `Calibrator.fit`). Over three votes
of six candidates on 24 random splits of seven tables (112 to 1,125 rows) such a map was kept in 60 % of the
cases. It lowered the log loss of the unseen quarter by 6 to 48 % on five of the tables, was not kept on the
two others, and raised it in 2 % of the cases, by 3.4 % at most. By the rule alone a map was kept in 8 %.

Of the 33 models that seven runs on five tables left, two pass, and their loss on the unseen quarter is 88 and
13 % lower. Some that do not: a network on penguins, 64 % lower out of fold and 14 % higher on unseen rows.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from automl.metrics import Metric
from automl.search.calibrators import Calibrator, methods
from automl.search.constraints import Constraints
from automl.search.evaluate import TrainingRows
from automl.search.hedge import hedged, mixed
from automl.store import RunFolder
from automl.task import Task

__all__ = ["Verdict", "calibrated", "calibration_error", "fitted", "is_asked", "judge", "kept"]

_ERRORS = 2.5  # standard errors that the gain must exceed
_WORTH = 0.02  # of the log loss
_SHARPER, _SHARPER_ERRORS = 1.05, 1.0  # inverse temperature of a map that sharpens; instead of `_ERRORS`
_PARTS = 5  # where there is one validation part
_ROWS = 20_000  # that a map is learned from at most: none has more than a few numbers
_DECIMALS = 6  # of the metric that must not get worse
_BINS = 15
_TINY = 1e-12

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Verdict:
    """What cross-fitting says of the best method.

    Attributes
    ----------
    method : {"temperature", "sigmoid", "isotonic"}
    kept : bool
    why_not : {"", "chance", "worth", "metric"}
        The first thing that it fails.
    rows : int
    gain, error : float
        Mean by which the log loss is lower, the worst row counted in, and the standard error.
    log_loss, calibration_error : (float, float)
        Before and after, on rows that the map was not learned from.
    """

    method: str
    kept: bool
    why_not: str
    rows: int
    gain: float
    error: float
    log_loss: tuple[float, float]
    calibration_error: tuple[float, float]

    def to_json(self) -> dict[str, Any]:
        """As a dictionary of JSON values."""
        return asdict(self)


def is_asked(folder: RunFolder, task: Task) -> bool:
    """Whether calibrating is to be tried in a run."""
    asked = folder.spec.get("calibrate", "off") == "auto"
    return asked and task.classes is not None and not Constraints.of(folder.spec).interpretable


def calibrated(
    folder: RunFolder, task: Task, rows: TrainingRows, vote: Floats
) -> tuple[Floats, Verdict | None]:
    """Judge whether the out-of-fold predictions of a vote gain by calibrating.

    Parameters
    ----------
    folder : RunFolder
    task : Task
    rows : TrainingRows
    vote : ndarray, shape (validated rows,) or (validated rows, classes)
        Of its members.

    Returns
    -------
    (ndarray, Verdict or None)
        What is predicted out of fold by the model to be shipped, its map learned from the other folds; and
        the verdict, None where calibrating is not to be tried.
    """
    before = hedged(folder, task, rows, vote)
    if not is_asked(folder, task):
        return before, None
    y, parts = rows.y[rows.validated], _parts(rows, folder.spec["seed"])
    verdict = judge(
        task.measure, y, before, mixed(rows, vote), parts,
        sample_weight=rows.validated_weight, groups=rows.validated_groups,
    )  # fmt: skip
    return (kept(folder, task, rows, vote, verdict.method) if verdict.kept else before), verdict


def kept(folder: RunFolder, task: Task, rows: TrainingRows, vote: Floats, method: str | None) -> Floats:
    """What is predicted out of fold by a vote, calibrated by a method that was found worth it, if any.

    Parameters
    ----------
    folder, task, rows, vote
        As in `calibrated`.
    method : str or None
    """
    if method is None:
        return hedged(folder, task, rows, vote)
    parts = _parts(rows, folder.spec["seed"])
    y, weight = rows.y[rows.validated], rows.validated_weight
    return _cross_fitted(method, y, mixed(rows, vote), parts, weight)


def fitted(rows: TrainingRows, vote: Floats, method: str) -> Calibrator:
    """The map to be shipped, learned from all out-of-fold predictions of the vote, base rates included."""
    return _fitted(method, rows.y[rows.validated], mixed(rows, vote), rows.validated_weight)


def judge(
    metric: Metric,
    y: NDArray[np.int64],
    before: Floats,
    probabilities: Floats,
    parts: NDArray[Any],
    *,
    sample_weight: Floats | None = None,
    groups: NDArray[Any] | None = None,
) -> Verdict:
    """Apply the rule at the top of this file.

    Parameters
    ----------
    metric : Metric
        By which the model was chosen.
    y : ndarray, shape (rows,)
        Codes of the classes.
    before : ndarray, shape (rows, classes)
        Out-of-fold probabilities as they are shipped without a map.
    probabilities : ndarray, shape (rows, classes)
        Those that the map is applied to, with the base rates in them.
    parts : ndarray, shape (rows,)
        The part that each row is in; a map is learned from the others.
    sample_weight : ndarray, shape (rows,), optional
        How much each row counts; 1 on average.
    groups : ndarray of int, shape (rows,), optional
        Rows that belong together: one group tells less than as many rows of different ones.

    Returns
    -------
    Verdict
        Of the method that is kept, or that comes closest to it.
    """
    found = [
        _verdict(
            metric, y, before, _cross_fitted(method, y, probabilities, parts, sample_weight), parts,
            sample_weight, groups, method,
            cautious=metric.steep and _fitted(method, y, probabilities, sample_weight).sharpens(_SHARPER),
        )
        for method in methods(len(y), probabilities.shape[1])
    ]  # fmt: skip
    return max(found, key=lambda each: (each.kept, each.gain - _ERRORS * each.error))


def _verdict(
    metric: Metric,
    y: NDArray[np.int64],
    before: Floats,
    after: Floats,
    parts: NDArray[Any],
    sample_weight: Floats | None,
    groups: NDArray[Any] | None,
    method: str,
    *,
    cautious: bool,
) -> Verdict:
    """What a map does; `cautious` is one that rather falls short, and has less to prove."""
    gains = _losses(y, before) - _losses(y, after)
    worst = float(np.min(_logarithms(after) - _logarithms(before)))
    weight = np.ones(len(y)) if sample_weight is None else sample_weight
    gain, error = _mean(np.append(gains, min(worst, 0.0)), np.append(weight, 1.0), groups)
    loss = float(np.average(_losses(y, before), weights=weight))
    why_not = ""
    if cautious:
        plain, plain_error = _mean(np.append(gains, 0.0), np.append(weight, 1.0), groups)
        cautious = plain > _SHARPER_ERRORS * plain_error
    if gain <= _ERRORS * error and not cautious:
        why_not = "chance"
    elif gain <= _WORTH * loss and not cautious:
        why_not = "worth"
    elif _loss(metric, y, after, parts, weight) > _loss(metric, y, before, parts, weight):
        why_not = "metric"
    return Verdict(
        method=method,
        kept=not why_not,
        why_not=why_not,
        rows=len(y),
        gain=gain,
        error=error,
        log_loss=(loss, float(np.average(_losses(y, after), weights=weight))),
        calibration_error=(calibration_error(y, before, weight), calibration_error(y, after, weight)),
    )


def _mean(values: Floats, weight: Floats, groups: NDArray[Any] | None) -> tuple[float, float]:
    """Weighted mean and its standard error; the last value belongs to no group."""
    mean = float(np.average(values, weights=weight))
    off = weight * (values - mean)
    if groups is not None:
        codes = np.unique(groups, return_inverse=True)[1]
        off = np.append(np.bincount(codes, weights=off[:-1]), off[-1])
    # Of sums over units that are independent of each other, whatever their sizes.
    error = np.sqrt((off**2).sum() * len(off) / max(len(off) - 1, 1)) / weight.sum()
    return mean, float(error)


def _loss(
    metric: Metric, y: NDArray[np.int64], probabilities: Floats, parts: NDArray[Any], weight: Floats
) -> float:
    """Mean loss of the parts: in each of them one map was at work."""
    rows = [parts == part for part in np.unique(parts)]
    losses = np.array([metric.loss(y[here], probabilities[here], weight[here]) for here in rows])
    sizes = np.array([weight[here].sum() for here in rows])
    known = ~np.isnan(losses)  # such as an area under the curve where a part lacks a class
    return round(float((losses * sizes)[known].sum() / max(sizes[known].sum(), _TINY)), _DECIMALS)


def calibration_error(
    y: NDArray[np.int64], probabilities: Floats, sample_weight: Floats | None = None
) -> float:
    """Expected calibration error: how far the most probable class is from being right as often as said.

    Mean over fifteen bins of that probability, weighted by their rows (Guo et al., 2017).

    Parameters
    ----------
    y : ndarray, shape (rows,)
    probabilities : ndarray, shape (rows, classes)
    sample_weight : ndarray, shape (rows,), optional
    """
    weight = np.ones(len(y)) if sample_weight is None else sample_weight
    said = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == y
    bins = np.minimum((said * _BINS).astype(np.int64), _BINS - 1)
    return float(np.abs(np.bincount(bins, weights=weight * (right - said))).sum() / weight.sum())


def _cross_fitted(
    method: str,
    y: NDArray[np.int64],
    probabilities: Floats,
    parts: NDArray[Any],
    sample_weight: Floats | None,
) -> Floats:
    """Calibrated probabilities of each part, by a map that was learned from the others."""
    result = np.empty_like(probabilities)
    for part in np.unique(parts):
        here = parts == part
        weight = None if sample_weight is None else sample_weight[~here]
        result[here] = _fitted(method, y[~here], probabilities[~here], weight)(probabilities[here])
    return result


def _fitted(
    method: str, y: NDArray[np.int64], probabilities: Floats, sample_weight: Floats | None
) -> Calibrator:
    if len(y) > _ROWS:
        rows = np.random.default_rng(0).choice(len(y), _ROWS, replace=False)
        y, probabilities = y[rows], probabilities[rows]
        sample_weight = None if sample_weight is None else sample_weight[rows]
    return Calibrator.fit(method, y, probabilities, sample_weight)


def _parts(rows: TrainingRows, seed: int) -> NDArray[Any]:
    """The folds, which keep groups together; where there is one validation part, its fifths."""
    if rows.n_folds > 1:
        return rows.fold[rows.validated]
    groups = rows.validated_groups
    if groups is None:
        groups = np.arange(int(rows.validated.sum()))
    unit = np.unique(groups, return_inverse=True)[1]
    return np.random.default_rng([seed, 13]).integers(0, _PARTS, size=int(unit.max()) + 1)[unit]


def _logarithms(probabilities: Floats) -> Floats:
    """Finite ones, as the log loss reads them."""
    return np.log(np.clip(probabilities, np.finfo(np.float64).eps, 1.0))


def _losses(y: NDArray[np.int64], probabilities: Floats) -> Floats:
    return -_logarithms(probabilities[np.arange(len(y)), y])
