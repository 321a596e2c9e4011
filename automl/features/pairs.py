"""Columns made of two number columns: what trees would need many splits to draw, given to them at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from .steps import Part, method

__all__ = ["OPERATIONS", "Pairs", "pair_columns"]

OPERATIONS = ("ratio", "difference", "product", "sum")
"""What can be made of two columns (left, right): left / right, right - left, left * right, left + right."""

Pairs = Mapping[str, Sequence[tuple[int, int]]]
"""For each operation, positions (left, right) in the matrix."""


def pair_columns(pairs: Pairs) -> list[Part]:
    """Return steps that make a column of each pair.

    The ratio is written as the angle of the point (right, left). That is the same to a tree, which only
    asks for the order: for positive numbers the angle grows with left / right. And it is a number where
    right is zero.

    Parameters
    ----------
    pairs : mapping of operation to pairs
        Operations without a pair may be left out.

    Returns
    -------
    list of (name, step)
        One for each operation, in the order of `OPERATIONS`, for `beside`. They take float64 arrays of shape
        (n, m). NaN where one of both is NaN.
    """
    return [(name, _column_step(name, pairs[name])) for name in OPERATIONS if pairs.get(name)]


def _column_step(operation: str, pairs: Sequence[tuple[int, int]]) -> Pipeline:
    if operation == "ratio":
        # Next to each other in memory, right and left are the two parts of one complex number.
        positions = [position for left, right in pairs for position in (right, left)]
        steps = [("point", method("view", "complex128")), ("angle", FunctionTransformer(np.angle))]
    else:
        positions = [position for pair in pairs for position in pair]
        steps = [("pair", method("reshape", (-1, len(pairs), 2)))]
        if operation == "difference":
            steps += [("difference", FunctionTransformer(np.diff)), ("flat", method("squeeze", 2))]
        else:
            steps.append((operation, method({"product": "prod", "sum": "sum"}[operation], 2)))
    return Pipeline([("take", method("take", positions, 1)), *steps])
