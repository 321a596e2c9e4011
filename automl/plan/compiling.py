"""From a fitted pipeline to a plan: every part is written by the function that knows its class.

Classes are known by package and name, as "sklearn.StandardScaler"; so nothing is imported here, and a class
without a function is refused by that name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import GlassbenchError
from .found import modules_of

if TYPE_CHECKING:
    from ..data import Schema

__all__ = [
    "FORMAT",
    "VERSION",
    "Builder",
    "CannotCompileError",
    "arguments_of",
    "class_name",
    "compile_plan",
    "compile_step",
    "member",
    "step",
]

FORMAT, VERSION = "glassbench-plan", 1

Registers = list[int]
StepCompiler = Callable[[Any, Registers, "Builder"], Registers]
MemberCompiler = Callable[[Any, Registers, "Builder"], dict[str, Any]]
_F = TypeVar("_F", bound=Callable[..., Any])

_STEPS: dict[str, StepCompiler] = {}
_MEMBERS: dict[str, MemberCompiler] = {}


class CannotCompileError(GlassbenchError, ValueError):
    """A part of a model that a plan has no form for; the message names it."""

    def __init__(self, what: str, why: str = "") -> None:
        super().__init__(
            f"{what} cannot be compiled{f': {why}' if why else ' to a plan'}.",
            fix="Predictions are made by the pipeline itself.",
        )


class Builder:
    """Collects operations; every column of numbers has a register.

    Parameters
    ----------
    width : int
        Columns of the preprocessor's matrix: the first registers.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self.operations: list[dict[str, Any]] = []
        self.registers = width

    def add(self, kind: str, source: Sequence[Any], *, fan: int = 1, **parameters: Any) -> Registers:
        """Note an operation and return the registers that it makes.

        Parameters
        ----------
        kind : str
        source : sequence of int, or of tuples of int
            What each column reads.
        fan : int
            Registers made of each.
        **parameters
            One value, or row of values, per column.
        """
        if not len(source):
            return []
        self.operations.append({"kind": kind, "from": [list(_several(one)) for one in source], **parameters})
        made = list(range(self.registers, self.registers + fan * len(source)))
        self.registers += len(made)
        return made


def _several(one: Any) -> tuple[int, ...]:
    return tuple(one) if isinstance(one, (tuple, list)) else (int(one),)


def step(*names: str) -> Callable[[_F], _F]:
    """Register the compiler of a transformer: ``(fitted, registers, builder) → registers that it makes``."""

    def register(function: _F) -> _F:
        _STEPS.update(dict.fromkeys(names, function))
        return function

    return register


def member(*names: str) -> Callable[[_F], _F]:
    """Register the compiler of a model: ``(fitted, registers, builder) → its description``."""

    def register(function: _F) -> _F:
        _MEMBERS.update(dict.fromkeys(names, function))
        return function

    return register


def class_name(thing: Any) -> str:
    """Package and name of an object's class: "sklearn.Pipeline"."""
    kind = type(thing)
    return f"{kind.__module__.partition('.')[0]}.{kind.__qualname__}"


def arguments_of(call: Any) -> tuple[Any, ...]:
    """What an `operator.methodcaller` calls and with what: the method's name, then its arguments.

    Of an `operator.attrgetter` the attributes.
    """
    _, arguments = call.__reduce__()
    return tuple(arguments)


def compile_step(fitted: Any, registers: Registers, builder: Builder) -> Registers:
    """Compile a transformer of numbers.

    Raises
    ------
    CannotCompileError
    """
    if fitted is None or fitted == "passthrough":
        return registers
    if isinstance(fitted, str) and fitted == "drop":
        return []
    name = class_name(fitted)
    if name not in _STEPS:
        raise CannotCompileError(f"The step {name}")
    return _STEPS[name](fitted, registers, builder)


def compile_member(fitted: Any, registers: Registers, builder: Builder) -> dict[str, Any]:
    """Compile a model of numbers, with the steps before it.

    Raises
    ------
    CannotCompileError
    """
    name = class_name(fitted)
    if name == "sklearn.Pipeline":
        for _, before in fitted.steps[:-1]:
            registers = compile_step(before, registers, builder)
        return compile_member(fitted.steps[-1][1], registers, builder)
    if name not in _MEMBERS:
        raise CannotCompileError(f"The model {name}")
    return _MEMBERS[name](fitted, registers, builder)


def compile_plan(
    model: Any, schema: Schema, *, classes: Sequence[Any] | None = None, costs: Any = None
) -> dict[str, Any]:
    """Take a shipped model apart.

    Parameters
    ----------
    model : sklearn.pipeline.Pipeline
        Preprocessor and model, fitted, as a run assembles it.
    schema : Schema
        Of the columns that it reads.
    classes : sequence of label, optional
        In the order of the probabilities; default those of the model.
    costs : sequence of sequences of float, optional
        Of more than two classes, what errors cost.

    Returns
    -------
    dict
        JSON values and arrays, for `automl.plan.Plan`.

    Raises
    ------
    CannotCompileError
        Naming the part that a plan has no form for.
    """
    from . import members, steps
    from .encoders import compile_encoders
    from .gate import compile_columns
    from .votes import compile_vote

    for package in (steps, members):
        modules_of(package)
    if class_name(model) != "sklearn.Pipeline" or len(model.steps) != 2:
        raise CannotCompileError(f"A {class_name(model)}", "it is not a preprocessor with a model behind it")
    if classes is None and hasattr(model, "classes_"):
        classes = model.classes_.tolist()
    prepare, final = model.steps[0][1], model.steps[1][1]
    columns = compile_columns(schema)
    encoders, width = compile_encoders(prepare, schema)
    builder = Builder(width)
    vote = compile_vote(final, builder, classes)
    return {
        "format": FORMAT,
        "version": VERSION,
        "classes": None if classes is None else list(classes),
        "columns": columns,
        "encoders": encoders,
        "width": width,
        "operations": builder.operations,
        **vote,
        "costs": None if costs is None or len(costs) <= 2 else [list(row) for row in costs],
    }
