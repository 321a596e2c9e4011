"""A reviewed schema changed in words, such as `age.max=80`, and compared with another one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ...errors import SettingError
from ..columns import Kind
from .constraints import NAMES, Constraints
from .reviewed import ReviewedSchema

__all__ = ["Edit", "differences", "edited"]

_TABLE = ("target", "min_rows", "max_rows", "unknown_columns")
_NOTHING = ("", "none", "null")
_FIELD = re.compile(rf"({'|'.join(NAMES)})(\+=|-=|=)(.*)", re.DOTALL)
_TABLE_FIELD = re.compile(rf"({'|'.join(_TABLE)})(=)(.*)", re.DOTALL)


@dataclass(frozen=True)
class Edit:
    """One difference between two schemas.

    Attributes
    ----------
    column : str or None
        None for the table.
    name : str
        Of the constraint; empty where a whole column was added or taken away.
    before, after : object
        JSON values; None for nothing.
    """

    column: str | None
    name: str
    before: Any
    after: Any

    def __str__(self) -> str:
        if not self.name:
            return f"{self.column}: {'taken away' if self.after is None else 'added'}"
        place = self.name if self.column is None else f"{self.column}.{self.name}"
        if isinstance(self.before, list) and isinstance(self.after, list):
            more = [value for value in self.after if value not in self.before]
            less = [value for value in self.before if value not in self.after]
            parts = [
                f"{sign}{', '.join(map(repr, some))}" for sign, some in (("+ ", more), ("- ", less)) if some
            ]
            return f"{place}: {'; '.join(parts) or 'in another order'}"
        return f"{place}: {_written(self.before)} → {_written(self.after)}"


def edited(reviewed: ReviewedSchema, changes: Iterable[str]) -> ReviewedSchema:
    """A schema after some changes, one after the other.

    Parameters
    ----------
    reviewed : ReviewedSchema
    changes : iterable of str
        `COLUMN.NAME=VALUE`, `COLUMN.domain+=VALUE`, `COLUMN.domain-=VALUE`, or of the table `NAME=VALUE`;
        nothing behind the sign takes a constraint away.

    Raises
    ------
    SettingError
        When a change cannot be understood.
    SchemaError
        When a value makes no sense.
    """
    for change in changes:
        reviewed = _one(reviewed, change)
    return reviewed


def differences(before: ReviewedSchema, after: ReviewedSchema) -> list[Edit]:
    """What differs between two schemas, the table first, then column by column."""
    old, new = before.to_json(reads=False), after.to_json(reads=False)
    found = [Edit(None, name, old[name], new[name]) for name in _TABLE if old[name] != new[name]]
    ours = {each["name"]: each for each in old["columns"]}
    theirs = {each["name"]: each for each in new["columns"]}
    for name in dict.fromkeys([*ours, *theirs]):
        if name in ours and name in theirs:
            found += _of_column(name, ours[name], theirs[name])
        else:
            found.append(Edit(name, "", ours.get(name), theirs.get(name)))
    return found


def _of_column(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Edit]:
    return [
        Edit(name, what, old.get(what), new.get(what))
        for what in ("kind", *NAMES)
        if old.get(what) != new.get(what)
    ]


def _one(reviewed: ReviewedSchema, change: str) -> ReviewedSchema:
    for name in sorted(reviewed.names, key=len, reverse=True):  # a name may have dots in it
        if change.startswith(f"{name}.") and (found := _FIELD.fullmatch(change[len(name) + 1 :])):
            what, sign, text = found.groups()
            return reviewed.changed(_changed(reviewed[name], what, sign, text))
    if found := _TABLE_FIELD.fullmatch(change):
        what, _, text = found.groups()
        value: Any = text
        if what.endswith("_rows"):
            value = None if text.lower() in _NOTHING else _number(change, text)
        elif what == "target" and not text:
            value = None
        return replace(reviewed, **{what: value})
    raise SettingError(
        f"{change!r} is no change of this schema.",
        fix=f"Write COLUMN.NAME=VALUE with one of the constraints {', '.join(NAMES)} and one "
        f"of the columns {', '.join(reviewed.names[:20])}; or NAME=VALUE with one of {', '.join(_TABLE)}.",
    )


def _changed(column: Constraints, what: str, sign: str, text: str) -> Constraints:
    if sign != "=":
        return column.having(domain=_more_or_less(column, what, sign, text))
    if text.lower() in _NOTHING and what in _OPTIONAL:
        return column.having(**{what: None})
    return column.having(**{what: _READERS[what](f"{column.name}.{what}", text, column)})


def _more_or_less(column: Constraints, what: str, sign: str, text: str) -> tuple[str, ...]:
    if what != "domain" or column.domain is None:
        raise SettingError(
            f"The column {column.name!r} has no {what} to which something could be added.",
            fix=f"Set it: --set {column.name}.{what}=…",
        )
    if sign == "+=":
        return (*column.domain, text) if text not in column.domain else column.domain
    if text not in column.domain:
        raise SettingError(f"{text!r} is not in the domain of {column.name!r}, so it cannot be taken away.")
    return tuple(value for value in column.domain if value != text)


def _number(place: str, text: str, _column: object = None) -> float | int:
    try:
        number = float(text)
    except ValueError:
        raise SettingError(f"Expected a number for {place}, found {text!r}.") from None
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _end(place: str, text: str, column: Constraints) -> float | int | str:
    return text if column.kind is Kind.DATETIME else _number(place, text)


def _flag(place: str, text: str, _column: object) -> bool:
    if text.lower() not in ("true", "false"):
        raise SettingError(f"Expected true or false for {place}, found {text!r}.")
    return text.lower() == "true"


def _plain(_place: str, text: str, _column: object) -> str:
    return text


def _values(place: str, text: str, _column: object) -> list[str]:
    """A JSON list, or values between commas."""
    if not text.startswith("["):
        return [value.strip() for value in text.split(",")]
    try:
        found = json.loads(text)
    except ValueError as error:
        raise SettingError(f"Expected a JSON list of texts for {place}, found {text!r} ({error}).") from None
    return found if isinstance(found, list) else [found]


_READERS: Mapping[str, Callable[[str, str, Constraints], Any]] = {
    "required": _flag,
    "min_present": _number,
    "whole": _flag,
    "min": _end,
    "max": _end,
    "domain": _values,
    "min_domain_mass": _number,
    "unique": _flag,
    "max_length": _number,
    "pattern": _plain,
    "drift": _number,
    "skew": _number,
    "severity": _plain,
}
_OPTIONAL = ("min", "max", "domain", "max_length", "pattern", "drift", "skew")


def _written(value: Any) -> str:
    if value is None:
        return "nothing"
    return json.dumps(value, ensure_ascii=False)
