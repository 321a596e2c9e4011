"""Values out of a file that a person has written, each with a word for what was expected in its place."""

from __future__ import annotations

import difflib
import json
import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

from automl.errors import SettingError

__all__ = [
    "duration",
    "known_only",
    "names",
    "number",
    "one_of",
    "optional",
    "read_settings",
    "seconds",
    "table",
    "text",
    "whole",
]

Choice = TypeVar("Choice", bound=str)

_UNITS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
_DURATION = re.compile(r"(\d+(?:\.\d+)?) ?(s|m|min|h|d|w)")
_NEEDED = object()


def read_settings(path: Path) -> dict[str, Any]:
    """The content of a TOML or JSON file.

    Raises
    ------
    SettingError
        When there is no such file, or it is neither.
    """
    try:
        content = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SettingError(f"There is no file {path}.", fix="Check the path.") from None
    except UnicodeDecodeError as error:
        raise SettingError(
            f"Expected settings in UTF-8 in {path}, found {error}.", fix="Save it as UTF-8."
        ) from None
    try:
        found = json.loads(content) if path.suffix.lower() == ".json" else tomllib.loads(content)
    except (ValueError, RecursionError) as error:  # both decoders' errors are
        raise SettingError(
            f"Expected {'JSON' if path.suffix.lower() == '.json' else 'TOML'} in {path}: {error}.",
            fix="Correct it there.",
        ) from None
    if not isinstance(found, dict):
        raise SettingError(f"Expected settings by name in {path}, found a list.", fix="Give them names.")
    return found


def duration(value: Any) -> float | None:
    """Seconds of `90`, `"90s"`, `"5m"`, `"36h"`, `"1d"`; None where it is none."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) if math.isfinite(value) and value >= 0 else None
    found = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    return None if found is None else float(found[1]) * _UNITS[found[2]]


def known_only(content: Mapping[str, Any], known: Sequence[str], where: str) -> None:
    """See to it that there are no settings but these: one that is misspelt would do nothing in silence."""
    for name in content:
        if name not in known:
            near = difflib.get_close_matches(str(name), known, n=1)
            raise SettingError(
                f"There is no setting {name!r} in {where}." + (f" Did you mean {near[0]!r}?" if near else ""),
                fix=f"There is {', '.join(known)}.",
            )


def optional(content: Mapping[str, Any], name: str, where: str) -> str | None:
    """A text that may be left out."""
    return None if name not in content else text(content, name, where)


def text(content: Mapping[str, Any], name: str, where: str, otherwise: Any = _NEEDED) -> str:
    """A text that is not empty."""
    value = content.get(name, otherwise)
    if value is _NEEDED or not isinstance(value, str) or not (value.strip() or value == otherwise):
        raise _unexpected("a text", name, value, where)
    return value


def number(content: Mapping[str, Any], name: str, where: str, otherwise: Any = None) -> float:
    """A number that is not negative."""
    value = content.get(name, _NEEDED if otherwise is None else otherwise)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        raise _unexpected("a number of 0 or more", name, value, where)
    return float(value)


def whole(content: Mapping[str, Any], name: str, where: str, otherwise: Any = None, least: int = 1) -> int:
    """A whole number."""
    value = content.get(name, _NEEDED if otherwise is None else otherwise)
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise _unexpected(f"a whole number of {least} or more", name, value, where)
    return value


def seconds(content: Mapping[str, Any], name: str, where: str, otherwise: Any = None) -> float:
    """A length of time."""
    value = content.get(name, _NEEDED if otherwise is None else otherwise)
    found = duration(value)
    if found is None:
        raise _unexpected("a length of time such as '90s', '5m', '36h' or '1d'", name, value, where)
    return found


def one_of(
    content: Mapping[str, Any], name: str, choices: Sequence[Choice], where: str, otherwise: Any = _NEEDED
) -> Choice:
    """One of some words."""
    value = content.get(name, otherwise)
    if not isinstance(value, str) or value not in choices:
        raise _unexpected(f"one of {', '.join(choices)}", name, value, where)
    return cast(Choice, value)


def names(content: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
    """A list of texts; one text stands for itself."""
    value = content.get(name, [])
    value = [value] if isinstance(value, str) else value
    if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
        raise _unexpected("a list of texts", name, value, where)
    return tuple(dict.fromkeys(value))


def table(content: Mapping[str, Any], name: str, where: str) -> Mapping[str, Any]:
    """Settings under a name of their own; none where there are none."""
    value = content.get(name, {})
    if not isinstance(value, Mapping):
        raise _unexpected("settings by name", name, value, where)
    return value


def _unexpected(expected: str, name: str, value: Any, where: str) -> SettingError:
    found = "nothing" if value is _NEEDED else f"{value!r:.80}"
    return SettingError(f"Expected {expected} as {name} of {where}, found {found}.", fix="Correct it.")
