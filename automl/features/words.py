"""What is common in a column: words that many rows hold, each a column of its own, and values that repeat.

Topics say what a text is like; a tree that needs one word ("Mr", "SSD", "i7") finds it in a column of its
own. Letters and digits are words of their own, so "C85" is "c" and "85".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.pipeline import Pipeline

from automl.data.tokens import PANDAS_MISSING

from .steps import method

if TYPE_CHECKING:
    from automl.data import Column, Schema

__all__ = ["Common", "common_in", "is_composite", "word_columns"]

PATTERN = r"(?u)[^\W\d_]+|[0-9]+"
_WORD = re.compile(PATTERN)
_MOST_WORDS = 30
_LEAST_SHARE, _LEAST_ROWS = 0.01, 5  # of the rows that must hold a word, and that must not
_ROWS = 20_000  # in which words are counted
_FEWEST_VALUES = 20  # of a category: fewer are worth a code each, and nothing more
_COUNTED_VALUES = 50  # a category of more has the number of rows that share a value as a column
_MOST_COUNTED = 2_000
_COMPOSITE = 0.2  # of the values of a category: of more than one word


def is_composite(column: Column) -> bool:
    """Whether values of a category are put together of several words or numbers: "A/5 21171", "C85"."""
    values = column.categories or ()
    if str(column.kind) != "category" or len(values) < _FEWEST_VALUES:
        return False
    several = [len(_WORD.findall(value)) > 1 for value in values[:2000]]
    return bool(np.mean(several) > _COMPOSITE)


@dataclass(frozen=True)
class Common:
    """What is common in a column, as its training rows tell; the target is not looked at.

    Attributes
    ----------
    words : tuple of str
        The words that get columns of their own, in lower case; those first that divide the rows most evenly.
    rows : dict of str to int
        Of a category with many values, those that several rows share, with how many rows that are: people on
        one ticket, passengers in one cabin.
    """

    words: tuple[str, ...] = ()
    rows: dict[str, int] = field(default_factory=dict)


def common_in(
    frame: pd.DataFrame, schema: Schema, rows: np.ndarray[Any, np.dtype[np.int64]]
) -> dict[str, Common]:
    """What is common in each column of texts and of composite categories.

    Parameters
    ----------
    frame : DataFrame
        Canonical rows.
    schema : Schema
    rows : ndarray of int
        Positions of the training rows.
    """
    found: dict[str, Common] = {}
    for column in schema:
        if column.name not in frame.columns:
            continue
        if str(column.kind) == "text":
            found[column.name] = Common(_words(frame[column.name].iloc[rows[:_ROWS]]))
        elif is_composite(column):
            cells = frame[column.name].iloc[rows]
            found[column.name] = Common(_words(cells.iloc[:_ROWS]), _repeated(cells))
    return found


def _repeated(cells: pd.Series[Any]) -> dict[str, int]:
    counts = cells.value_counts()
    if len(counts) <= _COUNTED_VALUES:
        return {}
    shared = counts[counts > 1].head(_MOST_COUNTED)
    return {str(value): int(count) for value, count in shared.items() if value not in PANDAS_MISSING}


def _words(cells: pd.Series[Any]) -> tuple[str, ...]:
    held: Counter[str] = Counter()
    for cell, times in cells.value_counts().items():
        if cell not in PANDAS_MISSING:
            held.update(dict.fromkeys(_WORD.findall(str(cell).lower()), int(times)))
    least = max(_LEAST_ROWS, int(np.ceil(_LEAST_SHARE * len(cells))))
    divides = {word: min(count, len(cells) - count) for word, count in held.items()}
    worth = [word for word in held if divides[word] >= least]
    return tuple(sorted(worth, key=lambda word: (-divides[word], word))[:_MOST_WORDS])


def word_columns(words: Sequence[str]) -> Pipeline:
    """Return the step that tells of each text whether it holds each of these words."""
    count = CountVectorizer(
        vocabulary={word: place for place, word in enumerate(words)},
        binary=True,
        token_pattern=PATTERN,
        dtype=np.float64,
    )
    return Pipeline([("count", count), ("dense", method("toarray"))])
