"""Memory that is needed no more goes back to the system, which allocators and mapped files put off."""

from __future__ import annotations

import ctypes
import mmap
import sys
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["let_go", "map_large_arrays", "release_memory"]

_LARGE = 1 << 20
_M_MMAP_THRESHOLD = -3  # as glibc's malloc.h has it


def map_large_arrays() -> None:
    """From now on, give arrays of a megabyte and more back to the system as soon as they are freed.

    glibc takes arrays of up to 32 MB from its heap once one of them was freed; there a small block behind
    them, of which there is always one, holds them all. Arrow's allocator keeps what was freed for later.
    """
    with suppress(OSError, AttributeError):  # another C library has no such function
        ctypes.CDLL("libc.so.6").mallopt(_M_MMAP_THRESHOLD, _LARGE)
    arrow = sys.modules.get("pyarrow")
    if arrow is not None:
        arrow.set_memory_pool(arrow.system_memory_pool())


def release_memory() -> None:
    """Give what has been freed back to the system."""
    arrow = sys.modules.get("pyarrow")
    if arrow is not None:
        arrow.default_memory_pool().release_unused()
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def let_go(array: NDArray[Any]) -> None:
    """Stop holding in memory what was read of a mapped array; whoever asks for it again reads it again.

    Nothing happens to an array that is not mapped from a file.
    """
    base: Any = array
    while isinstance(base, np.ndarray):
        base = base.base
    if isinstance(base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        base.madvise(mmap.MADV_DONTNEED)
