"""The OpenAPI document, made of the table of routes and the bundle's own schema."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..data import Column, Kind
from .described import example_row
from .http import CSV, JSON, LINES, Response, json_response
from .wording import date_text, expected

if TYPE_CHECKING:
    from .routes import Route
    from .service import Service

__all__ = ["document", "openapi"]

_ERRORS = {
    "400": "It cannot be read.",
    "401": "The token is missing or wrong.",
    "404": "There is no such model, version or endpoint.",
    "408": "It came too slowly.",
    "413": "It is too large.",
    "415": "It is of a type that is not read.",
    "422": "Rows that do not fit the model; with every problem by row and column.",
    "429": "This client asks too often.",
    "501": "The bundle cannot do this.",
    "503": "Busy, stopping, or out of time.",
}
_QUERIES = {
    "/predict": {"interval": "Such as 0.9: how probably low and high, or the set, hold the truth."},
    "/explain": {"output": "Class that is explained.", "seconds": "Time that it may take."},
    "/reasons": {
        "output": "Class that is explained.",
        "seconds": "Time that it may take.",
        "top": "How many reasons a row, at most.",
    },
    "/what-if": {"output": "Class that is explained.", "seconds": "Time that it may take."},
}


def openapi(service: Service, routes: Sequence[Route]) -> Response:
    """The document as a response."""
    return json_response(document(service, routes))


def document(service: Service, routes: Sequence[Route]) -> dict[str, Any]:
    """The document.

    Parameters
    ----------
    service : Service
    routes : sequence of Route

    Returns
    -------
    dict
        OpenAPI 3.1, JSON values.
    """
    example = example_row(service)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(service, route, example)
    told: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": service.name,
            "version": service.version,
            "description": f"Predicts `{service.target}`. Exported by Glassbench "
            f"{service.manifest.get('glassbench')}.",
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": _schemas(service, example)},
    }
    if service.settings.token is not None:
        told["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    return told


def _operation(service: Service, route: Route, example: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": re.sub(r"\W+", "_", f"{route.method.lower()}{route.path}").strip("_"),
        "summary": route.about,
        "tags": [route.protocol],
        "parameters": _parameters(service, route),
        "responses": {"200": {"description": "As asked."}},
    }
    codes = ["429", "401"] if not route.open else []
    if route.path.endswith(("ready", "/ping")):
        codes.append("503")
    if "{" in route.path:  # what stands there may be no name at all, such as one with a colon
        codes.append("404")
    if route.body is not None:
        told["requestBody"] = {"required": True, "content": _bodies(route.body, example)}
        codes += ["400", "408", "413", "415", "422", "503"]
        if route.work == "explain":
            codes.append("501")
    told["responses"] |= {
        code: {
            "description": _ERRORS[code],
            "content": {JSON: {"schema": {"type": "object"}}},
        }
        for code in sorted(codes)
    }
    if route.path == "/predict":
        told["responses"]["200"]["content"] = {
            JSON: {"schema": {"$ref": "#/components/schemas/Predictions"}},
            CSV: {"schema": {"type": "string"}},
            LINES: {"schema": {"type": "string"}},
        }
    if service.settings.token is not None and not route.open:
        told["security"] = [{"token": []}]
    return told


def _parameters(service: Service, route: Route) -> list[dict[str, Any]]:
    only = {"name": service.name, "version": service.version, "endpoint": "any"}
    found: list[dict[str, Any]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string"} | ({} if name == "endpoint" else {"enum": [only[name]]}),
        }
        for name in re.findall(r"\{(\w+)\}", route.path)
    ]
    for name, about in _QUERIES.get(route.path, {}).items():
        kind: dict[str, Any] = {"type": "string"}
        if name == "interval":
            kind = {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}
        elif name != "output":
            kind = {"type": "number" if name == "seconds" else "integer"}
        found.append({"name": name, "in": "query", "required": False, "description": about, "schema": kind})
    return found


def _bodies(body: str, example: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {"$ref": "#/components/schemas/Row"}
    rows: dict[str, Any] = {"type": "array", "items": row, "minItems": 1}
    tables = {CSV: {"schema": {"type": "string"}}, LINES: {"schema": {"type": "string"}}}

    def content(schema: dict[str, Any], shown: Any) -> dict[str, Any]:
        return {JSON: {"schema": schema, "example": shown}}

    def under(name: str, inner: dict[str, Any]) -> dict[str, Any]:
        return {"type": "object", "required": [name], "properties": {name: inner}}

    def either(*schemas: dict[str, Any]) -> dict[str, Any]:
        return {"anyOf": list(schemas)}

    if body == "rows":
        return content(either(row, rows, under("rows", rows)), example) | tables
    if body == "what_if":
        change = dict(list(example.items())[:1])
        schema = {
            "type": "object",
            "required": ["row", "changes"],
            "properties": {"row": row, "changes": {"type": "object"}},
        }
        return content(schema, {"row": example, "changes": change})
    if body == "instances":
        columns = {"type": "object", "additionalProperties": {"type": "array"}}
        schema = either(under("instances", rows), under("inputs", columns))
        return content(schema, {"instances": [example]})
    if body == "tensors":
        return content({"$ref": "#/components/schemas/Tensors"}, _tensors(example))
    split: dict[str, Any] = {
        "type": "object",
        "required": ["columns", "data"],
        "properties": {
            "columns": {"type": "array", "items": {"type": "string"}},
            "data": {"type": "array", "items": {"type": "array"}},
        },
    }
    if body == "score":
        schema = either(under("input_data", either(split, rows)), under("data", rows), row, rows)
        return content(schema, {"input_data": {"columns": list(example), "data": [list(example.values())]}})
    schema = either(
        under("dataframe_split", split),
        under("dataframe_records", rows),
        under("instances", rows),
        under("inputs", either(rows, {"type": "object"})),
        row,
        rows,
    )
    return content(schema, {"dataframe_records": [example]}) | tables


def _tensors(example: dict[str, Any]) -> dict[str, Any]:
    return {
        "inputs": [
            {
                "name": name,
                "shape": [1],
                "datatype": "BYTES" if isinstance(value, str) else "FP64",
                "data": [value],
            }
            for name, value in example.items()
        ]
    }


def _schemas(service: Service, example: dict[str, Any]) -> dict[str, Any]:
    schema, classes = service.scorer.schema, service.scorer.classes
    row: dict[str, Any] = {
        "type": "object",
        "properties": {column.name: _cell(column) for column in schema},
        "example": example,
        "additionalProperties": service.settings.unknown_columns == "ignore",
    }
    if service.settings.missing_columns == "error":
        row["required"] = list(schema.names)
    prediction: dict[str, Any] = {"type": "number"} if classes is None else {"enum": list(classes)}
    outcome: dict[str, Any] = {
        "type": "object",
        "required": ["id", "prediction"],
        "properties": {"id": {"type": "string"}, "prediction": prediction},
    }
    if classes is None:
        outcome["properties"] |= {"low": {"type": "number"}, "high": {"type": "number"}}
    else:
        share = {"type": "number", "minimum": 0, "maximum": 1}
        outcome["properties"] |= {
            "probabilities": {"type": "object", "properties": {str(label): share for label in classes}},
            "set": {"type": "array", "items": prediction},
        }
    tensor = {
        "type": "object",
        "required": ["name", "shape", "datatype"],
        "properties": {
            "name": {"type": "string"},
            "shape": {"type": "array", "items": {"type": "integer"}},
            "datatype": {"type": "string"},
            "data": {"type": "array"},
        },
    }
    return {
        "Row": row,
        "Predictions": {
            "type": "object",
            "required": ["model", "predictions", "warnings"],
            "properties": {
                "model": {"type": "string"},
                "predictions": {"type": "array", "items": outcome},
                "warnings": {"type": "array", "items": {"type": "object"}},
            },
        },
        "Tensors": {
            "type": "object",
            "required": ["inputs"],
            "properties": {"inputs": {"type": "array", "items": tensor}},
        },
    }


def _cell(column: Column) -> dict[str, Any]:
    """A cell: what it should be; the range and the values seen in training are told and not enforced."""
    about = f"{column.kind.value.capitalize()}: expected is {expected(column)}."
    if column.kind is Kind.NUMBER:
        told: dict[str, Any] = {"type": ["number", "null"]}
        if column.minimum is not None:
            about += f" From {column.minimum:g} to {column.maximum:g} in training."
    elif column.kind is Kind.DATETIME:
        told = {"type": ["string", "null"]}
        about += (
            f" From {date_text(column, column.minimum)} to {date_text(column, column.maximum)} in training."
        )
    else:
        told = {"type": ["string", "number", "boolean", "null"]}
        if column.categories:
            told["examples"] = list(column.categories[:10])
    return told | {"description": about}
