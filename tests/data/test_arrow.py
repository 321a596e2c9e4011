"""Regular text through Arrow's parser: the same cells as through pandas' own."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automl.data import arrow
from automl.data.delimited import read_delimited
from automl.data.table import ReadOptions

cell = st.text(st.sampled_from("abc019.,;\"' \t\n–é"), max_size=6)
records = st.lists(st.lists(cell, min_size=3, max_size=3), min_size=3, max_size=12)


def both_ways(data: bytes) -> tuple[pd.DataFrame, pd.DataFrame]:
    frames = []
    for least in (0, 1 << 60):
        with pytest.MonkeyPatch.context() as monkeypatch:
            monkeypatch.setattr(arrow, "_FEWEST_BYTES", least)
            options = ReadOptions(delimiter=",", header=True)
            frames.append(read_delimited(data, "table.csv", options).frame)
    return frames[0], frames[1]


@settings(max_examples=200, deadline=None)
@given(records, st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), st.sampled_from(["\n", "\r\n"]))
def test_written_tables_are_read_alike(rows: list[list[str]], quoting: int, end: str) -> None:
    text = io.StringIO()
    writer = csv.writer(text, quoting=quoting, lineterminator=end)  # type: ignore[arg-type]
    writer.writerows([["a", "b", "c"], ["1", "x", "y"], *rows])
    fast, careful = both_ways(text.getvalue().encode())
    pd.testing.assert_frame_equal(fast, careful)


@pytest.mark.parametrize(
    "body",
    [
        '1,5" pipe,x\n2,6" pipe,y\n',
        '1,"two\nlines",x\n2,"",y\n',
        '1,"say ""hello""",x\n2,b,y\n',
        '1,"quoted" tail,x\n2,b,y\n',
        "1,b,x\n\n2,b,y\n",
        "1,b,x\n   \n2,b,y\n",
        "1, b ,x\n2,NA,\n",
    ],
)
def test_oddities_are_read_alike(body: str) -> None:
    fast, careful = both_ways(("a,b,c\n" + body).encode())
    pd.testing.assert_frame_equal(fast, careful)


def test_arrow_reads_what_it_may() -> None:
    text = "a,b\n" + '1.50,"x,y"\n' * 100_000
    frame = arrow.read_regular(text.encode(), ",", '"', 2)
    assert frame is not None
    assert frame.iloc[1].tolist() == ["1.50", "x,y"]
    assert arrow.read_regular(text.replace('"x,y"', 'x"y').encode(), ",", '"', 2) is None
