"""Trees followed by LightGBM's library, through its C interface: its Python package is not loaded."""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arrays import Trees
from .text import write_text

__all__ = ["NativeTrees", "library"]

Floats = NDArray[np.float64]

_DOUBLES, _RAW, _LEAF = 1, 1, 2  # C_API_DTYPE_FLOAT64, C_API_PREDICT_RAW_SCORE, C_API_PREDICT_LEAF_INDEX
_ROWS = 8192  # at a time, so that the numbers of their leaves take little memory
_QUIET = b"verbosity=-1 num_threads=1"
_NAMES = {"win32": "lib_lightgbm.dll", "darwin": "lib_lightgbm.dylib"}


@cache
def library() -> Any | None:
    """LightGBM's compiled library; None where it is not installed."""
    found = find_spec("lightgbm")
    if found is None or found.origin is None:
        return None
    name = _NAMES.get(sys.platform, "lib_lightgbm.so")
    folder = Path(found.origin).parent
    for place in (folder / "lib" / name, folder / "bin" / name, folder / name):
        if place.is_file():
            loaded = ctypes.cdll.LoadLibrary(str(place))
            loaded.LGBM_GetLastError.restype = ctypes.c_char_p
            return loaded
    return None


class NativeTrees:
    """Sums of leaves, before any link.

    Parameters
    ----------
    trees : Trees
    """

    def __init__(self, trees: Trees) -> None:
        found = library()
        if found is None:
            raise ImportError("LightGBM's library is not installed")
        self._library = found
        self._columns = trees.columns
        self._booster, self._row, self._written = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_int64(0)
        rounds = ctypes.c_int(0)
        # Leaves of several values are looked up here: the library would need a tree for each of the values.
        several = trees.value.shape[1] > 1
        self._value = trees.value
        self._leaves = np.cumsum(trees.leaves, dtype=np.intp) - trees.leaves if several else None
        text = write_text(trees).encode("ascii")
        self._do(
            found.LGBM_BoosterLoadModelFromString(text, ctypes.byref(rounds), ctypes.byref(self._booster))
        )
        self._do(
            found.LGBM_BoosterPredictForMatSingleRowFastInit(
                self._booster,
                _RAW,
                0,
                -1,
                _DOUBLES,
                ctypes.c_int32(self._columns),
                _QUIET,
                ctypes.byref(self._row),
            )
        )
        self._fast = found.LGBM_BoosterPredictForMatSingleRowFast
        self._fast.argtypes = [ctypes.c_void_p] * 4
        self._length = ctypes.addressof(self._written)

    def _do(self, code: int) -> None:
        if code:
            raise RuntimeError(f"LightGBM: {self._library.LGBM_GetLastError().decode(errors='replace')}")

    def add(self, matrix: Floats, out: Floats, threads: int) -> None:
        """Write the outputs of rows, shape (rows, outputs), into `out`; both arrays are C-ordered."""
        if len(matrix) == 1:
            if self._leaves is None:
                if self._fast(self._row, matrix.ctypes.data, self._length, out.ctypes.data):
                    self._do(1)
            else:
                reached = self._reached(matrix)
                self._value.take(reached, axis=0).sum(axis=0, out=out[0])
            return
        for start in range(0, len(matrix), _ROWS):
            self._block(matrix[start : start + _ROWS], out[start : start + _ROWS], threads)

    def _reached(self, row: Floats) -> NDArray[np.intp]:
        """The leaf of each tree, counted over all trees; the quicker interface knows sums only."""
        assert self._leaves is not None
        found = np.empty(len(self._leaves))
        self._do(
            self._library.LGBM_BoosterPredictForMatSingleRow(
                self._booster,
                ctypes.c_void_p(row.ctypes.data),
                _DOUBLES,
                self._columns,
                1,
                _LEAF,
                0,
                -1,
                _QUIET,
                ctypes.c_void_p(self._length),
                ctypes.c_void_p(found.ctypes.data),
            )
        )
        return found.astype(np.intp) + self._leaves

    def _block(self, matrix: Floats, out: Floats, threads: int) -> None:
        leaves = self._leaves
        written = out if leaves is None else np.empty((len(matrix), len(leaves)))
        self._do(
            self._library.LGBM_BoosterPredictForMat(
                self._booster,
                ctypes.c_void_p(matrix.ctypes.data),
                _DOUBLES,
                ctypes.c_int32(matrix.shape[0]),
                ctypes.c_int32(matrix.shape[1]),
                1,
                _RAW if leaves is None else _LEAF,
                0,
                -1,
                f"verbosity=-1 num_threads={threads}".encode(),
                ctypes.c_void_p(self._length),
                ctypes.c_void_p(written.ctypes.data),
            )
        )
        if leaves is not None:
            out[:] = 0.0
            for own in (written.astype(np.intp) + leaves).T:  # in order, as trees are added everywhere
                out += self._value[own]

    def __del__(self) -> None:
        loaded = getattr(self, "_library", None)
        if loaded is not None:
            if self._row:
                loaded.LGBM_FastConfigFree(self._row)
            if self._booster:
                loaded.LGBM_BoosterFree(self._booster)
