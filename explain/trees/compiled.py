"""Compilation by numba, and what several compiled loops need."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numba
import numpy as np


def compiled(function: Any) -> Any:
    """Compile with numba, cached on disk where some folder can be written."""
    try:
        with _cached():
            return numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # no folder for the cache: compile in every process
        return numba.njit(nogil=True)(function)


@contextmanager
def _cached() -> Iterator[None]:
    """Where this code may not be written beside its source, as Python is told, let numba have a folder of the
    user's: a bundle stays as it was exported.

    Raises
    ------
    RuntimeError
        When there is none.
    """
    config: Any = numba.config
    before = config.CACHE_DIR
    if before or not sys.dont_write_bytecode:
        yield
        return
    config.CACHE_DIR = str(_own_folder())
    try:
        yield
    finally:
        config.CACHE_DIR = before


def _own_folder() -> Path:
    """A folder for compiled code that nobody else can write to, since what is in there is run."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folder = Path(base) / "glassbench" / "compiled"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
    except OSError as error:
        raise RuntimeError(f"no folder for compiled code ({error})") from error
    own = found.st_uid == os.getuid() if hasattr(os, "getuid") else True
    if not (folder.is_absolute() and own and not found.st_mode & 0o022 and os.access(folder, os.W_OK)):
        raise RuntimeError(f"{folder} is no folder of one's own for compiled code")
    return folder


@compiled
def count_bits(bits: Any) -> Any:
    """Number of set bits (Hacker's Delight, figure 5-2)."""
    bits -= (bits >> np.uint64(1)) & np.uint64(0x5555555555555555)
    bits = (bits & np.uint64(0x3333333333333333)) + ((bits >> np.uint64(2)) & np.uint64(0x3333333333333333))
    bits = (bits + (bits >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return (bits * np.uint64(0x0101010101010101)) >> np.uint64(56)
