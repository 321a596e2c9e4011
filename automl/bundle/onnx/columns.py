"""Raw columns as inputs of a graph, and the preprocessor's matrix made of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from automl.data import Column, Kind, Schema
from automl.plan.encoders import encoders

from .graph import CannotExportError, Graph

__all__ = ["encode", "feed"]

_LISTED = frozenset({Kind.BOOLEAN, Kind.CATEGORY})
_WHAT = {"pieces": "values put together of words and numbers, which are looked for in new values, too"}


def encode(graph: Graph, document: Mapping[str, Any], schema: Schema) -> str:
    """Declare an input for each column that the model reads, and make the matrix, shape (rows, width).

    Numbers are doubles, with NaN for missing; categories are texts as the training table wrote them, with an
    empty one for missing. Columns that the model was given and does not use are no inputs.

    Raises
    ------
    CannotExportError
        Naming a column of texts, dates or composite categories.
    """
    from onnx import TensorProto

    parts = []
    sentinels = {each["name"]: each.get("sentinels") or () for each in document["columns"]}
    for described, encoder in zip(document["encoders"], encoders(document["encoders"]), strict=True):
        column = schema[described["column"]]
        if described["kind"] == "number":
            graph.take(column.name, TensorProto.DOUBLE, ("rows", 1))
            parts.append(_without(graph, column.name, sentinels[column.name]))
        elif described["kind"] == "code" and column.kind in _LISTED:
            graph.take(column.name, TensorProto.STRING, ("rows", 1))
            codes = {label: float(encoder.encode(label)) for label in column.categories or ()}
            parts.append(_codes(graph, column.name, codes))
        else:
            what = _WHAT.get(described["kind"], f"a {column.kind.value}")
            raise CannotExportError(f"The column {column.name!r} ({what})")
    if not parts:
        raise CannotExportError("A model that reads no column")
    return graph.beside(parts)


def feed(frame: Any, schema: Schema, names: list[str]) -> dict[str, Any]:
    """Canonical rows as the inputs of a graph.

    Parameters
    ----------
    frame : DataFrame
    schema : Schema
    names : list of str
        Of the graph's inputs.
    """
    return {name: _cells(frame[name], schema[name]) for name in names}


def _cells(values: Any, column: Column) -> Any:
    if column.kind is Kind.NUMBER:
        return values.to_numpy(dtype=np.float64).reshape(-1, 1)
    texts = ["" if missing else str(text) for text, missing in zip(values, values.isna(), strict=True)]
    return np.array(texts, dtype=object).reshape(-1, 1)


def _without(graph: Graph, name: str, sentinels: Any) -> str:
    """Numbers with those that stand for missing taken out."""
    found = name
    for sentinel in sentinels:
        same = graph.add("Equal", found, graph.row([sentinel]))
        found = graph.add("Where", same, graph.row([math.nan]), found)
    return found


def _codes(graph: Graph, name: str, codes: Mapping[str, float]) -> str:
    known = {label: code for label, code in codes.items() if not math.isnan(code)}
    # A table without a line is refused: one that nothing equals.
    keys = list(known) or ["\x00"]
    values = list(known.values()) or [math.nan]
    return graph.add(
        "LabelEncoder",
        name,
        of_models=True,
        keys_tensor=_texts(keys),
        values_tensor=np.array(values, dtype=np.float64),
        default_tensor=np.array([math.nan]),
    )


def _texts(texts: list[str]) -> Any:
    from onnx import TensorProto, helper

    return helper.make_tensor("", TensorProto.STRING, [len(texts)], [text.encode("utf-8") for text in texts])
