"""What a model family is: its context, its search space, its candidates, and what fitting returns."""

from __future__ import annotations

import math
import time
import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, ClassVar, NamedTuple

import numpy as np
import optuna
from numpy.typing import NDArray
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from sklearn.pipeline import Pipeline

from automl.costs import CostMatrix
from automl.errors import GlassbenchError
from automl.extras import install_hint, is_installed

from ._made import HYPERPARAMETERS, append_columns, made_bytes, make_columns, with_made
from ._targets import in_units, to_scale

__all__ = [
    "Context",
    "Deadline",
    "Family",
    "Fitted",
    "OutOfTime",
    "Params",
    "Rows",
    "copied_bytes",
    "hurried_rate",
    "matrix_bytes",
]

Params = dict[str, Any]
"""Hyperparameters of one candidate: plain JSON values only."""

_DONE_AROUND = ("target", *HYPERPARAMETERS)


class OutOfTime(GlassbenchError, TimeoutError):  # noqa: N818 - the name says what happened
    """The deadline passed before there was a model that could be used."""


@dataclass(frozen=True)
class Deadline:
    """A moment on the monotonic clock.

    On Linux and macOS the monotonic clock is shared by all processes of the machine, so a deadline may be
    handed to a worker process.

    Parameters
    ----------
    at : float
        Seconds on `time.monotonic`; infinity for no deadline.
    """

    at: float = math.inf

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """Return the moment that many seconds from now."""
        return cls(time.monotonic() + seconds)

    @classmethod
    def never(cls) -> Deadline:
        """Return a deadline that never passes."""
        return cls(math.inf)

    def left(self) -> float:
        """Return the seconds left: negative once it has passed, infinity without a deadline."""
        return self.at - time.monotonic()

    def passed(self) -> bool:
        """Tell whether no time is left."""
        return self.left() <= 0

    def check(self, doing: str) -> None:
        """Raise unless there is time left.

        Parameters
        ----------
        doing : str
            What would have been done, for the message: "fit the first tree".

        Raises
        ------
        OutOfTime
            If the deadline has passed.
        """
        if self.passed():
            raise OutOfTime(
                f"No time was left to {doing}.", fix="Give the search a larger budget or a smaller table."
            )


class Pace:
    """Decides between blocks of work whether another block still fits before a deadline.

    The slowest of the blocks so far is taken as the price of the next one.
    """

    def __init__(self, deadline: Deadline, *, growth: float = 1.1) -> None:
        self._deadline = deadline
        self._growth = growth
        self._last = time.monotonic()
        self._slowest = 0.0

    def fits_another(self) -> bool:
        """Note the end of a block; tell whether the next one is expected to end in time."""
        now = time.monotonic()
        self._slowest = max(self._slowest, now - self._last)
        self._last = now
        return self._deadline.at - now > self._slowest * self._growth


@dataclass(frozen=True)
class Context:
    """What a family may know about the table before it sees a row.

    Parameters
    ----------
    task : {"binary", "multiclass", "regression"}
        Kind of task.
    n_rows : int
        Rows that the search trains on, all folds together.
    n_columns : int
        Columns of the encoded matrix.
    n_classes : int
        Classes of the target; 0 for regression.
    categorical : tuple of int
        Positions of the columns that hold integer codes 0..c-1 (NaN: missing or unknown).
    n_folds : int
        Models of each candidate that will be kept together.
    n_threads : int
        Threads that one fit may use.
    seed : int
        Seed of everything random.
    log_target : {"", "log", "log1p"}
        The logarithm that makes a skewed target more even; empty where there is none.
    monotone : tuple of (int, int)
        Positions of columns with 1 where the prediction (of two classes, the probability of the second) may
        only rise with the column's value, -1 where it may only fall.
    interpretable : bool
        Whether only models that a person can read are wanted.
    weighted : bool
        Whether rows count differently.
    n_judged : int
        Rows of the single validation part of a large table; 0 where there are folds.
    sample : int, optional
        How many rows a model learns from, where not all: the first so many of a single fold.
    metric : str
        Name of the metric (in `automl.metrics.METRICS`) that the search optimises.
    costs : CostMatrix, optional
        What errors cost, for the metric `cost`.
    """

    task: str
    n_rows: int
    n_columns: int
    n_classes: int
    categorical: tuple[int, ...] = ()
    n_folds: int = 5
    n_threads: int = 1
    seed: int = 0
    metric: str = ""
    log_target: str = ""
    monotone: tuple[tuple[int, int], ...] = ()
    interpretable: bool = False
    weighted: bool = False
    n_judged: int = 0
    sample: int | None = None
    costs: CostMatrix | None = None

    @property
    def classification(self) -> bool:
        """Whether the target is a class."""
        return self.task != "regression"

    @property
    def learned_rows(self) -> int:
        """How many rows a model of one fold learns from, about; of a single fold exactly that many."""
        if self.sample is not None:
            return self.sample
        if self.n_folds > 1:
            return self.n_rows - self.n_rows // self.n_folds
        return self.n_rows - self.n_judged

    @property
    def outputs(self) -> int:
        """How many functions a boosted or linear model has to learn: one per class above two, else one."""
        return self.n_classes if self.task == "multiclass" else 1

    @property
    def directions(self) -> list[int] | None:
        """For each column 1, -1 or 0, in the form that tree libraries take; None without any constraint."""
        if not self.monotone:
            return None
        signs = dict(self.monotone)
        return [signs.get(position, 0) for position in range(self.n_columns)]


class Rows(NamedTuple):
    """Rows to learn from, or to be judged on.

    Parameters
    ----------
    X : ndarray of float64, shape (rows, columns)
    y : ndarray, shape (rows,)
        Codes, or values.
    weight : ndarray of float64, shape (rows,), optional
        How much each row counts.
    """

    X: NDArray[np.float64]
    y: NDArray[Any]
    weight: NDArray[np.float64] | None = None


@dataclass(frozen=True)
class Fitted:
    """A fitted model and how its fit ended.

    Parameters
    ----------
    estimator : object
        Fitted scikit-learn or LightGBM object, or a scikit-learn pipeline of such; takes float64 matrices.
        Classifiers have ``classes_ == arange(K)`` and ``predict_proba``.
    iterations : int, optional
        Boosting rounds, trees or epochs that the model kept; None where the family does not count.
    stopped_early_by_clock : bool
        Whether the deadline cut the fit short. The same seed gives the same model only where it did not.
    """

    estimator: Any
    iterations: int | None = None
    stopped_early_by_clock: bool = False


class Family(ABC):
    """A kind of model. One subclass per file of this package; its file is all there is to know about it.

    A subclass names itself, declares `distributions`, offers `first_candidates` and implements `_fit`. What
    the hyperparameters ``target``, ``pairs`` and ``codes`` ask for, where its space has them, is done around
    its `_fit`.
    """

    name: ClassVar[str]
    """Identifier: the name of the family's module."""
    label: ClassVar[str]
    """Name in the words of the field, for people."""
    monotone: ClassVar[bool] = False
    """Whether its models keep `Context.monotone`, for whatever rows."""
    interpretable: ClassVar[bool] = False
    """Whether a person can read its models."""
    weighted: ClassVar[bool] = False
    """Whether it can learn from rows that count differently."""
    extra: ClassVar[str] = ""
    """The extra (`automl.extras`) that it needs to learn; such a family is only tried where asked for."""

    def unavailable(self, context: Context) -> str | None:
        """Return why this family should not be tried on such a table, or None if it should."""
        if self.extra and not is_installed(self.extra):
            return f"{self.label} is not installed. {install_hint(self.extra)}"
        if context.interpretable and not self.interpretable:
            return f"Only models that a person can read are wanted; {self.label} is none."
        if context.monotone and not self.monotone:
            return f"{self.label} cannot promise that predictions only rise, or only fall, with a column."
        if context.weighted and not self.weighted:
            return f"{self.label} cannot let rows count differently."
        return self._unsuited(context)

    def _unsuited(self, context: Context) -> str | None:
        """Return what in the table itself, such as its size, speaks against this family."""
        return None

    def memory(self, params: Params, context: Context) -> int:
        """Return about how many bytes fitting and keeping one model takes at its peak.

        Beside the matrix of all rows, which is mapped from the disk, and what a process takes anyway.
        """
        return self._memory(params, with_made(params, context)) + made_bytes(params, context)

    @abstractmethod
    def _memory(self, params: Params, context: Context) -> int:
        """Return the bytes of a model of the columns that `_fit` is given; see `memory`."""

    @abstractmethod
    def first_candidates(self, context: Context) -> list[Params]:
        """Return hyperparameters worth trying before any search, best first, each within `distributions`."""

    @abstractmethod
    def distributions(self, context: Context) -> dict[str, BaseDistribution]:
        """Return the search space: one distribution per hyperparameter."""

    def hurried(self, params: Params, context: Context) -> Params:
        """Return first candidates that were chosen on small tables as they should be on a larger one."""
        return params

    def suggest(self, trial: optuna.trial.BaseTrial, context: Context) -> Params:
        """Ask an Optuna trial for hyperparameters; the keys are those of `distributions`."""
        return {key: _ask(trial, key, kind) for key, kind in self.distributions(context).items()}

    def fit(
        self,
        params: Params,
        context: Context,
        X: NDArray[np.float64],
        y: NDArray[Any],
        *,
        X_valid: NDArray[np.float64] | None = None,
        y_valid: NDArray[Any] | None = None,
        sample_weight: NDArray[np.float64] | None = None,
        sample_weight_valid: NDArray[np.float64] | None = None,
        deadline: Deadline | None = None,
    ) -> Fitted:
        """Fit one model.

        Parameters
        ----------
        params : dict
            Hyperparameters, with the keys of `distributions`.
        context : Context
            What the search knows about the table.
        X : ndarray of float64, shape (n_rows, n_columns)
            Encoded rows; NaN is missing.
        y : ndarray, shape (n_rows,)
            Codes 0..K-1, each present at least once, or values.
        X_valid, y_valid : ndarray, optional
            Rows of the validation fold. Families that learn in rounds choose the number of rounds on them.
        sample_weight, sample_weight_valid : ndarray of float64, optional
            How much each row counts, above 0: a row of weight 2 like two rows. How columns are prepared
            (medians, scales, ranks, bins) and how many rows a leaf needs goes by the rows themselves.
        deadline : Deadline, optional
            When the fit must have ended; none by default.

        Returns
        -------
        Fitted
            The model, and how its fit ended.

        Raises
        ------
        OutOfTime
            If the deadline passed before there was anything usable.
        ValueError
            If the shapes do not fit, a class has no row, or the family cannot weight rows.
        """
        deadline = deadline or Deadline.never()
        X, y = self._checked(context, X, y)
        if X_valid is not None and (y_valid is None or len(X_valid) != len(y_valid)):
            raise ValueError("X_valid was given without as many values of y_valid; give both or neither.")
        if X_valid is not None and not len(X_valid):
            X_valid = y_valid = None
        if sample_weight is not None and not self.weighted:
            raise ValueError(f"{self.label} cannot let rows count differently; fit it without weights.")
        deadline.check(f"start to fit {self.label}")
        rows = Rows(X, y, _floats(sample_weight))
        valid = None
        if X_valid is not None and y_valid is not None:
            valid = Rows(X_valid, y_valid, _floats(sample_weight_valid))
        if params.get("target") != "log":
            return self._fit_with_made(params, context, rows, valid, deadline)
        # A relative error is an absolute one of the logarithm.
        inner = replace(context, metric="mae" if context.metric == "mape" else context.metric)
        if valid is not None:
            valid = valid._replace(y=to_scale(valid.y, context))
        scaled = rows._replace(y=to_scale(y, context))
        fitted = self._fit_with_made(params, inner, scaled, valid, deadline)
        return replace(fitted, estimator=in_units(fitted.estimator, y, context))

    def _fit_with_made(
        self, params: Params, context: Context, rows: Rows, valid: Rows | None, deadline: Deadline
    ) -> Fitted:
        """Fit on the columns and those made of them, where there are any: a pipeline of both steps."""
        own = {name: value for name, value in params.items() if name not in _DONE_AROUND}
        make = make_columns(params, context, *rows)
        if make is None:
            return self._fit(own, context, rows, valid, deadline)
        rows = rows._replace(X=append_columns(make, rows.X, rows.y))
        valid = None if valid is None else valid._replace(X=make.transform(valid.X))
        deadline.check(f"start to fit {self.label} after columns were made of others")
        fitted = self._fit(own, replace(context, n_columns=rows.X.shape[1]), rows, valid, deadline)
        return replace(fitted, estimator=Pipeline([("make", make), ("model", fitted.estimator)]))

    @abstractmethod
    def _fit(
        self, params: Params, context: Context, rows: Rows, valid: Rows | None, deadline: Deadline
    ) -> Fitted:
        """Fit on checked rows; see `fit`."""

    @staticmethod
    def _checked(
        context: Context, X: NDArray[np.float64], y: NDArray[Any]
    ) -> tuple[NDArray[np.float64], NDArray[Any]]:
        X = np.ascontiguousarray(X, dtype=np.float64)
        if X.ndim != 2 or X.shape[0] != len(y) or X.shape[1] != context.n_columns:
            raise ValueError(
                f"Expected a matrix of {len(y)} rows and {context.n_columns} columns, found shape {X.shape}."
            )
        if not context.classification:
            return X, np.asarray(y, dtype=np.float64)
        y = np.asarray(y, dtype=np.int64)
        counts = np.bincount(y, minlength=context.n_classes)
        if len(counts) != context.n_classes or not counts.all():
            raise ValueError(
                f"Expected training rows of each of {context.n_classes} classes, found {counts.tolist()} "
                "rows per class; keep at least one row of each class in every training fold."
            )
        return X, y


def _floats(values: NDArray[Any] | None) -> NDArray[np.float64] | None:
    return None if values is None else np.asarray(values, dtype=np.float64)


def hurried_rate(rate: float, fastest: float, context: Context) -> float:
    """A learning rate of small tables for boosting on this one: up to three times as large, for speed."""
    cells = context.n_rows * context.n_columns * context.outputs
    hurry = float(np.clip((cells / 100_000) ** 0.3, 1, 3))
    return round(min(rate * hurry, fastest), 4)


def matrix_bytes(context: Context) -> int:
    """Bytes of the rows that one model learns from, as float64; see `Family.memory`."""
    return 8 * context.learned_rows * context.n_columns


def copied_bytes(context: Context) -> int:
    """Bytes of the copies that folds make of their rows: those of a single fold lie in one piece."""
    return 8 * context.n_rows * context.n_columns if context.n_folds > 1 else 0


def _ask(trial: optuna.trial.BaseTrial, name: str, kind: BaseDistribution) -> Any:
    if isinstance(kind, FloatDistribution):
        return trial.suggest_float(name, kind.low, kind.high, step=kind.step, log=kind.log)
    if isinstance(kind, IntDistribution):
        return trial.suggest_int(name, kind.low, kind.high, step=kind.step, log=kind.log)
    if isinstance(kind, CategoricalDistribution):
        return trial.suggest_categorical(name, kind.choices)
    raise TypeError(f"{name}: no way to ask for a {type(kind).__name__}.")


@contextmanager
def ignoring_convergence() -> Iterator[None]:
    """Silence the warning that an iterative fit was stopped before it converged: stopping it is the point."""
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield
