"""Whether the packages at hand are those that a bundle was made with."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import metadata
from typing import Any

__all__ = ["differences"]


def differences(manifest: Mapping[str, Any]) -> list[str]:
    """Return one sentence for each package of another version than the manifest's (or not installed)."""
    found = []
    for name, wanted in sorted(manifest.get("packages", {}).items()):
        try:
            have = metadata.version(name).partition("+")[0]
        except metadata.PackageNotFoundError:
            have = "not installed"
        if have != wanted:
            found.append(
                f"{name} is {have}, the bundle was made with {wanted}; install requirements.txt to be "
                "sure of the same predictions."
            )
    return found
