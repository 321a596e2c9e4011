"""The one function that explains a model."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pandas as pd
from sklearn.tree import DecisionTreeRegressor

from .clock import Clock, Progress
from .engines import Attribution, attribute
from .errors import InputError
from .explanation import Explanation
from .frames import checked_frames, frame_hash
from .game import Game
from .groups import Groups, grouped_data, owners
from .introspect import resolve
from .outputs import Floats, choose_scale, model_classes, predictor, widen, widen_level
from .reference import Reference
from .space import FrameSpace, stack_frames

_BLOCK = 512  # rows explained together: bounds memory


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
    scale : {"probability", "target", "margin"}, optional
        Default: probability for classifiers that have it (else margin), target for regressors.
    groups : mapping of str to sequence of str, optional
        Name → raw columns that are one player together, such as clusters of correlated columns: they change
        together and share one attribution. Columns in no group stay on their own.
    seed : int
        Same seed, same explanation (as long as no time budget cuts the work short).
    time_budget : float, optional
        Seconds. When time is short the values come from fewer permutations, with a wider standard error.
    progress : callable, optional
        Called with the share done, 0..1.

    Returns
    -------
    Explanation
        ``values`` of shape (n, M, K), with K the number of classes (two for binary) or 1 for regression;
        with groups M is the number of players.

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
    rows, background = checked_frames(X, background)
    names = tuple(str(name) for name in rows.columns)
    owner = None
    if groups is not None:
        names, owner = owners(names, groups)
    scale = choose_scale(model, scale)
    classes = model_classes(model)
    n = len(rows)
    outputs = predictor(model, scale)
    background_outputs = outputs(background)
    own = outputs(rows) if n else np.zeros((0, background_outputs.shape[1]))
    width = background_outputs.shape[1]
    parts = []
    for start in range(0, max(n, 1), _BLOCK):
        block = rows.iloc[start : start + _BLOCK]
        estimator, space = resolve(model, FrameSpace(stack_frames(block, background), owner), seed=seed)
        share = clock.share(len(block) / max(1, n - start))
        parts.append(
            attribute(
                Game(
                    estimator,
                    space,
                    len(block),
                    width,
                    scale,
                    seed,
                    share,
                    _part(progress, start, len(block), n),
                )
            )
        )
    attribution = _joined(parts)
    values = widen(attribution.values, classes)
    base = widen_level(background_outputs.mean(axis=0), classes, scale)
    prediction = widen_level(own, classes, scale)
    reference = tuple(Reference.of(background.iloc[:, j]) for j in range(background.shape[1]))
    data = rows
    if owner is not None:
        data, reference = grouped_data(rows, reference, names, owner)
    gap = np.abs(base + values.sum(axis=1) - prediction)
    return Explanation(
        values=values,
        base=base,
        prediction=prediction,
        data=data,
        columns=names,
        classes=classes,
        scale=scale,
        method=attribution.method,
        exact=attribution.exact,
        stderr=None if attribution.stderr is None else np.abs(widen(attribution.stderr, classes)),
        additivity_error=float(gap.max(initial=0.0)),
        reference=reference,
        background_rows=len(background),
        background_hash=frame_hash(background),
        model_hash=_fingerprint(model, background_outputs),
        seed=seed,
        milliseconds=1000 * clock.spent(),
    )


def warm() -> None:
    """Load the compiled code ahead of the first explanation (seconds when nothing is cached yet)."""
    frame = pd.DataFrame({"a": [0.0, 1.0]})
    explain(DecisionTreeRegressor().fit(frame, [0.0, 1.0]), frame, frame)


def _part(progress: Progress | None, start: int, rows: int, n: int) -> Progress | None:
    """Progress of one block of rows as progress of the whole."""
    if progress is None or not n:
        return progress
    return lambda share: progress((start + share * rows) / n)


def _joined(parts: list[Attribution]) -> Attribution:
    """Blocks of rows put together; sampled if one block is."""
    if len(parts) == 1:
        return parts[0]
    stderr = None
    if not all(part.exact for part in parts):
        errors = [np.zeros_like(part.values) if part.stderr is None else part.stderr for part in parts]
        stderr = np.concatenate(errors)
    methods = " | ".join(dict.fromkeys(part.method for part in parts))
    return Attribution(np.concatenate([part.values for part in parts]), stderr, methods)


def _fingerprint(model: Any, outputs: Floats) -> str:
    """SHA-256 of what the model is and answers: equal for a model and its reloaded copy."""
    digest = hashlib.sha256(f"{type(model).__name__}\0{model_classes(model)}\0".encode())
    digest.update(np.round(outputs, 9).tobytes())
    return digest.hexdigest()
