"""Small results that pages and reports read: to JSON and back, exactly."""

from __future__ import annotations

import types
from collections.abc import Sequence
from dataclasses import fields
from typing import Any, Self, Union, get_args, get_origin, get_type_hints

import numpy as np

from .errors import InputError

FORMAT = 1


class Record:
    """Base of frozen dataclasses whose fields are numbers, texts, arrays, tuples and other records.

    JSON has no NaN and no infinity: NaN is null, the infinities are the texts "Infinity" and "-Infinity".
    """

    def to_json(self) -> dict[str, Any]:
        """As a dictionary of plain JSON values; :meth:`from_json` gives it back exactly."""
        return {"format": FORMAT, **_written(self)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Inverse of :meth:`to_json`.

        Raises
        ------
        InputError
            If the format is not one that this version reads, or a field is missing.
        """
        if data.get("format") != FORMAT:
            raise InputError(f"Expected a {cls.__name__} of format {FORMAT}, found {data.get('format')!r}.")
        record: Self = _read_record(cls, data)
        return record


def _written(value: Any) -> Any:
    if isinstance(value, Record):
        return {field.name: _written(getattr(value, field.name)) for field in fields(value)}  # type: ignore[arg-type]
    if isinstance(value, np.ndarray):
        cells = value.tolist()
        return _written(cells) if value.dtype.kind == "f" and not np.isfinite(value).all() else cells
    if isinstance(value, np.generic):
        return _written(value.item())
    if isinstance(value, (tuple, list)):
        return [_written(item) for item in value]
    if isinstance(value, float) and not np.isfinite(value):
        return None if value != value else ("Infinity" if value > 0 else "-Infinity")
    return value


def _read_record(cls: type[Any], data: dict[str, Any]) -> Any:
    hints = get_type_hints(cls)
    names = [field.name for field in fields(cls)]
    absent = [name for name in names if name not in data]
    if absent:
        raise InputError(f"Expected a {cls.__name__} with the fields {', '.join(names)}; missing: {absent}.")
    return cls(**{name: _read(hints[name], data[name]) for name in names})


def _read(hint: Any, value: Any) -> Any:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        inner = [option for option in get_args(hint) if option is not type(None)]
        return None if value is None else _read(inner[0], value)
    if origin is np.ndarray:
        (dtype,) = get_args(get_args(hint)[1])
        cells = _filled(value) if np.issubdtype(dtype, np.floating) else value
        return np.array(cells, dtype=dtype)
    if origin is tuple:
        item, *more = get_args(hint)
        kinds = [item] * len(value) if more == [Ellipsis] else [item, *more]
        return tuple(_read(kind, cell) for kind, cell in zip(kinds, value, strict=True))
    if hint is float:
        return _number(value)
    if isinstance(hint, type) and issubclass(hint, Record):
        return _read_record(hint, value)
    return value


def _filled(cells: Sequence[Any]) -> list[Any]:
    return [_filled(cell) if isinstance(cell, list) else _number(cell) for cell in cells]


def _number(value: Any) -> float:
    return float("nan") if value is None else float(value)
