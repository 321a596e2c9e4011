"""The gate: any table with the right columns becomes a dataset of the schema's canonical types."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from ..errors import SchemaError
from .cells import as_text, is_text, text_series
from .columns import Column, Kind, NumberFormat
from .dates import DATE_DTYPE, parse_dates, to_naive
from .findings import Finding, preview
from .frames import normalise_frame
from .numbers import parse_numbers, plain_numbers
from .plain import plain_cells
from .schema import Dataset, Schema
from .table import RawTable
from .tokens import is_missing_token

__all__ = ["coerce_table"]


def coerce_table(
    schema: Schema,
    table: RawTable | pd.DataFrame,
    missing_columns: Literal["error", "missing"],
    *,
    consume: bool = False,
) -> Dataset:
    """Rows as a schema describes them; see `Schema.coerce`."""
    if isinstance(table, RawTable):
        frame, findings = table.frame, []
    else:
        frame, notes = normalise_frame(table)
        findings = list(notes)
    absent = [name for name in schema.names if name not in frame.columns]
    if absent and missing_columns == "error":
        raise _missing_columns(absent, frame, schema)
    extra = [str(name) for name in frame.columns if name not in schema]
    if extra:
        findings.append(
            Finding(
                "extra_columns", "info", None,
                f"{len(extra):,} column(s) that the schema does not have were left out: {preview(extra, 5)}.",
                {"columns": extra[:100], "count": len(extra)},
            )
        )  # fmt: skip
    result: dict[str, Any] = {}
    rows = len(frame)
    for column in schema:
        if column.name in frame.columns:
            cells = frame.pop(column.name) if consume else frame[column.name]
            result[column.name] = _coerce_column(column, cells.reset_index(drop=True), findings)
        else:
            result[column.name] = _all_missing(column, rows)
            findings.append(
                Finding(
                    "missing_column", "warning", column.name,
                    f"The column {column.name!r} is not in the table; it counts as missing in every row.",
                    {"rows": rows},
                    "Add the column if it can be had: predictions without it are less certain.",
                )
            )  # fmt: skip
    # Putting columns of a kind together in one block would copy them.
    coerced = pd.DataFrame(result, index=pd.RangeIndex(rows), copy=not consume)
    return Dataset(coerced, schema, tuple(findings))


def _missing_columns(absent: Sequence[str], frame: pd.DataFrame, schema: Schema) -> SchemaError:
    spare = {str(name).strip().lower(): str(name) for name in frame.columns if name not in schema}
    hints = []
    for name in absent:
        near = difflib.get_close_matches(name.strip().lower(), list(spare), n=1, cutoff=0.8)
        if near:
            hints.append(f"{spare[near[0]]!r} may be {name!r}")
    fix = (
        f"Rename columns: {'; '.join(hints[:3])}."
        if hints
        else "Add the column(s), or allow missing columns."
    )
    return SchemaError(
        f"{len(absent)} of {len(schema)} expected column(s) missing: {preview(absent, 5)}.",
        fix=fix,
        column=absent[0],
    )


def _all_missing(column: Column, rows: int) -> pd.Series[Any]:
    if column.kind == Kind.NUMBER:
        return pd.Series(np.full(rows, np.nan))
    if column.kind == Kind.DATETIME:
        return pd.Series(np.full(rows, "NaT", dtype=DATE_DTYPE))
    return text_series([np.nan] * rows)


def _coerce_column(column: Column, cells: pd.Series[Any], findings: list[Finding]) -> pd.Series[Any]:
    if column.kind == Kind.NUMBER:
        return _numbers(column, cells, findings)
    if column.kind == Kind.DATETIME:
        return _dates(column, cells, findings)
    return _texts(column, cells, findings)


def _numbers(column: Column, cells: pd.Series[Any], findings: list[Finding]) -> pd.Series[Any]:
    dtype = cells.dtype
    if pd.api.types.is_timedelta64_dtype(dtype):
        values = cells.dt.total_seconds().to_numpy(dtype=np.float64)
    elif pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_bool_dtype(dtype):
        if pd.api.types.is_complex_dtype(dtype):
            raise SchemaError(f"The column {column.name!r} holds complex numbers.", column=column.name)
        values = cells.to_numpy(dtype=np.float64, na_value=np.nan)
    else:
        values = _parse_numbers(column, cells, findings)
    codes = plain_numbers(column.missing_tokens)
    values = np.where(np.isin(values, codes[~np.isnan(codes)]), np.nan, values)
    infinite = np.isinf(values)
    if infinite.any():
        values = np.where(infinite, np.nan, values)
        findings.append(_unparsed(column, "number", ["inf"], np.flatnonzero(infinite)))
    return pd.Series(values)


def _dates(column: Column, cells: pd.Series[Any], findings: list[Finding]) -> pd.Series[Any]:
    if pd.api.types.is_datetime64_any_dtype(cells.dtype):
        return pd.Series(to_naive(cells))
    return pd.Series(_parse(column, cells, "date", findings))


def _parse_numbers(column: Column, cells: pd.Series[Any], findings: list[Finding]) -> Any:
    """Plain numbers all at once, where there are many; the others by their distinct texts."""
    form = column.number or NumberFormat()
    plain = plain_cells(cells) if form.decimal == "." else None
    if plain is None:
        return _parse(column, cells, "number", findings)
    values = plain.values
    if len(plain.others):
        values[plain.others] = _parse(column, cells.iloc[plain.others], "number", findings, at=plain.others)
    return values


def _parse(
    column: Column, cells: pd.Series[Any], noun: str, findings: list[Finding], *, at: Any = None
) -> Any:
    """Parse each distinct text once; what cannot be read becomes missing and is reported.

    `at` are the rows of the table that the cells stand in, where they are only some.
    """
    codes, distinct = pd.factorize(as_text(cells))
    texts: list[str] = np.asarray(distinct, dtype=object).tolist()
    if noun == "number":
        parsed: Any = parse_numbers(texts, column.number or NumberFormat())
        failed = np.isnan(parsed)
        filler: Any = np.nan
    else:
        parsed = parse_dates(texts, column.date_format)
        failed = np.isnat(parsed)
        filler = np.datetime64("NaT", "us")
    tokens = set(column.missing_tokens)
    declared = np.array([text in tokens or text.strip() in tokens for text in texts], dtype=bool)
    parsed = np.where(declared, filler, parsed) if len(texts) else parsed
    bad = [i for i in np.flatnonzero(failed & ~declared) if not is_missing_token(texts[i])]
    if bad:
        rows = np.flatnonzero(np.isin(codes, bad))
        findings.append(_unparsed(column, noun, [texts[i] for i in bad], rows if at is None else at[rows]))
    with_filler = np.append(parsed, np.array([filler], dtype=parsed.dtype))
    return with_filler[codes]


def _unparsed(column: Column, noun: str, examples: Sequence[str], rows: Any) -> Finding:
    return Finding(
        "unparseable_value", "warning", column.name,
        f"{len(rows):,} value(s) of {column.name!r} could not be read as a {noun} and count as missing: "
        f"{preview(examples)} (first in data row {rows[0] + 1:,}).",
        {"count": len(rows), "examples": list(examples[:10]), "rows": [int(row) + 1 for row in rows[:10]]},
        f"Correct the value(s), or choose another kind for the column if they are meant to be no {noun}s.",
    )  # fmt: skip


def _texts(column: Column, cells: pd.Series[Any], findings: list[Finding]) -> pd.Series[Any]:
    typed = not is_text(cells)
    codes, distinct = pd.factorize(as_text(cells))
    texts: list[str] = np.asarray(distinct, dtype=object).tolist()
    tokens = set(column.missing_tokens)
    written: list[str | None] = [
        None if not text or text.isspace() or text in tokens or text.strip() in tokens else text
        for text in texts
    ]
    if column.categories is not None:
        written = _match(column, written)
    if typed and column.width is not None:
        known = set(column.categories or ())
        written = [
            text.zfill(column.width) if text is not None and text not in known and text.isdecimal() else text
            for text in written
        ]
    if column.categories is not None and column.categories + column.value_tokens:
        known = set(column.categories)
        unseen = [i for i, text in enumerate(written) if text is not None and text not in known]
        if unseen:
            where = np.flatnonzero(np.isin(codes, unseen))
            names = [str(written[i]) for i in unseen]
            findings.append(
                Finding(
                    "unseen_category", "warning", column.name,
                    f"{len(where):,} row(s) of {column.name!r} hold {len(unseen):,} value(s) that the "
                    "training table "
                    f"did not have: {preview(names)} (first in data row {where[0] + 1:,}).",
                    {"count": len(where), "values": names[:10], "rows": [int(row) + 1 for row in where[:10]]},
                    "The model treats them as unknown; check the spelling.",
                )
            )  # fmt: skip
    levels = text_series([np.nan if text is None else text for text in written])
    taken = levels.array.take(codes, allow_fill=True)
    return text_series(taken)


def _match(column: Column, written: Sequence[str | None]) -> list[str | None]:
    """Values in the spelling of the categories: by value for numbers, in any case for yes and no."""
    categories = column.categories or ()
    known = set(categories)
    result = list(written)
    left = [i for i, text in enumerate(result) if text is not None and text not in known]
    if not left:
        return result
    folded: Mapping[str, str] = {}
    if column.kind == Kind.BOOLEAN or {text.lower() for text in known} <= {"true", "false"}:
        folded = {text.strip().lower(): text for text in reversed(categories)}
    by_value: Mapping[float, str] = {}
    if column.numeric_values:
        by_value = dict(zip(plain_numbers(categories).tolist(), categories, strict=True))
    truth = {"true": 1.0, "false": 0.0}
    numbers = plain_numbers([str(result[i]) for i in left])
    for i, number in zip(left, numbers, strict=True):
        lowered = str(result[i]).strip().lower()
        match = folded.get(lowered) or by_value.get(truth.get(lowered, float(number)))
        if match is not None:
            result[i] = match
    return result
