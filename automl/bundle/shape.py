"""Whether a JSON document has the shape that a JSON schema describes, without a package for it.

Of JSON Schema (draft 2020-12) it knows what ``bundle.schema.json`` uses, and refuses a schema that uses more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

__all__ = ["fault"]

Schema = Mapping[str, Any]

_TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "null": lambda value: value is None,
}
_TOLD = frozenset({"$schema", "$id", "$defs", "title", "description"})
_CHECKED = frozenset(
    {"$ref", "type", "const", "pattern", "minimum", "required", "properties", "additionalProperties",
     "propertyNames", "items"}
)  # fmt: skip


def fault(document: Any, schema: Schema) -> str | None:
    """Say what is wrong with a document, None where nothing is.

    Parameters
    ----------
    document
        As ``json.loads`` gives it.
    schema : mapping

    Raises
    ------
    ValueError
        When the schema uses what this does not know.

    Examples
    --------
    >>> fault({"a": 1}, {"properties": {"a": {"type": "string"}}})
    'a is 1, not a string'
    """
    return next(_faults(document, schema, schema, ""), None)


def _faults(value: Any, schema: Schema, root: Schema, where: str) -> Iterator[str]:
    if unknown := set(schema) - _TOLD - _CHECKED:
        raise ValueError(f"a schema with {sorted(unknown)}")
    if "$ref" in schema:
        target: Any = root
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        yield from _faults(value, target, root, where)
    place = where or "it"
    kinds = schema.get("type", list(_TYPES))
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if not any(_TYPES[kind](value) for kind in kinds):
        yield f"{place} is {_shown(value)}, not {_either(kinds)}"
    elif "const" in schema and (type(value), value) != (type(schema["const"]), schema["const"]):
        yield f"{place} is {_shown(value)}, not {_shown(schema['const'])}"
    elif isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        yield f"{place} is {_shown(value)}, which does not match {schema['pattern']}"
    elif _TYPES["number"](value) and not value >= schema.get("minimum", value):
        yield f"{place} is {_shown(value)}, less than {schema['minimum']}"
    elif isinstance(value, dict):
        yield from _faults_inside(value, schema, root, where)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _faults(item, schema.get("items", {}), root, f"{where}[{number}]")


def _faults_inside(value: dict[str, Any], schema: Schema, root: Schema, where: str) -> Iterator[str]:
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{where or 'it'} has no {name!r}"
    known, others = schema.get("properties", {}), schema.get("additionalProperties", {})
    for name, item in value.items():
        yield from _faults(name, schema.get("propertyNames", {}), root, f"a name in {where or 'it'}")
        yield from _faults(item, known.get(name, others), root, f"{where}.{name}" if where else name)


def _either(kinds: list[str]) -> str:
    words = {"object": "an object", "array": "an array", "integer": "an integer", "null": "null"}
    return " or ".join(words.get(kind, f"a {kind}") for kind in kinds)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
