"""What the catalogue knows of watches, as values. Nothing here loads a database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from automl.store.catalogue.records import Check

__all__ = ["AcceptedWindow", "Arrival", "Delivery", "Summary"]


@dataclass(frozen=True)
class Arrival:
    """Something that a watch has looked at: a file, or a window of a prediction log.

    Attributes
    ----------
    id : int
    watch : str
    key : str
        SHA-256 of a file, or what names a window.
    name : str
    bytes, modified : int or None
        Of a file: its size, and when it was written, in nanoseconds since 1970.
    status : {"checked", "refused"}
        Whether it could be compared, or not even be read.
    reason : str
        Why not.
    check_id : int or None
    at : float
    who : str
    """

    id: int
    watch: str
    key: str
    name: str
    bytes: int | None
    modified: int | None
    status: str
    reason: str
    check_id: int | None
    at: float
    who: str


@dataclass(frozen=True)
class Delivery:
    """What a sink is to be told.

    Attributes
    ----------
    id : int
    key : str
        Names it: what was put out once is not put out again.
    watch : str
    alert_id : int
    sink : str
    event : {"opened", "closed"}
    payload : mapping
        JSON values.
    made : float
    due : float
        When it may be tried (again).
    tries : int
    sent : float or None
    problem : str or None
        What the last try came to.
    """

    id: int
    key: str
    watch: str
    alert_id: int
    sink: str
    event: str
    payload: Mapping[str, Any]
    made: float
    due: float
    tries: int
    sent: float | None
    problem: str | None


@dataclass(frozen=True)
class AcceptedWindow:
    """A window that was fine, and may become part of what new rows are compared with.

    Attributes
    ----------
    id : int
    watch : str
    check_id : int
    digest : str
        SHA-256 of the artefact that holds its counts and some of its rows.
    accepted : float or None
        When somebody approved it.
    accepted_by, reason : str or None
    """

    id: int
    watch: str
    check_id: int
    digest: str
    accepted: float | None
    accepted_by: str | None
    reason: str | None


@dataclass(frozen=True)
class Summary:
    """What became of a watch, in numbers.

    Attributes
    ----------
    levels : mapping of str to int
        Verdicts, by level.
    refused : int
        Files that could not be read.
    last : Check or None
        The newest verdict.
    opened, open_now : mapping of str to int
        Alerts, by rule: ever, and those that are open.
    waiting : mapping of str to int
        What could not be told yet, by sink.
    """

    levels: Mapping[str, int]
    refused: int
    last: Check | None
    opened: Mapping[str, int]
    open_now: Mapping[str, int]
    waiting: Mapping[str, int]
