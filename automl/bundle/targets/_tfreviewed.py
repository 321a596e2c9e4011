"""A reviewed schema as tensorflow-metadata writes one: with it TensorFlow Data Validation finds the same.

What it has no word for is left out: dates' ranges, uniqueness, lengths and patterns.
"""

from __future__ import annotations

import math
from typing import Any

from automl.data import Kind
from automl.data.review import Constraints, ReviewedSchema

from ._pbtxt import Message, Symbol, to_pbtxt

__all__ = ["SERVING", "TRAINING", "dataset_constraints", "reviewed_feature", "reviewed_pbtxt"]

TRAINING, SERVING = "TRAINING", "SERVING"
Fields = list[tuple[str, Any]]


def reviewed_pbtxt(reviewed: ReviewedSchema) -> str:
    """The text of a schema for all columns that are read."""
    fields: Fields = [("feature", reviewed_feature(reviewed, name)) for name in reviewed.reads.names]
    fields += [("default_environment", TRAINING), ("default_environment", SERVING)]
    return to_pbtxt([*fields, *dataset_constraints(reviewed)])


def dataset_constraints(reviewed: ReviewedSchema) -> Fields:
    """How many rows there may be."""
    counts: Fields = []
    if reviewed.min_rows is not None:
        counts.append(("min_examples_count", reviewed.min_rows))
    if reviewed.max_rows is not None:
        counts.append(("max_examples_count", reviewed.max_rows))
    return [("dataset_constraints", counts)] if counts else []


def reviewed_feature(reviewed: ReviewedSchema, name: str) -> Message:
    """One column."""
    column, kind = reviewed[name], reviewed.cell_type(name)
    presence: Fields = [("min_fraction", float(column.min_present))] if column.min_present else []
    presence.append(("min_count", int(column.required)))
    fields: Fields = [("name", name), ("type", Symbol(kind)), ("presence", presence)]
    if column.min_present >= 1:
        fields.append(("shape", [("dim", [("size", 1)])]))
    else:
        fields.append(("value_count", [("min", 1), ("max", 1)]))
    fields += _domain(column, kind)
    for what, threshold in (("drift_comparator", column.drift), ("skew_comparator", column.skew)):
        fields += _comparator(what, threshold, column, kind)
    if name == reviewed.target:
        fields.append(("not_in_environment", SERVING))
    return fields


def _domain(column: Constraints, kind: str) -> Fields:
    if column.kind is Kind.NUMBER:
        return _range(column, kind)
    if column.domain is None or column.kind in (Kind.TEXT, Kind.IDENTIFIER):
        return []
    if kind == "BYTES":
        values = [("name", column.name), *(("value", value) for value in column.domain)]
        mass = [("distribution_constraints", [("min_domain_mass", float(column.min_domain_mass))])]
        return [("string_domain", values), *(mass if not column.is_closed else [])]
    if not column.is_closed or not column.domain:
        return []
    numbers = [float(value) for value in column.domain]
    if kind == "FLOAT":
        return [("float_domain", [("name", column.name), ("min", min(numbers)), ("max", max(numbers))])]
    low, high = int(min(numbers)), int(max(numbers))
    return [("int_domain", [("name", column.name), ("min", low), ("max", high), ("is_categorical", True)])]


def _range(column: Constraints, kind: str) -> Fields:
    ends = [("min", column.minimum), ("max", column.maximum)]
    known = [(what, float(end)) for what, end in ends if end is not None]
    if kind == "INT":
        inwards = {"min": math.ceil, "max": math.floor}
        return [("int_domain", [("name", column.name), *((what, inwards[what](end)) for what, end in known)])]
    if kind == "FLOAT":
        return [("float_domain", [("name", column.name), *known, ("disallow_inf", True)])]
    return []  # numbers that only the gate can read


def _comparator(what: str, threshold: float | None, column: Constraints, kind: str) -> Fields:
    if threshold is None or (kind == "BYTES" and column.kind is Kind.NUMBER):
        return []
    measure = "infinity_norm" if kind == "BYTES" else "jensen_shannon_divergence"
    return [(what, [(measure, [("threshold", float(threshold))])])]
