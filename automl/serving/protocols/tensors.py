"""Tensors of the Open Inference Protocol as lists of values, in JSON and in the binary extension."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..problems import bad_request
from ..wording import shown

__all__ = ["BYTES", "flatten", "from_bytes", "to_bytes"]

BYTES = "BYTES"
#: Types of numbers, little-endian.
NUMBERS = {
    "BOOL": np.dtype("?"),
    "UINT8": np.dtype("<u1"),
    "UINT16": np.dtype("<u2"),
    "UINT32": np.dtype("<u4"),
    "UINT64": np.dtype("<u8"),
    "INT8": np.dtype("<i1"),
    "INT16": np.dtype("<i2"),
    "INT32": np.dtype("<i4"),
    "INT64": np.dtype("<i8"),
    "FP16": np.dtype("<f2"),
    "FP32": np.dtype("<f4"),
    "FP64": np.dtype("<f8"),
}
_MOST_DIMENSIONS = 4


def checked_shape(shape: Any, name: str) -> tuple[int, ...]:
    """The shape of a tensor.

    Raises
    ------
    RequestError
        When it is no list of one to four whole numbers from 0 on.
    """
    fits = isinstance(shape, list) and 1 <= len(shape) <= _MOST_DIMENSIONS
    if not fits or not all(type(size) is int and 0 <= size <= 2**31 for size in shape):
        raise bad_request(f"Expected the shape of {shown(name)} as a list of whole numbers, such as [2].")
    return tuple(shape)


def checked_type(kind: Any, name: str) -> str:
    """The type of a tensor's values."""
    if not isinstance(kind, str) or (kind not in NUMBERS and kind != BYTES):
        raise bad_request(
            f"The datatype of {shown(name)} is not known.", f"Use one of {', '.join((*NUMBERS, BYTES))}."
        )
    return kind


def flatten(data: Any, shape: Sequence[int], kind: str, name: str) -> list[Any]:
    """Values of a tensor in JSON: nested as its shape is, or flat, row by row.

    Raises
    ------
    RequestError
        When there are more or fewer than the shape says, or some are not of the type.
    """
    if not isinstance(data, list):
        raise bad_request(f"Expected the data of {shown(name)} as a list.")
    flat = data
    for _ in range(len(shape) - 1):
        if any(isinstance(value, list) for value in flat):
            if not all(isinstance(value, list) for value in flat):
                raise bad_request(f"The data of {shown(name)} is nested unevenly.")
            flat = [value for part in flat for value in part]
    _check_count(len(flat), shape, name)
    allowed = (str, type(None)) if kind == BYTES else (int, float, bool, type(None))
    wrong = next((value for value in flat if not isinstance(value, allowed)), None)
    if wrong is not None:
        raise bad_request(f"Expected values of the type {kind} in {shown(name)}, found {shown(wrong)}.")
    return flat


def from_bytes(data: bytes, shape: Sequence[int], kind: str, name: str) -> list[Any]:
    """Values of a tensor in the binary extension; NaN counts as missing.

    Raises
    ------
    RequestError
    """
    if kind == BYTES:
        values = _texts(data, name)
        _check_count(len(values), shape, name)
        return values
    dtype = NUMBERS[kind]
    if len(data) % dtype.itemsize:
        raise bad_request(f"The data of {shown(name)} ends within a value.")
    numbers = np.frombuffer(data, dtype=dtype)
    _check_count(len(numbers), shape, name)
    found: list[Any] = numbers.tolist()
    return [None if isinstance(value, float) and math.isnan(value) else value for value in found]


def to_bytes(values: Sequence[Any], kind: str) -> bytes:
    """Values as the binary extension writes them."""
    if kind != BYTES:
        return np.asarray(values, dtype=NUMBERS[kind]).tobytes()
    parts = []
    for value in values:
        text = str(value).encode("utf-8")
        parts += [struct.pack("<I", len(text)), text]
    return b"".join(parts)


def _texts(data: bytes, name: str) -> list[str]:
    """Texts, each behind its length in four bytes."""
    values, at = [], 0
    while at < len(data):
        if at + 4 > len(data):
            raise bad_request(f"The data of {shown(name)} ends within a length.")
        (size,) = struct.unpack_from("<I", data, at)
        text = data[at + 4 : at + 4 + size]
        if len(text) != size:
            raise bad_request(f"The data of {shown(name)} ends within a text.")
        try:
            values.append(text.decode("utf-8"))
        except UnicodeDecodeError:
            raise bad_request(f"A text of {shown(name)} is not UTF-8.") from None
        at += 4 + size
    return values


def _check_count(count: int, shape: Sequence[int], name: str) -> None:
    if count != math.prod(shape):
        raise bad_request(
            f"Expected {math.prod(shape):,} value(s) for {shown(name)} of shape {list(shape)}, "
            f"found {count:,}."
        )
