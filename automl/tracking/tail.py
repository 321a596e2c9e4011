"""The lines of a growing file of JSON lines, each read once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

__all__ = ["Tail"]


class Tail:
    """A file that others append to.

    Parameters
    ----------
    path : Path
        It need not be there yet.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._at = 0

    def lines(self) -> list[Any]:
        """The lines that have become complete since the last call."""
        try:
            with self._path.open("rb") as stream:
                stream.seek(self._at)
                whole, newline, _ = stream.read().rpartition(b"\n")
        except FileNotFoundError:
            return []
        self._at += len(whole) + len(newline)
        return [json.loads(line) for line in whole.split(b"\n") if line]
