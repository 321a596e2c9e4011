"""Protocol buffers as text, without a package for it.

https://protobuf.dev/reference/protobuf/textformat-spec/
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

__all__ = ["Message", "Symbol", "to_pbtxt"]


class Symbol(NamedTuple):
    """A value of an enumeration: written without quotes."""

    name: str


Scalar = str | bool | int | float | Symbol
Message = Sequence[tuple[str, "Scalar | Message"]]
"""Fields in order; a field that is repeated stands there repeatedly."""


def to_pbtxt(message: Message) -> str:
    """Write a message.

    Examples
    --------
    >>> print(to_pbtxt([("name", "a"), ("shape", [("dim", [("size", 1)])])]), end="")
    name: "a"
    shape {
      dim {
        size: 1
      }
    }
    """
    return "".join(f"{line}\n" for line in _lines(message))


def _lines(message: Message) -> Iterator[str]:
    for name, value in message:
        if isinstance(value, str | bool | int | float | Symbol):
            yield f"{name}: {_scalar(value)}"
        else:
            yield f"{name} {{"
            yield from (f"  {line}" for line in _lines(value))
            yield "}"


def _scalar(value: Scalar) -> str:
    if isinstance(value, Symbol):
        return value.name
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    return repr(value)


def _quoted(text: str) -> str:
    """A text between quotes; what is no printable sign is written as its bytes in octal."""
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(sign: str) -> str:
    if sign in '"\\':
        return f"\\{sign}"
    if sign.isprintable():
        return sign
    return "".join(f"\\{byte:03o}" for byte in sign.encode("utf-8", "replace"))
