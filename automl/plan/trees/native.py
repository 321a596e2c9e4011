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

__all__ = ["Booster", "library"]

Floats = NDArray[np.float64]

_DOUBLES, _RAW = 1, 1  # C_API_DTYPE_FLOAT64, C_API_PREDICT_RAW_SCORE
_QUIET = b"verbosity=-1 num_threads=1"
_NAMES = {"win32": "lib_lightgbm.dll", "darwin": "lib_lightgbm.dylib"}


@cache
def _place() -> str | None:
    """Where LightGBM's compiled library is; None where it is not installed."""
    found = find_spec("lightgbm")
    if found is None or found.origin is None:
        return None
    name = _NAMES.get(sys.platform, "lib_lightgbm.so")
    folder = Path(found.origin).parent
    places = (folder / "lib" / name, folder / "bin" / name, folder / name)
    return next((str(place) for place in places if place.is_file()), None)


@cache
def library() -> Any | None:
    """LightGBM's compiled library; None where it is not installed."""
    place = _place()
    if place is None:
        return None
    loaded = ctypes.cdll.LoadLibrary(place)
    loaded.LGBM_GetLastError.restype = ctypes.c_char_p
    return loaded


@cache
def _for_one_row() -> Any:
    """The function for one row, which keeps the interpreter's lock: it takes microseconds, and to get the
    lock back from a thread that is at work takes milliseconds.
    """
    function = ctypes.PyDLL(_place()).LGBM_BoosterPredictForMatSingleRowFast
    function.argtypes = [ctypes.c_void_p] * 4
    return function


class Booster:
    """Sums of leaves, before any link.

    Parameters
    ----------
    text : str
        In LightGBM's format.
    columns, outputs : int
        That it reads and gives.
    """

    def __init__(self, text: str, columns: int, outputs: int) -> None:
        found = library()
        if found is None:
            raise ImportError("LightGBM's library is not installed")
        self._library, self._outputs = found, outputs
        self._booster, self._row, self._written = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_int64(0)
        rounds = ctypes.c_int(0)
        self._do(
            found.LGBM_BoosterLoadModelFromString(
                text.encode("ascii"), ctypes.byref(rounds), ctypes.byref(self._booster)
            )
        )
        self._do(
            found.LGBM_BoosterPredictForMatSingleRowFastInit(
                self._booster,
                _RAW,
                0,
                -1,
                _DOUBLES,
                ctypes.c_int32(columns),
                _QUIET,
                ctypes.byref(self._row),
            )
        )
        self._fast = _for_one_row()
        self._length = ctypes.addressof(self._written)

    def _do(self, code: int) -> None:
        if code:
            raise RuntimeError(f"LightGBM: {self._library.LGBM_GetLastError().decode(errors='replace')}")

    def sums(self, matrix: Floats, out: Floats, threads: int) -> None:
        """Write the outputs of rows, shape (rows, outputs), into `out`; both arrays are C-ordered."""
        if len(matrix) == 1:
            if self._fast(self._row, matrix.ctypes.data, self._length, out.ctypes.data):
                self._do(1)
            return
        self._do(
            self._library.LGBM_BoosterPredictForMat(
                self._booster,
                ctypes.c_void_p(matrix.ctypes.data),
                _DOUBLES,
                ctypes.c_int32(matrix.shape[0]),
                ctypes.c_int32(matrix.shape[1]),
                1,
                _RAW,
                0,
                -1,
                f"verbosity=-1 num_threads={threads}".encode(),
                ctypes.c_void_p(self._length),
                ctypes.c_void_p(out.ctypes.data),
            )
        )

    def __del__(self) -> None:
        loaded = getattr(self, "_library", None)
        if loaded is not None:
            if self._row:
                loaded.LGBM_FastConfigFree(self._row)
            if self._booster:
                loaded.LGBM_BoosterFree(self._booster)
