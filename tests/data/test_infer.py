"""Which kind a column is, and what is known about its values."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from automl.data import Column, Kind, RawTable, ReadOptions, Schema, read_table
from automl.errors import DataError, SchemaError, SettingError


def column(values: Sequence[Any], name: str = "x", kind: str | None = None, **options: Any) -> Column:
    table = read_table(pd.DataFrame({name: list(values)}), ReadOptions(**options))
    return Schema.infer(table, kinds={name: kind} if kind else None)[name]


def coerced(values: Sequence[Any], name: str = "x", kind: str | None = None) -> list[Any]:
    table = read_table(pd.DataFrame({name: list(values)}))
    return list(Schema.infer(table, kinds={name: kind} if kind else None).coerce(table).frame[name])


@pytest.mark.parametrize(
    ("values", "numbers"),
    [
        (["1", "2", "3.5"], [1, 2, 3.5]),
        (["-1", "+2", "1e3", ".5", "7."], [-1, 2, 1000, 0.5, 7]),
        (["1,234.50", "12.00", "1,000,000"], [1234.5, 12, 1e6]),
        (["1.234,50", "12,00", "1.000.000"], [1234.5, 12, 1e6]),
        (["1 234,50", "12,00", "1 000 000"], [1234.5, 12, 1e6]),
        (["1\u202f234,5", "12,25", "1\u00a0000,0"], [1234.5, 12.25, 1000]),
        (["1'234.50", "12.00", "1’000.5"], [1234.5, 12, 1000.5]),
        (["12 %", "7%", "100 %"], [12, 7, 100]),
        (["$1,200", "$15", "-$3.50"], [1200, 15, -3.5]),
        (["€ 5", "€ 7,5", "€ 1.000,25"], [5, 7.5, 1000.25]),
        (["5 kg", "12 kg", "3.5 kg"], [5, 12, 3.5]),
        (["12 months", "24 months", "6 months"], [12, 24, 6]),
        ([" 1", "2 ", " 3 "], [1, 2, 3]),
        (["−1", "−2.5", "3"], [-1, -2.5, 3]),
    ],
)  # fmt: skip
def test_numbers_hidden_in_text(values: list[str], numbers: list[float]) -> None:
    assert column(values).kind == Kind.NUMBER
    assert coerced(values) == numbers


def test_hidden_numbers_are_named_in_the_reason() -> None:
    found = column(["1,234.50", "12 %", " "])
    assert found.kind == Kind.NUMBER
    assert "1,234.50" in found.why
    assert found.number is not None
    assert found.number.needs_cleaning
    assert found.number.affixes == ("%",)
    assert found.missing_tokens == (" ",)
    assert found.nullable


def test_plain_numbers_need_no_cleaning() -> None:
    found = column(["1", "2.5", "-3"])
    assert found.number is not None
    assert found.number.replacements() == ()
    assert (found.minimum, found.maximum) == (-3.0, 2.5)


def test_ambiguous_thousands_are_marked() -> None:
    found = column(["1,234", "2,500", "9,999"])
    assert found.number is not None
    assert found.number.ambiguous
    assert "do not prove" in found.why
    sure = column(["1,234", "2,500,000", "9,999"])
    assert sure.number is not None
    assert not sure.number.ambiguous


@pytest.mark.parametrize(
    "values",
    [
        ["$5", "€5", "£7"],  # three currencies
        ["5 kg", "300 g", "2 kg"],  # two units
        ["1-2", "3-4", "5-6"],
        ["1.2.3", "1.2.4", "2.0.0"],
        ["A1", "B2", "C3"],
        ["1,2,3", "4,5", "6,7,8,9"],
        ["0x1A", "0x2B", "0x3C"],
    ],
)
def test_no_numbers(values: list[str]) -> None:
    assert column(values * 3).kind == Kind.CATEGORY


def test_a_few_strange_words_among_many_numbers_are_missing_and_reported() -> None:
    found = column([*map(str, range(0, 300, 2)), "refused", "see note"])
    assert found.kind == Kind.NUMBER
    assert set(found.missing_tokens) == {"refused", "see note"}
    assert "refused" in found.why


def test_many_words_make_it_no_number() -> None:
    assert column([*map(str, range(20)), *["A", "B", "C"] * 4]).kind == Kind.CATEGORY


@pytest.mark.parametrize(
    ("values", "numeric"),
    [
        (["0", "1", "1"], True),
        (["yes", "no", "yes"], False),
        (["Y", "N", "Y"], False),
        (["True", "False", "True"], False),
        (["TRUE", "FALSE", "FALSE"], False),
        (["ja", "nein", "ja"], False),
        ([True, False, True], False),
        ([0, 1, 1], True),
        ([0.0, 1.0, np.nan], True),
    ],
)
def test_booleans(values: list[Any], numeric: bool) -> None:
    found = column(values)
    assert (found.kind, found.numeric_values) == (Kind.BOOLEAN, numeric)


def test_categories_are_sorted_by_frequency_as_written() -> None:
    found = column(["b", "a ", "b", "C", "a ", "b"])
    assert found.categories == ("b", "a ", "C")


def test_two_values_that_are_no_yes_and_no_are_a_category_or_number() -> None:
    assert column(["male", "female", "male"]).kind == Kind.CATEGORY
    assert column(["1", "2", "1"]).kind == Kind.NUMBER


@pytest.mark.parametrize(
    ("values", "form", "first"),
    [
        (["2024-01-31", "2023-12-01"], "ISO8601", "2024-01-31"),
        (["2024-01-31 10:30", "2023-12-01"], "ISO8601", "2024-01-31T10:30"),
        (["2024-01-31T10:30:00Z", "2023-12-01T00:00:00Z"], "ISO8601", "2024-01-31T10:30"),
        (["2024-01-31T10:30:00+02:00", "2023-12-01T00:00:00+01:00"], "ISO8601", "2024-01-31T08:30"),
        (["31/01/2024", "01/12/2023"], "%d/%m/%Y", "2024-01-31"),
        (["01/31/2024", "12/01/2023"], "%m/%d/%Y", "2024-01-31"),
        (["31.01.2024", "01.12.2023"], "%d.%m.%Y", "2024-01-31"),
        (["31-Jan-2024", "01-Dec-2023"], "%d-%b-%Y", "2024-01-31"),
        (["Jan 31, 2024", "Dec 1, 2023"], "%b %d, %Y", "2024-01-31"),
        (["January 31, 2024", "December 1, 2023"], "%B %d, %Y", "2024-01-31"),
        (["1/31/2024 10:30 PM", "12/1/2023 1:00 AM"], "%m/%d/%Y %I:%M %p", "2024-01-31T22:30"),
        (["31.01.2024 10:30:00", "01.12.2023 00:00:00"], "%d.%m.%Y %H:%M:%S", "2024-01-31T10:30"),
        (["20240131", "20231201", "20220505", "20210101", "20200229"], "%Y%m%d", "2024-01-31"),
        (["2024/01/31", "2023/12/01"], "%Y/%m/%d", "2024-01-31"),
    ],
)  # fmt: skip
def test_dates(values: list[str], form: str, first: str) -> None:
    found = column(values)
    assert (found.kind, found.date_format) == (Kind.DATETIME, form)
    assert coerced(values)[0] == pd.Timestamp(first)


def test_ambiguous_days_and_months_are_told() -> None:
    found = column(["01/02/2024", "03/04/2024", "05/06/2024"])
    assert found.kind == Kind.DATETIME
    assert found.date_format == "%m/%d/%Y"
    assert "could also be the month" in found.why


def test_missing_words_among_dates() -> None:
    found = column(["2024-01-31", "NA", "2023-12-01", "unknown", "2022-01-01"])
    assert found.kind == Kind.DATETIME
    assert set(found.missing_tokens) == {"NA", "unknown"}


@pytest.mark.parametrize(
    "values", [["12:30", "14:45", "09:00"], ["1-2", "3-4", "5-6"], ["Q1 2024", "Q2 2024", "Q3 2023"]]
)
def test_no_dates(values: list[str]) -> None:
    assert column(values * 3).kind == Kind.CATEGORY


def test_running_numbers_are_identifiers_also_with_gaps_and_shuffled() -> None:
    everyone = np.random.default_rng(0).permutation(np.arange(1, 892))
    assert column(everyone.astype(str), "nr").kind == Kind.IDENTIFIER
    assert column(everyone[:700].astype(str), "nr").kind == Kind.IDENTIFIER


@pytest.mark.parametrize(
    ("values", "name"),
    [
        (np.arange(1950, 2021), "built"),  # years
        (np.arange(100), "day"),  # a step in time
        (np.random.default_rng(0).permutation(10_000)[:100], "price"),  # distinct by chance
        (np.arange(10), "x"),  # too few rows to tell
        (np.arange(100) / 2, "x"),
    ],
)
def test_distinct_numbers_that_mean_something_stay_numbers(values: Any, name: str) -> None:
    assert column(values.astype(str), name).kind == Kind.NUMBER


def test_named_identifiers() -> None:
    spread = np.random.default_rng(0).permutation(10**6)[:100].astype(str)
    assert column(spread, "customer_id").kind == Kind.IDENTIFIER
    assert column(spread, "CustomerID").kind == Kind.IDENTIFIER
    assert column(spread, "citric_acid").kind == Kind.NUMBER
    assert column(spread, "paid").kind == Kind.NUMBER


def test_codes_are_identifiers_and_repeated_codes_are_not() -> None:
    codes = [f"{i:04d}-{chr(65 + i % 26)}QX" for i in range(200)]
    assert column(codes).kind == Kind.IDENTIFIER
    assert column([*codes[:100], *codes[:100]]).kind == Kind.CATEGORY


def test_text() -> None:
    sentences = [
        f"The parcel number {i} arrived {'late' if i % 3 else 'early'} and was fine" for i in range(60)
    ]
    assert column(sentences).kind == Kind.TEXT
    assert (
        column(["a long answer that everybody gives", "another long one as well"] * 30).kind == Kind.CATEGORY
    )


def test_constants() -> None:
    assert column(["a", "a", "a"]).kind == Kind.CONSTANT
    assert column([None, None, None]).kind == Kind.CONSTANT
    assert column(["", " ", None]).kind == Kind.CONSTANT
    assert column(["NA", "?", "NA"]).kind == Kind.CONSTANT
    # Present or absent is information.
    assert column(["a", None, "a"]).kind == Kind.CATEGORY


def test_leading_zeros() -> None:
    found = column(["007", "042", "100", "007"])
    assert (found.kind, found.numeric_values, found.width) == (Kind.CATEGORY, True, 3)
    same = column(["01", "1", "2", "1"])
    assert (same.kind, same.numeric_values) == (Kind.CATEGORY, False)
    assert column(["0.5", "0", "0.25"]).kind == Kind.NUMBER


def test_chosen_kinds() -> None:
    assert column(["1", "2", "3"], kind="category").categories == ("1", "2", "3")
    assert column(["a b", "c d"], kind="text").kind == Kind.TEXT
    assert column(["0", "1"], kind="number").number is not None
    assert column(["1", "2", "3"], kind="identifier").kind == Kind.IDENTIFIER
    assert column(["a", "b"], kind="constant").kind == Kind.CONSTANT
    assert column(["1", "2", "x", "y", "3"], kind="number").kind == Kind.NUMBER
    assert column(["5 March 2024", "2024-03-06"], kind="datetime").date_format == "mixed"
    assert column(np.arange(1, 100).astype(str), kind="number").kind == Kind.NUMBER


@pytest.mark.parametrize(
    ("values", "kind", "message"),
    [
        (["a", "b", "c"], "number", "cannot be read as numbers"),
        (["a", "b", "c"], "datetime", "cannot be read as dates"),
        (["a", "b", "c"], "boolean", "a boolean holds two"),
    ],
)
def test_impossible_kinds_are_refused(values: list[str], kind: str, message: str) -> None:
    with pytest.raises(SchemaError, match=message):
        column(values, kind=kind)


def test_wrong_kinds_and_names() -> None:
    with pytest.raises(SettingError, match="no kind of column"):
        column(["a", "b"], kind="colour")
    with pytest.raises(SchemaError, match="Did you mean 'price'"):
        Schema.infer(read_table(pd.DataFrame({"price": [1, 2]})), kinds={"prices": "number"})


def test_nothing_to_infer_from() -> None:
    with pytest.raises(DataError, match="no rows"):
        Schema.infer(read_table(pd.DataFrame({"a": []})))
    with pytest.raises(DataError, match="no columns"):
        Schema.infer(read_table(pd.DataFrame(index=[1, 2])))


def test_empty_list_of_missing_words_means_only_empty_cells() -> None:
    values = ["1", "NA", "2", None, "3", "NA", "4", "NA"]
    assert column(values).kind == Kind.NUMBER
    assert column(values, missing=()).kind == Kind.CATEGORY


def test_native_types() -> None:
    frame = pd.DataFrame(
        {
            "day": pd.to_datetime(["2024-01-01", "2024-01-02", None]),
            "zoned": pd.to_datetime(["2024-01-01 12:00", "2024-01-02 00:00", None]).tz_localize(
                "Europe/Berlin"
            ),
            "span": pd.to_timedelta(["1 h", "2 h", "3 h"]),
            "whole": pd.array([5, None, 7], dtype="Int64"),
            "level": pd.Categorical(["low", "high", "low"]),
            "code": pd.Categorical([10, 20, 10]),
            "flag": pd.array([True, None, False], dtype="boolean"),
            "mixed": [1, "a", 2.0],
            "nested": [[1, 2], {"k": 1}, [3]],
            "bytes": [b"a", b"b", b"a"],
            "period": pd.period_range("2024-01", periods=3, freq="M"),
            "inf": [1.0, np.inf, 2.0],
        }
    )
    before = frame.copy(deep=True)
    table = read_table(frame)
    schema = Schema.infer(table)
    kinds = {c.name: c.kind.value for c in schema}
    assert kinds == {
        "day": "datetime", "zoned": "datetime", "span": "number", "whole": "number", "level": "category",
        "code": "number", "flag": "boolean", "mixed": "category", "nested": "category", "bytes": "category",
        "period": "datetime", "inf": "number",
    }  # fmt: skip
    result = schema.coerce(table).frame
    assert result["zoned"][0] == pd.Timestamp("2024-01-01 11:00")
    assert result["span"].tolist() == [3600.0, 7200.0, 10800.0]
    assert result["mixed"].tolist() == ["1", "a", "2"]
    assert result["flag"].isna().tolist() == [False, True, False]
    assert result["nested"].tolist() == ["[1, 2]", '{"k": 1}', "[3]"]
    assert {str(d) for d in result.dtypes} == {"float64", "str", "datetime64[us]"}
    pd.testing.assert_frame_equal(frame, before)


def test_frames_with_strange_names() -> None:
    frame = pd.DataFrame([[1, 2, 3, 4]], columns=["a", "a", 3, None])
    assert list(read_table(frame).frame.columns) == ["a", "a.1", "3", "None"]
    multi = pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", "x"), ("a", "y")]))
    assert list(read_table(multi).frame.columns) == ["a_x", "a_y"]


def test_json_round_trip() -> None:
    frame = pd.DataFrame(
        {
            "n": ["1,5 €", "2,25 €", "NA"], "c": ["NA", "x", "y"], "d": ["31.01.2024", None, "01.02.2024"],
            "b": ["0", "1", "0"], "z": ["00", "01", "02"], "k": ["q", "q", "q"],
        }
    )  # fmt: skip
    schema = Schema.infer(read_table(frame))
    text = json.dumps(schema.to_json(), allow_nan=False)
    assert Schema.from_json(json.loads(text)) == schema
    assert Schema.from_json(text) == schema


@pytest.mark.parametrize(
    "payload",
    [
        "{nonsense", "[]", {}, {"version": 2, "columns": []}, {"version": 1, "columns": [{"name": "a"}]},
        {"version": 1, "columns": [{"name": "a", "kind": "colour", "nullable": True}]},
        {"version": 1, "columns": [3]},
    ],
)  # fmt: skip
def test_damaged_json_is_a_schema_error(payload: Any) -> None:
    with pytest.raises(SchemaError):
        Schema.from_json(payload)


def test_schema_as_collection() -> None:
    table = read_table(pd.DataFrame({"a": ["1", "2"], "b": ["x", "y"], "c": ["yes", "no"]}))
    schema = Schema.infer(table)
    assert schema.names == ("a", "b", "c")
    assert schema.without(["b", "zzz"]).names == ("a", "c")
    assert schema.select(["c", "a"]).names == ("a", "c")
    assert schema.of_kind(Kind.NUMBER, Kind.BOOLEAN) == ("a", "c")
    assert "a" in schema
    assert len(schema) == 3
    with pytest.raises(SchemaError, match="no column 'q'"):
        schema["q"]
    with pytest.raises(SchemaError, match="no column 'q'"):
        schema.select(["q"])
    with pytest.raises(SchemaError, match="twice"):
        Schema((schema["a"], schema["a"]))


def test_raw_table_report_round_trip() -> None:
    table: RawTable = read_table(pd.DataFrame([[1, 2]], columns=["a", "a"]), ReadOptions(missing=("?",)))
    payload = json.loads(json.dumps(table.report.to_json()))
    assert type(table.report).from_json(payload) == table.report


def test_kinds_may_be_chosen_for_empty_columns() -> None:
    assert column([None, None], kind="number").kind == Kind.NUMBER
    assert column(["", " "], kind="datetime").kind == Kind.DATETIME
    assert np.isnan(coerced([None, None], kind="number")).all()
