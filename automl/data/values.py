"""The distinct values of a column with their counts: all that inference looks at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .cells import as_text
from .columns import Column, Kind
from .dates import to_naive
from .numbers import LEADING_ZERO, plain_numbers
from .tokens import PANDAS_MISSING, is_missing_token

__all__ = ["Values"]


@dataclass(frozen=True)
class Values:
    """A column as its distinct values, the most frequent first.

    Parameters
    ----------
    name : str
    texts : tuple of str
        The distinct values as text; blank ones and those that the person declared missing are left out.
    counts : array of int
        How many rows hold each.
    missing : int
        How many rows hold none.
    blanks : tuple of str
        Values of nothing but spaces, and those declared missing, as they occur.
    floats : array of float or None
        The distinct values as numbers, when the column is stored as numbers.
    dates : array of datetime64 or None
        The distinct values as dates, when the column is stored as dates.
    tokens_allowed : bool
        Whether words such as "?" or "NA" may be taken for missing (not if the person listed what is missing).
    dropped_tokens : tuple of str
        What `without_missing_tokens` left out.
    """

    name: str
    texts: tuple[str, ...]
    counts: npt.NDArray[np.int64]
    missing: int
    blanks: tuple[str, ...] = ()
    floats: npt.NDArray[np.float64] | None = None
    dates: npt.NDArray[np.datetime64] | None = None
    tokens_allowed: bool = True
    dropped_tokens: tuple[str, ...] = ()

    @classmethod
    def of(cls, series: pd.Series[Any], name: str, *, missing: Sequence[str] | None = None) -> Values:
        """The distinct values of a column."""
        floats = dates = None
        dtype = series.dtype
        if pd.api.types.is_datetime64_any_dtype(dtype):
            counted = pd.Series(to_naive(series)).value_counts()
            dates = to_naive(counted.index)
            texts = [str(value) for value in dates]
        elif pd.api.types.is_timedelta64_dtype(dtype):
            counted = series.dt.total_seconds().value_counts()
            floats = counted.index.to_numpy(dtype=np.float64)
            texts = list(as_text(pd.Series(floats)))
        elif pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype):
            finite = series.to_numpy(dtype=np.float64, na_value=np.nan)
            finite = np.where(np.isin(finite, plain_numbers(list(missing or ()))), np.nan, finite)
            counted = pd.Series(np.where(np.isfinite(finite), finite, np.nan)).value_counts()
            floats = counted.index.to_numpy(dtype=np.float64)
            # Writing out a million different floats is slow and nobody reads them.
            texts = list(as_text(pd.Series(floats[:100_000]))) + [""] * max(0, len(floats) - 100_000)
        else:
            counted = as_text(series).value_counts()
            texts = counted.index.to_numpy(dtype=object).tolist()  # one by one takes ten times as long
        counts = counted.to_numpy(dtype=np.int64)
        declared = set(missing or ())
        keep = np.ones(len(texts), dtype=bool)
        blanks: list[str] = []
        if floats is None and dates is None:
            for position, text in enumerate(texts):
                if not text or text.isspace() or text in declared or text.strip() in declared:
                    keep[position] = False
                    blanks.append(text)
            texts = [text for text, kept in zip(texts, keep, strict=True) if kept]
            counts = counts[keep]
        gone = len(series) - int(counts.sum())
        return cls(
            name=name,
            texts=tuple(texts),
            counts=np.asarray(counts, dtype=np.int64),
            missing=gone,
            blanks=tuple(blanks),
            floats=floats,
            dates=dates,
            tokens_allowed=missing is None,
        )

    @property
    def present(self) -> int:
        """How many rows hold a value."""
        return int(self.counts.sum())

    def without_missing_tokens(self) -> Values:
        """The values without words such as "?" and "NA" that mean missing among numbers and dates."""
        if not self.tokens_allowed or self.floats is not None or self.dates is not None:
            return replace(self, dropped_tokens=self.blanks)
        keep = np.array([not is_missing_token(text) for text in self.texts], dtype=bool)
        tokens = tuple(text for text, kept in zip(self.texts, keep, strict=True) if not kept)
        return replace(
            self,
            texts=tuple(text for text, kept in zip(self.texts, keep, strict=True) if kept),
            counts=self.counts[keep],
            missing=self.missing + int(self.counts[~keep].sum()),
            dropped_tokens=(*self.blanks, *tokens),
        )

    def mean_words(self) -> float:
        """How many words a row holds on average (over up to 2,000 distinct values)."""
        if not self.texts:
            return 0.0
        return float(np.mean([len(text.split()) for text in self.texts[:2000]]))

    def _numeric(self) -> tuple[bool, int | None]:
        """Whether the values are distinct numbers, and the common width of codes with leading zeros."""
        if not self.texts:
            return False, None
        numbers = plain_numbers(self.texts)
        if np.isnan(numbers).any() or len(np.unique(numbers)) < len(numbers):
            return False, None
        if not any(LEADING_ZERO.match(text) for text in self.texts):
            return True, None
        widths = {len(text) for text in self.texts}
        return True, widths.pop() if len(widths) == 1 and all(
            text.isdecimal() for text in self.texts
        ) else None

    def _value_tokens(self) -> tuple[str, ...]:
        return tuple(text for text in self.texts if text in PANDAS_MISSING)

    def categorical(self, kind: Kind, why: str) -> Column:
        """A boolean or category column of these values."""
        numeric, width = self._numeric()
        return Column(
            name=self.name,
            kind=kind,
            nullable=self.missing > 0,
            why=why,
            categories=self.texts,
            numeric_values=numeric,
            missing_tokens=self.blanks,
            value_tokens=self._value_tokens(),
            width=width,
        )

    def constant(self, why: str, *, all_missing: bool = False) -> Column:
        """A column that says nothing."""
        column = replace(self.categorical(Kind.CONSTANT, why), nullable=self.missing > 0 or all_missing)
        if all_missing:
            return replace(column, categories=(), value_tokens=(), missing_tokens=(*self.blanks, *self.texts))
        return column

    def identifier(self, why: str) -> Column:
        """A column that names rows."""
        return replace(self.categorical(Kind.IDENTIFIER, why), categories=None)

    def text(self, why: str) -> Column:
        """A column of free text."""
        return Column(
            name=self.name,
            kind=Kind.TEXT,
            nullable=self.missing > 0,
            why=why,
            missing_tokens=self.blanks,
            value_tokens=self._value_tokens(),
        )
