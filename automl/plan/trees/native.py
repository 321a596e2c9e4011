"""Trees followed by LightGBM's library, through its C interface: neither its Python package nor pandas loads."""

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

_DOUBLES, _RAW = 1, 1  # C_API_DTYPE_FLOAT64, C_API_PREDICT_RAW_SCORE
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
        self._outputs, self._columns = trees.outputs, trees.columns
        self._booster, self._row = ctypes.c_void_p(), ctypes.c_void_p()
        rounds = ctypes.c_int(0)
        text = write_text(trees, "").encode("ascii")
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
        self._numbers = ctypes.c_double * self._outputs
        self._length = ctypes.byref(ctypes.c_int64(0))

    def _do(self, code: int) -> None:
        if code:
            raise RuntimeError(f"LightGBM: {self._library.LGBM_GetLastError().decode(errors='replace')}")

    def row(self, address: int) -> Any:
        """Outputs of the row of doubles that begins at an address."""
        out = self._numbers()
        if self._fast(self._row, ctypes.c_void_p(address), self._length, out):
            self._do(1)
        return out

    def rows(self, matrix: Floats, threads: int = 1) -> Floats:
        """Outputs of rows, shape (rows, outputs), from a C-ordered matrix of shape (rows, columns)."""
        out = np.empty((len(matrix), self._outputs))
        self._do(
            self._library.LGBM_BoosterPredictForMat(
                self._booster,
                matrix.ctypes.data_as(ctypes.c_void_p),
                _DOUBLES,
                ctypes.c_int32(matrix.shape[0]),
                ctypes.c_int32(matrix.shape[1]),
                1,
                _RAW,
                0,
                -1,
                f"verbosity=-1 num_threads={threads}".encode(),
                ctypes.byref(ctypes.c_int64(0)),
                out.ctypes.data_as(ctypes.POINTER(ctypes.c_double)),
            )
        )
        return out

    def __del__(self) -> None:
        loaded = getattr(self, "_library", None)
        if loaded is not None:
            if self._row:
                loaded.LGBM_FastConfigFree(self._row)
            if self._booster:
                loaded.LGBM_BoosterFree(self._booster)
