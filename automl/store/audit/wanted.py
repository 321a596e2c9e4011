"""Which entries of the audit log somebody wants to see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement

from automl.store.catalogue.tables import audit

__all__ = ["Wanted"]


@dataclass(frozen=True)
class Wanted:
    """What entries must be; what is None or empty matters not.

    Attributes
    ----------
    subject : str
        Part of what an entry is about, in any case.
    who, action : str
    first, last : date or None
        Days in UTC, both included.
    """

    subject: str = ""
    who: str = ""
    action: str = ""
    first: date | None = None
    last: date | None = None

    @property
    def is_all(self) -> bool:
        """Whether every entry will do."""
        return self == Wanted()

    def conditions(self) -> list[ColumnElement[bool]]:
        """The same for the database. Times are texts that sort as the times do."""
        found: list[ColumnElement[bool]] = []
        if self.subject:
            found.append(audit.c.subject.icontains(self.subject, autoescape=True))
        if self.who:
            found.append(audit.c.who == self.who)
        if self.action:
            found.append(audit.c.action == self.action)
        if self.first is not None:
            found.append(audit.c.at >= self.first.isoformat())
        if self.last is not None:
            found.append(audit.c.at < (self.last + timedelta(days=1)).isoformat())
        return found
