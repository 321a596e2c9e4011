"""Results as JSON and back, by the types that their fields are annotated with."""

from __future__ import annotations

import math
import types
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any, ClassVar, Literal, Self, Union, get_args, get_origin, get_type_hints

import numpy as np
import pandas as pd

from .errors import InputError
from .frames import frame_from_json, frame_to_json


class Stored:
    """Base of frozen dataclasses that are kept as JSON.

    Fields are numbers, texts, tuples, dictionaries with text as keys, arrays, frames, and other dataclasses.
    JSON has neither NaN nor infinity; they are the texts "NaN", "Infinity" and "-Infinity", as Protocol
    Buffers write them. Lists do not tell the dimensions of an array without cells: it is ``{"shape": ...}``.
    """

    format: ClassVar[int] = 1
    """Raised when the fields change, so that data of another version are refused and not misread."""

    def to_json(self) -> dict[str, Any]:
        """As a dictionary of plain JSON values; :meth:`from_json` gives it back exactly."""
        return {"format": self.format, **_fields_to_json(self)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Inverse of :meth:`to_json`.

        Raises
        ------
        InputError
            If the format is not one that this version reads, a field is missing (but for one with a default,
            which was added later) or unknown, or a value is not of its field's type.
        """
        found = data.get("format", 1)  # certificates were first stored without
        if found != cls.format:
            raise InputError(
                f"Expected a {cls.__name__} of format {cls.format}, found {found!r}; "
                "make the result anew with this version."
            )
        result: Self = _dataclass_from_json(cls, data)
        return result


def _fields_to_json(result: Any) -> dict[str, Any]:
    return {field.name: _to_json(getattr(result, field.name)) for field in fields(result)}


def _to_json(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        if not value.size:
            return {"shape": list(value.shape)}
        finite = value.dtype.kind != "f" or np.isfinite(value).all()
        return value.tolist() if finite else _to_json(value.tolist())
    if isinstance(value, np.generic):
        return _to_json(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (tuple, list)):
        return [_to_json(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _to_json(item) for key, item in value.items()}
    if isinstance(value, pd.DataFrame):
        return frame_to_json(value)
    if is_dataclass(value):
        return _fields_to_json(value)
    raise TypeError(f"Expected a value that JSON can hold, found {type(value).__name__}.")


def _dataclass_from_json(cls: type[Any], data: dict[str, Any]) -> Any:
    names = [field.name for field in fields(cls)]
    absent = [field.name for field in fields(cls) if field.name not in data and _is_needed(field)]
    extra = [name for name in data if name not in names and name != "format"]
    if absent or extra:
        raise InputError(
            f"Expected a {cls.__name__} with the fields {', '.join(names)}; "
            f"missing: {', '.join(absent) or 'none'}; unknown: {', '.join(extra) or 'none'}."
        )
    hints = _hints(cls)
    given = [name for name in names if name in data]
    return cls(**{name: _from_json(hints[name], data[name], f"{cls.__name__}.{name}") for name in given})


def _is_needed(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _hints(cls: type[Any]) -> dict[str, Any]:
    """The types of the fields: resolving them takes longer than reading them, and lists hold thousands."""
    if cls not in _known_hints:
        _known_hints[cls] = get_type_hints(cls)
    return _known_hints[cls]


_known_hints: dict[type[Any], dict[str, Any]] = {}


def _from_json(hint: Any, value: Any, where: str) -> Any:
    try:
        return _read(hint, value, where)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"Expected {where} as {hint}, found {value!r:.80}.") from error


def _read(hint: Any, value: Any, where: str) -> Any:
    """The value of a field; TypeError or ValueError where it is of another type."""
    if hint is Any:
        return value
    if hint is float:
        return _number(value)
    if hint in (bool, int, str):
        if type(value) is not hint:
            raise TypeError
        return value
    if hint is pd.DataFrame:
        return frame_from_json(value)
    if is_dataclass(hint):
        return _dataclass_from_json(hint, value)  # type: ignore[arg-type]
    origin, args = get_origin(hint), get_args(hint)
    if origin is Literal:
        if value not in args:
            raise ValueError
        return value
    if origin in (Union, types.UnionType):
        return _read(_option(args, value), value, where)
    if origin is np.ndarray:
        return _array(get_args(args[1])[0], value)
    if origin is tuple:
        kinds = [args[0]] * len(value) if args[1:] == (Ellipsis,) else list(args)
        return tuple(_from_json(kind, item, where) for kind, item in zip(kinds, value, strict=True))
    if origin is dict:
        return {key: _from_json(args[1], item, where) for key, item in value.items()}
    if value is None and hint is type(None):
        return None
    raise TypeError


def _option(options: tuple[Any, ...], value: Any) -> Any:
    """The type of a union that a JSON value is of: null is None, text is text if it can be."""
    if value is None:
        return type(None)
    if isinstance(value, str) and str in options:
        return str
    return next(option for option in options if option not in (str, type(None)))


def _array(dtype: Any, value: Any) -> np.ndarray[Any, Any]:
    if isinstance(value, dict):
        return np.empty(value["shape"], dtype=dtype)
    return np.array(value, dtype=dtype)  # reads "NaN" and "Infinity" as floats


def _number(value: Any) -> float:
    if isinstance(value, bool) or (isinstance(value, str) and value not in ("NaN", "Infinity", "-Infinity")):
        raise TypeError
    return float(value)
