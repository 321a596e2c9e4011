"""The chain of the audit log: each entry carries the hash of the one before it, and its own.

    hash = SHA-256 of [number, at, who, action, subject, objects, details, event, previous] as JSON

Whoever edits, drops or moves an entry breaks the chain there. Whoever has the whole log may still write it
anew, or cut off its end; that shows where somebody has noted a head, the number and hash of an entry.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from automl.errors import SettingError

__all__ = ["BEGINNING", "Entry", "Flaw", "Head", "canonical", "entry_hash", "flaws"]

BEGINNING = "0" * 64
"""What the first entry has for the hash of the one before it."""

_HEAD = re.compile(r"(\d{1,18}):([0-9a-f]{64})")


@dataclass(frozen=True)
class Head:
    """An entry by its number and hash: the whole log up to it is given by that.

    Attributes
    ----------
    number : int
        0 before there is any entry.
    hash : str
    """

    number: int
    hash: str

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"

    @classmethod
    def of(cls, text: str) -> Head:
        """The head that `str` wrote.

        Raises
        ------
        SettingError
        """
        found = _HEAD.fullmatch(text.strip().lower())
        if found is None:
            raise SettingError(
                f"Expected a head as `automl audit head` writes it, NUMBER:HASH, found {text[:100]!r}.",
                fix="Give the number of an entry, a colon, and its hash of 64 hexadecimal digits.",
            )
        return cls(int(found[1]), found[2])


@dataclass(frozen=True)
class Entry:
    """One line of the audit log.

    Attributes
    ----------
    number : int
        From 1 on, without gaps.
    at : str
        When it was written down, ISO 8601 in UTC.
    who : str
    action : str
        What was done, such as `holdout_opened`.
    subject : str
        To what: a run's id, a model's name and version.
    objects : str
        SHA-256 of what was at hand, by name; JSON.
    details : str
        JSON.
    event : str or None
        Names an event that must not be told twice.
    previous, hash : str
    """

    number: int
    at: str
    who: str
    action: str
    subject: str
    objects: str
    details: str
    event: str | None
    previous: str
    hash: str

    @property
    def head(self) -> Head:
        """The head of the log that ends with this entry."""
        return Head(self.number, self.hash)

    def facts(self) -> dict[str, Any]:
        """All of it, objects and details as values."""
        found = asdict(self)
        return found | {"objects": json.loads(self.objects), "details": json.loads(self.details)}

    def to_line(self) -> str:
        """One line of JSON; `from_line` gives it back."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_line(cls, line: str) -> Entry:
        """Inverse of `to_line`.

        Raises
        ------
        ValueError
            When it is no such line.
        """
        told = json.loads(line)
        if not isinstance(told, dict) or set(told) != set(cls.__dataclass_fields__):
            raise ValueError("not an entry of an audit log")
        return cls(**told)


@dataclass(frozen=True)
class Flaw:
    """Where a log is not as it was written.

    Attributes
    ----------
    number : int
        The entry concerned.
    message : str
    """

    number: int
    message: str


def canonical(values: Mapping[str, Any]) -> str:
    """Values as the one JSON text that stands for them."""
    return json.dumps(values, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


def entry_hash(entry: Entry) -> str:
    """The hash that an entry should have."""
    told = [
        entry.number, entry.at, entry.who, entry.action, entry.subject, entry.objects, entry.details,
        entry.event, entry.previous,
    ]  # fmt: skip
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def flaws(entries: Iterable[Entry], end: Head | None = None, noted: Iterable[Head] = ()) -> Iterator[Flaw]:
    """Whatever shows that a log is not as it was written.

    Parameters
    ----------
    entries : iterable of Entry
        The whole log, in order.
    end : Head, optional
        Where the log says that it ends.
    noted : iterable of Head
        Heads that somebody has noted elsewhere.
    """
    before = Head(0, BEGINNING)
    wanted: dict[int, list[str]] = {}
    for head in noted:
        wanted.setdefault(head.number, []).append(head.hash)
    for entry in entries:
        if entry.number != before.number + 1:
            what = f"entry {before.number + 1} is followed by" if before.number else "the log begins with"
            missing = entry.number - before.number - 1
            yield Flaw(
                entry.number,
                f"After entry {before.number} comes entry {entry.number}: {missing:,} missing."
                if missing > 0
                else f"Out of order: {what} entry {entry.number}.",
            )
        if entry.previous != before.hash:
            yield Flaw(
                entry.number, f"Entry {entry.number} does not follow the entry before it: its link differs."
            )
        if entry_hash(entry) != entry.hash:
            yield Flaw(entry.number, f"Entry {entry.number} was edited: its content has another hash.")
        for digest in wanted.pop(entry.number, ()):
            if digest != entry.hash:
                yield Flaw(entry.number, f"Entry {entry.number} is another one than when its head was noted.")
        before = entry.head
    if end is not None and end != before:
        yield Flaw(
            end.number,
            f"The log says that it ends with entry {end.number}; the last one is {before.number}."
            if end.number != before.number
            else f"The log's own note of its end has another hash than entry {end.number}.",
        )
    for number in sorted(wanted):
        if number == 0:
            continue
        yield Flaw(
            number, f"A head of entry {number} was noted; the log ends with entry {before.number}: cut off."
        )
