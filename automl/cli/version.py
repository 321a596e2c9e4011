"""The version of this copy."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version

__all__ = ["version"]


def version() -> str:
    """The installed version; in a source folder that is not installed, `(not installed)`."""
    try:
        return installed_version("glassbench")
    except PackageNotFoundError:
        return "(not installed)"
