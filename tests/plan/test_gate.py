"""The gate of a plan and `Schema.coerce` agree, cell by cell: values, oddities, errors."""

from __future__ import annotations

import datetime
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from automl.data import Column, Kind, NumberFormat, Schema
from automl.errors import SchemaError
from automl.plan import DeclinedError
from automl.plan.gate import compile_columns, readers

COLUMNS = (
    Column("plain", Kind.NUMBER, True, "", number=NumberFormat()),
    Column("marked", Kind.NUMBER, True, "", missing_tokens=("?", "-999", " "), number=NumberFormat()),
    Column("euro", Kind.NUMBER, True, "", number=NumberFormat(",", ".", ("€",), True)),
    Column("percent", Kind.NUMBER, True, "", number=NumberFormat(".", ",", ("%",), True)),
    Column("spaced", Kind.NUMBER, True, "", number=NumberFormat(",", " ", (), True)),
    Column("flag", Kind.BOOLEAN, True, "", categories=("yes", "no")),
    Column("truth", Kind.BOOLEAN, True, "", categories=("TRUE", "FALSE")),
    Column("bit", Kind.BOOLEAN, True, "", categories=("0", "1"), numeric_values=True),
    Column("zip", Kind.CATEGORY, True, "", categories=("00123", "10117"), numeric_values=True, width=5),
    Column("mixed", Kind.CATEGORY, True, "", categories=("1", "2.5", "A", "a b"), missing_tokens=("none",)),
    Column("token", Kind.CATEGORY, True, "", categories=("NA", "x"), value_tokens=("NA",)),
    Column("day", Kind.DATETIME, True, "", date_format="%d.%m.%Y"),
    Column("moment", Kind.DATETIME, True, "", date_format="%d/%m/%y %H:%M", missing_tokens=("never",)),
    Column("named", Kind.DATETIME, True, "", date_format="%d %b %Y %I:%M %p"),
    Column("iso", Kind.DATETIME, True, "", date_format="ISO8601"),
    Column("note", Kind.TEXT, True, "", missing_tokens=("n.n.",)),
    Column("same", Kind.CONSTANT, True, "", categories=("only",)),
    Column("key", Kind.IDENTIFIER, True, ""),
)  # fmt: skip
SCHEMA = Schema(COLUMNS)
READERS = dict(readers(compile_columns(SCHEMA)))

numbers_as_text = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.integers(-(10**25), 10**25).map(str),
    st.decimals(allow_nan=False, allow_infinity=False, places=3).map(str),
    st.from_regex(r"\A[ ]{0,2}[-+]?[0-9]{0,4}[.,]?[0-9]{0,4}([eE][-+]?[0-9]{0,3})?[ \t]?(€|%| %)?\Z"),
    st.from_regex(r"\A-?[0-9]{1,3}([., ][0-9]{3}){1,3}([.,][0-9]{1,2})?( ?€|%)?\Z"),
)
dates_as_text = st.one_of(
    st.datetimes(datetime.datetime(1900, 1, 1), datetime.datetime(2099, 1, 1)).flatmap(
        lambda moment: st.sampled_from(
            [
                moment.strftime(form)
                for form in (
                    "%d.%m.%Y",
                    "%d/%m/%y %H:%M",
                    "%d %b %Y %I:%M %p",
                    "%Y-%m-%d",
                    "%Y-%m-%d %H:%M:%S",
                )
            ]
            + [moment.isoformat(), moment.isoformat() + "+02:00", moment.isoformat(sep=" ") + "Z"]
        )
    ),
    st.from_regex(r"\A[0-9]{1,2}[./ ][0-9]{1,2}[./ ][0-9]{2,4}\Z"),
    st.from_regex(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2})?\Z"),
)
words = st.sampled_from(
    [
        "yes",
        "YES ",
        "no",
        "True",
        "false",
        "TRUE",
        "1",
        "0",
        "1.0",
        "00123",
        "123",
        " 123",
        "A",
        "a b",
        "2.50",
        "NA",
        "none",
        "?",
        "-999",
        "-999.0",
        "never",
        "n.n.",
        "n/a",
        "nan",
        "inf",
        "-inf",
        "Infinity",
        "only",
        "",
        " ",
        "null",
        "0x1F",
        "1_000",
        "１２",
        "1e400",
        "−5",
        "today",
        "5 %",
        "1,234.5",
        "12€",
        "€ 12",
        "1e5",
        "\t7\n",
        "+3",
        "--3",
        "1 000",
        "1\u00a0000,5",
    ]
)
cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=8),
    words,
    numbers_as_text,
    dates_as_text,
    st.dates(),
    st.datetimes(datetime.datetime(1700, 1, 1), datetime.datetime(2200, 1, 1)),
    st.lists(st.integers(), max_size=2),
)


def canonical(name: str, cell: Any) -> tuple[Any, set[str]]:
    """What the gate makes of a cell, and the codes of what it reports."""
    dataset = SCHEMA.select([name]).coerce(pd.DataFrame([{name: cell}]))
    value = dataset.frame[name].iloc[0]
    codes = {finding.code for finding in dataset.findings if finding.severity == "warning"}
    if pd.isna(value):
        return None, codes
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime(), codes
    return value.item() if isinstance(value, np.generic) else value, codes


@settings(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck))
@given(name=st.sampled_from(SCHEMA.names), cell=cells)
def test_both_read_the_same(name: str, cell: Any) -> None:
    odd: list[tuple[str, str]] = []
    try:
        found = READERS[name](cell, odd)
    except DeclinedError:
        assert may_be_declined(name, cell), (name, cell)
        return
    expected, codes = canonical(name, cell)
    if isinstance(found, float) and math.isnan(found):
        found = None
    assert found == expected, (name, cell)
    assert type(found) is type(expected), (name, cell)
    assert {code for _, code in odd} == codes, (name, cell)


def may_be_declined(name: str, cell: Any) -> bool:
    """What only the gate itself reads: lists, whole numbers beyond 64 bits, dates in free form."""
    if isinstance(cell, list) or (isinstance(cell, int) and not -(2**63) <= cell < 2**63):
        return True
    if isinstance(cell, (str, float, int)) and SCHEMA[name].kind is not Kind.DATETIME:
        return len(str(cell).strip()) > 15 or "e" in str(cell).lower()  # numbers of many digits
    return SCHEMA[name].kind is Kind.DATETIME and (
        name == "iso" or str(cell).strip().lower() in ("now", "today")
    )


@pytest.mark.parametrize(
    ("name", "cell", "expected"),
    [
        ("euro", "1.234,50 €", 1234.5),
        ("percent", "1,234.5%", 1234.5),
        ("marked", "-999", None),
        ("marked", -999, None),
        ("plain", "12", 12.0),
        ("plain", True, 1.0),
        ("flag", "YES", "yes"),
        ("truth", True, "TRUE"),
        ("bit", 1, "1"),
        ("zip", 123, "00123"),
        ("day", "31.01.2024", datetime.datetime(2024, 1, 31)),
        ("moment", "31/01/24 07:05", datetime.datetime(2024, 1, 31, 7, 5)),
        ("iso", "2024-01-31T10:00:00+02:00", datetime.datetime(2024, 1, 31, 8)),
        ("note", "  ", None),
    ],
)
def test_what_people_write(name: str, cell: Any, expected: Any) -> None:
    """The property above holds for nothing but these would be no comfort."""
    odd: list[tuple[str, str]] = []
    found = READERS[name](cell, odd)
    assert (None if isinstance(found, float) and math.isnan(found) else found) == expected
    assert canonical(name, cell)[0] == expected
    assert not odd


def test_numpy_scalars_and_pandas_missing_values() -> None:
    assert READERS["plain"](np.float64(2.5), []) == 2.5
    assert READERS["plain"](np.int32(3), []) == 3.0
    assert math.isnan(READERS["plain"](np.float64("nan"), []))
    assert READERS["zip"](np.int64(123), []) == "00123"
    assert READERS["day"](pd.NaT, []) is None
    assert READERS["day"](pd.Timestamp("2024-01-31"), []) == datetime.datetime(2024, 1, 31)


def test_errors_name_the_column(plan: Any) -> None:
    row = {"age": 30.0, "income": 1.0, "visits": 0.5, "city": "city 1", "plan": "pro", "flag": "yes"}
    assert len(plan.predict_row(row)) == 2
    del row["plan"]
    with pytest.raises(SchemaError, match=r'1 of 6 expected column\(s\) missing: "plan"') as raised:
        plan.predict_row(row)
    assert raised.value.column == "plan"
    with pytest.raises(SchemaError, match="plan"):
        plan.predict([row])
    with pytest.raises(SchemaError, match="plan"):
        plan.predict({name: [cell] for name, cell in row.items()})
