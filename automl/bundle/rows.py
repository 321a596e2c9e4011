"""Canonical rows as the kind of CSV file that the schema describes: reading it gives the same rows back."""

from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np
import pandas as pd

from automl.data import Column, Kind, Schema

__all__ = ["rows_to_csv"]


def rows_to_csv(frame: pd.DataFrame, schema: Schema) -> bytes:
    """Write canonical rows with each column in its own format: decimal comma, date format, missing as empty.

    Parameters
    ----------
    frame : DataFrame
        Canonical rows (from ``Schema.coerce``).
    schema : Schema

    Returns
    -------
    bytes
        UTF-8, comma-separated, quoted where needed. Numbers read back exactly.
    """
    columns = [_cells(frame[column.name], column) for column in schema]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(schema.names)
    rows = zip(*columns, strict=True)
    if len(schema) == 1:
        # A single empty field would be an empty line, which readers skip.
        writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows(rows)
    return out.getvalue().encode("utf-8")


def _cells(values: pd.Series[Any], column: Column) -> list[str]:
    missing = values.isna().to_numpy()
    if column.kind is Kind.NUMBER:
        decimal = column.number.decimal if column.number is not None else "."
        texts = [_number(value).replace(".", decimal) if value == value else "" for value in values.tolist()]
    elif column.kind is Kind.DATETIME:
        texts = _dates(values, column.date_format)
    else:
        texts = values.astype(object).astype(str).tolist()
    return ["" if gone else text for text, gone in zip(texts, missing, strict=True)]


def _number(value: float) -> str:
    """Return the shortest decimal that reads back as the same float; no exponent, which few formats know."""
    return str(np.format_float_positional(value, trim="-"))


def _dates(values: pd.Series[Any], date_format: str | None) -> list[str]:
    if date_format is not None and "%" in date_format:
        return [str(text) for text in values.dt.strftime(date_format)]
    return [str(text) for text in values.dt.strftime("%Y-%m-%dT%H:%M:%S.%f")]
