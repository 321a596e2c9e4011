"""Shorter ways to what parts of a model say, for callers that know some."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Shortcuts"]

Floats = NDArray[np.float64]


class Shortcuts(Protocol):
    """Answers in place of fitted parts of a model, with the same numbers in less time.

    An explanation asks parts of a model for single rows, over and over; what scikit-learn checks at every
    call takes much longer than the numbers then. Whoever has another way to them, such as a compiled model,
    can hand it to :class:`explain.Explainer`. It must be equal; explanations that do not add up are made
    without it only where a model's own outputs show it.
    """

    def transform(self, steps: Sequence[Any], rows: Any) -> Floats | None:
        """What fitted transformers, one after another, make of rows; None where there is no shorter way."""
        ...

    def outputs(self, estimator: Any, method: str, rows: Any) -> Floats | None:
        """What ``predict`` or ``predict_proba`` of an estimator say; None where there is no shorter way."""
        ...
