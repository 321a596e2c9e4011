"""What must hold for any table at all."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from automl.data import ReadOptions, Schema, check_dataset, profile, read_table
from automl.errors import DataError, SchemaError

RELAXED = settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)

characters = st.characters(exclude_categories=("Cs",), exclude_characters="\x00\ufeff\r")
cell = st.text(characters, max_size=8)
letters = st.characters(min_codepoint=33, max_codepoint=0x24F, exclude_categories=("Cc", "Cs"))
printable = st.text(letters, min_size=1, max_size=6)
likely = st.sampled_from(
    ["1", "2.5", "-3", "1,234.5", "1.234,5", "12 %", "$5", "", " ", "NA", "None", "?", "0", "1", "007", "yes",
     "no", "True", "False", "2024-01-31", "31/01/2024", "20240131", "a", "b", "red dress", "inf", "nan",
     "1e5", "1_000", "é", "12:30", "2024-01-31T10:00:00Z", "a,b", 'say "x"', "many words in one cell"]
)  # fmt: skip


@st.composite
def tables(draw: st.DrawFn, cells: st.SearchStrategy[str], min_rows: int = 1) -> list[list[str]]:
    width = draw(st.integers(1, 5))
    names = draw(st.lists(printable, min_size=width, max_size=width, unique=True))
    rows = draw(st.lists(st.lists(cells, min_size=width, max_size=width), min_size=min_rows, max_size=12))
    return [names, *rows]


def written(table: list[list[str]], delimiter: str, quoting: int = csv.QUOTE_ALL) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter, quoting=quoting, lineterminator="\n").writerows(table)  # type: ignore[call-overload]
    return buffer.getvalue().encode("utf-8")


def read_bytes(content: bytes, options: ReadOptions | None = None):  # type: ignore[no-untyped-def]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes(content)
        return read_table(path, options)


@RELAXED
@given(tables(cell), st.sampled_from([",", ";", "\t", "|"]))
def test_what_is_written_is_read_again(table: list[list[str]], delimiter: str) -> None:
    names, *rows = table
    options = ReadOptions(delimiter=delimiter, quotechar='"', header=True, encoding="utf-8")
    got = read_bytes(written(table, delimiter), options)
    assert list(got.frame.columns) == names
    cells = [["" if pd.isna(value) else value for value in row] for row in got.frame.to_numpy().tolist()]
    # A record of nothing but one blank cell cannot be told from a blank line; pandas leaves it out as well.
    expected = [row for row in rows if len(row) > 1 or row[0].strip()]
    if len(names) > 1:
        assert cells == rows
    else:
        assert [row for row in cells if row[0].strip()] == expected


@RELAXED
@given(tables(likely, min_rows=3))
def test_detection_finds_the_cells_of_ordinary_tables(table: list[list[str]]) -> None:
    names, *rows = table
    if len(names) < 2:
        return
    got = read_bytes(written(table, ","), ReadOptions(header=True))
    cells = [["" if pd.isna(value) else value for value in row] for row in got.frame.to_numpy().tolist()]
    assert got.report.delimiter == ","
    assert cells == rows


@RELAXED
@given(
    st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode("utf-8", errors="replace"))
)
def test_any_bytes_end_in_a_table_or_a_data_error(content: bytes) -> None:
    try:
        table = read_bytes(content)
    except DataError:
        return
    assert table.frame.columns.is_unique
    assert len(table.frame) == table.report.rows
    if table.report.rows:
        dataset = Schema.infer(table).coerce(table)
        assert len(dataset.frame) == len(table.frame)


@RELAXED
@given(tables(likely | cell))
def test_coerce_is_idempotent_and_keeps_rows(table: list[list[str]]) -> None:
    names, *rows = table
    raw = read_table(pd.DataFrame([[value or None for value in row] for row in rows], columns=names))
    schema = Schema.infer(raw)
    once = schema.coerce(raw)
    twice = schema.coerce(once.frame)
    pd.testing.assert_frame_equal(once.frame, twice.frame, check_exact=True)
    assert len(once.frame) == len(rows)
    assert tuple(once.frame.columns) == schema.names
    for column in schema:
        dtype = str(once.frame[column.name].dtype)
        assert dtype == {"number": "float64", "datetime": "datetime64[us]"}.get(column.kind.value, "str")
        if column.kind.value == "number":
            assert not np.isinf(once.frame[column.name]).any()
        if not column.nullable:
            assert once.frame[column.name].notna().all()
    assert Schema.from_json(schema.to_json()) == schema
    assert not [f for f in once.findings if f.code == "unseen_category"]
    check_dataset(once)
    profile(once)


@RELAXED
@given(tables(likely, min_rows=2), tables(likely, min_rows=2))
def test_any_rows_pass_the_gate_of_any_schema(first: list[list[str]], second: list[list[str]]) -> None:
    schema = Schema.infer(read_table(pd.DataFrame(first[1:], columns=first[0])))
    other = pd.DataFrame(second[1:], columns=second[0]).rename(
        columns=dict(zip(second[0], first[0], strict=False))
    )
    got = schema.coerce(other, missing_columns="missing")
    assert tuple(got.frame.columns) == schema.names
    assert len(got.frame) == len(other)
    pd.testing.assert_frame_equal(schema.coerce(got.frame).frame, got.frame, check_exact=True)


plain = st.sampled_from(
    ["1", "2.5", "-3", "0", "yes", "no", "True", "a", "b", "red dress", "2024-01-31", "é", "007", ""]
)


@RELAXED
@given(tables(plain, min_rows=2))
def test_pandas_reading_passes_the_gate_alike(table: list[list[str]]) -> None:
    if len(table[0]) < 2:
        return
    content = written(table, ",")
    raw = read_bytes(content, ReadOptions(header=True))
    schema = Schema.infer(raw)
    ours = schema.coerce(raw).frame
    theirs = schema.coerce(pd.read_csv(io.BytesIO(content))).frame
    for column in schema:
        spellings = set(raw.frame[column.name].dropna())
        if column.kind.value in ("category", "text") and not column.numeric_values:
            # Where "0" and "yes" mix, pandas keeps the text; where "007" and "7" do, it cannot.
            numbers = pd.to_numeric(pd.Series(sorted(spellings), dtype=object), errors="coerce")
            if len(numbers) and numbers.notna().all():
                continue
        pd.testing.assert_series_equal(ours[column.name], theirs[column.name], check_exact=True)


@RELAXED
@given(tables(likely, min_rows=2), st.dictionaries(st.integers(0, 4), st.sampled_from([
    "number", "boolean", "category", "datetime", "text", "identifier", "constant"
])))  # fmt: skip
def test_chosen_kinds_fit_or_are_refused(table: list[list[str]], wishes: dict[int, str]) -> None:
    names, *rows = table
    raw = read_table(pd.DataFrame(rows, columns=names))
    kinds = {names[i]: kind for i, kind in wishes.items() if i < len(names)}
    try:
        schema = Schema.infer(raw, kinds=kinds)
    except SchemaError as error:
        refused = error.column
    else:
        refused = None
    if refused is not None:
        assert refused in kinds
        return
    assert all(schema[name].kind.value == kind for name, kind in kinds.items())
    once = schema.coerce(raw)
    pd.testing.assert_frame_equal(once.frame, schema.coerce(once.frame).frame, check_exact=True)
