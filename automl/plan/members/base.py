"""What a member of a vote is, and what its numbers become."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["LINKS", "Floats", "Member"]

Floats = NDArray[np.float64]


def _expit(margin: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(np.minimum(-margin, 709.0))))


def _sigmoid(margins: Floats) -> Floats:
    """Probabilities of two classes from the margin of the second, shape (rows, 1) or (rows,)."""
    second = _expit(margins.reshape(len(margins)))
    return np.stack([1 - second, second], axis=1)


def _softmax(margins: Floats) -> Floats:
    raised = np.exp(margins - margins.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


LINKS = {"identity": lambda margins: margins, "sigmoid": _sigmoid, "softmax": _softmax}
"""From what a model adds up to its probabilities, shape (rows, outputs)."""


class Member(ABC):
    """A model of numbers. One subclass per file that predicts.

    Parameters
    ----------
    described : mapping
        From its compiler.

    Attributes
    ----------
    link : str
        In `LINKS`: from its margins to probabilities or values.
    width : int
        How many margins it has.
    columns : int, optional
        How many columns it must be given, where compiled code relies on it.
    """

    kind: ClassVar[str]
    link: str = "identity"
    width: int = 1
    columns: int | None = None

    @abstractmethod
    def __init__(self, described: Mapping[str, Any]) -> None:
        """Look up once what every call needs."""

    @abstractmethod
    def margins(self, matrix: Floats, out: Floats, threads: int) -> None:
        """Write what is before the link, shape (rows, width), into `out`; both arrays are C-ordered."""
