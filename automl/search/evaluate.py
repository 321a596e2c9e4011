"""One candidate through all folds; runs in a worker process."""

from __future__ import annotations

import io
import time
import traceback
import warnings
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from numpy.typing import NDArray

from automl.data.split import Split
from automl.freeing import release_memory
from automl.metrics import bootstrap_interval, get_metric
from automl.models import Context, Deadline, get_family
from automl.search.race import Beaten, Rival, race
from automl.search.weigh import load_weights

__all__ = ["Evaluation", "Spending", "TrainingRows", "evaluate"]

_SINGLE_ROWS = 5
_PACKING = 0.1  # of the seconds of a fit, until it was measured


@dataclass(frozen=True)
class TrainingRows:
    """The encoded rows that may be trained on.

    Attributes
    ----------
    X : ndarray of float64, shape (rows, derived columns)
    y : ndarray, shape (rows,)
    split : Split
        Who learns from what.
    sample_weight : ndarray or None, shape (rows,)
        How much each row counts; None where all count the same.
    """

    X: NDArray[np.float64]
    y: NDArray[Any]
    split: Split
    sample_weight: NDArray[np.float64] | None = None

    @classmethod
    def load(cls, path: Path) -> TrainingRows:
        """Read them from a run folder; the matrix is mapped, so that all workers share its memory."""
        with np.load(path / "split.npz") as arrays:
            split = Split.from_arrays(arrays)
        weights = load_weights(path)
        return cls(
            X=np.load(path / "encoded.npy", mmap_mode="r"),
            y=np.load(path / "target.npy"),
            split=split,
            sample_weight=None if weights is None else weights[split.train],
        )

    @property
    def fold(self) -> NDArray[np.int8]:
        """The fold in which each row validates; -1: in none."""
        return self.split.fold

    @property
    def n_folds(self) -> int:
        """How many folds there are."""
        return self.split.n_folds

    @property
    def validated_groups(self) -> NDArray[np.int64] | None:
        """Groups of the rows that have an out-of-fold prediction; None without groups."""
        groups = self.split.train_groups
        return None if groups is None else groups[self.validated]

    @property
    def validated_weight(self) -> NDArray[np.float64] | None:
        """Weights of the rows that have an out-of-fold prediction; None where all count the same."""
        return self.weight_of(self.validated)

    def weight_of(self, rows: slice | NDArray[np.bool_]) -> NDArray[np.float64] | None:
        """Weights of some rows; None where all count the same."""
        return None if self.sample_weight is None else self.sample_weight[rows]

    @property
    def validated(self) -> NDArray[np.bool_]:
        """Rows that have an out-of-fold prediction."""
        return np.asarray(self.fold >= 0)

    def learned(self, number: int, sample: int | None) -> slice | NDArray[np.bool_]:
        """The rows that a model of this fold learns from, `sample` of them where a number is given."""
        return _in_one_piece(self.split.learns(number), sample)

    def judged(self, number: int) -> slice | NDArray[np.bool_]:
        """The rows that judge a model of this fold."""
        return _in_one_piece(self.fold == number)


def _in_one_piece(rows: NDArray[np.bool_], first: int | None = None) -> slice | NDArray[np.bool_]:
    """Rows as a slice where they follow each other: a slice of a mapped matrix takes no memory.

    `first` of them where a number is given, as they stand; where they do not follow each other, at random.
    """
    at = np.flatnonzero(rows)
    if len(at) and at[-1] - at[0] + 1 == len(at):
        return slice(int(at[0]), int(at[0]) + min(len(at), first or len(at)))
    if first is None or first >= len(at):
        return rows
    drawn = np.zeros_like(rows)
    drawn[np.random.default_rng(len(at)).choice(at, first, replace=False)] = True
    return drawn


@dataclass(frozen=True)
class Evaluation:
    """What a worker sends back.

    `out_of_fold` are the predictions of the validated rows; `estimate` is the loss of a candidate that lost
    its race, as the folds it ran tell.
    """

    reason: str = ""
    estimate: float | None = None
    details: str = ""
    out_of_fold: NDArray[np.float64] | None = None
    models: bytes = b""
    score: float | None = None
    loss: float | None = None
    interval: tuple[float, float] | None = None
    fold_scores: list[float] = field(default_factory=list)
    fit_seconds: float = 0.0
    predict_seconds: float = 0.0
    row_seconds: float = 0.0
    load_seconds: float = 0.0
    iterations: list[int | None] = field(default_factory=list)
    clipped: bool = False
    warnings: list[str] = field(default_factory=list)


@dataclass
class Spending:
    """What the folds of a candidate have taken, and what that leaves for the next fit.

    Models that take long to fit take long to judge and to pack as well: of seven classes and a thousand
    rounds, 7 seconds beside 12. Fits that were given all of the time made candidates late, and what is late
    at the end of a search is lost.

    Attributes
    ----------
    fitting, judging : float
        Seconds.
    packing : float
        Seconds to pack a model, for each second of its fit.
    """

    fitting: float = 0.0
    judging: float = 0.0
    packing: float = _PACKING

    def share(self, left: float, folds: int) -> float:
        """Seconds for the next fit, so that all `folds` to come, and packing, end in `left` seconds."""
        judging = self.judging / self.fitting if self.fitting else 0.0
        return max(left - self.packing * self.fitting, 0.0) / (1 + judging + self.packing) / folds


@lru_cache(maxsize=1)
def _rows_of(path: Path) -> TrainingRows:
    return TrainingRows.load(path)


def evaluate(
    source: Path | TrainingRows,
    family: str,
    params: dict[str, Any],
    context: Context,
    seconds: float,
    rival: Rival | None = None,
    only: int | None = None,
) -> Evaluation:
    """Cross-validate one candidate.

    Parameters
    ----------
    source : Path or TrainingRows
        The training rows, or the folder that has them.
    family : str
    params : dict
    context : Context
    seconds : float
        Time for all of it; each fit gets an equal share of what is left, see `Spending`.
    rival : Rival, optional
        A trial to race against.
    only : int, optional
        The one fold to run, where only its model is wanted: nothing is scored.

    Returns
    -------
    Evaluation
        A failure is returned as one with its reason: no candidate can stop the search.
    """
    started = time.monotonic()
    try:
        rows = source if isinstance(source, TrainingRows) else _rows_of(source)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            done = _cross_validate(rows, family, params, context, seconds, rival, only)
        seen = sorted({f"{w.category.__name__}: {str(w.message).splitlines()[0][:200]}" for w in caught})
        return Evaluation(**{**done, "warnings": seen[:5]})
    except Beaten as error:
        return _without_model(started, error.message, estimate=error.estimate)
    except MemoryError as error:
        return _without_model(started, f"Out of memory: {error}", details=traceback.format_exc())
    except Exception as error:  # noqa: BLE001 - whatever a library raises is this candidate's result
        return _without_model(started, _reason(error), details=traceback.format_exc())


def _without_model(started: float, reason: str, **more: Any) -> Evaluation:
    """What led to no model took time as well."""
    return Evaluation(reason=reason, fit_seconds=time.monotonic() - started, **more)


def _reason(error: Exception) -> str:
    text = str(error).strip()
    return f"{type(error).__name__}: {text.splitlines()[0][:300]}" if text else type(error).__name__


def _cross_validate(
    rows: TrainingRows,
    family_name: str,
    params: dict[str, Any],
    context: Context,
    seconds: float,
    rival: Rival | None,
    only: int | None,
) -> dict[str, Any]:
    family = get_family(family_name)
    metric = get_metric(context.metric, context.task, context.costs)
    end = time.monotonic() + seconds
    validated = rows.validated
    fold, y, weight = rows.fold[validated], rows.y[validated], rows.validated_weight
    out_of_fold = np.full((len(y),) if context.task == "regression" else (len(y), context.n_classes), np.nan)
    models, fold_scores, iterations = [], [], []
    spent, loading = Spending(), 0.0
    clipped = False
    numbers = range(rows.n_folds) if only is None else [only]
    for done, number in enumerate(numbers):
        learned, valid = rows.learned(number, context.sample), rows.judged(number)
        X_valid, y_valid, weight_valid = rows.X[valid], rows.y[valid], rows.weight_of(valid)
        started = time.monotonic()
        share = spent.share(end - started, len(numbers) - done)
        fitted = family.fit(
            params,
            context,
            rows.X[learned],
            rows.y[learned],
            X_valid=X_valid,
            y_valid=y_valid,
            sample_weight=rows.weight_of(learned),
            sample_weight_valid=weight_valid,
            deadline=Deadline.after(share),
        )
        ended = time.monotonic()
        spent.fitting += ended - started
        prediction = predict(fitted.estimator, X_valid, context.task)
        if not np.isfinite(prediction).all():
            raise ValueError("The model predicts values that are not finite numbers.")
        models.append(fitted.estimator)
        iterations.append(fitted.iterations)
        clipped = clipped or fitted.stopped_early_by_clock
        if only is not None:
            break
        out_of_fold[fold == number] = prediction
        fold_scores.append(metric.score(y_valid, prediction, weight_valid))
        to_come = spent.fitting / (done + 1) * (len(numbers) - done - 1)
        if rival is not None and to_come > rival.stake:
            race(rival, metric, y, out_of_fold, fold <= number, context.seed, weight)
        spent.judging += time.monotonic() - ended
        if done == 0:
            packing, loading = _seconds_to_store(fitted.estimator)
            spent.packing = packing / max(spent.fitting, 1e-9)
    stream = io.BytesIO()
    joblib.dump(models, stream, compress=1)
    learned_facts = {
        "models": stream.getvalue(),
        "fit_seconds": spent.fitting,
        "iterations": iterations,
        "clipped": clipped,
    }
    if only is not None:
        return learned_facts
    score = float(metric.score(y, out_of_fold, weight))
    if not np.isfinite(score):
        raise ValueError(f"{metric.label} is undefined for what the model predicts.")
    interval = bootstrap_interval(
        metric, y, out_of_fold, sample_weight=weight, groups=rows.validated_groups,
        new_rows=rows.split.new_rows, draws=200, seed=context.seed,
    )  # fmt: skip
    if rows.n_folds == 1:  # a large table: the next candidate may run in another process
        release_memory()
    return {
        **learned_facts,
        "out_of_fold": out_of_fold,
        "score": score,
        "loss": float(metric.loss(y, out_of_fold, weight)),
        "interval": interval if np.isfinite(interval).all() else None,
        # A fold without one of the classes has no ROC AUC of its own.
        "fold_scores": [float(score) for score in fold_scores if np.isfinite(score)],
        "predict_seconds": _seconds_per_thousand(models, rows.X, context.task),
        "row_seconds": _seconds_per_row(models, rows.X, context.task),
        "load_seconds": loading * rows.n_folds,
    }


def _seconds_per_thousand(models: list[Any], X: NDArray[np.float64], task: str) -> float:
    """Seconds that the fold models together take to predict 1,000 rows (repeated where there are fewer)."""
    block = X[np.sort(np.arange(1000) % len(X))]
    started = time.monotonic()
    predict(models[-1], block, task)
    return (time.monotonic() - started) * len(models)


def _seconds_per_row(models: list[Any], X: NDArray[np.float64], task: str) -> float:
    """Seconds that the fold models together take to predict a single row.

    The quickest of a few: other work on the machine only ever adds to it.
    """
    times = []
    for row in range(min(_SINGLE_ROWS, len(X))):
        started = time.perf_counter()
        predict(models[-1], X[row : row + 1], task)
        times.append(time.perf_counter() - started)
    return min(times) * len(models)


def _seconds_to_store(model: Any) -> tuple[float, float]:
    """Seconds that it takes to pack a fold model as it is stored, and to load it again."""
    stream, started = io.BytesIO(), time.monotonic()
    joblib.dump(model, stream, compress=1)
    packed = time.monotonic()
    stream.seek(0)
    joblib.load(stream)
    return packed - started, time.monotonic() - packed


def predict(estimator: Any, X: NDArray[np.float64], task: str) -> NDArray[np.float64]:
    """Values (n,) for regression, probabilities (n, classes) otherwise."""
    values = estimator.predict(X) if task == "regression" else estimator.predict_proba(X)
    return np.asarray(values, dtype=np.float64)
