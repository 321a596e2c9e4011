"""A plan's operations as nodes: one function a kind, from the columns read to the columns made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from automl.plan.steps.spline import Spline

from .angles import angle
from .graph import CannotExportError, Graph

__all__ = ["run"]

_SPAN = float(2**26)
"""As in `automl.plan.steps.lookup`: codes are below."""
_NOT_FOUND = -1.5e308

Made = Callable[..., str]


def run(graph: Graph, described: Mapping[str, Any], registers: str) -> str:
    """Append the columns that an operation makes to the matrix of registers.

    Raises
    ------
    CannotExportError
        Naming an operation that has no form in ONNX.
    """
    kind = described["kind"]
    if kind not in _KINDS:
        raise CannotExportError(f"The step {kind!r} of the model")
    source = np.asarray(described["from"], dtype=np.int64)
    source = source.reshape(len(source), -1)
    read = [graph.columns(registers, source[:, place].tolist()) for place in range(source.shape[1])]
    return graph.beside([registers, _KINDS[kind](graph, described, *read)])


def _fill(graph: Graph, described: Mapping[str, Any], values: str) -> str:
    return graph.add("Where", graph.add("IsNaN", values), graph.row(described["value"]), values)


def _missing(graph: Graph, described: Mapping[str, Any], values: str) -> str:
    return graph.number(graph.add("IsNaN", values))


def _scale(graph: Graph, described: Mapping[str, Any], values: str) -> str:
    return graph.add(
        "Div", graph.add("Sub", values, graph.row(described["centre"])), graph.row(described["spread"])
    )


def _equal(graph: Graph, described: Mapping[str, Any], values: str) -> str:
    return graph.number(graph.add("Equal", values, graph.row(described["to"])))


def _difference(graph: Graph, described: Mapping[str, Any], left: str, right: str) -> str:
    return graph.add("Sub", right, left)


def _product(graph: Graph, described: Mapping[str, Any], left: str, right: str) -> str:
    return graph.add("Mul", left, right)


def _sum(graph: Graph, described: Mapping[str, Any], left: str, right: str) -> str:
    return graph.add("Add", left, right)


def _join(graph: Graph, described: Mapping[str, Any], left: str, right: str) -> str:
    return graph.add("Add", graph.add("Mul", left, graph.row(described["factor"])), right)


def _ratio(graph: Graph, described: Mapping[str, Any], right: str, left: str) -> str:
    return angle(graph, right, left)


def _lookup(graph: Graph, described: Mapping[str, Any], values: str) -> str:
    """All tables in one, each in a range of numbers of its own, as the plan does it."""
    sizes = np.asarray(described["sizes"], dtype=np.int64)
    offset = np.arange(len(sizes)) * _SPAN
    keys = np.asarray(described["keys"], dtype=np.float64) + np.repeat(offset, sizes)
    table = np.asarray(described["values"], dtype=np.float64)
    inside = graph.add(
        "And",
        graph.add("GreaterOrEqual", values, graph.row([0.0])),
        graph.add("Less", values, graph.row([_SPAN])),
    )
    # Nothing has half a code.
    wanted = graph.add("Add", graph.add("Where", inside, values, graph.row([0.5])), graph.row(offset))
    found = graph.add(
        "LabelEncoder",
        wanted,
        of_models=True,
        keys_tensor=np.append(keys, -1.0),
        values_tensor=np.append(table, _NOT_FOUND),
        default_tensor=np.array([_NOT_FOUND]),
    )
    absent = graph.add("Equal", found, graph.row([_NOT_FOUND]))
    known = graph.add("Where", absent, graph.row(described["other"]), found)
    return graph.add("Where", graph.add("IsNaN", values), graph.row(described["missing"]), known)


def _spline(graph: Graph, described: Mapping[str, Any], values: str) -> str:
    """Cubics of how far a value is from the knot below, those of the piece that it lies in."""
    least, most, below, table = Spline(np.zeros(len(described["knots"]), dtype=np.intp), described).tables()
    count, pieces, splines, powers = table.shape
    inside = graph.add("Min", graph.add("Max", values, graph.row(least)), graph.row(most))
    turned = graph.add("Transpose", inside, perm=[1, 0])  # columns, rows
    each = graph.add("Unsqueeze", turned, graph.constant(np.array([2])))
    reached = graph.number(graph.add("GreaterOrEqual", each, graph.constant(below[:, None, :])))
    passed = graph.add("ReduceSum", reached, graph.constant(np.array([2])), keepdims=1)
    place = graph.add("Sub", passed, graph.constant(np.array([1.0])))
    at = np.arange(pieces, dtype=np.float64)
    here = graph.number(
        graph.add("Equal", graph.add("Max", place, graph.constant(np.array([0.0]))), graph.constant(at))
    )
    start = graph.add("MatMul", here, graph.constant(below[:, :, None]))
    beyond = graph.add("Unsqueeze", graph.add("Sub", each, start), graph.constant(np.array([3])))
    flat = graph.add("MatMul", here, graph.constant(table.reshape(count, pieces, splines * powers)))
    shape = graph.constant(np.array([count, -1, splines, powers]))
    cubic = graph.add("Reshape", flat, shape)
    parts = [graph.add("Gather", cubic, graph.constant(np.array([power])), axis=3) for power in range(powers)]
    value = parts[0]
    for part in parts[1:]:
        value = graph.add("Add", graph.add("Mul", value, beyond), part)
    rows = graph.add("Transpose", value, perm=[1, 0, 2, 3])
    return graph.add("Reshape", rows, graph.constant(np.array([-1, count * splines])))


_KINDS: Mapping[str, Made] = {
    "difference": _difference,
    "equal": _equal,
    "fill": _fill,
    "join": _join,
    "lookup": _lookup,
    "missing": _missing,
    "product": _product,
    "ratio": _ratio,
    "scale": _scale,
    "spline": _spline,
    "sum": _sum,
}
