"""The members of a plan's vote as nodes: from the registers to probabilities or values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from automl.plan.trees.arrays import Trees

from .graph import CannotExportError, Graph
from .trees import add_trees

__all__ = ["vote"]

_TINY = 1e-12
"""As in `automl.plan.votes`: added before logarithms are taken."""


def vote(graph: Graph, document: Mapping[str, Any], registers: str) -> str:
    """What the vote predicts: probabilities, shape (rows, classes), or values, shape (rows, 1).

    Raises
    ------
    CannotExportError
        Naming a kind of member that has no form in ONNX.
    """
    parts = [_member(graph, described, registers) for described in document["members"]]
    weights = document["weights"] or [1.0] * len(parts)
    voted = _mean(graph, parts, weights) if document["voted"] else parts[0]
    calibration = document["calibration"]
    return voted if calibration is None else _calibrated(graph, calibration, voted)


def _mean(graph: Graph, parts: Sequence[str], weights: Sequence[float]) -> str:
    weighted = [graph.add("Mul", part, graph.row([w])) for part, w in zip(parts, weights, strict=True)]
    total = weighted[0]
    for part in weighted[1:]:
        total = graph.add("Add", total, part)
    return graph.add("Div", total, graph.row([float(np.sum(weights))]))


def _member(graph: Graph, described: Mapping[str, Any], registers: str) -> str:
    kind = described["kind"]
    if kind == "constant":
        return _constant(graph, described, registers)
    matrix = graph.columns(registers, described["from"])
    if kind == "trees":
        margins = _trees(graph, described, matrix)
    elif kind == "linear":
        weights = np.asarray(described["weights"]).T
        margins = _layer(graph, matrix, weights, described["intercept"])
    elif kind == "network":
        margins = _network(graph, described, matrix)
    else:
        raise CannotExportError(f"The kind of model {kind!r}")
    linked = _link(graph, described["link"], margins)
    back = described.get("back")
    return linked if back is None else _in_units(graph, back, linked)


def _constant(graph: Graph, described: Mapping[str, Any], registers: str) -> str:
    """The same for every row: the first register, taken from itself, is a zero for each row."""
    one = graph.columns(registers, [0])
    zero = graph.add("Mul", graph.number(graph.add("IsNaN", one)), graph.row([0.0]))
    return graph.add("Add", zero, graph.row(described["values"]))


def _trees(graph: Graph, described: Mapping[str, Any], matrix: str) -> str:
    margins = add_trees(graph, Trees.from_document(described["trees"]), matrix)
    if described["divisor"] != 1:
        margins = graph.add("Div", margins, graph.row([described["divisor"]]))
    if described.get("scale", 1.0) != 1.0:
        margins = graph.add("Mul", margins, graph.row([described["scale"]]))
    return margins


def _layer(graph: Graph, matrix: str, weights: Any, intercept: Any) -> str:
    product = graph.add("MatMul", matrix, graph.constant(np.asarray(weights, dtype=np.float64)))
    return graph.add("Add", product, graph.row(intercept))


def _network(graph: Graph, described: Mapping[str, Any], matrix: str) -> str:
    *hidden, last = zip(described["weights"], described["intercepts"], strict=True)
    for weights, shift in hidden:
        matrix = graph.add("Max", _layer(graph, matrix, weights, shift), graph.row([0.0]))
    return _layer(graph, matrix, *last)


def _link(graph: Graph, link: str, margins: str) -> str:
    if link == "sigmoid":
        raised = graph.add("Exp", graph.add("Neg", margins))
        second = graph.add("Div", graph.row([1.0]), graph.add("Add", graph.row([1.0]), raised))
        return graph.beside([graph.add("Sub", graph.row([1.0]), second), second])
    return _softmax(graph, margins) if link == "softmax" else margins


def _softmax(graph: Graph, margins: str) -> str:
    axis = graph.constant(np.array([1], dtype=np.int64))
    shifted = graph.add("Sub", margins, graph.add("ReduceMax", margins, axis, keepdims=1))
    raised = graph.add("Exp", shifted)
    return graph.add("Div", raised, graph.add("ReduceSum", raised, axis, keepdims=1))


def _in_units(graph: Graph, back: Mapping[str, Any], values: str) -> str:
    """A logarithm turned back, within the range of the targets learned from."""
    raised = graph.add("Exp", values)
    if back["function"] == "expm1":
        raised = graph.add("Sub", raised, graph.row([1.0]))
    least = graph.add("Max", raised, graph.row([back["least"]]))
    return graph.add("Min", least, graph.row([back["most"]]))


def _calibrated(graph: Graph, calibration: Mapping[str, Any], probabilities: str) -> str:
    if calibration["method"] == "temperature":
        logarithm = graph.add("Log", graph.add("Add", probabilities, graph.row([_TINY])))
        return _softmax(graph, graph.add("Mul", logarithm, graph.row([calibration["factor"]])))
    if calibration["method"] == "sigmoid":
        second = graph.columns(probabilities, [1])
        slope, shift = graph.row([-calibration["slope"]]), graph.row([-calibration["shift"]])
        return _link(graph, "sigmoid", graph.add("Add", graph.add("Mul", second, slope), shift))
    raise CannotExportError(f"A calibration by {calibration['method']}")
