"""The one function that explains a model."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.tree import DecisionTreeRegressor

from .clock import Clock, Progress
from .errors import InputError
from .explainer import Explainer
from .explanation import Explanation
from .groups import Groups
from .outputs import Floats


def explain(
    model: Any,
    X: pd.DataFrame,
    background: pd.DataFrame,
    *,
    scale: str | None = None,
    groups: Groups | None = None,
    seed: int = 0,
    time_budget: float | None = None,
    progress: Progress | None = None,
) -> Explanation:
    """Attribute a model's outputs to the raw columns of its input.

    Parameters
    ----------
    model : fitted scikit-learn estimator or pipeline
        Takes a DataFrame with the columns of ``X``.
    X : DataFrame of shape (n, M)
        Rows to explain.
    background : DataFrame of shape (B, M)
        Rows that stand for "usual": an attribution says what changes when a row's value replaces the
        background's. 100 rows give about 13 % error against the whole table for a single row, 300 about 5
        %.
    scale : {"probability", "target", "margin", "log"}, optional
        Default: probability for classifiers that have it (else margin), target for regressors. "log" is the
        logarithm of the target, which Poisson, gamma and Tweedie models add up to.
    groups : mapping of str to sequence of str, optional
        Name → raw columns that are one player together, such as clusters of correlated columns: they change
        together and share one attribution. Columns in no group stay on their own.
    seed : int
        Same seed, same explanation (as long as no time budget cuts the work short).
    time_budget : float, optional
        Seconds. When time is short the values come from fewer permutations, with a wider standard error; at
        worst most rows get the average of the others, with how far that is off as standard error.
    progress : callable, optional
        Called with the share done, 0..1.

    Returns
    -------
    Explanation
        ``values`` of shape (n, M, K), with K the number of classes (two for binary) or of numbers predicted;
        with groups M is the number of players.

    See Also
    --------
    Explainer : for rows that come one by one.

    Raises
    ------
    InputError
        If rows and background do not fit each other.
    ScaleError
        If the model has no output on the scale.
    """
    clock = Clock(time_budget)
    if time_budget is not None and not time_budget > 0:
        raise InputError(f"Expected time_budget above 0 seconds, found {time_budget}.")
    explainer = Explainer(model, background, scale=scale, groups=groups, seed=seed)
    # What the preparation has taken is gone; an answer is still wanted, if a crude one.
    left = None if time_budget is None else max(0.05 * time_budget, clock.left())
    explanation = explainer.explain(X, time_budget=left, progress=progress)
    return replace(explanation, milliseconds=1000 * clock.spent())


def warm() -> None:
    """Load the compiled code ahead of the first explanation (seconds when nothing is cached yet)."""
    frame = pd.DataFrame({"a": [0.0, 1.0], "b": [0.0, 2.0]})
    tree = DecisionTreeRegressor()
    explain(tree.fit(frame, [0.0, 1.0]), frame, frame)
    sums = make_pipeline(FunctionTransformer(np.asarray), make_pipeline(FunctionTransformer(_sums), tree))
    explain(sums.fit(frame, [0.0, 1.0]), frame, frame)


def _sums(matrix: Floats) -> Floats:
    """One column for every two."""
    return np.asarray(matrix.reshape(len(matrix), -1, 2).sum(axis=2))
