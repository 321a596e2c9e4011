"""This process and all that it has started, as Linux tells."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["PROC", "process_tree"]

PROC = Path("/proc")


def process_tree(root: int | None = None) -> list[int]:
    """The number of a process and of all that it has started, and these; default: this process."""
    tree = [os.getpid() if root is None else root]
    for process in tree:
        tree.extend(_children(process))
    return tree


def _children(process: int) -> list[int]:
    """The processes that a process has started, by any of its threads."""
    found: list[int] = []
    try:
        for thread in (PROC / str(process) / "task").iterdir():
            found += map(int, (thread / "children").read_text().split())
    except OSError:
        pass  # it has just ended
    return found
