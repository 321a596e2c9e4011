"""The table of a run on the disk: canonical rows, and the training rows as numbers; never twice in memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from automl.features import encode_blocks
from automl.store import RunFolder
from automl.store.files import replacing

__all__ = ["load_rows", "write_matrix", "write_table"]

_TABLE = "data.parquet"
_ROW_GROUP = 50_000
_ALL_FITTED = 100_000
_FITTED = 5_000


def write_table(folder: RunFolder, frame: pd.DataFrame) -> None:
    """Write the canonical rows, in groups that can be read one by one."""
    schema = pa.Schema.from_pandas(frame.iloc[:0], preserve_index=False)
    with replacing(folder.path / _TABLE) as stream, pq.ParquetWriter(stream, schema) as writer:
        for start in range(0, max(len(frame), 1), _ROW_GROUP):
            part = frame.iloc[start : start + _ROW_GROUP]
            writer.write_table(pa.Table.from_pandas(part, schema=schema, preserve_index=False))


def load_rows(
    folder: RunFolder, rows: NDArray[np.int64], columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """Some of the canonical rows, in the order asked for.

    Parameters
    ----------
    folder : RunFolder
    rows : ndarray of int
        Positions in the table.
    columns : sequence of str, optional
        Default: all.

    Returns
    -------
    DataFrame
        With the positions as index.
    """
    parts: list[pd.DataFrame] = []
    with pq.ParquetFile(folder.path / _TABLE) as file:
        start = 0
        for number in range(file.num_row_groups):
            end = start + file.metadata.row_group(number).num_rows
            here = np.sort(rows[(rows >= start) & (rows < end)])
            if len(here) or not number:  # the first group also gives the types of no rows at all
                group = file.read_row_group(number, columns=None if columns is None else list(columns))
                part = group.take(pa.array(here - start)).to_pandas()
                parts.append(part.set_axis(here, axis=0))
            start = end
    return pd.concat(parts).loc[rows]


def write_matrix(folder: RunFolder, preprocessor: Any, frame: pd.DataFrame, rows: NDArray[np.int64]) -> int:
    """Fit the preprocessor and write the matrix of the training rows, `encoded.npy`.

    More than 100,000 rows are encoded in blocks. Only what weighs words learns from rows at all; it is fitted
    on the first 100,000, which are in random order.

    Parameters
    ----------
    folder : RunFolder
    preprocessor : sklearn.compose.ColumnTransformer
        Unfitted; fitted afterwards.
    frame : DataFrame
        Canonical rows of the columns that it reads.
    rows : ndarray of int
        Positions of the training rows, in the order of the matrix.

    Returns
    -------
    int
        Columns of the matrix.
    """
    with replacing(folder.path / "encoded.npy") as stream:
        if len(rows) <= _ALL_FITTED:
            matrix = np.ascontiguousarray(preprocessor.fit_transform(frame.iloc[rows]), dtype=np.float64)
            np.save(stream, matrix)
            return int(matrix.shape[1])
        weighs = any(
            name.startswith("text_") and name != "text_codes" for name, *_ in preprocessor.transformers
        )
        head = preprocessor.fit_transform(frame.iloc[rows[: _ALL_FITTED if weighs else _FITTED]])
        header = {"descr": "<f8", "fortran_order": False, "shape": (len(rows), head.shape[1])}
        np.lib.format.write_array_header_1_0(stream, header)
        for block in encode_blocks(preprocessor, frame, rows):
            stream.write(block.data)
        return int(head.shape[1])
