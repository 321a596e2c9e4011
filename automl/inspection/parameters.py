"""What an inspection can be asked: parameters that are plain JSON values, checked before anything starts."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from automl.errors import SettingError
from automl.store import is_id

if TYPE_CHECKING:
    from automl.task import Task

__all__ = [
    "REQUIRED",
    "Parameter",
    "Scope",
    "changes",
    "choice",
    "column",
    "columns",
    "count",
    "directions",
    "label",
    "model",
    "number",
    "ranges",
    "row",
    "table_column",
]

REQUIRED: Any = object()
"""Default of a parameter that has none."""
_SHOWN = 20


@dataclass(frozen=True)
class Scope:
    """What parameters may name.

    Attributes
    ----------
    columns : tuple of str
        Those that the model reads.
    table : tuple of str
        All of the table but the target.
    rows : int
        Rows with a target, counted from 0.
    task : Task
    """

    columns: tuple[str, ...]
    table: tuple[str, ...]
    rows: int
    task: Task


Reader = Callable[[str, Any, Scope], Any]


@dataclass(frozen=True)
class Parameter:
    """One parameter of an inspection.

    Attributes
    ----------
    name : str
    help : str
        What it says, in a few words.
    read : callable
        ``read(name, value, scope)`` gives the value as it is handed on and stored.
    default : Any
        ``REQUIRED`` where it must be given.
    model : bool
        Whether it names another model, so that the result is of the state of that one too.
    """

    name: str
    help: str
    read: Reader
    default: Any = REQUIRED
    model: bool = False


def column(name: str, value: Any, scope: Scope) -> str:
    """A column that the model reads."""
    return _named(name, value, scope.columns, "The model reads")


def table_column(name: str, value: Any, scope: Scope) -> str:
    """A column of the table; the model need not read it."""
    return _named(name, value, scope.table, "Beside the target there are")


def columns(name: str, value: Any, scope: Scope) -> list[str]:
    """Several columns that the model reads."""
    if not _is_list(value):
        raise SettingError(f"Expected {name} as a list of columns, found {value!r}.")
    return [column(name, each, scope) for each in dict.fromkeys(value)]


def row(name: str, value: Any, scope: Scope) -> int:
    """A row of the table, counted from 0."""
    if not _is_whole(value) or not 0 <= value < scope.rows:
        raise SettingError(
            f"There is no row {value!r}.", fix=f"Here rows are counted from 0 to {scope.rows - 1}."
        )
    return int(value)


def label(name: str, value: Any, scope: Scope) -> Any:
    """A class of the target; None for none."""
    if value is None:
        return None
    classes = scope.task.classes
    if classes is None:
        raise SettingError(
            f"{scope.task.target!r} is a number and has no class {value!r}.", fix="Give low, high or both."
        )
    for known in classes:
        if str(known) == str(value):
            return known
    shown = ", ".join(map(str, classes[:_SHOWN]))
    raise SettingError(f"There is no class {value!r}.", fix=f"{scope.task.target!r} has {shown}.")


def model(name: str, value: Any, scope: Scope) -> str:
    """The id of another model of the run; whether it was kept is seen when it is loaded."""
    if not isinstance(value, str) or not is_id(value):
        raise SettingError(
            f"{value!r} is not the id of a model to be the {name}.",
            fix="Ids look like t0007, or `ensemble`.",
        )
    return value


def number(name: str, value: Any, scope: Scope) -> float | None:
    """A finite number; None for none."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise SettingError(f"Expected {name} as a number, found {value!r}.")
    return float(value)


def changes(name: str, value: Any, scope: Scope) -> dict[str, Any]:
    """New values by column: numbers, texts, booleans, or None for missing."""
    if not isinstance(value, Mapping) or not value:
        raise SettingError(
            f"Expected {name} as columns with their new values, found {value!r}.",
            fix="Name at least one column and its value.",
        )
    for each, new in value.items():
        if new is not None and not isinstance(new, str | int | float):
            raise SettingError(
                f"Expected a number, a text or nothing for {each!r}, found {new!r}.", column=str(each)
            )
    return {column(name, each, scope): new for each, new in value.items()}


def directions(name: str, value: Any, scope: Scope) -> dict[str, str]:
    """Columns with "increase" or "decrease"."""
    if not isinstance(value, Mapping) or not all(way in ("increase", "decrease") for way in value.values()):
        raise SettingError(f"Expected {name} as columns with increase or decrease, found {value!r}.")
    return {column(name, each, scope): way for each, way in value.items()}


def ranges(name: str, value: Any, scope: Scope) -> dict[str, list[Any]]:
    """Columns with the least and the highest value; None for no limit. Dates are texts."""
    if not isinstance(value, Mapping) or not all(map(_is_range, value.values())):
        raise SettingError(
            f"Expected {name} as columns with a least and a highest value, found {value!r}.",
            fix='Give for instance {"age": [18, 65]}; null is no limit.',
        )
    return {column(name, each, scope): list(limits) for each, limits in value.items()}


def choice(*offered: str) -> Reader:
    """One of some words."""

    def read(name: str, value: Any, scope: Scope) -> str:
        if value not in offered:
            raise SettingError(f"Expected {name} as {' or '.join(offered)}, found {value!r}.")
        return str(value)

    return read


def count(least: int, most: int) -> Reader:
    """A whole number between two others, both included."""

    def read(name: str, value: Any, scope: Scope) -> int:
        if not _is_whole(value) or not least <= value <= most:
            raise SettingError(f"Expected {name} as a whole number from {least} to {most}, found {value!r}.")
        return int(value)

    return read


def _named(name: str, value: Any, offered: Sequence[str], start: str) -> str:
    if isinstance(value, str) and value in offered:
        return value
    more = "" if len(offered) <= _SHOWN else f" and {len(offered) - _SHOWN} more"
    raise SettingError(
        f"There is no column {value!r} to be the {name}.",
        fix=f"{start} {', '.join(offered[:_SHOWN])}{more}.",
        column=str(value),
    )


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _is_range(value: Any) -> bool:
    return _is_list(value) and len(value) == 2 and all(map(_is_limit, value))


def _is_limit(value: Any) -> bool:
    if value is None or isinstance(value, str):
        return True
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
