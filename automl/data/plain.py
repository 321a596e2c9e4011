"""Columns of plain numbers, read at the speed of arrays: what is odd is left to whoever looks at cells."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .numbers import plain_numbers

__all__ = ["PlainCells", "plain_cells"]

FEWEST_ROWS = 5_000  # below, looking at every distinct cell takes no time either
_BLOCK = 1 << 16  # cells at a time, so that the counts of their characters stay in the cache
_LONGEST = 64
_EXACT_DIGITS = 15  # up to here (and with powers of ten up to 22) one division gives the nearest float
_LEAST_SHARE = 0.5

# How often a cell holds each sort of character, counted in seven bits each.
_DIGIT, _DOT, _MINUS, _OTHER = 1, 1 << 7, 1 << 14, 1 << 21
_SORT = np.full(256, _OTHER, dtype=np.uint32)
_SORT[48:58], _SORT[46], _SORT[45] = _DIGIT, _DOT, _MINUS


@dataclass(frozen=True)
class PlainCells:
    """A text column of which most cells are plain numbers: digits, at most one dot, at most a minus before.

    Attributes
    ----------
    values : array of float64, shape (rows,)
        As pandas reads them; NaN in the other cells.
    others : array of int64
        Positions of the cells that hold something else.
    missing : int
        Empty cells.
    dots, leading_zeros : bool
        Whether any plain number has a dot; or zeros before its first digit, as codes have.
    all_of_eight : bool
        Whether each plain number has eight characters, as compact dates have.
    """

    values: npt.NDArray[np.float64]
    others: npt.NDArray[np.int64]
    missing: int
    dots: bool
    leading_zeros: bool
    all_of_eight: bool


def plain_cells(cells: pd.Series[Any]) -> PlainCells | None:
    """Read the plain numbers of a column, without making a Python object of each cell.

    Parameters
    ----------
    cells : Series of text

    Returns
    -------
    PlainCells or None
        None where this is not worth it: few rows, few plain numbers at the beginning, or text that is not
        held by Arrow.
    """
    held_by_arrow = isinstance(cells.dtype, pd.StringDtype) and cells.dtype.storage == "pyarrow"
    if len(cells) < FEWEST_ROWS or not held_by_arrow or find_spec("pyarrow") is None:
        return None
    import pyarrow as pa

    found: list[_Block] = []
    arrow = pa.array(cells.array)
    for chunk in arrow.chunks if isinstance(arrow, pa.ChunkedArray) else [arrow]:
        for start in range(0, len(chunk), _BLOCK):
            block = _Block.of(chunk.slice(start, _BLOCK))
            if not found and block.plain.sum() < _LEAST_SHARE * block.known.sum():
                return None
            found.append(block)
    try:
        values = np.concatenate([block.values() for block in found])
    except pa.ArrowInvalid:  # Arrow is stricter than pandas about a form that slipped through
        return None
    plain, known, long = (
        np.concatenate([getattr(block, name) for block in found]) for name in ("plain", "known", "long")
    )
    others = np.flatnonzero(known & ~plain)
    dots = any(block.dots for block in found)
    if long.any():
        texts = [text for block in found for text in block.long_texts()]
        # pandas reads whole numbers as such only where there is nothing else in the column.
        mark = [] if not dots and not len(others) else ["0.5"]
        values[long] = plain_numbers([*texts, *mark])[: len(texts)]
    return PlainCells(
        values=values,
        others=others,
        missing=int(len(known) - known.sum()),
        dots=dots,
        leading_zeros=any(block.leading_zeros for block in found),
        all_of_eight=all(block.all_of_eight for block in found),
    )


@dataclass(frozen=True)
class _Block:
    """Some cells of a column; `long` are plain numbers of more digits than a float holds exactly."""

    array: Any
    known: npt.NDArray[np.bool_]
    plain: npt.NDArray[np.bool_]
    long: npt.NDArray[np.bool_]
    dots: bool
    leading_zeros: bool
    all_of_eight: bool

    @classmethod
    def of(cls, array: Any) -> _Block:
        """Tell the plain numbers of an Arrow array of strings."""
        rows = len(array)
        known = np.ones(rows, dtype=bool)
        if array.null_count:
            known = np.asarray(array.is_valid().to_numpy(zero_copy_only=False), dtype=bool)
        _, offsets, content = array.buffers()
        width = np.int64 if str(array.type) == "large_string" else np.int32
        ends = np.frombuffer(offsets, dtype=width)[array.offset : array.offset + rows + 1].astype(np.int64)
        lengths = np.diff(ends)
        filled = lengths > 0
        counts = np.zeros(rows, dtype=np.uint32)
        first = np.zeros(rows, dtype=np.uint8)
        leading = np.zeros(rows, dtype=bool)
        if filled.any():
            text = np.frombuffer(content, dtype=np.uint8)[ends[0] : ends[-1]]
            starts = ends[:-1][filled] - ends[0]
            counts[filled] = np.add.reduceat(_SORT[text], starts)
            first[filled] = text[starts]
            at = starts + (text[starts] == 45)
            last = len(text) - 1
            two = lengths[filled] - (at - starts) >= 2
            second = text[np.minimum(at + 1, last)]
            leading[filled] = two & (text[np.minimum(at, last)] == 48) & (second >= 48) & (second <= 57)
        digits, dots = counts & 127, (counts >> 7) & 127
        minuses, strange = (counts >> 14) & 127, counts >> 21
        plain = known & filled & (lengths <= _LONGEST) & (strange == 0) & (dots <= 1) & (digits >= 1)
        plain &= (minuses == 0) | ((minuses == 1) & (first == 45))
        return cls(
            array=array,
            known=known,
            plain=plain,
            long=plain & (digits > _EXACT_DIGITS),
            dots=bool((dots[plain] > 0).any()),
            leading_zeros=bool((leading & plain).any()),
            all_of_eight=bool((lengths[plain] == 8).all()),
        )

    def values(self) -> npt.NDArray[np.float64]:
        """The floats of the short plain numbers, NaN elsewhere."""
        import pyarrow as pa

        short = self.plain & ~self.long
        everything = bool(short.all())
        chosen = self.array if everything else self.array.filter(pa.array(short))
        floats: npt.NDArray[np.float64] = chosen.cast(pa.float64()).to_numpy(zero_copy_only=False)
        if everything:
            return floats
        result = np.full(len(short), np.nan)
        result[short] = floats
        return result

    def long_texts(self) -> list[str]:
        """The plain numbers of many digits, as text."""
        import pyarrow as pa

        texts: list[str] = self.array.filter(pa.array(self.long)).to_pylist() if self.long.any() else []
        return texts
