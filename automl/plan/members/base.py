"""What a member of a vote is, what its numbers become, and how alike ones are asked together."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

__all__ = ["LINKS", "Alone", "Block", "Floats", "Ints", "Member", "matrix_of"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


def _sigmoid(margins: Floats) -> Floats:
    """Probabilities of two classes from the margin of the second, shape (rows, 1)."""
    both = np.empty((len(margins), 2))
    second = both[:, 1:]
    np.divide(1.0, 1.0 + np.exp(np.minimum(-margins, 709.0)), out=second)
    np.subtract(1.0, second, out=both[:, :1])
    return both


def _softmax(margins: Floats) -> Floats:
    raised = np.exp(margins - margins.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


LINKS: dict[str, Callable[[Floats], Floats]] = {
    "identity": lambda margins: margins,
    "sigmoid": _sigmoid,
    "softmax": _softmax,
}
"""From what a model adds up to its probabilities, shape (rows, outputs)."""


def matrix_of(registers: Floats, source: Ints) -> Floats:
    """Some registers as a C-ordered matrix, shape (rows, columns), from registers of shape (all, rows)."""
    taken = registers.take(source, axis=0)
    return taken.reshape(1, -1) if taken.shape[1] == 1 else np.ascontiguousarray(taken.T)


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

    @classmethod
    def together(cls, members: Sequence[Self], sources: Sequence[Ints]) -> list[tuple[list[int], Block]]:
        """Blocks of members of one link and width, each with the positions of its members.

        Parameters
        ----------
        members : sequence of Member
        sources : sequence of int arrays
            Registers that each reads.
        """
        pairs = zip(members, sources, strict=True)
        return [([place], Alone(member, source)) for place, (member, source) in enumerate(pairs)]


class Block(ABC):
    """Members of one link and width that are asked together."""

    @abstractmethod
    def margins(self, registers: Floats, out: Floats, threads: int) -> None:
        """Write what is before the link, shape (members, rows, width), into `out`, which is C-ordered.

        Parameters
        ----------
        registers : array, shape (registers, rows)
        out : array
        threads : int
        """


class Alone(Block):
    """One member.

    Parameters
    ----------
    member : Member
    source : array of int
        Registers that it reads.
    """

    def __init__(self, member: Member, source: Ints) -> None:
        self._member, self._source = member, source

    def margins(self, registers: Floats, out: Floats, threads: int) -> None:
        self._member.margins(matrix_of(registers, self._source), out[0], threads)
