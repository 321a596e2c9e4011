"""Gradient boosting with CatBoost: symmetric trees, statistics of the target in each category."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from optuna.distributions import BaseDistribution, FloatDistribution, IntDistribution

from ._oblivious import MISSING, as_lightgbm
from ._stopping import BestRound
from ._targets import on_scales, scale_space
from .base import Context, Deadline, Family, Fitted, Pace, Params, Rows, copied_bytes, hurried_rate
from .dummy import Dummy

__all__ = ["CatBoost"]

_FASTEST = 0.2  # learning rate
_LIBRARY_BYTES = 60_000_000
_LOSSES = {"binary": "Logloss", "multiclass": "MultiClass", "regression": "RMSE"}
_ABSOLUTE = {"mae": "MAE", "mape": "MAPE"}
_MOST_CODES = 2_000  # a set of more would be written out at each node
_LEAF_SECONDS = 3e-5  # to write one as LightGBM's
_LARGEST = 3e38  # that single precision holds

Codes = dict[int, NDArray[np.int64]]


class CatBoost(Family):
    """Boosted symmetric trees: all nodes of a level ask the same question, which keeps them from overfitting.

    Categories are split one by one where there are few (``one_hot_max_size``), else by ordered statistics of
    the target, each row's made from the rows before it in a random order (Prokhorenkova et al., "CatBoost:
    unbiased boosting with categorical features", NeurIPS 2018). Statistics of combined categories are left
    out: they took more than twice as long for no gain (see CONTRIBUTING), and could not be written as below.

    The fitted model is handed on as LightGBM trees that predict the same; see `automl.models._oblivious`.
    The number of rounds is chosen on the validation rows, as in `automl.models.lightgbm`.
    """

    name: ClassVar[str] = "catboost"
    label: ClassVar[str] = "CatBoost"
    extra: ClassVar[str] = "catboost"
    monotone: ClassVar[bool] = True
    weighted: ClassVar[bool] = True

    def _memory(self, params: Params, context: Context) -> int:
        """Return single-precision columns, a byte for each binned value, and the scores of some orders."""
        rows = context.learned_rows
        columns = 5 * rows * context.n_columns
        codes = 16 * rows * len(context.categorical)
        scores = 60 * rows * context.outputs
        leaves: int = 2 ** params["depth"]
        histograms = 16 * 255 * context.n_columns * leaves * context.outputs
        return _LIBRARY_BYTES + copied_bytes(context) + columns + codes + scores + histograms

    def first_candidates(self, context: Context) -> list[Params]:
        """Return configurations around CatBoost's own defaults, with rates that a minute can use."""
        rows = [
            # learning rate, depth, l2, features, rows, random strength, one-hot up to
            (0.06, 6, 3.0, 0.7, 0.8, 1.0, 10),
            (0.06, 4, 2.0, 0.5, 0.9, 1.0, 10),
            (0.08, 8, 5.0, 0.5, 0.8, 1.0, 3),
        ]
        keys = ("learning_rate", "depth", "l2_leaf_reg", "rsm", "subsample", "random_strength", "one_hot")
        candidates = [dict(zip(keys, row, strict=True)) for row in rows]
        if not context.categorical:
            candidates = [
                {key: value for key, value in each.items() if key != "one_hot"} for each in candidates
            ]
        return on_scales(candidates, context, log=(1,))

    def hurried(self, params: Params, context: Context) -> Params:
        """Return larger learning rates for larger tables and more classes: fits must not take for ever."""
        return params | {"learning_rate": hurried_rate(params["learning_rate"], _FASTEST, context)}

    def distributions(self, context: Context) -> dict[str, BaseDistribution]:
        """Return the space of TabArena, narrowed to symmetric trees and to rates that a minute can use."""
        space: dict[str, BaseDistribution] = {
            "learning_rate": FloatDistribution(0.02, _FASTEST, log=True),
            "depth": IntDistribution(2, 8),
            "l2_leaf_reg": FloatDistribution(0.5, 20.0, log=True),
            "rsm": FloatDistribution(0.3, 1.0),
            "subsample": FloatDistribution(0.6, 1.0),
            "random_strength": FloatDistribution(0.1, 3.0, log=True),
        }
        if context.categorical:
            space["one_hot"] = IntDistribution(2, 60, log=True)
        return space | scale_space(context)

    def _fit(
        self, params: Params, context: Context, rows: Rows, valid: Rows | None, deadline: Deadline
    ) -> Fitted:
        X, y, weight = rows
        if not _has_something_to_learn(X, y):  # CatBoost refuses such tables
            return Dummy().fit({}, context, X, y, sample_weight=weight, deadline=deadline)
        import catboost

        codes = _seen_codes(X, context)
        loss, unit, origin = _loss(context), 1.0, 0.0
        if not context.classification:
            # It keeps targets in single precision; the relative error needs to know where zero is.
            unit, origin = float(np.std(y)), 0.0 if loss == "MAPE" else float(np.mean(y))
        rate = float(params["learning_rate"])
        # Without validation rows nothing tells when to stop: take the rounds such a rate usually needs.
        rounds = int(np.clip(100 / rate, 1000, 4000) if valid is not None else np.clip(10 / rate, 50, 500))
        learned = _pool(X, (y - origin) / unit, codes, weight)
        judged = None
        if valid is not None:
            judged = _pool(valid.X, (valid.y - origin) / unit, codes, valid.weight)
        deadline.check("train the first tree after the columns were binned")
        # Of small tables, deeper trees would have more leaves than rows.
        depth = min(int(params["depth"]), max(2, int(np.log2(len(X))) - 1))
        writing = _LEAF_SECONDS * context.outputs * 2**depth
        stopper = _Stopper(deadline, patience=int(np.clip(3 / rate, 30, 150)), writing=writing)
        model = catboost.CatBoost(
            _settings(params, context)
            | {"loss_function": loss, "iterations": rounds, "learning_rate": rate, "depth": depth}
        )
        model.fit(learned, eval_set=judged, use_best_model=False, callbacks=[stopper])
        kept = stopper.best_round + 1
        estimator = as_lightgbm(
            model,
            kept,
            columns=X.shape[1],
            codes=codes,
            probe=_probe(X.shape[1], codes),
            n_classes=context.n_classes,
            n_threads=context.n_threads,
            unit=unit,
            origin=origin,
        )
        return Fitted(estimator, iterations=kept, stopped_early_by_clock=stopper.by_clock)


def _has_something_to_learn(X: NDArray[np.float64], y: NDArray[Any]) -> bool:
    first = X[:1]
    varies = ~((first == X) | (np.isnan(X) & np.isnan(first))).all()
    return bool(varies and (y != y[0]).any())


def _seen_codes(X: NDArray[np.float64], context: Context) -> Codes:
    """The codes of each categorical column; columns of very many are split as numbers."""
    found = {column: np.unique(X[:, column][~np.isnan(X[:, column])]) for column in context.categorical}
    return {
        column: seen.astype(np.int64) for column, seen in found.items() if seen.max(initial=0) < _MOST_CODES
    }


def _loss(context: Context) -> str:
    # Leaves of absolute errors are set anew after a tree has grown, whatever the constraints.
    if context.classification or context.monotone:
        return _LOSSES[context.task]
    return _ABSOLUTE.get(context.metric, _LOSSES[context.task])


def _settings(params: Params, context: Context) -> dict[str, Any]:
    """Translate hyperparameters into CatBoost's own, adding what follows from the task and the table."""
    settings: dict[str, Any] = {
        "l2_leaf_reg": float(params["l2_leaf_reg"]),
        "rsm": float(params["rsm"]),
        "random_strength": float(params["random_strength"]),
        "bootstrap_type": "Bernoulli",
        "subsample": float(params["subsample"]),
        "boosting_type": "Plain",
        "nan_mode": "Min",
        "max_ctr_complexity": 1,
        "random_seed": context.seed,
        "thread_count": context.n_threads,
        "logging_level": "Silent",
        "allow_writing_files": False,
    }
    if context.categorical:
        settings["one_hot_max_size"] = int(params["one_hot"])
    if context.directions is not None:
        settings["monotone_constraints"] = context.directions
    return settings


def _pool(
    X: NDArray[np.float64],
    y: NDArray[Any] | None,
    codes: Codes,
    weight: NDArray[np.float64] | None = None,
) -> Any:
    """Rows as CatBoost takes them: numbers in single precision, categories as whole numbers."""
    import catboost

    numbers = np.clip(X, -_LARGEST, _LARGEST).astype(np.float32)
    if not codes:
        return catboost.Pool(numbers, y, weight=weight)
    frame = pd.DataFrame(
        {
            column: _known(X[:, column], codes[column]) if column in codes else numbers[:, column]
            for column in range(X.shape[1])
        }
    )
    return catboost.Pool(frame, y, weight=weight, cat_features=list(codes))


def _known(values: NDArray[np.float64], seen: NDArray[np.int64]) -> NDArray[np.int64]:
    """Codes, with one for all that are missing or were not seen in training."""
    known = np.isin(values, seen)
    return np.where(known, np.where(known, values, 0), MISSING).astype(np.int64)


def _probe(columns: int, codes: Codes) -> Any:
    """Rows that show where each category goes; see `as_lightgbm`."""
    rows = max((int(seen.max(initial=-1)) + 1 for seen in codes.values()), default=0)
    return _pool(np.tile(np.append(np.arange(rows), np.nan)[:, None], columns), None, codes)


class _Stopper:
    """A callback that ends training when the validation loss no longer improves or the clock says so.

    Parameters
    ----------
    deadline : Deadline
    patience : int
        Rounds without a gain after which it ends.
    writing : float
        Seconds that each round will take to be written as LightGBM's.
    """

    def __init__(self, deadline: Deadline, patience: int, writing: float) -> None:
        self._deadline = deadline
        self._best = BestRound(patience)
        self._writing = writing
        self._pace: Pace | None = None
        self.by_clock = False

    @property
    def best_round(self) -> int:
        """The round to keep, counted from 0."""
        return self._best.number

    def after_iteration(self, info: Any) -> bool:
        """Tell whether to go on; `info` counts rounds from 1."""
        done = info.iteration - 1
        judged = info.metrics.get("validation")
        if self._best.is_past(done, float(next(iter(judged.values()))[-1]) if judged else None):
            return False
        if self._pace is None:
            self._pace = Pace(self._deadline)
            self.by_clock = self._deadline.passed()
        else:
            in_time = self._deadline.left() > (done + 1) * self._writing
            self.by_clock = not self._pace.fits_another() or not in_time
        return not self.by_clock
