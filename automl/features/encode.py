"""Encoding many rows: a block of them at a time, and what repeats itself only once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["encode_blocks"]

_ROWS = 50_000  # at a time
_MOST_DISTINCT = 0.2  # of the rows: dates that repeat less are read row by row

Matrix = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]


def encode_blocks(fitted: Any, frame: pd.DataFrame, rows: Rows) -> Iterator[Matrix]:
    """The matrix of some rows in blocks, as ``fitted.transform(frame.iloc[rows])`` gives it in one piece.

    The columns of categories and dates hold few different values; these are encoded once and spread.

    Parameters
    ----------
    fitted : sklearn.compose.ColumnTransformer
        From :func:`~automl.features.build_preprocessor`, fitted.
    frame : DataFrame
        Canonical rows.
    rows : ndarray of int
        Positions of the rows to encode.

    Yields
    ------
    ndarray of float64, shape (up to 50,000, derived columns)
    """
    parts: list[tuple[slice, Callable[[Rows], Any]]] = []
    width = 0
    for block, transformer, columns in fitted.transformers_:
        if block == "remainder":
            continue
        span = fitted.output_indices_[block]
        width = max(width, span.stop)
        if block in ("number_codes", "text_codes"):
            for position, name in enumerate(columns):
                codes, levels = pd.factorize(frame[name])
                known = np.asarray(transformer.transform(_levels_of(frame, columns, name, levels)))
                here = slice(span.start + position, span.start + position + 1)
                parts.append((here, _spread(known[:, [position]], codes)))
        elif block.startswith("pieces_"):
            codes, levels = pd.factorize(frame[columns])
            cells = _levels_of(frame, [columns], columns, levels)[columns]
            parts.append((span, _spread(np.asarray(transformer.transform(cells)), codes)))
        elif block.startswith("date_"):
            codes, dates = pd.factorize(frame[columns])
            if len(dates) > _MOST_DISTINCT * len(frame):
                parts.append((span, _row_by_row(transformer, frame[columns])))
            else:
                moments = pd.Series(dates.insert(len(dates), pd.NaT), name=columns)
                parts.append((span, _spread(np.asarray(transformer.transform(moments)), codes)))
        else:
            parts.append((span, _row_by_row(transformer, frame[columns])))
    for start in range(0, len(rows), _ROWS):
        some = rows[start : start + _ROWS]
        matrix = np.empty((len(some), width))
        for span, encode in parts:
            matrix[:, span] = encode(some)
        yield matrix


def _levels_of(frame: pd.DataFrame, columns: list[str], name: str, levels: Any) -> pd.DataFrame:
    """A frame with every level of one column, and a missing value last; the other columns are missing."""
    cells: dict[str, list[Any]] = {other: [np.nan] * (len(levels) + 1) for other in columns}
    cells[name] = [*levels, np.nan]
    return pd.DataFrame({other: pd.Series(cells[other], dtype=frame[other].dtype) for other in columns})


def _spread(table: Matrix, codes: npt.NDArray[np.intp]) -> Callable[[Rows], Matrix]:
    """Give each row what its code was encoded as; -1, which is missing, has the table's last line."""
    short = codes.astype(np.int32)
    return lambda rows: np.asarray(table[short[rows]])


def _row_by_row(transformer: Any, cells: Any) -> Callable[[Rows], Any]:
    return lambda rows: transformer.transform(cells.iloc[rows])
