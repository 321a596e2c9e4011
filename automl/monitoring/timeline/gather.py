"""Rows of all sources, put into their windows; tables are scored on the way, once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl.data import Dataset, RawTable
from automl.errors import DataError, SettingError
from automl.monitoring.timeline.batch import Batch, Source
from automl.monitoring.timeline.periods import Period
from automl.monitoring.timeline.pool import Pool
from automl.monitoring.timeline.slices import Part, Slice
from automl.monitoring.watched import Watched

__all__ = ["MOST_WINDOWS", "Gathered", "gather"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_WINDOWS = 400


class Gathered:
    """Windows as they fill.

    Parameters
    ----------
    watched : Watched
    period : Period
    columns : sequence of str
        That the pool keeps of rows with a label.
    missing_columns : {"error", "missing"}
    seed : int

    Attributes
    ----------
    slices : dict of int to Slice
        By the code of the window.
    pool : Pool
    rows, undated : int
        Rows in windows, and rows without a date.
    """

    def __init__(
        self,
        watched: Watched,
        period: Period,
        columns: Sequence[str],
        missing_columns: Literal["error", "missing"],
        seed: int,
    ) -> None:
        self._watched, self._period, self._seed = watched, period, seed
        self._columns, self._missing_columns = tuple(dict.fromkeys(columns)), missing_columns
        self.slices: dict[int, Slice] = {}
        self.pool = Pool(seed=seed)
        self.rows = self.undated = 0

    def add(self, batch: Batch) -> None:
        """Put further rows into their windows."""
        dated = np.flatnonzero(~np.isnan(batch.moments))
        self.undated += len(batch.moments) - len(dated)
        if not len(dated):
            return
        codes = self._period.codes(batch.moments[dated], self.rows)
        self.rows += len(dated)
        order = np.argsort(codes, kind="stable")
        windows, begins = np.unique(codes[order], return_index=True)
        places = np.split(dated[order], begins[1:])
        tables = [_rows(batch.table, place) for place in places]
        gated = [self._gated(table) for table in tables]
        predictions = self._predicted(batch, gated, places)
        for code, place, table, dataset, told in zip(
            windows.tolist(), places, tables, gated, predictions, strict=True
        ):
            self._add(code, batch, place, table, dataset, told)

    def in_order(self) -> list[tuple[int, Slice]]:
        """Codes and windows, in the order of time."""
        return sorted(self.slices.items())

    def _gated(self, table: RawTable) -> Dataset:
        return self._watched.schema.coerce(table, missing_columns=self._missing_columns)

    def _predicted(
        self, batch: Batch, gated: Sequence[Dataset], places: Sequence[NDArray[np.intp]]
    ) -> Iterator[pd.DataFrame]:
        """Predictions window by window; where there are none yet, of all rows at once."""
        if batch.predictions is not None:
            for place in places:
                yield batch.predictions.iloc[place].reset_index(drop=True)
            return
        together = pd.concat([each.frame for each in gated], ignore_index=True)
        predictions = self._watched.scorer.predictions(together)
        begin = 0
        for place in places:
            yield predictions.iloc[begin : begin + len(place)].reset_index(drop=True)
            begin += len(place)

    def _add(
        self,
        code: int,
        batch: Batch,
        place: NDArray[np.intp],
        table: RawTable,
        dataset: Dataset,
        predictions: pd.DataFrame,
    ) -> None:
        if code not in self.slices:
            if len(self.slices) >= MOST_WINDOWS:
                raise SettingError(
                    f"By {self._period} there are more than {MOST_WINDOWS} windows.",
                    fix="Choose a longer period.",
                )
            self.slices[code] = Slice(self._watched, seed=self._seed)
        known, judged = self.slices[code].add(
            Part(
                table=table,
                dataset=dataset,
                predictions=predictions,
                moments=batch.moments[place],
                labelled_at=None if batch.labelled_at is None else batch.labelled_at[place],
                hidden=frozenset(name for name, rows in batch.hidden.items() if rows[place].any()),
            )
        )
        asked = self._asked(dataset.frame, batch.extra, place)
        self.pool.add(code, judged, asked.loc[known].reset_index(drop=True))

    def _asked(self, frame: pd.DataFrame, extra: pd.DataFrame, place: NDArray[np.intp]) -> pd.DataFrame:
        further = extra.iloc[place].reset_index(drop=True)
        return pd.DataFrame(
            {name: further[name] if name in further.columns else frame[name] for name in self._columns},
            index=pd.RangeIndex(len(place)),
        )


def gather(
    watched: Watched,
    source: Source,
    period: Period,
    columns: Sequence[str],
    missing_columns: Literal["error", "missing"],
    seed: int,
) -> Iterator[tuple[Gathered, float]]:
    """Put the rows of a source into windows; yields what there is so far, with the share done.

    Raises
    ------
    DataError
        When there is no row with a date.
    """
    gathered = Gathered(watched, period, columns, missing_columns, seed)
    further = [name for name in dict.fromkeys(columns) if name not in watched.schema]
    for batch in source.batches(watched, further):
        gathered.add(batch)
        yield gathered, batch.done
    if not gathered.slices:
        raise DataError(
            f"{source.name} has no row with a date." if gathered.undated else f"{source.name} has no rows.",
            fix="Check that it is the right one.",
        )


def _rows(table: RawTable, place: NDArray[np.intp]) -> RawTable:
    return replace(table, frame=table.frame.iloc[place].reset_index(drop=True))
