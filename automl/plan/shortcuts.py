"""Parts of a fitted model as plain numbers, for explanations, which ask them for single rows over and over.

Each part is compiled when it is first asked for enough rows, compared on these with the part itself, and used
from then on where both are equal; so what is compiled wrongly is never used, and what cannot be compiled is
asked as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .compiling import Builder, CannotCompileError, class_name, compile_step
from .declined import DeclinedError
from .encoders import Encoder, compile_encoders, encoders
from .found import modules_of
from .program import Floats, Program
from .votes import Vote, compile_vote

if TYPE_CHECKING:
    from ..data import Schema

__all__ = ["CompiledParts"]

_ENOUGH = 20  # rows to compare on
_TOLERANCE = 1e-12
_FEW = 64  # rows up to which trees are followed here: many are as quick where they are

Part = Callable[[Any], Floats]


class CompiledParts:
    """Shortcuts for :class:`explain.Explainer`.

    Parameters
    ----------
    schema : Schema
        Of the columns that the model reads.
    """

    def __init__(self, schema: Schema) -> None:
        from . import members, steps

        for package in (steps, members):
            modules_of(package)
        self._schema = schema
        self._known: dict[tuple[Any, ...], tuple[Any, Part | None]] = {}

    def transform(self, steps: Sequence[Any], rows: Any) -> Floats | None:
        """What fitted transformers, one after another, make of rows; None where they have to be asked."""

        def own(given: Any) -> Any:
            for step in steps:
                given = step.transform(given)
            return given

        return self._asked(("transform", *map(id, steps)), list(steps), rows, own, self._transformer)

    def outputs(self, estimator: Any, method: str, rows: Any) -> Floats | None:
        """What a fitted estimator says of rows of numbers; None where it has to be asked."""
        return self._asked(
            (method, id(estimator)), estimator, rows, getattr(estimator, method, None), self._predictor
        )

    def _asked(
        self,
        key: tuple[Any, ...],
        owner: Any,
        rows: Any,
        own: Callable[[Any], Any] | None,
        compiler: Callable[[Any, Any], Part],
    ) -> Floats | None:
        if key not in self._known:
            if own is None or len(rows) < _ENOUGH:
                return None
            expected = own(rows)
            self._known[key] = (owner, _proven(compiler, owner, rows, expected))
            return expected if isinstance(expected, np.ndarray) else None
        part = self._known[key][1]
        if part is None:
            return None
        try:
            return part(rows)
        except DeclinedError:
            return None

    def _transformer(self, steps: Any, rows: Any) -> Part:
        first = None
        if not isinstance(rows, np.ndarray):
            described, width = compile_encoders(steps[0], self._schema)
            first, steps = _Preparation(encoders(described)), steps[1:]
        else:
            width = rows.shape[1]
        builder = Builder(width)
        registers = list(range(width))
        for step in steps:
            registers = compile_step(step, registers, builder)
        program = Program(width, builder.operations)
        taken = program.place[np.asarray(registers, dtype=np.intp)]

        def transform(given: Any) -> Floats:
            matrix = _numbers(given, width) if first is None else first(given)
            return program.run(np.ascontiguousarray(matrix.T)).take(taken, axis=0).T

        return transform

    def _predictor(self, estimator: Any, rows: Any) -> Part:
        width = _numbers(rows, np.shape(rows)[-1]).shape[1]
        labels = getattr(estimator, "classes_", None)
        builder = Builder(width)
        classes = None if labels is None else np.asarray(labels).tolist()
        vote = compile_vote(estimator, builder, classes)
        trees = any(described["kind"] == "trees" for described in vote["members"])
        if trees and len(vote["members"]) == 1:
            raise CannotCompileError(f"The model {class_name(estimator)}", "explanations follow its trees")
        program = Program(width, builder.operations)
        voting = Vote({"classes": classes, **vote}, program)

        def predict(given: Any) -> Floats:
            matrix = _numbers(given, width)
            if trees and len(matrix) > _FEW:
                raise DeclinedError("Many rows of trees are followed as quickly where they are.")
            return voting.predict(program.run(np.ascontiguousarray(matrix.T)))

        return predict


class _Preparation:
    """From canonical rows in a frame to the preprocessor's matrix."""

    def __init__(self, encoders: Sequence[Encoder]) -> None:
        self._encoders = list(encoders)
        self._width = sum(one.width for one in encoders)

    def __call__(self, frame: Any) -> Floats:
        matrix = np.empty((len(frame), self._width))
        start = 0
        for encoder in self._encoders:
            cells = frame[encoder.column].tolist()
            end = start + encoder.width
            if encoder.kind == "number":
                matrix[:, start] = cells
            else:
                made = {cell: encoder.encode(None if cell != cell else cell) for cell in set(cells)}
                matrix[:, start:end] = np.array([made[cell] for cell in cells]).reshape(len(cells), -1)
            start = end
        return matrix


def _numbers(rows: Any, width: int) -> Floats:
    """Rows as a matrix.

    Raises
    ------
    DeclinedError
        When they are anything else, such as a frame, whose names the model may look at.
    """
    if not isinstance(rows, np.ndarray) or rows.ndim != 2 or rows.shape[1] != width or rows.dtype.kind != "f":
        raise DeclinedError("Only matrices of numbers are read.")
    return np.asarray(rows, dtype=np.float64)


def _proven(compiler: Callable[[Any, Any], Part], owner: Any, rows: Any, expected: Any) -> Part | None:
    """A part compiled, where it gives what is expected, also of single rows; else None."""
    if not isinstance(expected, np.ndarray):
        return None
    try:
        part = compiler(owner, rows)
        few = rows[:_FEW]
        if not _equal(part(few), expected[:_FEW]):
            return None
        alone = part(rows[-1:])
    except (CannotCompileError, DeclinedError):
        return None
    return part if _equal(alone, expected[-1:]) else None


def _equal(found: Floats, expected: Any) -> bool:
    return found.shape == expected.shape and np.allclose(
        found, expected, rtol=_TOLERANCE, atol=_TOLERANCE, equal_nan=True
    )
