"""Columns that a table has besides those that the model reads, such as the date that makes the windows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl.data import Kind, RawTable, Schema
from automl.errors import DataError, SettingError

__all__ = ["Reader", "moments_of"]

Floats = NDArray[np.float64]


class Reader:
    """Reads named columns of a table that comes in pieces, each piece as the first one was read.

    Parameters
    ----------
    names : sequence of str
    known : Schema, optional
        How columns that the model reads are read.
    kinds : mapping of name to Kind, optional
        Of the others; what is in neither is inferred from the first piece that has a value.
    """

    def __init__(
        self, names: Sequence[str], known: Schema | None = None, kinds: Mapping[str, Kind] | None = None
    ) -> None:
        self._names = tuple(names)
        self._kinds = dict(kinds or {})
        self._schemas = (
            {} if known is None else {name: known.select([name]) for name in names if name in known}
        )

    def of(self, table: RawTable) -> pd.DataFrame:
        """The columns of the next rows, behind a gate of their own.

        Raises
        ------
        SettingError
            When the table lacks one.
        """
        if missing := [name for name in self._names if name not in table.frame.columns]:
            shown = ", ".join(map(str, table.frame.columns[:20]))
            raise SettingError(
                f"There is no column {missing[0]!r} in {table.name}.",
                fix=f"Its columns are: {shown}.",
                column=missing[0],
            )
        index = pd.RangeIndex(len(table.frame))
        return pd.DataFrame({name: self._read(table, name) for name in self._names}, index=index)

    def _read(self, table: RawTable, name: str) -> pd.Series[Any]:
        alone = replace(table, frame=table.frame[[name]].reset_index(drop=True))
        if name not in self._schemas:
            if alone.frame[name].isna().all():
                return alone.frame[name]
            kinds = {name: self._kinds[name]} if name in self._kinds else None
            self._schemas[name] = Schema.infer(alone, kinds=kinds)
        return self._schemas[name].coerce(alone).frame[name]


def moments_of(values: pd.Series[Any]) -> Floats:
    """Dates as seconds since 1970, UTC; NaN where there is none.

    Raises
    ------
    DataError
        When these are no dates.
    """
    if not pd.api.types.is_datetime64_any_dtype(values.dtype) and values.notna().any():
        raise DataError(
            f"{values.name!r} holds no dates.",
            fix="Name a column that says when a row was predicted.",
            column=str(values.name),
        )
    stamps = pd.to_datetime(values).to_numpy(dtype="datetime64[us]")
    return np.where(np.isnat(stamps), np.nan, stamps.astype(np.int64) / 1e6)
