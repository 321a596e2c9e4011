"""Rows as clients send them, in whichever shape, as columns of plain values."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..data import Schema
from .http import CSV, LINES, Request, parse_json
from .problems import RequestError, bad_request

__all__ = ["ABSENT", "Sent", "from_body", "from_columns", "from_csv", "from_lines", "from_rows", "from_value"]

_DELIMITERS = ",;\t|"
_ROWS = "rows"


class _Absent:
    """The one value of a cell that a row does not have."""

    def __repr__(self) -> str:
        return "absent"


ABSENT = _Absent()


@dataclass(frozen=True)
class Sent:
    """Rows before the gate.

    Parameters
    ----------
    columns : dict of name to list
        Values as JSON has them, or texts of CSV cells with None for empty ones; `ABSENT` where a row lacks
        what others have.
    rows : int
    headless : bool
        Whether they came as CSV without names.
    """

    columns: dict[str, list[Any]]
    rows: int
    headless: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in the order in which they came."""
        return tuple(self.columns)


def from_body(request: Request, schema: Schema) -> Sent:
    """The rows of a body of one row, a list of rows, ``{"rows": [...]}``, JSON lines or CSV."""
    content = request.content
    if content == CSV:
        return from_csv(request.body, schema)
    if content == LINES:
        return from_lines(request.body, schema)
    value = request.json()
    if isinstance(value, dict) and isinstance(value.get(_ROWS), list):
        value = value[_ROWS]
    return from_value(value, schema)


def from_value(value: Any, schema: Schema) -> Sent:
    """Rows from one JSON value: a record, records, lists of values, or of one column plain values."""
    if isinstance(value, dict):
        return _from_records([value])
    if not isinstance(value, list):
        raise bad_request(
            f"Expected a row (an object of column names and values) or a list of rows, found {_kind(value)}."
        )
    if all(isinstance(row, dict) for row in value):
        return _from_records(value)
    if all(isinstance(row, list) for row in value):
        return from_rows(schema.names, value)
    if len(schema) == 1 and not any(isinstance(row, (dict, list)) for row in value):
        return Sent({schema.names[0]: value}, len(value))
    first = type(value[0])
    at, odd = next(
        (
            (i, row)
            for i, row in enumerate(value)
            if type(row) is not first or not isinstance(row, dict | list)
        ),
        (0, value[0]),
    )
    raise bad_request(f"Expected rows that are all objects, or all lists; row {at} is {_kind(odd)}.")


def _from_records(records: Sequence[Mapping[str, Any]]) -> Sent:
    names: dict[str, None] = {}
    for record in records:
        names |= dict.fromkeys(record)
    return Sent({name: [record.get(name, ABSENT) for record in records] for name in names}, len(records))


def from_rows(names: Sequence[Any], rows: Any) -> Sent:
    """Rows that are lists of values in the order of the names."""
    texts = [name for name in names if isinstance(name, str)]
    if len(texts) != len(names):
        raise bad_request("Expected column names that are texts.")
    if len(set(texts)) != len(texts):
        twice = next(name for name in texts if texts.count(name) > 1)
        raise bad_request(f"Expected distinct column names; {_shown(twice)} occurs twice.")
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request("Expected a list of rows, each a list of values.")
    for at, row in enumerate(rows):
        if len(row) != len(texts):
            raise bad_request(
                f"Expected {len(texts)} value(s) a row, found {len(row)} in row {at}.",
                "Send rows as objects of names and values to be independent of the order.",
            )
    return Sent({name: [row[j] for row in rows] for j, name in enumerate(texts)}, len(rows))


def from_columns(value: Mapping[str, Any]) -> Sent:
    """Rows that come column by column: equally long lists, or plain values of a single row."""
    if value and not any(isinstance(cells, list) for cells in value.values()):
        return _from_records([value])
    lengths = {}
    for name, cells in value.items():
        if not isinstance(cells, list):
            raise bad_request(f"Expected a list of values for {_shown(name)}, found {_kind(cells)}.")
        lengths[name] = len(cells)
    if len(set(lengths.values())) > 1:
        shortest, longest = min(lengths, key=lambda n: lengths[n]), max(lengths, key=lambda n: lengths[n])
        raise bad_request(
            f"Expected columns of one length; {_shown(shortest)} has {lengths[shortest]} value(s), "
            f"{_shown(longest)} has {lengths[longest]}."
        )
    # A column of lists of one value each is how tensors of shape [n, 1] are written.
    plain = {
        name: [cell[0] if isinstance(cell, list) and len(cell) == 1 else cell for cell in cells]
        for name, cells in value.items()
    }
    return Sent(plain, next(iter(lengths.values()), 0))


def from_lines(data: bytes, schema: Schema) -> Sent:
    """Rows of JSON lines: one row a line."""
    rows = []
    for number, line in enumerate(data.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            rows.append(parse_json(line))
        except RequestError as error:
            raise bad_request(f"Line {number}: {error.message}", error.fix, code="invalid_json") from None
    return from_value(rows, schema)


def from_csv(data: bytes, schema: Schema) -> Sent:
    """Rows of a CSV file, with a line of names, or without: then in the order of the schema.

    The delimiter is the one with which the first line names most columns of the schema.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise bad_request(f"The body is not UTF-8 (byte {error.start}).", code="invalid_csv") from None
    if not text.strip():
        raise bad_request("The body is empty.", code="invalid_csv")
    named, delimiter = max(
        ((_named(text, mark, schema), mark) for mark in _DELIMITERS),
        key=lambda found: (found[0], -_DELIMITERS.index(found[1])),
    )
    rows = [row for row in _read(text, delimiter) if row]
    headless = not named
    names = list(schema.names) if headless else rows.pop(0)
    wrong = next((i for i, row in enumerate(rows) if len(row) != len(names)), None)
    if wrong is not None:
        raise bad_request(
            f"Expected {len(names)} field(s) a row, found {len(rows[wrong])} in row {wrong}."
            + (
                " The first line names no column of the model, so it was taken for a row." if headless else ""
            ),
            code="invalid_csv",
        )
    cells = [[cell or None for cell in row] for row in rows]
    sent = from_rows(names, cells)
    return Sent(sent.columns, sent.rows, headless)


def _named(text: str, delimiter: str, schema: Schema) -> int:
    """How many columns of the schema the first line names."""
    first = next(iter(_read(text[:100_000], delimiter, strict=False)), [])
    return len(set(first) & set(schema.names))


def _read(text: str, delimiter: str, *, strict: bool = True) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict))
    except csv.Error as error:
        if not strict:
            return []
        raise bad_request(f"The body is no valid CSV ({error}).", code="invalid_csv") from None


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def _shown(name: str) -> str:
    return json.dumps(name if len(name) <= 40 else name[:39] + "…", ensure_ascii=False)
