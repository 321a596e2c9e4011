"""A folder that tables come to: each content is looked at once, and none while it is being written."""

from __future__ import annotations

import fnmatch
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from automl.errors import SettingError
from automl.monitoring.alerting.watch.found import Found, Look
from automl.monitoring.alerting.watch.model import Current
from automl.store.catalogue.watch_records import Arrival
from automl.store.files import file_sha256

__all__ = ["FolderSource"]

_Stat = tuple[int, int]


@dataclass
class FolderSource:
    """Finds files in a folder.

    A file that was renamed into the folder is there whole at once. One that is written there is whole when it
    has not changed for a while.

    Parameters
    ----------
    folder : Path
    patterns : sequence of str
        Of the names; those that begin with a dot are left alone.
    settle : float
        Seconds that a file must not have changed in.
    clock : callable
        Seconds since 1970.
    """

    folder: Path
    patterns: Sequence[str]
    settle: float
    clock: Callable[[], float] = time.time

    def __post_init__(self) -> None:
        self._since: dict[str, tuple[_Stat, float]] = {}
        self._digests: dict[tuple[str, _Stat], str] = {}
        self._told: set[tuple[str, str]] = set()

    def look(self, known: list[Arrival], current: Current | None = None) -> Look:
        """Files whose content is not known, the oldest first."""
        if not self.folder.is_dir():
            raise SettingError(
                f"There is no folder {self.folder} to watch.", fix="Make it, or correct `folder`."
            )
        names = {each.key: each.name for each in known}
        same = {(each.name, (each.bytes, each.modified)) for each in known}
        found, waiting, notes = [], [], []
        for path, stat in sorted(self._files(), key=lambda each: (each[1][1], each[0].name)):
            if (path.name, stat) in same:
                continue
            if not self._is_settled(path.name, stat):
                waiting.append(path.name)
                continue
            try:
                digest = self._digest(path, stat)
            except FileNotFoundError:  # taken away again
                continue
            except PermissionError:
                notes.append(f"{path.name} cannot be opened: the watch has no right to.")
                continue
            if digest not in names:
                names[digest] = path.name
                found.append(Found(digest, path.name, path, *stat))
            elif (path.name, digest) not in self._told:
                self._told.add((path.name, digest))
                notes.append(f"{path.name} has the content of {names[digest]}, which was looked at already.")
        return Look(tuple(found), tuple(waiting), tuple(notes))

    def _files(self) -> Iterator[tuple[Path, _Stat]]:
        with os.scandir(self.folder) as entries:
            for entry in entries:
                if entry.name.startswith(".") or not self._is_meant(entry.name):
                    continue
                try:
                    if entry.is_file():
                        stat = entry.stat()
                        yield Path(entry.path), (stat.st_size, stat.st_mtime_ns)
                except FileNotFoundError:
                    continue

    def _is_meant(self, name: str) -> bool:
        return any(fnmatch.fnmatchcase(name.lower(), pattern.lower()) for pattern in self.patterns)

    def _is_settled(self, name: str, stat: _Stat) -> bool:
        """Whether a file has not changed for long enough, by its own time or as long as it was seen."""
        now = self.clock()
        before = self._since.get(name)
        if before is None or before[0] != stat:
            self._since[name] = (stat, now)
        since = min(self._since[name][1], stat[1] / 1e9)
        return now - since >= self.settle

    def _digest(self, path: Path, stat: _Stat) -> str:
        place = (path.name, stat)
        if place not in self._digests:
            self._digests[place] = file_sha256(path)
        return self._digests[place]
