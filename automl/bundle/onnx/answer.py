"""What a graph gives: labels as the model decides them, with probabilities, or values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .graph import Graph

__all__ = ["LABEL", "PROBABILITIES", "VALUE", "answer"]

LABEL, PROBABILITIES, VALUE = "label", "probabilities", "prediction"


def answer(graph: Graph, document: Mapping[str, Any], predicted: str) -> None:
    """Declare the outputs.

    Of classes ``label``, shape (rows,), and ``probabilities``, shape (rows, classes); of values
    ``prediction``, shape (rows, 1).
    """
    from onnx import TensorProto

    classes = document["classes"]
    if classes is None:
        graph.give(predicted, VALUE, TensorProto.DOUBLE, ("rows", 1))
        return
    labels = np.array(classes, dtype=object if isinstance(classes[0], str) else np.int64)
    kind = TensorProto.STRING if isinstance(classes[0], str) else TensorProto.INT64
    chosen = graph.add("Gather", graph.constant(labels), _codes(graph, document, predicted), axis=0)
    graph.give(chosen, LABEL, kind, ("rows",))
    graph.give(predicted, PROBABILITIES, TensorProto.DOUBLE, ("rows", len(classes)))


def _codes(graph: Graph, document: Mapping[str, Any], probabilities: str) -> str:
    """The code of each row's label, as `automl.plan.Plan.label` decides it."""
    from onnx import TensorProto

    if document["costs"] is not None:
        costs = graph.constant(np.asarray(document["costs"], dtype=np.float64))
        expected = graph.add("MatMul", probabilities, costs)
        return graph.add("ArgMin", expected, axis=1, keepdims=0)
    if document["threshold"] is None:
        return graph.add("ArgMax", probabilities, axis=1, keepdims=0)
    second = graph.add("Gather", probabilities, graph.constant(np.int64(1)), axis=1)
    at_least = graph.add("GreaterOrEqual", second, graph.constant(np.float64(document["threshold"])))
    return graph.add("Cast", at_least, to=TensorProto.INT64)
