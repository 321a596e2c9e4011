"""Results as JSON and back, field by field, without loss."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import Any, ClassVar, Self

import numpy as np

from .errors import InputError

FORMAT = 1


class Stored:
    """A frozen dataclass whose fields are plain values, tuples, dictionaries with text as keys, arrays of
    numbers, and other stored results.

    Lists come back as tuples; everything else exactly as it was.
    """

    _kinds: ClassVar[dict[str, type[Stored]]] = {}

    def __init_subclass__(cls) -> None:
        Stored._kinds[cls.__name__] = cls

    def to_json(self) -> dict[str, Any]:
        """As a dictionary of plain JSON values; :meth:`from_json` gives it back exactly."""
        this: Any = self
        values = {field.name: _encoded(getattr(this, field.name)) for field in fields(this)}
        return {"result": type(self).__name__, "format": FORMAT, **values}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Inverse of :meth:`to_json`.

        Raises
        ------
        InputError
            If the data are of another kind or of a format that this version does not read.
        """
        kind = Stored._kinds.get(str(data.get("result")))
        if kind is None or not issubclass(kind, cls) or data.get("format") != FORMAT:
            raise InputError(
                f"Expected a {cls.__name__} of format {FORMAT}, found {data.get('result')!r} of format "
                f"{data.get('format')!r}; make the result anew with this version."
            )
        return kind(
            **{key: _decoded(value) for key, value in data.items() if key not in ("result", "format")}
        )


def _encoded(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return {
            "array": [_encoded(cell) for cell in value.ravel().tolist()],
            "shape": list(value.shape),
            "dtype": value.dtype.name,
        }
    if isinstance(value, Stored):
        return value.to_json()
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": repr(value)}
    if isinstance(value, (list, tuple)):
        return [_encoded(item) for item in value]
    if isinstance(value, dict):
        return {"map": {str(key): _encoded(item) for key, item in value.items()}}
    if isinstance(value, np.generic):
        return _encoded(value.item())
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise TypeError(f"Expected a value that JSON can hold, found {type(value).__name__}")


def _decoded(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_decoded(item) for item in value)
    if not isinstance(value, dict):
        return value
    if "array" in value:
        cells = [_decoded(cell) for cell in value["array"]]
        return np.array(cells, dtype=value["dtype"]).reshape(value["shape"])
    if "float" in value:
        return float(value["float"])
    if "map" in value:
        return {key: _decoded(item) for key, item in value["map"].items()}
    return Stored.from_json(value)
