"""What the model reads and says, as JSON values: for /schema and for the OpenAPI document."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from ..data import Column, Kind
from ..data.review import allowed
from .wording import date_text, expected

if TYPE_CHECKING:
    from .service import Service

__all__ = ["described", "example_row"]

_MOST_VALUES = 100


def described(service: Service) -> dict[str, Any]:
    """The model, its columns with kinds, ranges and values, and an example row."""
    scorer = service.scorer
    return {
        "model": service.name,
        "version": service.version,
        "target": service.target,
        "task": service.manifest.get("task"),
        "classes": None if scorer.classes is None else list(scorer.classes),
        "intervals": scorer.conformal is not None,
        "missing_columns": service.settings.missing_columns,
        "unknown_columns": service.settings.unknown_columns,
        "anomalies": None if service.reviewed is None else service.settings.anomalies,
        "columns": [_column(column) | _constraints(service, column.name) for column in scorer.schema],
        "example": example_row(service),
    }


def _column(column: Column) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": column.name,
        "kind": column.kind.value,
        "expected": expected(column),
        "was_missing_in_training": column.nullable,
    }
    if column.kind is Kind.NUMBER:
        told |= {"minimum": column.minimum, "maximum": column.maximum}
    if column.kind is Kind.DATETIME:
        told |= {"minimum": date_text(column, column.minimum), "maximum": date_text(column, column.maximum)}
        told |= {"format": column.date_format, "like": date_text(column, column.minimum)}
    if column.categories is not None:
        told |= {"values": list(column.categories[:_MOST_VALUES]), "values_total": len(column.categories)}
    return told


def _constraints(service: Service, name: str) -> dict[str, Any]:
    """What the reviewed schema says of a column, where the bundle has one."""
    if service.reviewed is None or name not in service.reviewed:
        return {}
    told = service.reviewed[name].to_json()
    constraints = {what: value for what, value in told.items() if what not in ("name", "kind")}
    return {"constraints": constraints, "allowed": allowed(service.reviewed[name])}


def example_row(service: Service) -> dict[str, Any]:
    """The first row of the bundle's sample, as a client may send it."""
    header, first = list(csv.reader(io.StringIO(service.files["sample_input.csv"].decode("utf-8"))))[:2]
    cells = dict(zip(header, first, strict=True))
    row = service.sample.iloc[0]
    told: dict[str, Any] = {}
    for column in service.scorer.schema:
        value = row[column.name]
        if cells[column.name] == "" or value != value:
            told[column.name] = None
        elif column.kind is Kind.NUMBER:
            told[column.name] = int(value) if float(value).is_integer() else float(value)
        else:
            told[column.name] = cells[column.name]
    return told
