"""Files on the server that may be read in place: only in folders that the operator names.

`GLASSBENCH_DATA_FOLDERS=/data/exports:/srv/tables` (separated as `PATH` is) allows two folders and what is
below them. Nothing is allowed by default. A link that leads out of them is not followed.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from automl.errors import DataError, SettingError

__all__ = ["ENDINGS", "VARIABLE", "Entry", "Listing", "allowed_file", "allowed_folder", "folders", "listing"]

VARIABLE = "GLASSBENCH_DATA_FOLDERS"
ENDINGS = (
    ".csv", ".tsv", ".txt", ".tab", ".dat", ".data", ".gz", ".xlsx", ".xlsm", ".parquet", ".pq",
)  # fmt: skip
_MOST = 1000  # entries of a folder that a page lists


@dataclass(frozen=True)
class Entry:
    """A folder or a file that may hold a table."""

    path: Path
    is_folder: bool
    bytes: int
    changed: float


@dataclass(frozen=True)
class Listing:
    """What is in a folder.

    Attributes
    ----------
    folder : Path
    parent : Path or None
        Where that is allowed too.
    entries : tuple of Entry
        Folders first, each by name.
    left_out : int
        Entries beyond the most that are listed.
    """

    folder: Path
    parent: Path | None
    entries: tuple[Entry, ...]
    left_out: int


def folders() -> list[Path]:
    """The allowed folders that are there, links resolved."""
    named = [part.strip() for part in os.environ.get(VARIABLE, "").split(os.pathsep)]
    found = [Path(part).resolve() for part in named if part and Path(part).is_absolute()]
    return [path for path in dict.fromkeys(found) if path.is_dir()]


def allowed_file(path: str | Path) -> Path:
    """The file, links resolved, if it is in an allowed folder.

    Raises
    ------
    SettingError
        When it is outside of all of them; whether it exists is not told then.
    DataError
        When there is no such file.
    """
    found = _inside(path)
    if not found.is_file():
        if found.is_dir():
            raise DataError(f"{str(found)!r} is a folder, not a file.", fix="Choose a file in it.")
        raise DataError(
            f"There is no file {str(found)!r}.", fix="Check the path, or choose it from the list."
        )
    if not os.access(found, os.R_OK):
        raise DataError(
            f"The server may not read {str(found)!r}.",
            fix="Give the account that it runs under access to it.",
        )
    return found


def allowed_folder(path: str | Path) -> Path:
    """The folder, links resolved, if it is an allowed one or in one.

    Raises
    ------
    SettingError, DataError
        As `allowed_file`.
    """
    found = _inside(path)
    if not found.is_dir():
        raise DataError(f"There is no folder {str(found)!r}.", fix="Choose one from the list.")
    return found


def listing(path: str | Path) -> Listing:
    """The folders and tables in an allowed folder; what is hidden or leads out is left out.

    Raises
    ------
    SettingError, DataError
        As `allowed_folder`; also when the server may not look into it.
    """
    folder, roots = allowed_folder(path), folders()
    entries: list[Entry] = []
    try:
        with os.scandir(folder) as found:
            for each in found:
                if (entry := _entry(Path(each.path), roots)) is not None:
                    entries.append(entry)
    except PermissionError:
        raise DataError(
            f"The server may not look into {str(folder)!r}.",
            fix="Give the account that it runs under access to it.",
        ) from None
    entries.sort(key=lambda entry: (not entry.is_folder, entry.path.name.casefold()))
    parent = folder.parent if _is_inside(folder.parent, roots) else None
    return Listing(folder, parent, tuple(entries[:_MOST]), max(0, len(entries) - _MOST))


def _entry(path: Path, roots: list[Path]) -> Entry | None:
    if path.name.startswith("."):
        return None
    try:
        target = path.resolve(strict=True)
        facts = target.stat()
    except (OSError, RuntimeError):  # a link to nothing, or to itself
        return None
    if not _is_inside(target, roots):
        return None
    if target.is_dir():
        return Entry(path, True, 0, facts.st_mtime)
    if target.is_file() and path.name.lower().endswith(ENDINGS):
        return Entry(path, False, facts.st_size, facts.st_mtime)
    return None


def _inside(path: str | Path) -> Path:
    roots = folders()
    if not roots:
        raise SettingError(
            "Files on the server may not be read: no folder is allowed.",
            fix=f"Whoever runs the server can allow one: {VARIABLE}=/path/to/folder in its environment.",
        )
    text = str(path)
    shown = ", ".join(map(str, roots))
    refusal = SettingError(
        f"{text[:200]!r} is not in a folder that may be read here.", fix=f"Allowed is what is in {shown}."
    )
    if "\x00" in text:
        raise refusal
    given = Path(text)
    candidates = [given] if given.is_absolute() else [root / given for root in roots]
    for candidate in candidates:
        try:
            found = candidate.resolve()
        except (OSError, RuntimeError, ValueError):
            continue
        if _is_inside(found, roots) and (given.is_absolute() or found.exists() or len(candidates) == 1):
            return found
    raise refusal


def _is_inside(path: Path, roots: list[Path]) -> bool:
    return any(path == root or path.is_relative_to(root) for root in roots)
