"""Gradient boosting with scikit-learn's histogram trees."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from optuna.distributions import BaseDistribution, FloatDistribution, IntDistribution
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from ._made import codes_space, with_codes
from ._targets import on_scales, scale_space
from .base import Context, Deadline, Family, Fitted, Pace, Params, Rows, copied_bytes, matrix_bytes

__all__ = ["HistGradientBoosting"]

_BINS = 255


class HistGradientBoosting(Family):
    """Boosted histogram trees with native categories and missing values.

    It has no callback, so it grows in warm-started blocks of rounds. The number of rounds is the one of the
    lowest loss on the validation rows; the trees after it are dropped.
    """

    name: ClassVar[str] = "hist_gradient_boosting"
    label: ClassVar[str] = "Histogram gradient boosting"
    monotone: ClassVar[bool] = True
    weighted: ClassVar[bool] = True

    def _memory(self, params: Params, context: Context) -> int:
        """Return a byte for each binned value, gradients, and copies where categories are told apart."""
        copies = 2 if context.categorical else 1
        rows = context.learned_rows
        return (
            copied_bytes(context)
            + copies * matrix_bytes(context)
            + rows * context.n_columns
            + 24 * rows * context.outputs
        )

    def first_candidates(self, context: Context) -> list[Params]:
        """Return middling trees and shallow ones."""
        candidates: list[Params] = [
            {
                "learning_rate": 0.08,
                "max_leaf_nodes": 16,
                "min_samples_leaf": 15,
                "l2_regularization": 1.0,
                "max_features": 0.5,
            },
            {
                "learning_rate": 0.08,
                "max_leaf_nodes": 6,
                "min_samples_leaf": 20,
                "l2_regularization": 1.0,
                "max_features": 0.6,
            },
        ]
        return with_codes(on_scales(candidates, context, log=(1,)), context, {1: "means"})

    def distributions(self, context: Context) -> dict[str, BaseDistribution]:
        """Return the space of the trees and of the rate."""
        return {
            "learning_rate": FloatDistribution(0.02, 0.3, log=True),
            "max_leaf_nodes": IntDistribution(3, 128, log=True),
            "min_samples_leaf": IntDistribution(2, 64, log=True),
            "l2_regularization": FloatDistribution(1e-3, 30.0, log=True),
            "max_features": FloatDistribution(0.2, 1.0),
        } | (codes_space(context) | scale_space(context))

    def _fit(
        self, params: Params, context: Context, rows: Rows, valid: Rows | None, deadline: Deadline
    ) -> Fitted:
        X, y, weight = rows
        rate = float(params["learning_rate"])
        # Columns without a known value cannot be binned. Constant ones are never split on, so the model may
        # later meet anything there.
        empty = np.isnan(X).all(axis=0)
        if empty.any():
            X = np.where(empty, 0.0, X)
        # Leaves of the absolute error are set anew after a tree has grown, whatever the constraints.
        absolute = context.metric in {"mae", "mape"} and not context.monotone
        settings: dict[str, Any] = {"loss": "absolute_error"} if absolute else {}
        kind = HistGradientBoostingClassifier if context.classification else HistGradientBoostingRegressor
        estimator = kind(
            **settings,
            **(params | {"min_samples_leaf": min(int(params["min_samples_leaf"]), max(1, len(X) // 10))}),
            categorical_features=_few_codes(X, context),
            monotonic_cst=context.directions,
            early_stopping=valid is not None,
            n_iter_no_change=int(np.clip(3 / rate, 20, 100)),
            tol=1e-5,
            scoring="loss",
            random_state=context.seed,
            warm_start=True,
        )
        extra: dict[str, Any] = {"sample_weight": weight}
        if valid is not None:
            extra |= {"X_val": valid.X, "y_val": valid.y, "sample_weight_val": valid.weight}
        rounds = int(np.clip(60 / rate, 400, 2000) if valid is not None else np.clip(10 / rate, 50, 500))
        by_clock = _grow(estimator, X, y, extra, rounds, context.n_threads, deadline)
        if valid is not None:
            _keep_best(estimator)
        _drop_check(estimator)
        estimator.set_params(warm_start=False)
        return Fitted(estimator, iterations=int(estimator.n_iter_), stopped_early_by_clock=by_clock)


def _grow(
    estimator: Any,
    X: NDArray[np.float64],
    y: NDArray[Any],
    extra: dict[str, Any],
    rounds: int,
    threads: int,
    deadline: Deadline,
) -> bool:
    """Add blocks of rounds until no more help, all are done or the clock ends it (then return True).

    Blocks start with one round and double, so that the first model comes soon and binning the rows anew for
    every block stays a small share.
    """
    pace = Pace(deadline, growth=2.2)
    wanted = 1
    with threadpool_limits(limits=threads, user_api="openmp"):
        while True:
            estimator.set_params(max_iter=wanted).fit(X, y, **extra)
            if estimator.n_iter_ < wanted or wanted >= rounds:
                return False
            if not pace.fits_another():
                return True
            wanted = min(rounds, wanted + min(wanted, 64))


def _keep_best(estimator: Any) -> None:
    """Drop the rounds after the one with the best validation score.

    scikit-learn keeps the rounds that it waited for an improvement in vain. Its own count of rounds,
    ``n_iter_``, is the length of the list that is cut here; `validation_score_` also holds the score before
    the first round.
    """
    best = max(1, int(np.argmax(estimator.validation_score_)))
    estimator._predictors = estimator._predictors[:best]
    estimator.train_score_ = estimator.train_score_[: best + 1]
    estimator.validation_score_ = estimator.validation_score_[: best + 1]


def _drop_check(estimator: Any) -> None:
    """Take the call of a bare function out of the step that encodes the categories.

    scikit-learn passes the other columns through ``functools.partial(check_array, …)``. They are float64
    here, nothing is left to check, and a bundle with such a call would have to trust more than classes.
    """
    if estimator._preprocessor is None:
        return
    estimator._preprocessor.set_params(numerical__func=None)
    estimator._preprocessor.named_transformers_["numerical"].set_params(func=None)


def _few_codes(X: NDArray[np.float64], context: Context) -> list[int] | None:
    """Return the code columns that fit into the bins; the others are split as numbers."""
    columns = list(context.categorical)
    if not columns:
        return None
    codes = X[:, columns]
    distinct = np.array([len(np.unique(column[~np.isnan(column)])) for column in codes.T])
    return [column for column, count in zip(columns, distinct, strict=True) if 0 < count < _BINS] or None
