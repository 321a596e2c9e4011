"""Which raw column each column of the matrix comes from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .dates import PARTS
from .pieces import SHARED
from .text import STATISTICS, WORDS

_DATE_PARTS = ("day number", *(part.replace("_", " ") for part in PARTS))


@dataclass(frozen=True)
class DerivedColumn:
    """One column of the preprocessor's matrix.

    Attributes
    ----------
    name : str
        Unique name, for people: the raw column's own, or with a part: ``"signup (month)"``.
    raw : tuple of str
        Raw columns that it is computed from.
    categorical : bool
        Whether it holds codes 0, 1, … without an order. Columns of two values count as numbers 0 and 1.
    description : str
        How it is computed, a few plain words.
    """

    name: str
    raw: tuple[str, ...]
    categorical: bool
    description: str


def derived_columns(fitted: Any) -> list[DerivedColumn]:
    """Describe the columns of a fitted preprocessor's matrix, in order.

    Parameters
    ----------
    fitted : sklearn.compose.ColumnTransformer
        From :func:`~automl.features.build_preprocessor`, fitted.

    Returns
    -------
    list of DerivedColumn
        One for each column of ``fitted.transform(frame)``.
    """
    described: list[DerivedColumn] = []
    for block, transformer, columns in fitted.transformers_:
        if block == "remainder":
            continue
        span = fitted.output_indices_[block]
        width = span.stop - span.start
        raw = [columns] if isinstance(columns, str) else list(columns)
        described.extend(_describe(block, transformer, raw, width))
    return described


def _describe(block: str, transformer: Any, raw: list[str], width: int) -> Iterator[DerivedColumn]:
    kind = block.partition("_")[0]
    if block in ("number_codes", "text_codes"):
        for name, categories in zip(raw, transformer.named_steps["codes"].categories_, strict=True):
            many = len(categories) > 2
            yield DerivedColumn(name, (name,), many, "code of the category" if many else "0 or 1")
    elif kind == "date":
        for part in _DATE_PARTS[:width]:
            yield DerivedColumn(f"{raw[0]} ({part})", (raw[0],), False, f"{part} of the date")
    elif kind == "text":
        for what in STATISTICS:
            yield DerivedColumn(f"{raw[0]} ({what})", (raw[0],), False, f"number of {what} in the text")
        words = _words(transformer)
        yield from _tell_of(words, raw[0])
        for topic in range(1, width - len(STATISTICS) - len(words) + 1):
            yield DerivedColumn(f"{raw[0]} (topic {topic})", (raw[0],), False, "weight of a group of words")
    elif kind == "pieces":
        yield from _tell_of(_words(transformer), raw[0])
        for which in ("first", "last"):
            yield DerivedColumn(f"{raw[0]} ({which} number)", (raw[0],), False, f"the {which} number in it")
        if SHARED in dict(transformer.named_steps["features"].transformer_list):
            yield DerivedColumn(f"{raw[0]} (shared)", (raw[0],), False, "how many rows have the same value")
    else:
        for name in raw:
            yield DerivedColumn(name, (name,), False, "the number itself")


def _tell_of(words: Sequence[str], raw: str) -> Iterator[DerivedColumn]:
    for word in words:
        yield DerivedColumn(f'{raw} (word "{word}")', (raw,), False, "whether it holds the word")


def _words(transformer: Any) -> list[str]:
    """The common words that a block tells of, in their order."""
    parts = dict(transformer.named_steps["features"].transformer_list)
    return list(parts[WORDS].named_steps["count"].vocabulary) if WORDS in parts else []
