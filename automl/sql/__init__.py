"""Tables from databases: connections named in the environment, a query that reads, a snapshot in Parquet."""

from __future__ import annotations

from .connections import PREFIX, connection_names
from .snapshot import ROWS, SECONDS, Snapshot, snapshot_of, take_snapshot
from .statement import checked_query

__all__ = [
    "PREFIX",
    "ROWS",
    "SECONDS",
    "Snapshot",
    "checked_query",
    "connection_names",
    "snapshot_of",
    "take_snapshot",
]
