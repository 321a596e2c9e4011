"""Columns of plain numbers: read all at once they are what they are when looked at cell by cell."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automl.data import Dataset, Schema, read_table
from automl.data import plain as plain_module
from automl.data.cells import text_series
from automl.data.numbers import plain_numbers
from automl.data.plain import plain_cells

digits = st.text("0123456789", min_size=1, max_size=19)
number = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.integers(-(10**19), 10**19).map(str),
    st.decimals(-1000, 1000, places=3).map(str),
    st.builds("{}{}.{}".format, st.sampled_from(["", "-"]), digits, digits),
)
odd = st.sampled_from(
    ["", " ", "NA", "?", "-", ".", "nan", "inf", "1e5", "+3", " 4 ", "5.", ".5", "-.5", "-0", "--1", "1-",
     "1.2.3", "007", "1,5", "1_0", "20240131", "yes", "\u0661", "9" * 80, "-999"]
)  # fmt: skip
column = st.tuples(st.lists(number, min_size=3, max_size=40), st.lists(odd, max_size=3)).map(
    lambda t: t[0] + t[1]
)


def understood(frame: pd.DataFrame, least: int, monkeypatch: pytest.MonkeyPatch) -> tuple[Schema, Dataset]:
    monkeypatch.setattr(plain_module, "FEWEST_ROWS", least)
    table = read_table(frame)
    schema = Schema.infer(table)
    return schema, schema.coerce(table)


@settings(max_examples=150, deadline=None)
@given(column)
def test_a_column_is_understood_alike_both_ways(cells: list[str]) -> None:
    # Numbers first: only a column that begins with them is worth the fast way.
    frame = pd.DataFrame({"x": text_series([cell or np.nan for cell in cells])})
    with pytest.MonkeyPatch.context() as monkeypatch:
        fast_schema, fast = understood(frame, 1, monkeypatch)
        careful_schema, careful = understood(frame, 10**9, monkeypatch)
    assert fast_schema == careful_schema
    pd.testing.assert_frame_equal(fast.frame, careful.frame, check_exact=True)
    assert fast.findings == careful.findings


@settings(max_examples=100, deadline=None)
@given(st.lists(number, min_size=1, max_size=50))
def test_each_plain_number_is_the_float_that_pandas_reads(cells: list[str]) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(plain_module, "FEWEST_ROWS", 1)
        found = plain_cells(text_series(cells))
    if found is None:  # more than half are written with an exponent
        assert sum("e" in cell for cell in cells) > len(cells) / 2
        return
    known = ~np.isnan(found.values)
    assert known.sum() + len(found.others) == len(cells)
    texts = [cell for cell, plain in zip(cells, known, strict=True) if plain]
    np.testing.assert_array_equal(found.values[known], plain_numbers([*texts, "0.5"])[:-1])


def test_a_column_in_several_chunks_and_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_module, "FEWEST_ROWS", 1)
    monkeypatch.setattr(plain_module, "_BLOCK", 7)
    cells = text_series([f"{i}.25" if i % 5 else np.nan for i in range(100)])
    joined = pd.concat([cells, text_series(["12", "x"]), cells.iloc[11:50]], ignore_index=True).iloc[3:]
    found = plain_cells(joined)
    assert found is not None
    expected = pd.to_numeric(joined, errors="coerce").to_numpy(dtype=np.float64)
    np.testing.assert_array_equal(found.values, expected)
    assert joined.iloc[found.others].tolist() == ["x"]
    assert found.missing == int(joined.isna().sum())


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1.5", "2.5", "NA", ""] * 2000, "number"),
        (["0", "1"] * 3000, "boolean"),
        ([f"{i:05d}" for i in range(6000)], "identifier"),
        ([str(i) for i in range(6000)], "identifier"),
        ([f"{i}.0" for i in range(6000)], "identifier"),
        ([str(20200101 + i % 28) for i in range(6000)], "datetime"),
        ([f"{i % 7}" for i in range(6000)], "number"),
        (["3"] * 6000, "constant"),
    ],
)
def test_the_fast_way_leaves_other_kinds_alone(cells: list[str], kind: str) -> None:
    frame = pd.DataFrame({"x": text_series([cell or np.nan for cell in cells])})
    assert Schema.infer(read_table(frame))["x"].kind.value == kind


def test_what_cannot_be_read_is_reported_by_row_of_the_table() -> None:
    cells: list[Any] = [f"{i / 8}" for i in range(6000)]
    schema = Schema.infer(read_table(pd.DataFrame({"x": text_series(cells)})))
    cells[4321], cells[5000], cells[5001] = "broken", "-999", np.nan
    [finding] = schema.coerce(pd.DataFrame({"x": text_series(cells)})).findings
    assert finding.code == "unparseable_value"
    assert "data row 4,322" in finding.message
    assert finding.evidence["rows"] == [4322]
