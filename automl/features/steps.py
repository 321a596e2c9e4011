"""Small steps made of stock functions that the column blocks share.

Every callable here must survive skops and be known to the loader's allow-list
(:mod:`automl.bundle.trusted`): ``operator.methodcaller`` with positional arguments only,
``operator.attrgetter``, and public functions of pandas and numpy. Keyword arguments of a methodcaller and
unbound methods do not survive.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import pandas as pd
from sklearn.pipeline import FeatureUnion
from sklearn.preprocessing import FunctionTransformer

Part = tuple[str, Any]
"""A name, and a step that makes columns of a matrix."""


def beside(parts: Sequence[Part]) -> FeatureUnion:
    """Return a step that passes a matrix on and appends the columns that each part makes of it."""
    return FeatureUnion([("own", FunctionTransformer()), *parts])


def method(name: str, *arguments: Any) -> FunctionTransformer:
    """Return a step that calls a method of what it is given, with positional arguments."""
    return FunctionTransformer(operator.methodcaller(name, *arguments))


def attribute(*names: str) -> FunctionTransformer:
    """Return a step that reads attributes of what it is given (several names give a tuple)."""
    return FunctionTransformer(operator.attrgetter(*names))


def each_to_number() -> FunctionTransformer:
    """Return a step that turns each column of a frame to numbers, what is none to NaN."""
    # DataFrame.apply(func, axis, raw, result_type, args): positional, since keywords do not survive skops.
    return method("apply", pd.to_numeric, 0, False, None, ("coerce",))
