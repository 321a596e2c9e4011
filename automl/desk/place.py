"""Where desks are found: sockets and locks in a private folder with a short path.

A Unix domain socket has a path of about 100 bytes at most, and a home folder may be anywhere; so they lie
in `$XDG_RUNTIME_DIR` or the temporary folder, in a folder that nobody else can enter:

    glassbench-<user id>/<digest of the folder of runs>/
        lock               held while a desk is started, so that two clicks start one
        <digest of run and model>.lock     held while the desk lives
        <digest of run and model>.sock     where it answers
        <digest of run and model>.trying   there while it loads: left behind, it says that it died of that;
                                           gone before it listens, that it is not wanted any more
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from automl.errors import RunError

__all__ = ["LONGEST", "Place"]

LONGEST = 103
"""Bytes of the path of a socket: Linux has room for 107, macOS for 103."""
_NAME = "/0123456789abcdef/0123456789abcdef0123.sock"


@dataclass(frozen=True)
class Place:
    """Where the desk of one model is found.

    Attributes
    ----------
    folder : Path
        Of all desks of a home.
    key : str
        Names this one.
    """

    folder: Path
    key: str

    @classmethod
    def of(cls, run_folder: Path, model: str) -> Place:
        """The place of a model's desk.

        Raises
        ------
        RunError
            When there is no folder that is safe to use.
        """
        run = Path(run_folder).resolve()
        folder = _base() / _digest(str(run.parent), 16)
        _make_private(folder)
        return cls(folder, _digest(f"{run}\0{model}", 20))

    @property
    def socket(self) -> Path:
        """Where the desk answers."""
        return self.folder / f"{self.key}.sock"

    @property
    def lock(self) -> Path:
        """What the desk holds for as long as it lives."""
        return self.folder / f"{self.key}.lock"

    @property
    def trying(self) -> Path:
        """A mark that is there from the start of the process until it is ready or has said what is wrong."""
        return self.folder / f"{self.key}.trying"

    @property
    def starting(self) -> Path:
        """The lock of whoever starts a desk of this home."""
        return self.folder / "lock"

    def all(self) -> list[Place]:
        """The places of all desks that this home ever had."""
        return [Place(self.folder, path.stem) for path in sorted(self.folder.glob("*.lock"))]


def _base() -> Path:
    """The first folder whose paths are short enough for a socket."""
    for root in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp"):
        if not root or not Path(root).is_dir():
            continue
        base = Path(root).absolute() / f"glassbench-{os.getuid()}"
        if len(os.fsencode(base)) + len(_NAME) <= LONGEST:
            _make_private(base)
            return base
    raise RunError(
        "There is no temporary folder with a path short enough for a socket.",
        fix="Set XDG_RUNTIME_DIR to a folder of your own with a short path.",
    )


def _make_private(folder: Path) -> None:
    """Make a folder that only this user can enter; one that others may have made or can enter is refused."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        pass
    except OSError as error:
        raise RunError(
            f"The folder {folder} could not be made: {error.strerror}.",
            fix="Set XDG_RUNTIME_DIR to a folder that you can write to.",
        ) from error
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise RunError(
            f"{folder} is not a folder of your own that others cannot enter.",
            fix=f"Remove it, or set its permissions with chmod 700 {folder}.",
        )


def _digest(text: str, length: int) -> str:
    return hashlib.sha256(os.fsencode(text)).hexdigest()[:length]
