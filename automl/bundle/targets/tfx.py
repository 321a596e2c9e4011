"""TensorFlow Extended: schema and statistics of the rows learned from, in tensorflow-metadata's text.

They describe rows as ``sample_input.csv`` writes them. ``ImportSchemaGen`` and TensorFlow Data Validation
read them: no anomaly in the rows learned from, and drift against the statistics is told by the comparators.
https://github.com/tensorflow/metadata/blob/master/tensorflow_metadata/proto/v0/schema.proto
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from automl.data import Kind
from automl.data.review import ReviewedSchema
from automl.data.review.celltype import LISTED, CellType, type_of

from ._pbtxt import Message, Symbol, to_pbtxt
from ._tfdata import feature_type
from ._tfreviewed import SERVING, TRAINING, dataset_constraints, reviewed_feature
from ._tfstatistics import statistics
from .target import Facts, Step, Target

__all__ = ["SCHEMA", "STATISTICS", "TARGET"]

SCHEMA, STATISTICS = "deploy/tfx/schema.pbtxt", "deploy/tfx/statistics.pbtxt"
#: Largest difference of a value's share, and Jensen–Shannon divergence (base 2) of histograms, without alarm.
#: With 1,000 rows a share of a half differs by 0.05 once in a thousand times, without any drift.
_SHARE, _DIVERGENCE = 0.1, 0.1


def _files(facts: Facts) -> Mapping[str, str]:
    files = {SCHEMA: to_pbtxt(_schema(facts))}
    if facts.reference is not None:
        files[STATISTICS] = to_pbtxt(statistics(facts))
    return files


def _profiles(facts: Facts) -> dict[str, Mapping[str, Any]]:
    """What is known of each column's values, by its name."""
    columns = (facts.reference or {}).get("columns", ())
    return {each["grid"]["name"]: each for each in columns}


def _schema(facts: Facts) -> Message:
    profiles = _profiles(facts)
    reviewed = None if facts.reviewed is None else ReviewedSchema.from_json(facts.reviewed)
    features = [
        _feature(column, profiles.get(column["name"]))
        if reviewed is None or column["name"] not in reviewed
        else reviewed_feature(reviewed, column["name"])
        for column in facts.columns
    ]
    fields: list[tuple[str, Any]] = [("feature", feature) for feature in features]
    fields.append(("feature", _target(facts)))
    fields += [("default_environment", TRAINING), ("default_environment", SERVING)]
    return fields + ([] if reviewed is None else dataset_constraints(reviewed))


def _feature(column: Mapping[str, Any], profile: Mapping[str, Any] | None) -> Message:
    kind = feature_type(column, profile)
    fields: list[tuple[str, Any]] = [("name", column["name"]), ("type", Symbol(kind))]
    if column["nullable"]:
        fields += [("value_count", [("min", 1), ("max", 1)]), ("presence", [("min_count", 0)])]
    else:
        fields += [
            ("shape", [("dim", [("size", 1)])]),
            ("presence", [("min_fraction", 1.0), ("min_count", 1)]),
        ]
    categories = column.get("categories") or ()
    if Kind(column["kind"]) in LISTED:
        fields.append(_domain(column["name"], kind, categories))
    if kind == "BYTES" and categories:
        fields.append(("drift_comparator", [("infinity_norm", [("threshold", _SHARE)])]))
    elif kind != "BYTES" and Kind(column["kind"]) is not Kind.IDENTIFIER:
        fields.append(
            ("drift_comparator", [("jensen_shannon_divergence", [("threshold", _DIVERGENCE)])]),
        )
    return fields


def _target(facts: Facts) -> Message:
    """The target: in the rows to learn from, not in those to predict."""
    kind: CellType = "FLOAT" if facts.classes is None else type_of(facts.classes)
    fields: list[tuple[str, Any]] = [
        ("name", facts.target),
        ("type", Symbol(kind)),
        ("presence", [("min_count", 1)]),
        ("value_count", [("min", 1), ("max", 1)]),
        ("not_in_environment", SERVING),
    ]
    if facts.classes is not None:
        fields.append(_domain(facts.target, kind, facts.classes))
    return fields


def _domain(name: str, kind: CellType, values: Any) -> tuple[str, Any]:
    """The values that a column of labels may have."""
    if kind == "INT":
        numbers = [int(value) for value in values]
        return "int_domain", [
            ("name", name),
            ("min", min(numbers)),
            ("max", max(numbers)),
            ("is_categorical", True),
        ]
    if kind == "FLOAT":
        found = [float(value) for value in values]
        return "float_domain", [("name", name), ("min", min(found)), ("max", max(found))]
    return "string_domain", [("name", name), *(("value", str(value)) for value in values)]


TARGET = Target(
    name="tfx",
    title="TensorFlow Extended",
    about="Schema and statistics of the rows learned from, for TFX and TensorFlow Data Validation.",
    files=_files,
    steps=(
        Step(
            "In a pipeline:",
            "from tfx.components import ImportSchemaGen\n\n"
            'schema = ImportSchemaGen(schema_file="{name}/deploy/tfx/schema.pbtxt")',
            "python",
        ),
        Step(
            "Without one:",
            "import tensorflow_data_validation as tfdv\n\n"
            'schema = tfdv.load_schema_text("{name}/deploy/tfx/schema.pbtxt")\n'
            'old = tfdv.load_stats_text("{name}/deploy/tfx/statistics.pbtxt")\n'
            'new = tfdv.generate_statistics_from_csv("new.csv")\n'
            'print(tfdv.validate_statistics(new, schema, "SERVING", previous_statistics=old))',
            "python",
        ),
    ),
)
