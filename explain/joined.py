"""Explanations of different rows, put together into one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from .errors import InputError
from .explanation import Explanation
from .space import stack_frames


def joined(parts: Sequence[Explanation]) -> Explanation:
    """One explanation of the rows of several, in their order.

    Parameters
    ----------
    parts : sequence of Explanation
        Of the same model against the same background, on the same scale.

    Returns
    -------
    Explanation
        Sampled if one of them is; rows of exact parts then have standard errors of zero.

    Raises
    ------
    InputError
        If there are none, or they are of another model, background or scale.
    """
    if not parts:
        raise InputError("Expected at least one explanation to join, found none.")
    first = parts[0]
    asked: tuple[tuple[str, Callable[[Explanation], Any]], ...] = (
        ("background", lambda each: each.background_hash),  # before the model, whose hash is of outputs on it
        ("model", lambda each: each.model_hash),
        ("scale", lambda each: each.scale),
        ("columns", lambda each: each.columns),
    )
    for what, of in asked:
        if any(of(part) != of(first) for part in parts[1:]):
            raise InputError(
                f"Expected explanations with the same {what}, found others. Explain all rows with one "
                "model, background and scale."
            )
    if len(parts) == 1:
        return first
    data = first.data
    for part in parts[1:]:
        data = stack_frames(data, part.data)
    stderr = None
    if any(part.stderr is not None for part in parts):
        errors = [np.zeros_like(part.values) if part.stderr is None else part.stderr for part in parts]
        stderr = np.concatenate(errors)
    return replace(
        first,
        values=np.concatenate([part.values for part in parts]),
        prediction=np.concatenate([part.prediction for part in parts]),
        data=data,
        stderr=stderr,
        exact=all(part.exact for part in parts),
        method=" | ".join(dict.fromkeys(part.method for part in parts)),
        additivity_error=max(part.additivity_error for part in parts),
        milliseconds=sum(part.milliseconds for part in parts),
    )
