"""Move a file that cannot be read aside, where somebody has asked for that."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["move_aside"]


def move_aside(path: Path, folder: Path) -> Path:
    """Move a file into a folder of the same file system, under a name that is free; where it is then."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(1, 10_000):
        name = path.name if number == 1 else f"{path.stem}-{number}{path.suffix}"
        target = folder / name
        try:
            os.link(path, target)  # unlike a renaming, this never takes the place of another file
        except FileExistsError:
            continue
        path.unlink()
        return target
    raise FileExistsError(f"{folder} has 10,000 files called {path.name}")
