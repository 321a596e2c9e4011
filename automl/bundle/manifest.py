"""The manifest: what a bundle consists of, with the SHA-256 of every file."""

from __future__ import annotations

import json
from collections.abc import Container, Mapping
from pathlib import Path
from typing import Any

from ..errors import BundleError
from .archive import read_folder, read_zip, sha256

__all__ = ["FORMAT", "MANIFEST", "check_files", "open_files", "parse_manifest"]

FORMAT = "glassbench-bundle"
VERSION = 1
MANIFEST = "manifest.json"
#: Without these nothing can be predicted.
REQUIRED = ("model/model.skops", "schema.json", "task.json", "sample_input.csv", "sample_predictions.csv")
_FIX = "Do not use this bundle unless you know why: download it again, or export the model again."


def open_files(path: Path, *, edited: bool = False) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Read a bundle, zipped or unpacked, and check each file against the manifest.

    Parameters
    ----------
    path : Path
    edited : bool
        Whether files of platforms, which operators edit and nothing here reads, may differ in a folder.

    Returns
    -------
    files : dict of name to bytes
        All that the manifest lists, and the manifest itself. What else lies in an unpacked folder is ignored.
    manifest : dict

    Raises
    ------
    BundleError
        When it is no bundle, or not as it was written.
    """
    if path.is_dir():
        manifest_bytes = read_folder(path, {MANIFEST: None}).get(MANIFEST)
        manifest = parse_manifest(manifest_bytes, path.name)
        files = read_folder(path, manifest["files"]) | {MANIFEST: manifest_bytes or b""}
        check_files(files, manifest, but=_of_platforms(manifest) if edited else ())
    else:
        files = read_zip(path)
        manifest = parse_manifest(files.get(MANIFEST), path.name)
        check_files(files, manifest)
    return files, manifest


def parse_manifest(data: bytes | None, name: str) -> dict[str, Any]:
    """Read the manifest itself.

    Raises
    ------
    BundleError
    """
    if data is None:
        raise BundleError(
            f"{name} is no Glassbench bundle: it has no {MANIFEST}.",
            fix="Give the zip that Glassbench exported, or the folder it was unpacked to.",
        )
    try:
        manifest = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BundleError(f"The manifest of {name} is no valid JSON ({error}).", fix=_FIX) from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise BundleError(f"{name} is no Glassbench bundle: its manifest is of another kind.", fix=_FIX)
    if manifest.get("version") != VERSION:
        raise BundleError(
            f"Expected a bundle of version {VERSION}, found version {manifest.get('version')!r}.",
            fix="Use the Glassbench that wrote it, or a newer one.",
        )
    files = manifest.get("files")
    if not isinstance(files, dict) or not all(
        isinstance(entry, dict) and isinstance(entry.get("sha256"), str) for entry in files.values()
    ):
        raise BundleError(f"The manifest of {name} does not list its files.", fix=_FIX)
    missing = [required for required in REQUIRED if required not in files]
    if missing:
        raise BundleError(f"The manifest of {name} does not list {missing[0]!r}.", fix=_FIX)
    return manifest


def check_files(files: Mapping[str, bytes], manifest: Mapping[str, Any], *, but: Container[str] = ()) -> None:
    """Compare files with the manifest: none missing, none altered, none more.

    Parameters
    ----------
    files : mapping of name to bytes
    manifest : mapping
    but : container of str
        Names of files that may have been altered, or are gone.

    Raises
    ------
    BundleError
    """
    listed = manifest["files"]
    for name, entry in listed.items():
        if name in but:
            continue
        if name not in files:
            raise BundleError(f"The bundle lacks {name!r}, which its manifest lists.", fix=_FIX)
        if sha256(files[name]) != entry["sha256"]:
            raise BundleError(
                f"{name!r} is not the file that was exported: its SHA-256 differs from the manifest's.",
                fix=_FIX,
            )
    extra = sorted(set(files) - set(listed) - {MANIFEST})
    if extra:
        raise BundleError(f"The bundle holds {extra[0]!r}, which its manifest does not list.", fix=_FIX)


def _of_platforms(manifest: Mapping[str, Any]) -> frozenset[str]:
    """Files of platforms, their programs and what the bundle itself needs apart."""
    listed = manifest.get("targets")
    if not isinstance(listed, dict):
        return frozenset()
    names = {str(name) for group in listed.values() if isinstance(group, list) for name in group}
    return frozenset(name for name in names if not name.endswith(".py") and name not in REQUIRED)
