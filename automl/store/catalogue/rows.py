"""Rows of the catalogue's tables as records, and labels such as `churn/3` as what they name."""

from __future__ import annotations

import re
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, Table, insert

from automl.errors import SettingError

__all__ = ["add", "checked", "every", "first", "split_label"]

Record = TypeVar("Record")

_LABEL = re.compile(r"(?P<name>.+?)(?:/(?P<number>\d{1,9})|@(?P<alias>[A-Za-z0-9][A-Za-z0-9_.-]{0,59}))?")
LONGEST = {"text": 4000, "name": 200, "alias": 60}


def every(connection: Connection, kind: type[Record], query: Select[Any]) -> list[Record]:
    """What a query gives, as records."""
    return [kind(**row._mapping) for row in connection.execute(query)]


def first(connection: Connection, kind: type[Record], query: Select[Any]) -> Record | None:
    """The first row that a query gives, as a record; None where there is none."""
    row = connection.execute(query.limit(1)).first()
    return None if row is None else kind(**row._mapping)


def add(connection: Connection, record: type[Record], table: Table, /, **values: Any) -> Record:
    """A new row, as a record."""
    made = connection.execute(insert(table).values(**values).returning(*table.c)).one()
    return record(**made._mapping)


def split_label(label: str) -> tuple[str, int | None, str | None]:
    """Name, number and alias of a label: `churn`, `churn/3`, `churn@champion`."""
    found = _LABEL.fullmatch(label.strip())
    if found is None:
        raise SettingError(
            f"{label!r} names no version.", fix="Give a name, NAME/NUMBER, or of models also NAME@ALIAS."
        )
    number = found["number"]
    return found["name"], None if number is None else int(number), found["alias"]


def checked(text: str, what: str = "text", *, needed: bool = False) -> str:
    """What a person wrote, without blanks around it.

    Raises
    ------
    SettingError
        When it is longer than anybody would read, or nothing where something is needed.
    """
    text = text.strip()
    most = LONGEST.get(what, LONGEST["text"])
    if len(text) > most:
        raise SettingError(
            f"Expected a {what} of at most {most:,} characters, found {len(text):,}.", fix="Shorten it."
        )
    if needed and not text:
        raise SettingError(f"Expected a {what}, found nothing.", fix="Say something.")
    return text
