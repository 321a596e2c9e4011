"""What the changed row is to be predicted as."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ... import formats
from ...errors import InputError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Goal:
    """A class to reach, a probability of a class, or a range of a prediction.

    Attributes
    ----------
    label : class label or None
        The class; None for regression.
    low, high : float or None
        Without both, the model's label must be ``label``. Otherwise the output, the probability of ``label``
        (the margin, where the model has no probabilities) or the prediction, must lie between them, ends
        included.

    Examples
    --------
    >>> Goal("approved").words("probability")
    'predicted as “approved”'
    >>> Goal("approved", low=0.7).words("probability")
    'given a probability of “approved” of at least 70 %'
    >>> Goal(low=100, high=120).words("target")
    'predicted between 100 and 120'
    """

    label: Any = None
    low: float | None = None
    high: float | None = None

    @property
    def decides(self) -> bool:
        """Whether the model's own label is what counts."""
        return self.low is None and self.high is None

    def checked(self, classes: tuple[Any, ...] | None, scale: str) -> Goal:
        """The goal with the model's own class label.

        Raises
        ------
        InputError
            If it does not suit a model with these classes.
        """
        for name, bound in (("low", self.low), ("high", self.high)):
            if bound is not None and not np.isfinite(bound):
                raise InputError(f"Expected a finite {name}, or None for no limit, found {bound}.")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise InputError(f"Expected low to be at most high, found {self.low} and {self.high}.")
        if classes is None:
            if self.label is not None:
                raise InputError(
                    f"The model predicts numbers: give low and high, not a class ({self.label!r})."
                )
            if self.decides:
                raise InputError(
                    "Expected low, high or both for a model that predicts numbers, found neither."
                )
            return self
        if self.label is None:
            raise InputError(
                f"Expected the class to reach, out of {', '.join(map(str, classes))}; found none."
            )
        named = [label for label in classes if label == self.label]
        named += [label for label in classes if str(label) == str(self.label)]
        if not named:
            raise InputError(f"Expected a class out of {', '.join(map(str, classes))}, found {self.label!r}.")
        if scale == "probability" and not all(
            0 <= bound <= 1 for bound in (self.low, self.high) if bound is not None
        ):
            raise InputError("Expected probabilities between 0 and 1 as low and high.")
        return replace(self, label=named[0])

    def shortfall(self, outputs: Floats, position: int, threshold: float) -> Floats:
        """How far outputs are from the goal: positive before it, at most 0 where it is reached.

        Parameters
        ----------
        outputs : array of shape (R, K)
            Of all classes, or the prediction.
        position : int
            The goal's output.
        threshold : float
            Of two classes, the one of the goal is the label above it.
        """
        own = outputs[:, position]
        if not self.decides:
            below = -np.inf if self.low is None else self.low - own
            above = -np.inf if self.high is None else own - self.high
            return np.maximum(below, above)
        if outputs.shape[1] <= 2:
            return np.asarray(threshold - own)
        others = np.delete(outputs, position, axis=1).max(axis=1)
        return np.asarray(others - own)

    def reached(self, outputs: Floats, labels: NDArray[Any] | None, position: int) -> NDArray[np.bool_]:
        """Whether the model's own outputs and labels are as the goal asks."""
        if self.decides:
            return np.asarray(labels == self.label, dtype=np.bool_)
        return self.shortfall(outputs, position, 0.0) <= 0

    def words(self, scale: str) -> str:
        """The goal as the end of a sentence."""
        if self.decides:
            return f"predicted as “{self.label}”"
        low, high = (None if bound is None else _shown(bound, scale) for bound in (self.low, self.high))
        if low is not None and high is not None:
            bounds = f"between {low} and {high}"
        else:
            bounds = f"at least {low}" if low is not None else f"at most {high}"
        if self.label is None:
            return f"predicted {bounds if ' and ' in bounds else 'as ' + bounds}"
        of = "" if bounds.startswith("between") else "of "
        return f"given a {scale} of “{self.label}” {of}{bounds}"


def _shown(bound: float, scale: str) -> str:
    """A limit as it was given, not rounded to "over 99.9 %"."""
    return f"{formats.number(100 * bound, 6)} %" if scale == "probability" else formats.number(bound, 6)
