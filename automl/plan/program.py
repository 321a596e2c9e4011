"""Registers and the operations between them: what stands side by side in the members of a vote runs at once.

Every column of numbers has a register. An operation reads some and makes others, column by column, so two
operations of a kind that do not need each other are one operation on more columns. Eight fold models that
each fill, rank and scale the same columns so take the time of one.
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from .found import modules_of

__all__ = ["Floats", "Ints", "Operation", "Program", "operation_kinds"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


class Operation(ABC):
    """Some columns made of others. One subclass per file of ``steps/`` that computes something.

    Parameters
    ----------
    source : ndarray of int, shape (columns, arity)
        Registers that each column reads.
    parameters : mapping of name to ndarray
        Each with one entry per column along its first axis.
    """

    kind: ClassVar[str]
    arity: ClassVar[int] = 1
    names: ClassVar[tuple[str, ...]] = ()
    """Its parameters."""

    def __init__(self, source: Ints, parameters: Mapping[str, Any]) -> None:
        self.source = np.asarray(source, dtype=np.intp).reshape(-1, self.arity)
        self.parameters = {name: np.asarray(parameters[name], dtype=np.float64) for name in self.names}
        for name, values in self.parameters.items():
            if len(values) != len(self.source):
                raise ValueError(
                    f"{self.kind}: {len(values)} values of {name} for {len(self.source)} columns"
                )
        self._sources = [np.ascontiguousarray(column) for column in self.source.T]
        self.prepare()

    def prepare(self) -> None:  # noqa: B027 - most have nothing to prepare
        """Look up once what every call needs."""

    @property
    def outputs(self) -> int:
        """Registers that it makes."""
        return len(self.source)

    @property
    def shape(self) -> Any:
        """What must be the same in two operations that are joined."""
        return ()

    def column(self, name: str) -> Floats:
        """A parameter as an array of shape (columns, 1), to meet values of shape (columns, rows)."""
        return self.parameters[name].reshape(len(self.source), -1)

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """One operation that makes the columns of all parts, in their order."""
        parameters = {name: np.concatenate([part.parameters[name] for part in parts]) for name in cls.names}
        return cls(np.concatenate([part.source for part in parts]), parameters)

    def keys(self) -> list[bytes]:
        """What each column is made of, as bytes: those of equal ones are equal."""
        tables = [self.source, *(self.parameters[name].reshape(len(self.source), -1) for name in self.names)]
        return [b"".join(row.tobytes() for row in rows) for rows in zip(*tables, strict=True)]

    def chosen(self, columns: Ints) -> Self:
        """The operation that makes some of the columns only."""
        return type(self)(
            self.source[columns], {name: values[columns] for name, values in self.parameters.items()}
        )

    def run(self, registers: Floats) -> Floats:
        """Return the columns, shape (outputs, rows), from registers of shape (registers, rows)."""
        return self.compute(*[registers.take(source, axis=0) for source in self._sources])

    def compute(self, *values: Floats) -> Floats:
        """Return the columns from the values read, each of shape (columns, rows)."""
        raise NotImplementedError


def operation_kinds() -> dict[str, type[Operation]]:
    """All kinds of operations by name, found in ``steps/``."""
    from . import steps

    kinds: dict[str, type[Operation]] = {}
    for module in modules_of(steps):
        for thing in vars(module).values():
            if isinstance(thing, type) and issubclass(thing, Operation) and hasattr(thing, "kind"):
                kinds[thing.kind] = thing
    return kinds


class Program:
    """The operations of a plan in the order in which they can run, alike ones joined.

    Parameters
    ----------
    width : int
        Registers that are given.
    described : sequence of mapping
        ``{"kind": …, "from": registers, parameters …}``; each makes the next registers.
    """

    def __init__(self, width: int, described: Sequence[Mapping[str, Any]]) -> None:
        kinds = operation_kinds()
        levels = [0] * width
        groups: dict[tuple[Any, ...], list[tuple[Operation, int]]] = {}
        for one in described:
            operation = kinds[one["kind"]](np.asarray(one["from"]), one)
            if operation.source.size and not (
                0 <= operation.source.min() <= operation.source.max() < len(levels)
            ):
                raise ValueError(f"{operation.kind} reads a register that is not there")
            level = 1 + max((levels[register] for register in operation.source.ravel().tolist()), default=0)
            key = (level, operation.kind, operation.shape)
            groups.setdefault(key, []).append((operation, len(levels)))
            levels += [level] * operation.outputs
        place = np.arange(len(levels), dtype=np.intp)
        self._steps: list[tuple[Callable[[Floats], Floats], int, int]] = []
        end = width
        for _, parts in sorted(groups.items(), key=lambda item: item[0][0]):
            for operation, _ in parts:
                operation.source = place[operation.source]
            joined = type(parts[0][0]).joined([operation for operation, _ in parts])
            fan = joined.outputs // len(joined.source)
            # Members often share steps that look at categories only: what is the same is computed once.
            first, again = _distinct(joined.keys())
            if len(first) < len(joined.source):
                joined = joined.chosen(first)
            start, column = end, 0
            end += joined.outputs
            for operation, named in parts:
                own = again[column : column + len(operation.source)]
                made = start + (own[:, None] * fan + np.arange(fan)).ravel()
                place[named : named + operation.outputs] = made
                column += len(own)
            self._steps.append((joined.run, start, end))
        self.place = place
        """Where each register of the description is."""
        self.width, self.registers = width, end

    def run(self, given: Floats) -> Floats:
        """All registers, shape (registers, rows), from the given ones, shape (width, rows)."""
        if not self._steps:
            return given
        registers = np.empty((self.registers, given.shape[1]))
        registers[: self.width] = given
        for run, start, end in self._steps:
            registers[start:end] = run(registers)
        return registers


def _distinct(keys: Sequence[bytes]) -> tuple[Ints, Ints]:
    """Where each distinct key comes first, and for every key which of these it is."""
    numbers: dict[bytes, int] = {}
    first: list[int] = []
    for place, key in enumerate(keys):
        if numbers.setdefault(key, len(numbers)) == len(first):
            first.append(place)
    return np.array(first, dtype=np.intp), np.array([numbers[key] for key in keys], dtype=np.intp)
