"""The zip of a bundle: written the same way every time, read with suspicion."""

from __future__ import annotations

import hashlib
import os
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from ..errors import BundleError

__all__ = [
    "Limits",
    "check_name",
    "check_sizes",
    "plain_entry",
    "read_folder",
    "read_zip",
    "sha256",
    "write_zip",
]

_EPOCH = (1980, 1, 1, 0, 0, 0)
#: Names that Windows keeps for devices, whatever their ending.
_DEVICES = frozenset(
    ["CON", "PRN", "AUX", "NUL", *(f"{port}{number}" for port in ("COM", "LPT") for number in range(1, 10))]
)
_FIX = "Do not use this file unless you know who made it; export the model again."


class Limits:
    """How large a bundle may be, against zips that unpack to more than the machine holds."""

    entries = 1000
    total_bytes = 2 * 1024**3
    #: Text packs well, 100 to 1 at the very most; a bomb packs 1,000 to 1. Small files are not worth a look.
    ratio = 200
    small_bytes = 16 * 1024**2


def sha256(data: bytes) -> str:
    """Return the SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def write_zip(path: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a new zip.

    The same files give the same zip, byte for byte: sorted names, fixed times and modes.
    """
    with path.open("wb") as stream:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            for member in sorted(files):
                archive.writestr(plain_entry(member, zipfile.ZIP_DEFLATED), files[member])
        stream.flush()
        os.fsync(stream.fileno())


def plain_entry(name: str, packed: int) -> zipfile.ZipInfo:
    """An entry of a zip that depends on nothing but its name and how it is packed, as zipfile names that."""
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = packed
    entry.create_system = 3
    entry.external_attr = (stat.S_IFREG | 0o644) << 16
    return entry


def read_zip(path: Path) -> dict[str, bytes]:
    """Read all files of a bundle's zip into memory.

    Raises
    ------
    BundleError
        When the file is no zip, or its entries are not what a bundle has: names that lead out of it, links,
        the same name twice, encryption, or more data than a bundle can have.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            check_sizes(entries, path.stat().st_size)
            seen: set[str] = set()
            for entry in entries:
                _check_entry(entry, seen)
            _check_folders(seen)
            # Bounded by the declared size: zipfile never returns more, and checks the CRC.
            return {entry.filename: archive.read(entry) for entry in entries}
    except FileNotFoundError:
        raise BundleError(f"There is no file {str(path)!r}.", fix="Check the path.") from None
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError, ValueError) as error:
        if isinstance(error, BundleError):
            raise
        raise BundleError(
            f"{path.name} is not a readable zip file ({error}).",
            fix="A bundle is the zip that Glassbench exports: download or copy it again.",
        ) from error
    except zlib.error as error:
        raise BundleError(f"{path.name} is damaged ({error}).", fix="Download or copy it again.") from error


def read_folder(path: Path, names: Mapping[str, object]) -> dict[str, bytes]:
    """Read those files of an unpacked bundle that exist; links and names that lead out of it are refused."""
    if len(names) > Limits.entries:
        raise BundleError(_too_many(len(names)), fix=_FIX)
    root, left = path.resolve(), Limits.total_bytes
    found: dict[str, bytes] = {}
    for name in names:
        check_name(name)
        file = root / name
        if file.is_symlink() or root not in file.resolve().parents:
            raise BundleError(f"{name!r} leads out of the bundle's folder.", fix=_FIX)
        if file.is_file():
            left -= file.stat().st_size
            if left < 0:
                raise BundleError(
                    f"The folder holds more than {Limits.total_bytes:,} bytes; no bundle does.", fix=_FIX
                )
            found[name] = file.read_bytes()
    return found


def check_name(name: str) -> None:
    """Refuse names that could be written or read outside of the bundle, on any system.

    Raises
    ------
    BundleError
    """
    parts = name.split("/")
    strange = any(ord(letter) < 32 for letter in name) or "\\" in name or ":" in name
    if not name or strange or any(part in ("", ".", "..") for part in parts):
        raise BundleError(f"The bundle has a file named {name!r}, which leads out of it.", fix=_FIX)
    if any(part[-1] in ". " or part.partition(".")[0].upper() in _DEVICES for part in parts):
        raise BundleError(
            f"The bundle has a file named {name!r}, which is another one on some systems.", fix=_FIX
        )


def _too_many(count: int) -> str:
    return f"The bundle has {count:,} files; a bundle has at most {Limits.entries:,}."


def check_sizes(entries: list[zipfile.ZipInfo], packed: int) -> None:
    """Refuse a zip that would unpack to more than a bundle has; its entries say so themselves.

    Raises
    ------
    BundleError
    """
    if len(entries) > Limits.entries:
        raise BundleError(_too_many(len(entries)), fix=_FIX)
    total = sum(entry.file_size for entry in entries)
    if total > Limits.total_bytes or (total > Limits.small_bytes and total > Limits.ratio * packed):
        raise BundleError(
            f"The zip of {packed:,} bytes would unpack to {total:,} bytes; no bundle does that.", fix=_FIX
        )


def _check_entry(entry: zipfile.ZipInfo, seen: set[str]) -> None:
    # ZipInfo cuts names at a null byte and replaces the system's separator; orig_filename is as stored.
    check_name(entry.orig_filename)
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG) or entry.is_dir():
        raise BundleError(f"{entry.filename!r} is a link or a folder, not a file.", fix=_FIX)
    if entry.flag_bits & 0x1:
        raise BundleError(f"{entry.filename!r} is encrypted.", fix=_FIX)
    # Some systems tell neither capitals nor the ways to write an accent apart.
    same = unicodedata.normalize("NFC", unicodedata.normalize("NFC", entry.filename).casefold())
    if same in seen:
        raise BundleError(f"The zip holds {entry.filename!r} twice.", fix=_FIX)
    seen.add(same)


def _check_folders(names: set[str]) -> None:
    """Refuse a name that is a file and the folder of another one."""
    for name in names:
        parts = name.split("/")
        for end in range(1, len(parts)):
            if "/".join(parts[:end]) in names:
                raise BundleError(f"The zip holds {name!r} inside of a file.", fix=_FIX)
