"""Rows on their way into windows: where they come from does not matter any more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl.data import RawTable
from automl.monitoring.watched import Watched

__all__ = ["Batch", "Source"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Batch:
    """Some rows with the moments at which they were predicted.

    Attributes
    ----------
    table : RawTable
        With the target, where it is known.
    moments : ndarray, shape (n,)
        Seconds since 1970; NaN where that is not known.
    predictions : DataFrame or None
        As `Scorer.predictions` gives them; None where they are still to be made.
    extra : DataFrame
        Of these rows, columns that the model does not read and somebody asks for.
    hidden : mapping of column to ndarray of bool, shape (n,)
        Rows whose value was not written down: that is no drift.
    labelled_at : ndarray, shape (n,), or None
        When the label came, in seconds since 1970.
    done : float
        Share of the source that is read with these, 0 to 1.
    """

    table: RawTable
    moments: Floats
    predictions: pd.DataFrame | None
    extra: pd.DataFrame
    hidden: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    labelled_at: Floats | None = None
    done: float = 0.0


class Source(Protocol):
    """Where rows come from."""

    @property
    def name(self) -> str:
        """What it is, in words."""

    @property
    def has_labels(self) -> bool:
        """Whether something says which rows have a label, and which have not."""

    def batches(self, watched: Watched, columns: Sequence[str]) -> Iterator[Batch]:
        """The rows, piece by piece, with further `columns` that the model does not read."""

    def notes(self) -> list[str]:
        """What was odd; to be asked when all rows have come."""
