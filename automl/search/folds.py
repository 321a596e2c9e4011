"""How many folds a budget can afford: measured, since machines and tables differ by a factor of a hundred."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from automl.models import Context, Deadline, OutOfTime, get_family
from automl.search.crowding import crowding
from automl.search.evaluate import TrainingRows
from automl.search.portfolio import first_candidates

__all__ = ["affordable_folds", "seconds_of_a_fit"]

_PROBE_SHARE, _PROBE_SECONDS = 0.02, 2.0
_CANDIDATES = ((60, 300), (10, 25))  # that there must be time for, by seconds of the budget
_SEARCHING = (
    0.6  # of the budget: the rest is reading before it and letting the chosen learn once more after it
)
_CHOICES = (8, 5, 3)
_EIGHT_UP_TO = 2_000  # rows; above, the chosen learn once more from nine tenths of all rows anyway
_ONE_FROM = 10_000  # rows, of which a tenth can judge alone
_ROUNDS = 15.0  # divided by the learning rate: rounds that boosting usually takes


def affordable_folds(rows: TrainingRows, context: Context, budget: float, cores: int) -> int:
    """The most folds that leave time for enough candidates: 10 in a minute, 25 in five.

    Three folds of a large table make models of two thirds of its rows, with which their vote was 1 % worse
    than with ten folds (adult, diamonds); but with too few candidates there is no search.

    Parameters
    ----------
    rows : TrainingRows
        Dealt to as many folds as are usual for their number.
    context : Context
    budget : float
        Seconds.
    cores : int
        Candidates that are tried side by side.

    Returns
    -------
    int
        8, 5, 3, or 1 for a single validation part; never more than are usual for more rows.
    """
    if context.n_folds == 1 or get_family("lightgbm").unavailable(context):
        return context.n_folds
    seconds = seconds_of_a_fit(rows, context, min(_PROBE_SHARE * budget, _PROBE_SECONDS)) * crowding()
    affordable = _SEARCHING * budget * cores / np.interp(budget, *_CANDIDATES)
    most = 8 if context.n_rows <= _EIGHT_UP_TO else 5
    for folds in _CHOICES:
        if folds <= most and folds * seconds <= affordable:
            return folds
    return 1 if context.n_rows >= _ONE_FROM else _CHOICES[-1]


def seconds_of_a_fit(rows: TrainingRows, context: Context, seconds: float) -> float:
    """How long the first LightGBM of a search will take to learn one fold, on a core of its own.

    Parameters
    ----------
    rows : TrainingRows
    context : Context
    seconds : float
        Time for finding out; a fit that takes longer is cut short and its other rounds are extrapolated.
    """
    params = next(params for name, params in first_candidates(context, ["lightgbm"]))
    learned, valid = rows.learned(0, None), rows.judged(0)
    started = time.process_time()
    try:
        fitted = get_family("lightgbm").fit(
            params, replace(context, n_threads=1), rows.X[learned], rows.y[learned],
            X_valid=rows.X[valid], y_valid=rows.y[valid], deadline=Deadline.after(seconds),
        )  # fmt: skip
    except OutOfTime:
        return np.inf
    taken = time.process_time() - started
    if fitted.stopped_early_by_clock:
        taken *= max(_ROUNDS / params["learning_rate"] / max(fitted.iterations or 1, 1), 1.0)
    return taken
