"""Workbooks, Parquet, frames, and what the report says of each."""

from __future__ import annotations

import datetime
import gzip
import hashlib
import json
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from automl.data import Kind, ReadOptions, ReadReport, Schema, read_table
from automl.errors import DataError, SettingError


def workbook(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


ROWS: list[list[object]] = [
    ["when", "units", "price", "note", "open"],
    [datetime.datetime(2024, 1, 31), 1, 2.5, "a", True],
    [datetime.datetime(2024, 2, 28), None, 3.5, "NA", False],
    [None, 3, 4, None, True],
]


def test_workbook(tmp_path: Path) -> None:
    table = read_table(workbook(tmp_path / "t.xlsx", {"data": ROWS}))
    assert (table.report.format, table.report.sheet, table.report.header_line) == ("excel", "data", 1)
    schema = Schema.infer(table, kinds={"units": "number", "note": "category"})
    assert [c.kind.value for c in schema] == ["datetime", "number", "number", "category", "boolean"]
    frame = schema.coerce(table).frame
    assert frame["when"][0] == pd.Timestamp("2024-01-31")
    assert frame["price"].tolist() == [2.5, 3.5, 4.0]
    assert frame["note"].isna().tolist() == [False, False, True]
    pd.testing.assert_frame_equal(schema.coerce(frame).frame, frame)


def test_first_sheet_with_content_and_the_chosen_one(tmp_path: Path) -> None:
    path = workbook(tmp_path / "t.xlsx", {"cover": [], "first": ROWS, "second": [["a", "b"], [1, 2]]})
    table = read_table(path)
    assert table.report.sheet == "first"
    assert table.report.sheets == ("cover", "first", "second")
    assert "several_sheets" in {f.code for f in table.report.findings}
    assert list(read_table(path, ReadOptions(sheet="second")).frame.columns) == ["a", "b"]
    with pytest.raises(SettingError, match="no sheet 'third'"):
        read_table(path, ReadOptions(sheet="third"))
    with pytest.raises(DataError, match=r"'cover'.*empty"):
        read_table(path, ReadOptions(sheet="cover"))


def test_titles_and_blank_rows_in_a_workbook(tmp_path: Path) -> None:
    rows = [["Sales report"], [], *ROWS, [], ["x", None, None, None, None]]
    table = read_table(workbook(tmp_path / "t.xlsx", {"data": rows[:-2]}))
    assert list(table.frame.columns) == ROWS[0]
    assert len(table.frame) == 3
    assert "skipped_lines" in {f.code for f in table.report.findings}


def test_workbook_without_header_and_with_equal_headers(tmp_path: Path) -> None:
    bare = read_table(workbook(tmp_path / "a.xlsx", {"s": [[1, 2.5], [2, 3.5], [3, 4.5]]}))
    assert (bare.report.header, list(bare.frame.columns)) == (False, ["column_1", "column_2"])
    same = read_table(workbook(tmp_path / "b.xlsx", {"s": [["a", "a", None], [1, 2, "x"], [3, 4, "y"]]}))
    assert list(same.frame.columns) == ["a", "a.1", "Unnamed: 2"]


def test_parquet_keeps_types_and_a_named_index(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "n": [1, 2, 3], "f": [0.5, None, 1.5], "d": pd.to_datetime(["2024-01-01", None, "2024-01-03"]),
            "day": [datetime.date(2024, 1, 1), datetime.date(2024, 1, 2), None], "b": [True, None, False],
            "c": pd.Categorical(["u", "v", "u"]), "l": [[1], [2, 3], []],
        },
        index=pd.Index(["p", "q", "r"], name="key"),
    )  # fmt: skip
    frame.to_parquet(tmp_path / "t.parquet")
    table = read_table(tmp_path / "t.parquet")
    assert table.report.format == "parquet"
    schema = Schema.infer(table)
    assert {c.name: c.kind.value for c in schema} == {
        "key": "category", "n": "number", "f": "number", "d": "datetime", "day": "datetime", "b": "boolean",
        "c": "category", "l": "category",
    }  # fmt: skip
    assert "nested_values" in {f.code for f in table.report.findings}
    pd.testing.assert_frame_equal(schema.coerce(schema.coerce(table).frame).frame, schema.coerce(table).frame)


def test_report_says_how_the_file_was_read_and_survives_json(tmp_path: Path) -> None:
    content = "größe;preis\n1;2,5\n2;3,5\n".encode("cp1252")
    path = tmp_path / "Möbel.export.csv.gz"
    path.write_bytes(gzip.compress(content, mtime=0))
    table = read_table(path, ReadOptions(quotechar="'"))
    report = table.report
    assert table.name == "Möbel.export"
    assert report.source == "Möbel.export.csv.gz"
    assert report.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (report.bytes, report.rows, report.columns) == (path.stat().st_size, 2, 2)
    assert (report.compression, report.encoding, report.delimiter, report.decimal) == (
        "gzip",
        "cp1252",
        ";",
        ",",
    )
    assert (report.header, report.header_line, report.quotechar) == (True, 1, "'")
    assert ReadReport.from_json(json.loads(json.dumps(report.to_json()))) == report


def test_rereading_with_the_reported_options_gives_the_same(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("größe;preis\n1;2,5\n2;3,5\n".encode("cp1252"))
    first = read_table(path)
    report = first.report
    again = read_table(
        path,
        ReadOptions(report.encoding, report.delimiter, report.decimal, report.quotechar, report.header),
    )
    pd.testing.assert_frame_equal(first.frame, again.frame)


def test_cells_are_text_as_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('a,b,c\n 1.50 ,007,NA\n1e3,"",nan\n')
    frame = read_table(path).frame
    assert frame["a"].tolist() == [" 1.50 ", "1e3"]
    assert frame["c"].tolist() == ["NA", "nan"]
    assert frame["b"].isna().tolist() == [False, True]


def test_progress_and_name(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,2\n")
    steps: list[float] = []
    table = read_table(path, name="mine", progress=lambda share, what: steps.append(share))
    assert table.name == "mine"
    assert steps == sorted(steps)
    assert steps[-1] == 1.0
    assert read_table(pd.DataFrame({"a": [1]}), name="frame").name == "frame"


def test_many_columns_are_understood_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    names = [f"c{i}" for i in range(1000)]
    lines = [",".join(names)] + [",".join(str(r * i % 97 / 7) for i in range(1000)) for r in range(1, 8)]
    path.write_text("\n".join(lines))
    table = read_table(path)
    schema = Schema.infer(table)
    assert schema["c1"].kind == Kind.NUMBER
    assert schema.coerce(table).frame.shape == (7, 1000)
