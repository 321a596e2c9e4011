"""Plain values as YAML, the same text each time, without a package for it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

__all__ = ["to_yaml"]

#: Texts that mean themselves without quotes, to YAML 1.1 and 1.2 alike.
_PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_./@-]*")
_WORDS = frozenset(["true", "false", "null", "yes", "no", "on", "off", "y", "n"])


def to_yaml(*documents: Any) -> str:
    """Write mappings, sequences and scalars as YAML documents.

    Parameters
    ----------
    *documents : mapping or sequence
        Mappings keep their order; texts of several lines become blocks.

    Examples
    --------
    >>> print(to_yaml({"a": [1, {"b": "no", "c": None}], "d": {}}), end="")
    a:
      - 1
      - b: "no"
        c: null
    d: {}
    """
    return "---\n".join("".join(f"{line}\n" for line in _lines(document)) for document in documents)


def _lines(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        for key, child in value.items():
            yield from _entry(f"{_scalar(key)}:", child, "  ")
    elif _is_list(value) and value:
        for child in value:
            yield from _item(child)
    else:
        yield _scalar(value)


def _entry(head: str, child: Any, indent: str) -> Iterator[str]:
    if (isinstance(child, Mapping) or _is_list(child)) and child:
        yield head
        yield from (indent + line for line in _lines(child))
    elif isinstance(child, str) and _is_block(child):
        yield f"{head} {'|' if child.endswith(chr(10)) else '|-'}"
        yield from (f"{indent}{line}" if line else "" for line in child.splitlines())
    else:
        yield f"{head} {_scalar(child)}"


def _item(child: Any) -> Iterator[str]:
    if isinstance(child, str) and _is_block(child):
        yield from _entry("-", child, "  ")
        return
    lines = _lines(child)
    yield f"- {next(lines)}"
    yield from (f"  {line}" if line else "" for line in lines)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _is_block(text: str) -> bool:
    """Whether a text can be a literal block: several lines, at most one newline at its end."""
    return (
        "\n" in text[:-1]
        and not text.endswith("\n\n")
        and not text[0].isspace()
        and all(line.isprintable() for line in text.split("\n"))
    )


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
            return value
        quoted = json.dumps(value, ensure_ascii=False)
        # What is no printable sign (line separators among them) YAML would fold or refuse.
        return "".join(sign if sign.isprintable() else f"\\U{ord(sign):08x}" for sign in quoted)
    if isinstance(value, float):
        digits, sign, exponent = json.dumps(value).partition("e")
        return f"{digits}{'' if '.' in digits else '.0'}{sign}{exponent}"  # YAML 1.1 wants the point
    if value is None or isinstance(value, bool | int):
        return json.dumps(value)
    if isinstance(value, Mapping):
        return "{}"
    if _is_list(value):
        return "[]"
    raise TypeError(f"{type(value).__name__} cannot be written as YAML")
