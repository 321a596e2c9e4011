"""`automl fit --sql NAME --query …`: the table comes from a database."""

from __future__ import annotations

import secrets
import time
from argparse import Namespace
from pathlib import Path

from automl.cli.console import Console
from automl.errors import SettingError
from automl.sql import ROWS, take_snapshot
from automl.store import Home

__all__ = ["table_of"]


def table_of(options: Namespace, console: Console) -> Path:
    """The table's file: the one that is named, or the rows of a query, kept in the home folder.

    Raises
    ------
    SettingError
        When neither or both are given.
    DataError, MissingExtraError
        When the rows cannot be fetched.
    """
    if options.sql is None and options.query is None:
        if options.table is None:
            raise SettingError(
                "There is no table.",
                fix="Name a file, or a database and a query: --sql NAME --query SELECT …",
            )
        return Path(options.table)
    if options.table is not None:
        raise SettingError(
            f"Both a file ({options.table}) and a query are given.", fix="Give one of the two."
        )
    if options.sql is None or options.query is None:
        raise SettingError(
            "A query needs its database, and a database its query.",
            fix="Give both: --sql NAME --query SELECT …",
        )
    name = f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{secrets.token_hex(4)}"
    folder = Home(options.home).uploads_path / name
    folder.mkdir()
    path = folder / f"{options.sql.lower()}.parquet"
    try:
        taken = take_snapshot(options.sql, options.query, path, rows=options.sql_rows or ROWS)
    except BaseException:
        folder.rmdir()
        raise
    more = "" if taken.complete else f"; the query has more, --sql-rows {taken.rows * 10} takes them"
    console.progress(f"Fetched {taken.rows:,} rows in {taken.columns:,} columns{more}")
    return path
