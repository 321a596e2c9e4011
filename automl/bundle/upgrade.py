"""Rewrite a bundle in the newest version of the format, with the programs of this Glassbench."""

from __future__ import annotations

import os
from pathlib import Path

from automl.errors import BundleError
from automl.report import BundleFacts

from .manifest import VERSION, open_bundle, seal
from .runtime import SCRIPTS, carried_files
from .supply import supply_files
from .writer import hand_out, readme

__all__ = ["upgrade_bundle"]

_RUNTIME = "runtime/"


def upgrade_bundle(old: str | os.PathLike[str], new: str | os.PathLike[str]) -> int:
    """Write a bundle again in the newest version of the format.

    Model, data and what was measured stay as they are, byte for byte. The programs, the first page, the bill
    of materials and the manifest are written anew. A signature does not come along: it was for the old files.

    Parameters
    ----------
    old : path
        The zip, or the folder it was unpacked to.
    new : path
        Of the zip to write; an existing file is replaced, but only by a bundle that passed its self-check.

    Returns
    -------
    int
        Version of the format that the old one was in.

    Raises
    ------
    BundleError
        When the old one is not as it was written, is up to date already, or does not reproduce its
        predictions with the packages installed here. Nothing is left behind then.
    """
    place = Path(old)
    if not place.exists():
        raise BundleError(f"There is no file {str(place)!r}.", fix="Check the path.")
    opened = open_bundle(place)
    if opened.version == VERSION:
        raise BundleError(f"{place.name} is of version {VERSION} of the bundle format already, the newest.")
    told, version = opened.manifest, BundleFacts("", "", {}).glassbench
    files = {
        name: content.replace(b"manifest.json lists the SHA-256", b"bundle.json lists the SHA-256")
        if name.endswith((".md", ".html"))
        else content
        for name, content in opened.files.items()
        if not name.startswith(_RUNTIME) and name not in SCRIPTS
    }
    files |= carried_files(version)
    files |= supply_files(files, name=told["name"], version=version, created=told["created"])
    files["README.md"] = readme(told["name"], told["target"], set(files)).encode("utf-8")
    hand_out(Path(new), seal({**told, "glassbench": version}, files))
    return opened.version
