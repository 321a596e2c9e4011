"""Make a catalogue's tables, and bring those of an earlier version up to date."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine.reflection import Inspector

from automl.errors import CatalogueError
from automl.store.catalogue.database import Database
from automl.store.catalogue.tables import REVISION, metadata

__all__ = ["MIGRATIONS", "ready", "revision", "upgrade"]

MIGRATIONS = Path(__file__).parent / "migrations"

_ONE_AT_A_TIME = threading.Lock()  # Alembic keeps what it is at work on in a global


def revision(connection: Connection) -> str | None:
    """The migration that the tables are of; None where there are none."""
    inspector: Inspector = inspect(connection)
    if not inspector.has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def ready(database: Database) -> None:
    """See to it that the tables are there and of this version.

    An empty database gets them. A file of an earlier version is brought up to date; a database that others
    may be using is not: one of them says when, by `automl catalogue upgrade`.

    Raises
    ------
    CatalogueError
        When the tables are of a later version, or of an earlier one that others may be using.
    """
    if database.file is None or database.file.is_file():
        with database.reading() as connection:
            found = revision(connection)
        if found == REVISION:
            return
        if found is not None and not database.is_sqlite and found in _known():
            raise CatalogueError(
                f"The catalogue {database.shown} is of version {found}; "
                f"this Glassbench works with {REVISION}.",
                fix="Run `automl catalogue upgrade` when everybody who uses it has this Glassbench.",
            )
    upgrade(database)


def upgrade(database: Database, to: str = REVISION) -> tuple[str | None, str]:
    """Bring the tables up to date; nothing happens where they are.

    Parameters
    ----------
    database : Database
    to : str
        A migration; default the newest.

    Returns
    -------
    (str or None, str)
        The version before, None for an empty database, and after.

    Raises
    ------
    CatalogueError
        When the tables are of a later version than this Glassbench knows.
    """
    with _ONE_AT_A_TIME, database.creating() as connection:
        before = revision(connection)  # somebody else may have been quicker
        if before == to:
            return before, to
        if before is not None and before not in _known():
            raise CatalogueError(
                f"The catalogue {database.shown} is of version {before}; the newest that this Glassbench "
                f"knows is {REVISION}.",
                fix="Use the Glassbench that wrote it, or a newer one.",
            )
        _migrate(connection, to)
        return before, to


def _known() -> list[str]:
    """The names of all migrations, the newest first."""
    return [script.revision for script in _scripts().walk_revisions()]


def _scripts() -> Any:
    from alembic.config import Config
    from alembic.script import ScriptDirectory  # takes a while; needed in few processes

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return ScriptDirectory.from_config(config)


def _migrate(connection: Connection, to: str) -> None:
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext

    scripts = _scripts()
    with EnvironmentContext(
        Config(), scripts, fn=lambda now, _: scripts._upgrade_revs(to, now), destination_rev=to
    ) as environment:
        environment.configure(connection=connection, target_metadata=metadata)
        environment.run_migrations()
