"""The gate: what comes in, whatever its types, comes out as the schema says or is reported."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from automl.data import Dataset, Kind, Schema, read_table
from automl.errors import SchemaError


def both(text: str, folder: Path, **kinds: Kind | str) -> tuple[Schema, Dataset, Dataset]:
    """The schema of a CSV text, and its rows through our reader and through pandas."""
    path = folder / "t.csv"
    path.write_text(text)
    table = read_table(path)
    schema = Schema.infer(table, kinds=kinds)
    return schema, schema.coerce(table), schema.coerce(pd.read_csv(io.StringIO(text)))


def codes(dataset: Dataset) -> list[str]:
    return [finding.code for finding in dataset.findings]


def equal(left: Dataset, right: Dataset) -> None:
    pd.testing.assert_frame_equal(left.frame, right.frame, check_exact=True)


TYPED_CASES = {
    "numbers": "x,y\n1,0.1\n2,1e-7\n3,123456.789\n",
    "integers read as floats": "c,f\n1,a\n,b\n0,a\n1,b\n",
    "booleans": "b,c\nTrue,1\nFalse,2\nTrue,3\n",
    "booleans with gaps": "b,c\nTrue,1\n,2\nFalse,3\n",
    "shouted booleans": "b,c\nTRUE,1\nFALSE,2\nTRUE,3\n",
    "zip codes": "zip,c\n00123,1\n02134,2\n90210,3\n00123,4\n",
    "zip codes with gaps": "zip,c\n00123,1\n,2\n90210,3\n00123,4\n",
    "dates of digits": "d,c\n20240131,1\n20231201,2\n20220505,3\n20210101,4\n20200229,5\n",
    "dates": "d,c\n2024-01-31,1\n,2\n2022-05-05,3\n",
    "zones": "d,c\n2024-01-31T10:00:00+02:00,1\n,2\n2022-05-05T00:00:00Z,3\n",
    "hidden": 'p,q\n"1,234.5",7 %\n12,8 %\n" ",9 %\n',
    "blank cells": "t,u\na, \nb,5\nc,6\n",
    "constants": "k,l,m\n5,a,\n5,a,\n5,a,\n",
    "identifiers": "id,x\n" + "".join(f"{i},{i % 3}\n" for i in range(1, 40)),
    "zero-padded identifiers": "id,x\n" + "".join(f"{i:05d},{i % 3}\n" for i in range(1, 40)),
    "missing among numbers": "x,c\n1,a\nNA,b\n?,a\n2.5,b\n",
}


@pytest.mark.parametrize("text", TYPED_CASES.values(), ids=TYPED_CASES.keys())
def test_pandas_reading_of_the_same_file_gives_the_same_rows(text: str, tmp_path: Path) -> None:
    schema, ours, theirs = both(text, tmp_path)
    equal(ours, theirs)
    equal(ours, schema.coerce(ours.frame))
    assert "unseen_category" not in codes(theirs)


@pytest.mark.parametrize("kind", ["category", "boolean", "text", "number", "identifier"])
def test_chosen_kinds_take_typed_rows_too(kind: str, tmp_path: Path) -> None:
    _, ours, theirs = both("x,y\n1,a\n0,b\n1,c\n", tmp_path, x=kind)
    equal(ours, theirs)


def test_codes_match_by_value(tmp_path: Path) -> None:
    schema, _, _ = both("zip,n\n00123,1\n02134,2\n00123,3\n", tmp_path)
    got = schema.coerce(pd.DataFrame({"zip": [123, 2134.0, 777, np.nan], "n": [1, 2, 3, 4]}))
    assert got.frame["zip"].tolist()[:3] == ["00123", "02134", "00777"]
    assert got.frame["zip"].isna().tolist() == [False, False, False, True]
    assert codes(got) == ["unseen_category"]


def test_booleans_match_whatever_their_type_or_case(tmp_path: Path) -> None:
    schema, _, _ = both("a,b\nyes,1\nno,0\nyes,1\n", tmp_path)
    got = schema.coerce(pd.DataFrame({"a": ["YES", "No", " yes"], "b": [True, False, "1.0"]}))
    assert got.frame["a"].tolist() == ["yes", "no", "yes"]
    assert got.frame["b"].tolist() == ["1", "0", "1"]
    assert codes(got) == []


def test_unseen_category_is_kept_and_reported(tmp_path: Path) -> None:
    schema, _, _ = both("c,n\nred,1\nblue,2\nred,3\n", tmp_path)
    got = schema.coerce(pd.DataFrame({"c": ["red", "pink", "pink"], "n": [1, 2, 3]}))
    assert got.frame["c"].tolist() == ["red", "pink", "pink"]
    (finding,) = got.findings
    assert (finding.code, finding.column) == ("unseen_category", "c")
    assert finding.evidence == {"count": 2, "values": ["pink"], "rows": [2, 3]}


def test_unparseable_values_become_missing_with_their_rows(tmp_path: Path) -> None:
    schema, _, _ = both("x,d\n1,2024-01-01\n2,2024-01-02\n3,2024-01-03\n", tmp_path)
    got = schema.coerce(pd.DataFrame({"x": ["1", "two", "3"], "d": ["2024-13-45", "2024-01-02", None]}))
    assert got.frame["x"].isna().tolist() == [False, True, False]
    assert got.frame["d"].isna().tolist() == [True, False, True]
    by_column = {f.column: f for f in got.findings}
    assert by_column["x"].evidence == {"count": 1, "examples": ["two"], "rows": [2]}
    assert by_column["d"].evidence["rows"] == [1]


def test_infinity_is_missing_and_reported(tmp_path: Path) -> None:
    schema, _, _ = both("x,d\n1,a\n2,b\n3,c\n", tmp_path)
    for values in ([1.0, np.inf, -np.inf], ["1", "inf", "-inf"]):
        got = schema.coerce(pd.DataFrame({"x": values, "d": ["a", "b", "c"]}))
        assert got.frame["x"].isna().tolist() == [False, True, True]
        assert codes(got) == ["unparseable_value"]


def test_grouping_must_be_right(tmp_path: Path) -> None:
    schema, _, _ = both('x,d\n"1,234.50",a\n"2,000.25",b\n3,c\n', tmp_path)
    got = schema.coerce(pd.DataFrame({"x": ["1,5", "12,34", "7,000"], "d": ["a", "b", "c"]}))
    assert got.frame["x"].isna().tolist() == [True, True, False]


def test_missing_columns_are_refused_with_a_hint(tmp_path: Path) -> None:
    schema, _, _ = both("price,n\n1,a\n2,b\n3,c\n", tmp_path)
    with pytest.raises(SchemaError, match="'Price ' may be 'price'") as caught:
        schema.coerce(pd.DataFrame({"Price ": [1.0], "n": ["a"]}))
    assert caught.value.column == "price"


def test_missing_columns_can_be_filled(tmp_path: Path) -> None:
    schema, _, _ = both("x,d,c\n1,2024-01-01,a\n2,2024-01-02,b\n3,2024-01-03,a\n", tmp_path)
    got = schema.coerce(pd.DataFrame({"q": [1, 2]}), missing_columns="missing")
    assert got.frame.isna().all().all()
    assert [str(dtype) for dtype in got.frame.dtypes] == ["float64", "datetime64[us]", "str"]
    assert sorted(codes(got)) == ["extra_columns", "missing_column", "missing_column", "missing_column"]


def test_extra_columns_and_order(tmp_path: Path) -> None:
    schema, ours, _ = both("a,b\n1,x\n2,y\n3,x\n", tmp_path)
    shuffled = pd.DataFrame({"z": [0, 0, 0], "b": ["x", "y", "x"], "a": [1, 2, 3]}, index=[9, 9, 4])
    got = schema.coerce(shuffled)
    equal(ours, got)
    assert codes(got) == ["extra_columns"]


def test_only_some_columns(tmp_path: Path) -> None:
    schema, _, _ = both("a,b,c\n1,x,u\n2,y,v\n3,x,u\n", tmp_path)
    got = schema.coerce(pd.DataFrame({"a": [1], "c": ["u"]}), columns=["c", "a"])
    assert list(got.frame.columns) == ["a", "c"]
    assert got.schema.names == ("a", "c")


def test_no_rows(tmp_path: Path) -> None:
    schema, _, _ = both("x,d,c\n1,2024-01-01,a\n2,2024-01-02,b\n3,2024-01-03,a\n", tmp_path)
    got = schema.coerce(pd.DataFrame({"x": [], "d": [], "c": []}))
    assert got.frame.shape == (0, 3)
    assert [str(dtype) for dtype in got.frame.dtypes] == ["float64", "datetime64[us]", "str"]


@pytest.mark.parametrize(
    "values",
    [
        pd.array([1, None, 3], dtype="Int64"),
        pd.array([1.0, None, 3.0], dtype="Float64"),
        np.array([1, 2, 3], dtype=np.int8),
        np.array([1, 2, 3], dtype=np.float32),
        pd.Categorical(["1", None, "3"]),
        pd.Categorical([1, None, 3]),
        ["1", None, 3],
        [True, False, True],
    ],
)
def test_numbers_of_any_type(values: Any, tmp_path: Path) -> None:
    schema, _, _ = both("x,d\n1,a\n2,b\n7,c\n", tmp_path)
    got = schema.coerce(pd.DataFrame({"x": values, "d": ["a", "b", "c"]}))
    assert str(got.frame["x"].dtype) == "float64"
    assert got.frame["x"][0] == 1.0
    assert codes(got) == []


def test_nothing_of_the_callers_is_changed(tmp_path: Path) -> None:
    schema, _, _ = both("x,d\n1,a\n2,b\n3,c\n", tmp_path)
    frame = pd.DataFrame({"x": ["1", "oops", "3"], "d": ["a", " ", "c"]}, index=[5, 6, 7])
    before = frame.copy(deep=True)
    schema.coerce(frame)
    pd.testing.assert_frame_equal(frame, before)


def test_no_frame(tmp_path: Path) -> None:
    schema, _, _ = both("x,d\n1,a\n2,b\n3,c\n", tmp_path)
    with pytest.raises(ValueError, match="Expected a pandas DataFrame, got list"):
        schema.coerce([1, 2, 3])  # type: ignore[arg-type]
