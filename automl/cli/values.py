"""From typed words to values; argparse names a converter in its message: "invalid seconds value: 'ten'"."""

from __future__ import annotations

import argparse
import json
import math
from typing import Any

__all__ = [
    "DIRECTIONS",
    "KINDS",
    "change",
    "costs",
    "count",
    "direction",
    "kind",
    "level",
    "megabytes",
    "milliseconds",
    "port",
    "seconds",
    "setting",
    "tolerance",
]

KINDS = ("number", "boolean", "category", "datetime", "text", "identifier", "constant")
DIRECTIONS = ("increasing", "decreasing")


def seconds(text: str) -> float:
    """A length of time."""
    return _positive(text, "seconds")


def milliseconds(text: str) -> float:
    """A length of time."""
    return _positive(text, "milliseconds")


def megabytes(text: str) -> float:
    """A size."""
    return _positive(text, "megabytes")


def tolerance(text: str) -> float:
    """A difference."""
    return _positive(text, "units")


def _positive(text: str, unit: str) -> float:
    value = float(text)
    if not (math.isfinite(value) and value > 0):
        raise argparse.ArgumentTypeError(f"expected a positive number of {unit}, got {text}")
    return value


def level(text: str) -> float:
    """A probability."""
    value = float(text)
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(f"expected a probability between 0 and 1, got {text}")
    return value


def costs(text: str) -> dict[str, Any]:
    """What errors cost: `false_negative=5,false_positive=1`, or JSON."""
    if text.lstrip().startswith("{"):
        try:
            found: dict[str, Any] = json.loads(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(f"expected JSON, got {text} ({error})") from None
        return found
    named: dict[str, Any] = {}
    for part in text.split(","):
        name, equals, value = part.partition("=")
        try:
            named[name.strip()] = float(value)
        except ValueError:
            equals = ""
        if not equals:
            raise argparse.ArgumentTypeError(
                f"expected false_negative=5,false_positive=1 or JSON, got {text}"
            )
    return named


def count(text: str) -> int:
    """A number of things."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"expected 1 or more, got {text}")
    return value


def port(text: str) -> int:
    """A port to listen on."""
    value = int(text)
    if not 1 <= value <= 65535:
        raise argparse.ArgumentTypeError(f"expected a port between 1 and 65535, got {text}")
    return value


def change(text: str) -> tuple[str, str | None]:
    """A column and its new value; None, for missing, where nothing is behind the sign."""
    column, value = _named(text, "COLUMN")
    return column, value or None


def setting(text: str) -> tuple[str, str]:
    """A setting and its value, which may be nothing."""
    return _named(text, "NAME")


def _named(text: str, what: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (equals and name):
        raise argparse.ArgumentTypeError(f"expected {what}=VALUE, got {text}")
    return name, value


def kind(text: str) -> tuple[str, str]:
    """A column and what it is."""
    return _of_column(text, "kind", KINDS)


def direction(text: str) -> tuple[str, str]:
    """A column and how the prediction may follow it."""
    return _of_column(text, "direction", DIRECTIONS)


def _of_column(text: str, what: str, choices: tuple[str, ...]) -> tuple[str, str]:
    column, equals, value = text.rpartition("=")
    if not (equals and column):
        raise argparse.ArgumentTypeError(f"expected COLUMN={what.upper()}, got {text}")
    if value not in choices:
        raise argparse.ArgumentTypeError(f"{value!r} is no {what}; expected one of {', '.join(choices)}")
    return column, value
