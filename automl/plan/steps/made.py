"""Columns made of others by chains of stock functions: ratios, differences, products, sums, joint codes.

`automl.features` writes them as calls of array methods; here each chain is read back as what it computes.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

from ..compiling import Builder, CannotCompileError, arguments_of, class_name, compile_step
from ..program import Floats, Operation

__all__ = ["Difference", "Join", "Product", "Ratio", "Sum", "compile_chain", "is_chain"]


class Ratio(Operation):
    """The angle of the point (right, left); see `automl.features.pair_columns`."""

    kind: ClassVar[str] = "ratio"
    arity: ClassVar[int] = 2

    def compute(self, *values: Floats) -> Floats:
        right, left = values
        return np.arctan2(left, right)


class _Silent(Operation):
    """Overflows as the pipeline does: to infinity, without a word."""

    arity: ClassVar[int] = 2
    function: ClassVar[Callable[..., Any]]

    def compute(self, *values: Floats) -> Floats:
        with np.errstate(all="ignore"):
            return np.asarray(type(self).function(*values))


class Difference(_Silent):
    """Right less left."""

    kind: ClassVar[str] = "difference"
    function = staticmethod(lambda left, right: right - left)


class Product(_Silent):
    """Left times right."""

    kind: ClassVar[str] = "product"
    function = staticmethod(np.multiply)


class Sum(_Silent):
    """Left and right together."""

    kind: ClassVar[str] = "sum"
    function = staticmethod(np.add)


class Join(_Silent):
    """Two codes as one number."""

    kind: ClassVar[str] = "join"
    names: ClassVar[tuple[str, ...]] = ("factor",)

    def compute(self, *values: Floats) -> Floats:
        left, right = values
        return left * self.column("factor") + right


#: What is called after neighbours were made pairs, and what that computes.
_ENDINGS = {
    (("numpy.diff",), ("squeeze", 2)): "difference",
    (("prod", 2),): "product",
    (("sum", 2),): "sum",
}


def _called(part: Any) -> tuple[Any, ...] | None:
    """The function or method that a step calls, with its arguments; None for a step of another class."""
    if class_name(part) != "sklearn.FunctionTransformer" or part.func is None:
        return None
    if isinstance(part.func, operator.methodcaller):
        return arguments_of(part.func)
    return (f"{getattr(part.func, '__module__', '')}.{getattr(part.func, '__name__', part.func)}",)


def is_chain(steps: Sequence[Any]) -> bool:
    """Whether steps begin by taking columns of a matrix."""
    first = _called(steps[0]) if steps and not isinstance(steps[0], str) else None
    return first is not None and first[0] == "take"


def compile_chain(steps: Sequence[Any], registers: list[int], builder: Builder) -> list[int]:
    """Compile a chain that begins by taking columns."""
    calls = [_called(part) for part in steps]
    first = calls[0]
    assert first is not None
    taken = [registers[position] for position in first[1]]
    pairs = list(zip(taken[::2], taken[1::2], strict=False))
    rest = tuple(call for call in calls[1:] if call is not None)
    if rest == (("view", "complex128"), ("numpy.angle",)):
        return builder.add("ratio", pairs)
    if len(steps) == 2 and calls[1] is None:
        return compile_step(steps[1], taken, builder)
    if rest and rest[0] == ("reshape", (-1, len(pairs), 2)):
        if rest[1:] in _ENDINGS:
            return builder.add(_ENDINGS[rest[1:]], pairs)
        if len(rest) == 2 and rest[1][0] == "dot" and rest[1][1][1] == 1.0 and calls[-1] is None:
            factor = np.full(len(pairs), rest[1][1][0])
            return compile_step(steps[-1], builder.add("join", pairs, factor=factor), builder)
    raise CannotCompileError(f"The chain of steps {' → '.join(str(call) for call in calls)}")
