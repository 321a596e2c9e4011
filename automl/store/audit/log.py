"""The audit log in the catalogue's database: entries are appended, never changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, insert, null, select, update

from automl.errors import CatalogueError
from automl.store.audit.chain import Entry, Flaw, Head, canonical, entry_hash, flaws
from automl.store.audit.wanted import Wanted
from automl.store.catalogue.database import Database
from automl.store.catalogue.tables import audit, audit_head
from automl.store.files import replacing
from automl.store.who import who

__all__ = ["AuditLog", "Verified", "append", "read_log"]

_AT_ONCE = 1000


@dataclass(frozen=True)
class Verified:
    """What came of looking through a whole log.

    Attributes
    ----------
    head : Head
        Where it said that it ends, at that moment.
    flaws : list of Flaw
        Empty where it is as it was written.
    """

    head: Head
    flaws: list[Flaw]


def append(
    connection: Connection,
    action: str,
    subject: str,
    *,
    objects: Mapping[str, str | None] | None = None,
    details: Mapping[str, Any] | None = None,
    event: str | None = None,
    by: str | None = None,
) -> Entry | None:
    """Append an entry within a transaction of the one who writes.

    Parameters
    ----------
    connection : Connection
        From `Database.writing`: what is told is there together with what was done, or neither.
    action, subject : str
    objects : mapping of name to SHA-256, optional
        Those that are None are left out.
    details : mapping, optional
        JSON values.
    event : str, optional
        Names an event that is told once only.
    by : str, optional
        Who did it; default who runs this process.

    Returns
    -------
    Entry or None
        None where the event has been told already.
    """
    # In one question: whoever writes holds up all others.
    told = select(audit.c.number).where(audit.c.event == event).scalar_subquery()
    asked = (audit_head.c.number, audit_head.c.hash, null() if event is None else told)
    number, previous, known = connection.execute(select(*asked)).one()
    if known is not None:
        return None
    entry = Entry(
        number=number + 1,
        at=datetime.now(UTC).isoformat(timespec="microseconds"),
        who=by or who(),
        action=action,
        subject=subject,
        objects=canonical({name: digest for name, digest in (objects or {}).items() if digest is not None}),
        details=canonical(details or {}),
        event=event,
        previous=previous,
        hash="",
    )
    values = {name: getattr(entry, name) for name in audit.c.keys()} | {"hash": entry_hash(entry)}  # noqa: SIM118
    connection.execute(insert(audit).values(values))
    connection.execute(
        update(audit_head).where(audit_head.c.id == 1).values(number=entry.number, hash=values["hash"])
    )
    return Entry(**values)


class AuditLog:
    """The log of a catalogue.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, action: str, subject: str, **told: Any) -> Entry | None:
        """Append an entry; see `append`."""
        with self._database.writing() as connection:
            return append(connection, action, subject, **told)

    def head(self) -> Head:
        """The last entry's number and hash: noted elsewhere, it shows whether the log was changed since."""
        with self._database.reading() as connection:
            return Head(*connection.execute(select(audit_head.c.number, audit_head.c.hash)).one())

    def entries(
        self,
        *,
        subject: str | None = None,
        action: str | None = None,
        last: int | None = None,
    ) -> list[Entry]:
        """Entries, oldest first.

        Parameters
        ----------
        subject, action : str, optional
            Only of these.
        last : int, optional
            So many at most, the newest.
        """
        query = select(audit).order_by(audit.c.number.desc())
        if subject is not None:
            query = query.where(audit.c.subject == subject)
        if action is not None:
            query = query.where(audit.c.action == action)
        if last is not None:
            query = query.limit(last)
        with self._database.reading() as connection:
            found = [Entry(**row._mapping) for row in connection.execute(query)]
        return found[::-1]

    def about(self, subjects: list[str]) -> list[Entry]:
        """Entries about any of some subjects, oldest first."""
        query = select(audit).where(audit.c.subject.in_(subjects)).order_by(audit.c.number)
        with self._database.reading() as connection:
            return [Entry(**row._mapping) for row in connection.execute(query)]

    def find(self, wanted: Wanted, *, skip: int = 0, most: int = 50) -> list[Entry]:
        """Entries that somebody wants to see, newest first.

        Parameters
        ----------
        wanted : Wanted
        skip : int
            So many of the newest are left out.
        most : int
        """
        query = select(audit).where(*wanted.conditions()).order_by(audit.c.number.desc())
        with self._database.reading() as connection:
            return [Entry(**row._mapping) for row in connection.execute(query.offset(skip).limit(most))]

    def count(self, wanted: Wanted, *, after: int = 0) -> int:
        """How many entries there are of those that somebody wants to see; `after` an entry only, if asked."""
        query = select(func.count()).select_from(audit).where(*wanted.conditions())
        with self._database.reading() as connection:
            return int(connection.execute(query.where(audit.c.number > after)).scalar_one())

    def entry(self, number: int) -> Entry | None:
        """The entry with this number; None where there is none."""
        with self._database.reading() as connection:
            row = connection.execute(select(audit).where(audit.c.number == number)).first()
        return None if row is None else Entry(**row._mapping)

    def actions(self) -> list[str]:
        """What has been done at all, by name."""
        return self._distinct("action")

    def people(self) -> list[str]:
        """Who has done anything, by name."""
        return self._distinct("who")

    def _distinct(self, column: str) -> list[str]:
        with self._database.reading() as connection:
            found = connection.execute(select(audit.c[column]).distinct()).scalars().all()
        return sorted(found)

    def flaws(self, noted: list[Head] | None = None) -> list[Flaw]:
        """Whatever shows that the log is not as it was written; see `automl.store.audit.chain.flaws`.

        Parameters
        ----------
        noted : list of Head, optional
            Heads that were noted elsewhere.
        """
        return self.verified(noted).flaws

    def verified(
        self, noted: list[Head] | None = None, *, progress: Callable[[float], None] | None = None
    ) -> Verified:
        """Look through the whole log, as it is at one moment.

        Parameters
        ----------
        noted : list of Head, optional
            Heads that were noted elsewhere.
        progress : callable, optional
            Told the share that is done, now and then.
        """
        with self._database.reading() as connection:
            head = Head(*connection.execute(select(audit_head.c.number, audit_head.c.hash)).one())

            def walked() -> Iterator[Entry]:
                for place, entry in enumerate(_walk(connection), 1):
                    yield entry
                    if progress is not None and place % _AT_ONCE == 0:
                        progress(min(place / max(head.number, 1), 1.0))

            return Verified(head, list(flaws(walked(), head, noted or ())))

    def export(self, path: Path) -> Head:
        """Write the whole log as JSON lines; `read_log` gives it back.

        Returns
        -------
        Head
            With which the file ends.
        """
        with self._database.reading() as connection, replacing(path) as stream:
            head = Head(*connection.execute(select(audit_head.c.number, audit_head.c.hash)).one())
            for entry in _walk(connection):
                stream.write(f"{entry.to_line()}\n".encode())
        return head


def read_log(path: Path) -> Iterator[Entry]:
    """The entries of an exported log.

    Raises
    ------
    CatalogueError
        When a line is no entry.
    """
    with path.open(encoding="utf-8") as stream:
        for number, line in enumerate(stream, 1):
            try:
                yield Entry.from_line(line)
            except (ValueError, TypeError):
                raise CatalogueError(
                    f"Expected an entry of an audit log in line {number} of {path}, found {line[:60]!r}.",
                    fix="Give a file that `automl audit export` wrote. If it did, this line was changed.",
                    line=number,
                ) from None


def _walk(connection: Connection) -> Iterator[Entry]:
    """All entries in the order in which they stand, a thousand at a time."""
    rows = connection.execution_options(yield_per=_AT_ONCE).execute(select(audit).order_by(audit.c.number))
    for row in rows:
        yield Entry(**row._mapping)
