"""The database under the catalogue: SQLite in the home folder, or PostgreSQL by its address, with one code.

Whoever writes is alone: SQLite by `BEGIN IMMEDIATE`, PostgreSQL by an advisory lock of the transaction. So
what a writer reads stays true until it has written, on both alike; readers never wait.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError, SQLAlchemyError

from automl.errors import CatalogueError, MissingExtraError, RunError
from automl.store import lock
from automl.store.catalogue.place import CATALOGUE, Place

__all__ = ["Database"]

_LOCK = 4_719_002_511_093  # any number that nobody else takes
_PATIENCE = 60  # seconds that a writer waits for the others
_CONNECT = 10
_WRITES = "glassbench_writes"
_KNOWN = ("sqlite", "postgresql")


class Database:
    """Transactions on a catalogue's database.

    Parameters
    ----------
    place : Place

    Raises
    ------
    CatalogueError
        When the address is none that can be used.
    MissingExtraError
        When the driver is not installed.
    """

    def __init__(self, place: Place) -> None:
        self.file = place.file if place.url is None else None
        self.url = URL.create("sqlite", database=str(place.file)) if place.url is None else _url(place.url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.file is None and self.is_sqlite:
            self.file = Path(self.url.database or "")
        self.engine = self._engine()

    @property
    def shown(self) -> str:
        """The address without its password."""
        return str(self.file) if self.file is not None else self.url.render_as_string(hide_password=True)

    def _engine(self) -> Engine:
        if self.is_sqlite:
            # One connection stays open: the last one to close would write the whole log into the file.
            engine = create_engine(
                self.url, pool_size=1, max_overflow=-1, connect_args={"timeout": _PATIENCE},
                hide_parameters=True,
            )  # fmt: skip
            event.listen(engine, "connect", _connected)
            event.listen(engine, "checkout", self._same_file)
        else:
            try:
                engine = create_engine(
                    self.url, pool_size=2, pool_pre_ping=True, hide_parameters=True,
                    connect_args={"connect_timeout": _CONNECT},
                )  # fmt: skip
            except ModuleNotFoundError as error:
                raise MissingExtraError(
                    f"A catalogue in PostgreSQL needs the Python package {error.name}.",
                    fix="Install it with: pip install 'glassbench[postgres]'",
                ) from None
        event.listen(engine, "begin", _begun)
        return engine

    def _same_file(self, _connection: Any, record: Any, _proxy: Any) -> None:
        """See to it that what is written goes into the file that is there, not into one that was deleted."""
        if record.info["file"] != _identity(str(self.file)):
            raise DisconnectionError("another file has taken the place of the one that was open")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with self._told(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction of the only one who writes; what it did is there at its end, or nothing."""
        options = {_WRITES: True}
        with (
            self._told(),
            self.engine.connect() as connection,
            connection.execution_options(**options).begin(),
        ):
            yield connection

    @contextmanager
    def creating(self) -> Iterator[Connection]:
        """The same where there may be no database yet: only one process at a time makes the file."""
        if self.file is None:
            with self.writing() as connection:
                yield connection
            return
        self.file.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = lock.take(self.file.with_name(f"{self.file.name}.lock"), wait=_PATIENCE)
        except RunError as error:
            raise CatalogueError(
                f"Another process has been changing the tables of {self.file} for {_PATIENCE} s.",
                fix="Wait until it has finished.",
            ) from error
        try:
            with self._told(), self.engine.connect() as connection:
                # Readers do not wait for the writer then. The file remembers it.
                raw: Any = connection.connection.driver_connection
                raw.execute("PRAGMA journal_mode = WAL")
            with self.writing() as connection:
                yield connection
        finally:
            os.close(handle)

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What the database says, as an error that says what to do and shows no password."""
        began = time.monotonic()
        try:
            yield
        except SQLAlchemyError as error:
            said = " ".join(str(getattr(error, "orig", None) or error).split())[:500]
            if self.url.password:
                said = said.replace(str(self.url.password), "…")
            waited = f" after {time.monotonic() - began:.0f} s" if "locked" in said else ""
            raise CatalogueError(
                f"The catalogue {self.shown} says{waited}: {said}",
                fix=f"Look whether it can be reached and written; its address is in ${CATALOGUE}."
                if self.file is None
                else "Look whether the file can be written and has room; no run depends on it.",
            ) from error


def _url(text: str) -> URL:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):  # whose texts may quote the address
        raise CatalogueError(
            f"Expected the address of a database in {CATALOGUE}, found a text that is none.",
            fix="Give postgresql://user:password@host/database, or sqlite:////folder/catalogue.db.",
        ) from None
    name = url.get_backend_name()
    if name not in _KNOWN:
        raise CatalogueError(
            f"Expected a catalogue in SQLite or PostgreSQL, found {name!r} in {CATALOGUE}.",
            fix="Give postgresql://user:password@host/database, or leave it out for a file in the home.",
        )
    if url.drivername == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if name == "sqlite" and not url.database:
        raise CatalogueError(
            f"Expected the path of a file in {CATALOGUE}, found a database in memory.",
            fix="Give sqlite:////folder/catalogue.db, or leave it out for a file in the home.",
        )
    return url


def _connected(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # the driver begins no transaction of its own
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA user_version")  # only now is the file opened
    record.info["file"] = _identity(connection.execute("PRAGMA database_list").fetchone()[2])


def _identity(path: str) -> tuple[int, int] | None:
    """Device and inode of a file; None where there is none."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _begun(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
    elif writes:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
    else:
        # All that one reader reads is of one moment, as on SQLite.
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
