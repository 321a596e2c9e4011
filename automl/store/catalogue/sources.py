"""Whether the file that a dataset's version was read from is still there, and still the same."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from automl.store.catalogue.records import DatasetVersion
from automl.store.files import file_sha256

__all__ = ["Source", "source_of"]


@dataclass(frozen=True)
class Source:
    """The file of a version as it is now.

    Attributes
    ----------
    state : {"same", "changed", "gone", "none"}
        None: there never was one, the rows came from Python.
    path : Path or None
        Where it was.
    found : str
        What is there instead, in words that follow "It"; empty where it is the same.
    """

    state: Literal["same", "changed", "gone", "none"]
    path: Path | None
    found: str


def source_of(version: DatasetVersion, digest: Callable[[Path], str] = file_sha256) -> Source:
    """Look at the file of a version; it is read only where its size is still the same.

    Parameters
    ----------
    version : DatasetVersion
    digest : callable
        Gives the SHA-256 of a file; whoever asks often may remember it.
    """
    if version.source is None or version.digest_of != "file":
        return Source("none", None, "was a table in Python, not a file")
    path = Path(version.source)
    try:
        found = path.stat()
    except OSError:
        return Source("gone", path, f"is no longer at {path}")
    if not path.is_file():
        return Source("gone", path, f"is no longer at {path}: there is something that is no file")
    when = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(found.st_mtime))
    if version.bytes is not None and found.st_size != version.bytes:
        return Source(
            "changed",
            path,
            f"was changed on {when}: it has {found.st_size:,} bytes now, and had {version.bytes:,}",
        )
    if digest(path) != version.digest:
        return Source("changed", path, f"was changed on {when}: it is as long as before, with other content")
    return Source("same", path, "")
