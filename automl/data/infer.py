"""What kind a column is, with the reason."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import DataError, SchemaError
from .columns import Column, Kind, NumberFormat
from .dates import DateGuess, guess_date_format, parse_dates
from .findings import preview
from .identifiers import looks_like_codes, looks_like_row_numbers
from .numbers import LEADING_ZERO, NumberGuess, guess_number_format, plain_numbers
from .plain import plain_cells
from .schema import Schema
from .table import RawTable
from .tokens import BOOLEAN_PAIRS
from .values import Values

__all__ = ["infer_schema"]

_TEXT_WORDS = 3.0
_TEXT_DISTINCT = 0.5


def infer_schema(table: RawTable, kinds: Mapping[str, Kind | str], *, consume: bool = False) -> Schema:
    """Infer the kind of each column; see `Schema.infer`."""
    frame = table.frame
    if not frame.shape[1]:
        raise DataError("The table has no columns.", fix="Check that the right file was chosen.")
    if not frame.shape[0]:
        raise DataError("The table has a header but no rows.", fix="Check that the right file was chosen.")
    wished = {name: Kind.parse(kind) for name, kind in kinds.items()}
    for name in wished:
        if name not in frame.columns:
            near = difflib.get_close_matches(name, [str(item) for item in frame.columns], n=1)
            raise SchemaError(
                f"A kind was chosen for the column {name!r}, which the table does not have.",
                fix=f"Did you mean {near[0]!r}?" if near else "",
                column=name,
            )
    columns = [
        _infer_column(frame[name], str(name), table, wished.get(str(name)), consume)
        for name in list(frame.columns)
    ]
    return Schema(tuple(columns))


def _infer_column(
    series: pd.Series[Any], name: str, table: RawTable, wish: Kind | None, consume: bool
) -> Column:
    if wish in (None, Kind.NUMBER):
        plain = _plain_number_column(series, name, table, consume)
        if plain is not None and wish in (None, plain.kind):
            return replace(plain, why=_wished_and_detected(plain)) if wish else plain
    values = Values.of(series, name, missing=table.report.options.missing)
    column = _as_wished(values, wish, table) if wish else _detect(values, table)
    forced = tuple(
        token for token in table.report.options.missing or () if token not in column.missing_tokens
    )
    return replace(column, missing_tokens=(*column.missing_tokens, *forced)) if forced else column


def _plain_number_column(series: pd.Series[Any], name: str, table: RawTable, consume: bool) -> Column | None:
    """What `_detect` would say of a column of plain numbers, without a look at each distinct cell.

    None where there is any doubt: then `_detect` has to look. To consume is to leave the numbers in the table
    in place of the text, where nothing but missing values is beside them.
    """
    cells = None if table.report.options.missing is not None else plain_cells(series)
    if cells is None or cells.leading_zeros or cells.all_of_eight:
        return None
    others = Values.of(series.iloc[cells.others], name).without_missing_tokens()
    odd = plain_numbers(others.texts)
    comma = table.report.decimal == ","
    if np.isnan(odd).any() or any(LEADING_ZERO.match(text.strip()) for text in others.texts):
        return None
    if comma and (cells.dots or any("." in text for text in others.texts)):
        return None
    numbers = np.concatenate([cells.values[~np.isnan(cells.values)], odd])
    if len(np.unique(numbers[:1000])) <= 2 and len(pd.unique(numbers)) <= 2:
        return None  # a constant or a boolean, perhaps
    whole = bool((numbers == np.round(numbers)).all())
    distinct = whole and len(pd.unique(numbers)) == len(numbers)
    if whole and not distinct and (cells.dots or len(odd)) and series.nunique() >= len(numbers):
        return None  # "1" and "1.0" are different cells
    column = _number_column(
        Values(name, (), np.ones(len(numbers), dtype=np.int64), cells.missing + others.missing),
        numbers if distinct else numbers[:0],
        NumberFormat(),
        "",
    )
    if column.kind != Kind.NUMBER:
        return None
    if consume and not len(odd):
        table.frame[name] = cells.values
    return _with_tokens(
        replace(column, minimum=float(numbers.min()), maximum=float(numbers.max())),
        others.dropped_tokens,
        missing=cells.missing + others.missing > 0,
        notes=[],
    )


def _detect(values: Values, table: RawTable) -> Column:
    """The kind that the values speak for."""
    day_first = _day_first(table)
    if values.present == 0:
        return values.constant("no values at all")
    if len(values.texts) == 1 and not values.missing:
        return values.constant(f"every row holds {preview(values.texts)}")
    if values.dates is not None:
        return _date_column(values, DateGuess("ISO8601", values.dates, ()), "stored as dates")
    boolean = _boolean(values)
    if boolean is not None:
        return boolean
    if values.floats is not None:
        return _number_column(values, values.floats, NumberFormat(), "stored as numbers")
    plain = values.without_missing_tokens()
    if not plain.texts:
        return values.constant(f"nothing but {preview(values.texts)}, which mean missing", all_missing=True)
    if any(LEADING_ZERO.match(text.strip()) for text in plain.texts):
        return _codes_with_zeros(values)
    compact = _compact_dates(plain, day_first)
    if compact is not None:
        return _date_column(plain, compact, "eight digits that are all valid dates (year, month, day)")
    guess = guess_number_format(plain.texts, plain.counts, decimal=table.report.decimal)
    if guess is not None and (len(guess.odd) == 0 or values.tokens_allowed):
        return _guessed_number(values, plain, guess)
    dates = guess_date_format(plain.texts, plain.counts, day_first=day_first)
    if dates is not None:
        return _date_column(plain, dates, f"dates written like {preview(plain.texts[:1])}")
    return _words(values)


def _boolean(values: Values) -> Column | None:
    if len(values.texts) != 2:
        return None
    lowered = frozenset(text.strip().lower() for text in values.texts)
    if lowered not in BOOLEAN_PAIRS:
        return None
    return values.categorical(Kind.BOOLEAN, f"only {preview(values.texts)}")


def _compact_dates(values: Values, day_first: bool) -> DateGuess | None:
    """Dates of eight digits; several different ones are needed, since a few such numbers prove nothing."""
    if len(values.texts) < 5 or not all(len(text.strip()) == 8 for text in values.texts):
        return None
    guess = guess_date_format(values.texts, values.counts, day_first=day_first)
    return guess if guess is not None and guess.format == "%Y%m%d" and not guess.odd else None


def _codes_with_zeros(values: Values) -> Column:
    why = "codes with leading zeros, which a number would lose"
    if looks_like_codes(values):
        return values.identifier(f"{why}; nearly every row has its own")
    return values.categorical(Kind.CATEGORY, why)


def _guessed_number(values: Values, plain: Values, guess: NumberGuess) -> Column:
    tokens = tuple(dict.fromkeys([*plain.dropped_tokens, *guess.odd]))
    notes = []
    if guess.format.needs_cleaning:
        notes.append(f"numbers written like {preview([_hardest(plain.texts)])}")
    if guess.format.ambiguous:
        sign = guess.format.thousands or guess.format.decimal
        notes.append(
            f"{sign!r} is read as "
            f"{'a mark between thousands' if guess.format.thousands else 'the decimal mark'}, "
            "which the values alone do not prove"
        )
    column = _number_column(plain, guess.values, guess.format, "")
    return _with_tokens(column, tokens, missing=values.missing > 0, notes=notes)


def _with_tokens(column: Column, tokens: tuple[str, ...], *, missing: bool, notes: list[str]) -> Column:
    """The column with the words that mean missing in it, and the reason for its kind."""
    if tokens:
        notes = [*notes, f"{preview(repr(token)[1:-1] for token in tokens)} read as missing"]
    why = "; ".join(notes) or "every value is a number"
    if column.kind != Kind.NUMBER:
        why = column.why
    return replace(column, why=why, nullable=missing or bool(tokens), missing_tokens=tokens)


def _hardest(texts: Sequence[str]) -> str:
    """The value that shows best how numbers are written here: the one with the most signs in it."""
    return max(texts[:1000], key=lambda text: sum(not character.isdigit() for character in text))


def _number_column(values: Values, numbers: npt.NDArray[np.float64], form: NumberFormat, why: str) -> Column:
    finite = numbers[np.isfinite(numbers)]
    if looks_like_row_numbers(values, finite):
        return values.identifier("whole numbers that number the rows")
    return Column(
        name=values.name,
        kind=Kind.NUMBER,
        nullable=values.missing > 0,
        why=why,
        number=form,
        minimum=float(finite.min()) if len(finite) else None,
        maximum=float(finite.max()) if len(finite) else None,
    )


def _date_column(values: Values, guess: DateGuess, why: str) -> Column:
    known = guess.values[~np.isnat(guess.values)]
    if guess.other is not None:
        why += f"; the day could also be the month, read as {guess.format}"
    tokens = tuple(dict.fromkeys([*values.dropped_tokens, *guess.odd]))
    return Column(
        name=values.name,
        kind=Kind.DATETIME,
        nullable=values.missing > 0 or bool(tokens),
        why=why,
        missing_tokens=tokens,
        date_format=guess.format,
        minimum=str(known.min()) if len(known) else None,
        maximum=str(known.max()) if len(known) else None,
    )


def _words(values: Values) -> Column:
    """Text, codes or categories."""
    if looks_like_codes(values):
        return values.identifier("nearly every row has its own code")
    distinct = len(values.texts) / values.present
    words = values.mean_words()
    if words >= _TEXT_WORDS and distinct >= _TEXT_DISTINCT:
        return values.text(f"{words:.0f} words a row on average, {distinct:.0%} of the rows differ")
    if distinct >= 0.95 and len(values.texts) >= 50:
        return values.text(f"{distinct:.0%} of the rows differ")
    return values.categorical(
        Kind.CATEGORY, f"{len(values.texts):,} different values in {values.present:,} rows"
    )


def _day_first(table: RawTable) -> bool:
    """Whether the rest of the file hints at a country that writes the day first."""
    return table.report.decimal == "," or table.report.delimiter == ";"


def _wished_and_detected(column: Column) -> str:
    return f"chosen by you (also detected: {column.why})"


def _as_wished(values: Values, kind: Kind, table: RawTable) -> Column:
    """The column as the kind that the person chose."""
    why = "chosen by you"
    detected = _detect(values, table)
    if detected.kind == kind:
        return replace(detected, why=_wished_and_detected(detected))
    if kind == Kind.NUMBER:
        return _wished_number(values, table, why)
    if kind == Kind.DATETIME:
        return _wished_date(values, table, why)
    if kind in (Kind.BOOLEAN, Kind.CATEGORY):
        if kind == Kind.BOOLEAN and len(values.texts) > 2:
            raise SchemaError(
                f"The column {values.name!r} holds {len(values.texts):,} different values, a boolean holds "
                "two.",
                fix="Choose category instead.",
                column=values.name,
            )
        return values.categorical(kind, why)
    if kind == Kind.TEXT:
        return values.text(why)
    if kind == Kind.IDENTIFIER:
        return values.identifier(why)
    return values.constant(why)


def _wished_number(values: Values, table: RawTable, why: str) -> Column:
    if values.floats is not None:
        return replace(_number_column(values, values.floats, NumberFormat(), why), kind=Kind.NUMBER, why=why)
    plain = values.without_missing_tokens()
    guess = guess_number_format(plain.texts, plain.counts, decimal=table.report.decimal)
    if guess is None:
        numbers = plain_numbers(plain.texts)
        if np.isnan(numbers).sum() > 0.5 * len(numbers):
            raise SchemaError(
                f"The column {values.name!r} cannot be read as numbers: it holds {preview(values.texts)}.",
                fix="Choose category or text instead.",
                column=values.name,
            )
        guess = NumberGuess(NumberFormat(), numbers, ())
    finite = guess.values[np.isfinite(guess.values)]
    return Column(
        name=values.name,
        kind=Kind.NUMBER,
        nullable=values.missing > 0 or len(finite) < len(values.texts),
        why=why,
        number=guess.format,
        missing_tokens=plain.dropped_tokens,
        minimum=float(finite.min()) if len(finite) else None,
        maximum=float(finite.max()) if len(finite) else None,
    )


def _wished_date(values: Values, table: RawTable, why: str) -> Column:
    plain = values.without_missing_tokens()
    guess = guess_date_format(plain.texts, plain.counts, day_first=_day_first(table))
    if guess is None:
        parsed = parse_dates(plain.texts, "mixed")
        if np.isnat(parsed).sum() > 0.5 * len(parsed):
            raise SchemaError(
                f"The column {values.name!r} cannot be read as dates: it holds {preview(values.texts)}.",
                fix="Write dates like 2024-12-31, or choose another kind.",
                column=values.name,
            )
        guess = DateGuess("mixed" if len(parsed) else "ISO8601", parsed, ())
    return _date_column(plain, guess, why)
