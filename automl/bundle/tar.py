"""The files of a bundle as a ``tar.gz``, which SageMaker wants: written the same way every time."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
from collections.abc import Mapping
from pathlib import Path

__all__ = ["write_tar"]


def write_tar(path: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a new archive.

    The same files give the same archive, byte for byte: sorted names, fixed times, owners and modes.

    Parameters
    ----------
    path : Path
    files : mapping of name to bytes
        By their names in the bundle.
    """
    with path.open("wb") as stream:
        with (
            gzip.GzipFile(filename="", mode="wb", fileobj=stream, mtime=0) as packed,
            tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
        ):
            for name in sorted(files):
                entry = tarfile.TarInfo(name)
                entry.size = len(files[name])
                entry.mode = 0o644
                archive.addfile(entry, io.BytesIO(files[name]))
        stream.flush()
        os.fsync(stream.fileno())
