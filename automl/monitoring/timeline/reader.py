"""Columns that the model does not read, such as the date that rows are put into windows by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl.data import Kind, RawTable, Schema
from automl.errors import DataError, SettingError

__all__ = ["Reader", "moments_of"]

Floats = NDArray[np.float64]


class Reader:
    """Reads named columns of a table that comes in pieces, each as it was read first.

    Parameters
    ----------
    names : sequence of str
    kinds : mapping of name to Kind, optional
        Of the columns whose kind is known; else it is inferred from the first piece that has a value.
    """

    def __init__(self, names: Sequence[str], kinds: Mapping[str, Kind] | None = None) -> None:
        self._names = tuple(names)
        self._kinds = dict(kinds or {})
        self._schemas: dict[str, Schema] = {}

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
        return pd.DataFrame(
            {name: self._read(table, name) for name in self._names}, index=pd.RangeIndex(len(table.frame))
        )

    def _read(self, table: RawTable, name: str) -> pd.Series[object]:
        alone = replace(table, frame=table.frame[[name]].reset_index(drop=True))
        if name not in self._schemas:
            if alone.frame[name].isna().all():
                return alone.frame[name]
            kinds = {name: self._kinds[name]} if name in self._kinds else None
            self._schemas[name] = Schema.infer(alone, kinds=kinds)
        return self._schemas[name].coerce(alone).frame[name]


def moments_of(values: pd.Series[object]) -> Floats:
    """Dates as seconds since 1970, UTC; NaN where there is none.

    Raises
    ------
    DataError
        When no value is a date.
    """
    if not len(values):
        return np.empty(0)
    stamps = pd.to_datetime(values, errors="coerce").to_numpy(dtype="datetime64[us]")
    missing = np.isnat(stamps)
    if missing.all():
        raise DataError(
            f"No value of {values.name!r} can be read as a date.",
            fix="Name the column that says when a row was predicted.",
            column=str(values.name),
        )
    return np.where(missing, np.nan, stamps.astype(np.int64) / 1e6)
