"""Connections to databases, by the names that the operator has given them in the environment.

`GLASSBENCH_SQL_SALES=postgresql+psycopg://reader@db.example/sales` makes the connection `sales`. Nobody else
can name a database, and the address with its password is neither shown nor stored nor logged.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from ..errors import DataError, MissingExtraError, SettingError

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.engine import URL

__all__ = ["PREFIX", "connection_names", "failure", "reading"]

PREFIX = "GLASSBENCH_SQL_"
_PATIENCE = 10  # seconds until a database that does not answer is given up
_NAME = re.compile(r"[A-Za-z0-9_]{1,60}")


def connection_names(environment: Mapping[str, str] | None = None) -> list[str]:
    """The connections that there are, in lower case and in order.

    Examples
    --------
    >>> connection_names({"GLASSBENCH_SQL_SALES": "sqlite:///sales.db", "HOME": "/root"})
    ['sales']
    """
    found = os.environ if environment is None else environment
    names = (key.removeprefix(PREFIX).lower() for key, url in found.items() if key.startswith(PREFIX) and url)
    return sorted(name for name in names if _NAME.fullmatch(name))


@contextmanager
def reading(name: str, seconds: float) -> Iterator[Connection]:
    """A connection in a transaction that cannot write where the database knows that, and is rolled back.

    Parameters
    ----------
    name : str
        Of the connection; case does not matter.
    seconds : float
        After which the database itself ends a statement, where it can.

    Raises
    ------
    SettingError
        When there is no such connection, or its address is none.
    DataError
        When the database does not answer or refuses.
    MissingExtraError
        When the database's driver is not installed.
    """
    from sqlalchemy import create_engine, event, pool
    from sqlalchemy.exc import SQLAlchemyError

    url = _url_of(name)
    dialect = url.get_backend_name()
    options = _options(name, url)
    try:
        # No pool: a password that was changed or a server that was restarted must not matter.
        engine = create_engine(url, poolclass=pool.NullPool, hide_parameters=True, **options)
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            f"The connection {name!r} needs the Python package {error.name}, which is not installed.",
            fix=f"Install it with: pip install {error.name}",
        ) from None
    except SQLAlchemyError as error:
        raise failure(error, name, url) from None
    if dialect == "sqlite":
        event.listen(engine, "connect", _query_only)
    try:
        try:
            connection = engine.connect()
        except SQLAlchemyError as error:
            raise failure(error, name, url) from None
        with connection:
            try:
                _forbid_writing(connection, dialect, seconds)
                yield connection
            except SQLAlchemyError as error:
                raise failure(error, name, url) from None
            finally:
                with suppress(SQLAlchemyError):  # a lost connection has nothing left to roll back
                    connection.rollback()
    finally:
        engine.dispose()


def _forbid_writing(connection: Connection, dialect: str, seconds: float) -> None:
    """Tell the database that this transaction only reads, and how long a statement may take."""
    limit = max(1, int(1000 * seconds))
    if dialect == "postgresql":
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {limit}")
    elif dialect in ("mysql", "mariadb"):
        connection.rollback()  # these hold from the next transaction on
        connection.exec_driver_sql("SET SESSION TRANSACTION READ ONLY")
        if dialect == "mysql":
            connection.exec_driver_sql(f"SET SESSION MAX_EXECUTION_TIME = {limit}")
        else:
            connection.exec_driver_sql(f"SET SESSION max_statement_time = {seconds:g}")
        connection.rollback()
    elif dialect == "oracle":
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")


def _url_of(name: str) -> URL:
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    wanted = f"{PREFIX}{name}".upper()
    text = next((url for key, url in os.environ.items() if key.upper() == wanted and url), None)
    if text is None or not _NAME.fullmatch(name):
        known = ", ".join(connection_names()) or "none"
        raise SettingError(
            f"There is no database connection {name[:60]!r}; there is: {known}.",
            fix=f"Whoever runs the server can add {PREFIX}NAME=postgresql+psycopg://… to its environment.",
        )
    try:
        return make_url(text)
    except (ArgumentError, ValueError):  # whose texts may quote the address
        raise SettingError(
            f"The address of the connection {name!r} is none that SQLAlchemy can read.",
            fix=f"Whoever runs the server can correct {PREFIX}{name.upper()}: dialect+driver://user@host/database.",
        ) from None


def failure(error: Exception, name: str, url: URL | None) -> DataError:
    """What a database said, without the address and its password."""
    said = str(getattr(error, "orig", None) or error).strip()
    secrets = [] if url is None else [url.render_as_string(hide_password=False), str(url.password or "")]
    for secret in secrets:
        if secret:
            said = said.replace(secret, "…")
    said = " ".join(said.split())[:500]
    timed_out = re.search(r"statement timeout|maximum statement execution time|interrupted", said, re.I)
    return DataError(
        f"The database {name!r} says: {said}",
        fix="The query ran into its time limit: select less, or allow more time."
        if timed_out
        else "Correct the query, or ask whoever runs the database.",
    )


def _options(name: str, url: URL) -> dict[str, Any]:
    """What the driver is told beside the address."""
    dialect = url.get_backend_name()
    if dialect == "postgresql" and "connect_timeout" not in url.query:
        return {"connect_args": {"connect_timeout": _PATIENCE}}
    if dialect != "sqlite":
        return {}
    file = url.database or ""
    if file and not file.startswith((":memory:", "file:")) and not os.path.isfile(file):
        raise DataError(  # SQLite would make an empty one
            f"The database file of the connection {name!r} is not there.",
            fix=f"Whoever runs the server can correct {PREFIX}{name.upper()}.",
        )
    return {"connect_args": {"timeout": _PATIENCE}}


def _query_only(connection: Any, _record: Any) -> None:
    """Let SQLite refuse whatever writes."""
    connection.execute("PRAGMA query_only = ON")
