"""Files that are kept under the hash of their content: in a folder, or at any address that fsspec knows.

    sha256/ab/ab12…    a file whose SHA-256 begins with ab

A file is there whole or not at all, one content is kept once, and what is read is compared with its name.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from automl.errors import CatalogueError, MissingExtraError
from automl.store.files import file_sha256, replacing

__all__ = ["Artefacts"]


class Artefacts:
    """A store of files.

    Parameters
    ----------
    address : str
        A folder, or an address such as `s3://models/glassbench`, for which fsspec and the package of its
        protocol must be installed.
    """

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")
        self._remote = "://" in address

    def keep(self, path: Path) -> tuple[str, str]:
        """Keep a copy of a file.

        Returns
        -------
        (str, str)
            Its SHA-256, and the address of the copy.

        Raises
        ------
        CatalogueError
            When it cannot be written.
        """
        digest = file_sha256(path)
        address = self._address(digest)
        try:
            if self._remote:
                self._send(path, address)
            elif not Path(address).is_file():
                Path(address).parent.mkdir(parents=True, exist_ok=True)
                with path.open("rb") as source, replacing(Path(address)) as target:
                    shutil.copyfileobj(source, target)
        except MissingExtraError:
            raise
        except Exception as error:  # what a storage's package raises is known to that package alone
            raise CatalogueError(
                f"A copy of {path.name} could not be kept at {self.address}: {error}",
                fix="Look whether it can be reached and written, and has room.",
            ) from error
        return digest, address

    @contextmanager
    def fetched(self, digest: str) -> Iterator[Path]:
        """The file with this SHA-256 as a file of this machine, for the time of the block.

        Raises
        ------
        CatalogueError
            When it is not there, or has another content than its name says.
        """
        address = self._address(digest)
        with tempfile.TemporaryDirectory(prefix="glassbench-") as folder:
            path = Path(folder) / digest if self._remote else Path(address)
            try:
                if self._remote:
                    with self._open(address, "rb") as source, path.open("wb") as target:
                        shutil.copyfileobj(source, target)
                found = file_sha256(path)
            except MissingExtraError:
                raise
            except Exception as error:
                raise CatalogueError(
                    f"There is no copy of the file {digest[:12]}… at {self.address}: {error}",
                    fix="It may have been deleted, or kept elsewhere: see GLASSBENCH_ARTEFACTS.",
                ) from error
            if found != digest:
                raise CatalogueError(
                    f"Expected a file with the SHA-256 {digest} at {address}, found {found}.",
                    fix="It was changed there. Do not use it; export or register it again.",
                )
            yield path

    def has(self, digest: str) -> bool:
        """Whether a copy of the file with this SHA-256 is kept."""
        address = self._address(digest)
        if not self._remote:
            return Path(address).is_file()
        filesystem, path = self._filesystem(address)
        return bool(filesystem.exists(path))

    def _address(self, digest: str) -> str:
        return f"{self.address}/sha256/{digest[:2]}/{digest}"

    def _send(self, path: Path, address: str) -> None:
        filesystem, remote = self._filesystem(address)
        if filesystem.exists(remote):
            return
        filesystem.makedirs(remote.rpartition("/")[0], exist_ok=True)
        part = f"{remote}.part"
        filesystem.put_file(str(path), part)
        filesystem.mv(part, remote)

    def _open(self, address: str, mode: str) -> IO[bytes]:
        filesystem, remote = self._filesystem(address)
        stream: IO[bytes] = filesystem.open(remote, mode)
        return stream

    @staticmethod
    def _filesystem(address: str) -> tuple[Any, str]:
        try:
            import fsspec
        except ImportError:
            raise MissingExtraError(
                f"Artefacts at {address.partition('://')[0]}:// need the package fsspec.",
                fix="Install it with: pip install 'glassbench[artefacts]'",
            ) from None
        try:
            filesystem, path = fsspec.core.url_to_fs(address)
        except ImportError as error:  # fsspec says which package the protocol needs
            raise MissingExtraError(str(error), fix="Install it.") from error
        return filesystem, str(path)
