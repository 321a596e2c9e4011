"""What a watch finds to be looked at."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pandas as pd

from automl.monitoring.alerting.watch.model import Current
from automl.store.catalogue.watch_records import Arrival

__all__ = ["Found", "Look", "Source"]


@dataclass(frozen=True, eq=False)
class Found:
    """A table that has come.

    Attributes
    ----------
    key : str
        The SHA-256 of a file, or what names a window.
    name : str
    rows : DataFrame or Path
        The table, or where it is.
    size, modified : int or None
        Of a file: bytes, and nanoseconds since 1970.
    """

    key: str
    name: str
    rows: pd.DataFrame | Path
    size: int | None = None
    modified: int | None = None

    @property
    def path(self) -> Path | None:
        """The file, where it is one."""
        return self.rows if isinstance(self.rows, Path) else None

    def is_as_found(self) -> bool:
        """Whether the file is still what it was: one that is written to is looked at later."""
        if self.path is None:
            return True
        try:
            now = self.path.stat()
        except FileNotFoundError:
            return False
        return (now.st_size, now.st_mtime_ns) == (self.size, self.modified)


@dataclass(frozen=True)
class Look:
    """What came of looking.

    Attributes
    ----------
    found : tuple of Found
        The oldest first.
    waiting : tuple of str
        Names of files that may still be written to.
    notes : tuple of str
    """

    found: tuple[Found, ...] = ()
    waiting: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Source(Protocol):
    """Where tables come from."""

    def look(self, known: list[Arrival], current: Current) -> Look:
        """What has come and is not known.

        Parameters
        ----------
        known : list of Arrival
            What was looked at, oldest first.
        current : Current
            The model.
        """
        ...
