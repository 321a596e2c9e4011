"""The manifest: what a bundle consists of, with the SHA-256 of every file. FORMAT.md describes it.

What is here is the first pass of reading: names, sizes, hashes and the manifest's own shape are checked, and
nothing is loaded.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path, PurePosixPath
from typing import Any

from ..errors import BundleError, TamperedError
from .archive import read_folder, read_zip, sha256
from .documents import parse_json
from .shape import fault
from .signing import SIGNATURE, PublicKey, Signed, check_signature
from .upgrading import LEGACY, legacy_fault, upgraded

__all__ = [
    "FORMAT",
    "MANIFEST",
    "VERSION",
    "Opened",
    "check_files",
    "is_bundle",
    "open_bundle",
    "open_files",
    "parse_manifest",
    "read_files",
    "seal",
]

FORMAT = "glassbench-bundle"
VERSION = 1
MANIFEST = "bundle.json"
#: Where a bundle was unpacked, files below it may differ from what was exported: operators edit them.
EDITABLE = "deploy/"
_PICKLES = frozenset({".pkl", ".pickle", ".joblib", ".dill", ".pt", ".pth"})
_FIX = "Do not use this bundle unless you know why: download it again, or export the model again."


@dataclass(frozen=True)
class Opened:
    """A bundle whose files were checked, and nothing of it loaded.

    Attributes
    ----------
    files : dict of name to bytes
        All that the manifest lists, the manifest and the signature. What else lies in an unpacked folder is
        ignored.
    manifest : dict
        In the newest version of the format, as `files` are.
    signed : Signed
    version : int
        Of the format that the bundle is in.
    """

    files: dict[str, bytes]
    manifest: dict[str, Any]
    signed: Signed
    version: int


def is_bundle(path: Path) -> bool:
    """Whether a path names a file, which may be a bundle's zip, or an unpacked bundle."""
    return path.is_file() or any((path / name).is_file() for name in (MANIFEST, LEGACY))


def open_files(path: Path) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Files and manifest of a bundle; see `open_bundle`."""
    opened = open_bundle(path)
    return opened.files, opened.manifest


def open_bundle(path: Path, keys: Sequence[PublicKey] = ()) -> Opened:
    """Read a bundle, zipped or unpacked, check it file by file and its signature, and bring it up to date.

    Parameters
    ----------
    path : Path
    keys : sequence of PublicKey
        Where there are some, only a bundle that one of them signed will do.

    Raises
    ------
    BundleError
        When it is no bundle, or of a newer version of the format.
    TamperedError
        When it is not as it was written.
    SignatureError
        When its signature is wrong, or not by one of the keys.
    """
    files, manifest, version = read_files(path)
    signed = check_signature(files, keys)
    if version != VERSION:
        files, manifest = upgraded(files, manifest, version)
        if wrong := fault(manifest, _schema()):
            raise BundleError(f"The manifest of {path.name} cannot be brought up to date: {wrong}.", fix=_FIX)
    return Opened(files, manifest, signed, version)


def read_files(path: Path) -> tuple[dict[str, bytes], dict[str, Any], int]:
    """Read and check files and manifest as they are, and tell the version of the format that they are in."""
    if path.is_dir():
        files = read_folder(path, dict.fromkeys((MANIFEST, LEGACY, SIGNATURE)))
        files.pop(LEGACY if MANIFEST in files else SIGNATURE, None)
        manifest, version = parse_manifest(files, path.name)
        files |= read_folder(path, manifest["files"])
    else:
        files = read_zip(path)
        manifest, version = parse_manifest(files, path.name)
    _refuse_pickles(files)
    check_files(files, manifest, unpacked=path.is_dir())
    return files, manifest, version


def parse_manifest(files: Mapping[str, bytes], name: str) -> tuple[dict[str, Any], int]:
    """Read the manifest itself, and tell the version of its format.

    Parameters
    ----------
    files : mapping of name to bytes
    name : str
        Of the bundle, for messages.

    Raises
    ------
    BundleError
        When there is none, it is not what the schema says, or newer.
    """
    place = next((place for place in (MANIFEST, LEGACY) if place in files), None)
    if place is None:
        raise BundleError(
            f"{name} is no Glassbench bundle: it has no {MANIFEST}.",
            fix="Give the zip that Glassbench exported, or the folder it was unpacked to.",
        )
    manifest = parse_json(files[place], place, strict=True)
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise BundleError(f"{name} is no Glassbench bundle: its manifest is of another kind.", fix=_FIX)
    version = manifest.get("version")
    if type(version) is not int or version < 1:
        raise BundleError(f"{place} of {name} has the version {version!r}, which there never was.", fix=_FIX)
    if version > VERSION:
        raise BundleError(
            f"{name} is of version {version} of the bundle format; this Glassbench reads versions up to "
            f"{VERSION}.",
            fix="Update it (pip install -U glassbench), or use the programs that the bundle carries.",
        )
    if place == LEGACY:
        wrong, version = legacy_fault(manifest), 0
    else:
        wrong = fault(manifest, _schema())
    if wrong is not None:
        raise BundleError(f"{place} of {name} is not as it has to be: {wrong}.", fix=_FIX)
    return manifest, version


def check_files(files: Mapping[str, bytes], manifest: Mapping[str, Any], *, unpacked: bool = False) -> None:
    """Compare files with the manifest: none missing, none altered, none more.

    Parameters
    ----------
    files : mapping of name to bytes
    manifest : mapping
    unpacked : bool
        Whether they are a folder's, where files below ``deploy/`` may be edited or taken away.

    Raises
    ------
    TamperedError
    """
    listed = manifest["files"]
    for name, entry in listed.items():
        if unpacked and name.startswith(EDITABLE):
            continue
        if name not in files:
            raise TamperedError(f"The bundle lacks {name!r}, which its manifest lists.", fix=_FIX)
        if sha256(files[name]) != entry["sha256"]:
            raise TamperedError(
                f"{name!r} is not the file that was exported: its SHA-256 differs from the manifest's.",
                fix=_FIX,
            )
        if len(files[name]) != entry["bytes"]:
            raise TamperedError(
                f"{name!r} has {len(files[name]):,} bytes, the manifest says {entry['bytes']!r}.", fix=_FIX
            )
    beside = {MANIFEST, SIGNATURE} if MANIFEST in files else {LEGACY}
    extra = sorted(set(files) - set(listed) - beside)
    if extra:
        raise TamperedError(f"The bundle holds {extra[0]!r}, which its manifest does not list.", fix=_FIX)
    shipped = manifest.get("lineage", {}).get("file")
    if shipped is not None and shipped["sha256"] != listed[shipped["name"]]["sha256"]:
        raise TamperedError("The manifest names two different SHA-256 of the model file.", fix=_FIX)


def seal(document: Mapping[str, Any], files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Add the manifest to the files of a bundle.

    Parameters
    ----------
    document : mapping
        The manifest without its list of files.
    files : mapping of name to bytes
        All files that the bundle will have; an old manifest or signature among them is left out.

    Raises
    ------
    BundleError
        When the manifest is not what its schema says.
    """
    kept = {name: content for name, content in files.items() if name not in (MANIFEST, SIGNATURE, LEGACY)}
    listed = {
        name: {"sha256": sha256(content), "bytes": len(content)} for name, content in sorted(kept.items())
    }
    manifest = {**document, "files": listed}
    if wrong := fault(manifest, _schema()):
        raise BundleError(f"The manifest to be written is not as it has to be: {wrong}.")
    text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
    return kept | {MANIFEST: text.encode("utf-8")}


@lru_cache
def _schema() -> dict[str, Any]:
    place = resources.files(__package__ or "").joinpath("bundle.schema.json")
    schema: dict[str, Any] = json.loads(place.read_bytes())
    return schema


def _refuse_pickles(files: Mapping[str, bytes]) -> None:
    """Nothing here would unpickle one; but somebody else might, who finds it in a bundle."""
    for name, content in files.items():
        magic = content[:1] == b"\x80" and content[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05")
        if magic or PurePosixPath(name).suffix.lower() in _PICKLES:
            raise BundleError(
                f"{name!r} is a pickle, which runs code when it is read; no bundle has one.",
                fix="Do not use this bundle unless you know who made it; export the model again.",
            )
