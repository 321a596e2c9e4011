"""Files as they come: each ends in a table or in a DataError that says where, never in a traceback."""

from __future__ import annotations

import gzip
import io
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from automl.data import RawTable, ReadOptions, read_table
from automl.errors import DataError, SettingError


def write(folder: Path, content: bytes | str, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def codes(table: RawTable) -> set[str]:
    return {finding.code for finding in table.report.findings}


def cells(table: RawTable) -> dict[str, list[str | None]]:
    return {
        str(name): [None if pd.isna(cell) else str(cell) for cell in table.frame[name]]
        for name in table.frame
    }


def refused(path: Path, *words: str, options: ReadOptions | None = None) -> DataError:
    with pytest.raises(DataError) as caught:
        read_table(path, options)
    message = str(caught.value)
    for word in words:
        assert word in message
    return caught.value


def test_empty_file(tmp_path: Path) -> None:
    refused(write(tmp_path, b""), "empty", "0 bytes")


@pytest.mark.parametrize("content", [b"\n\n  \n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n", b"\xff\xfe\n\x00"])
def test_nothing_but_blank_lines(tmp_path: Path, content: bytes) -> None:
    refused(write(tmp_path, content), "blank lines")


@pytest.mark.parametrize("content", ["a,b,c\n", "a,b,c", '"a","b","c"\r\n'])
def test_header_only_is_a_table_without_rows_and_says_so(tmp_path: Path, content: str) -> None:
    table = read_table(write(tmp_path, content))
    assert table.frame.shape == (0, 3)
    assert list(table.frame.columns) == ["a", "b", "c"]
    assert [f.severity for f in table.report.findings if f.code == "no_rows"] == ["error"]


def test_one_column(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, "age\n1\n2\n3\n"))
    assert cells(table) == {"age": ["1", "2", "3"]}
    assert table.report.delimiter is None


def test_one_column_of_sentences_with_commas_stays_one_column(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, "review\nGood, cheap, fast\nBad\nFine, but slow\nNo, never\n"))
    assert cells(table) == {"review": ["Good, cheap, fast", "Bad", "Fine, but slow", "No, never"]}


def test_one_column_with_decimal_commas_stays_one_column(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, "price\n1,5\n2,25\n3,75\n"))
    assert cells(table) == {"price": ["1,5", "2,25", "3,75"]}
    assert table.report.decimal == ","


def test_five_thousand_columns(tmp_path: Path) -> None:
    names = [f"c{i}" for i in range(5000)]
    rows = [",".join(str(r * 5000 + i) for i in range(5000)) for r in range(3)]
    table = read_table(write(tmp_path, "\n".join([",".join(names), *rows])))
    assert table.frame.shape == (3, 5000)
    assert table.frame.loc[2, "c4999"] == "14999"


def test_short_rows_are_filled_and_reported_with_their_line(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, "a,b,c\n1,2,3\n4,5\n7,8,9\n"))
    assert cells(table)["c"] == ["3", None, "9"]
    found = next(f for f in table.report.findings if f.code == "short_rows")
    assert found.evidence["lines"] == [3]
    assert "line 3" in found.message


def test_last_line_cut_off_is_named(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, "a,b,c\n1,2,3\n4,5,6\n7"))
    found = next(f for f in table.report.findings if f.code == "short_rows")
    assert "cut off" in found.message


def test_long_row_is_refused_with_line_and_field(tmp_path: Path) -> None:
    error = refused(
        write(tmp_path, "a,b\n1,2\n3,4,surplus\n5,6\n"), "line 3", "3 fields", "field 3", "surplus"
    )
    assert error.line == 3


def test_line_numbers_count_line_ends_inside_quotes(tmp_path: Path) -> None:
    error = refused(write(tmp_path, 'a,b\n"one\ntwo\nthree",2\n3,4,5\n7,8\n9,9\n'), "line 5")
    assert error.line == 5


def test_mostly_short_rows_are_refused(tmp_path: Path) -> None:
    error = refused(
        write(tmp_path, "a,b,c\n1,2\n3,4\n5,6\n7,8,9\n"), "line 2", options=ReadOptions(delimiter=",")
    )
    assert error.line == 2


@pytest.mark.parametrize("seed", range(5))
def test_binary_file(tmp_path: Path, seed: int) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, 20_000, dtype=np.uint8).tobytes()
    refused(write(tmp_path, b"X" + noise), "binary")


@pytest.mark.parametrize("cut", [0.05, 0.5, 0.99])
def test_truncated_gzip(tmp_path: Path, cut: float) -> None:
    rng = np.random.default_rng(0)
    text = "a,b\n" + "".join(f"{x},{y}\n" for x, y in rng.integers(0, 10**9, (5000, 2)))
    packed = gzip.compress(text.encode())
    error = refused(write(tmp_path, packed[: int(len(packed) * cut)], "t.csv.gz"), "cut off", "line")
    assert error.line is not None


def test_gzip_cut_inside_its_header(tmp_path: Path) -> None:
    refused(write(tmp_path, gzip.compress(b"a,b\n1,2\n")[:5], "t.csv.gz"), "cut off")


def test_damaged_gzip(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(b"a,b\n" + b"1,2\n" * 1000))
    packed[12] ^= 0xFF
    refused(write(tmp_path, bytes(packed), "t.csv.gz"), "gzip")


def test_gzip_of_several_members_and_any_name(tmp_path: Path) -> None:
    packed = gzip.compress(b"a,b\n1,2\n") + gzip.compress(b"3,4\n") + b"\x00" * 8
    table = read_table(write(tmp_path, packed, "download"))
    assert cells(table) == {"a": ["1", "3"], "b": ["2", "4"]}
    assert table.report.compression == "gzip"


def test_gzip_of_gzip_and_of_nothing(tmp_path: Path) -> None:
    refused(write(tmp_path, gzip.compress(gzip.compress(b"a,b\n1,2\n"))), "twice")
    refused(write(tmp_path, gzip.compress(b"")), "empty")


@pytest.mark.parametrize(
    "page",
    [
        "<!DOCTYPE html><html><head><title>Sign in, please</title></head><body>a,b\n1,2</body></html>",
        "\n\n<html lang='en'>\n<head>\n<title>\n Sign in, please\n</title>",
        "<!-- saved, page --><!doctype HTML>\n<title>Sign in, please</title>",
        "\ufeff<HTML><TITLE>Sign in, please</TITLE>",
    ],
)
def test_web_page_is_refused_by_its_title(tmp_path: Path, page: str) -> None:
    error = refused(write(tmp_path, page), "web page", "Sign in, please")
    assert error.line == 1


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ('{"a": [1, 2], "b": [3, 4]}', "JSON"),
        ('[{"a": 1, "b": 2},\n {"a": 3, "b": 4}]', "JSON"),
        ('{"a": 1, "b": 2}\n{"a": 3, "b": 4}\n', "JSON"),
        ('<?xml version="1.0"?>\n<rows><row a="1"/></rows>', "XML"),
        ("@relation iris\n@attribute a numeric\n@data\n1\n", "ARFF"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n\x1a\n....", "PNG"),
        (b"SQLite format 3\x00....", "SQLite"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "old Excel"),
        (pickle.dumps({"a": [1]}), "pickle"),
        (b"PAR1 and then nothing of the kind", "Parquet"),
        (b"PK\x03\x04 no archive at all", "cut off or damaged"),
    ],
)
def test_other_kinds_of_files_are_named(tmp_path: Path, content: bytes | str, what: str) -> None:
    refused(write(tmp_path, content), what)


def test_zip_archive_is_named_with_its_content(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("data.csv", "a,b\n1,2\n")
    refused(write(tmp_path, buffer.getvalue(), "data.zip"), "zip archive", "data.csv", "Unpack")


def test_nul_characters_are_removed_and_reported(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, b"a,b\n1,x\x00y\n2,z\n\x00\x00\x00\x00"))
    assert cells(table) == {"a": ["1", "2"], "b": ["xy", "z"]}
    found = next(f for f in table.report.findings if f.code == "nul_bytes")
    assert found.evidence == {"count": 5, "line": 2}


def test_unclosed_quote_is_refused_where_it_opens(tmp_path: Path) -> None:
    body = "a,b\n1,x\n" + '2,"never closed\n' + "3,y\n" * 50
    error = refused(write(tmp_path, body), "line 3", "never closes")
    assert error.line == 3


def test_unclosed_quote_is_read_when_quoting_is_off(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, 'a,b\n1,"5 inch\n2,"6 inch\n3,y\n'), ReadOptions(quotechar=""))
    assert cells(table)["b"] == ['"5 inch', '"6 inch', "y"]


def test_quote_marks_inside_fields_are_ordinary(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, 'size,n\n5" pipe,1\n6" x 4" board,2\nplain,3\n'))
    assert cells(table) == {"size": ['5" pipe', '6" x 4" board', "plain"], "n": ["1", "2", "3"]}


def test_one_quote_mark_inside_a_field_per_row(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, 'n,size,m\n1,5" pipe,7\n2,6" pipe,8\n3,7" pipe,9\n'))
    assert cells(table)["size"] == ['5" pipe', '6" pipe', '7" pipe']
    assert cells(table)["m"] == ["7", "8", "9"]


def test_very_long_cell(tmp_path: Path) -> None:
    long = "word " * 60_000
    table = read_table(write(tmp_path, f'a,b\n"{long}",1\nshort,2\nx,3,\n'))
    assert table.frame.loc[0, "a"] == long


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_ends(tmp_path: Path, ending: str) -> None:
    table = read_table(write(tmp_path, ending.join(["a,b", "1,x", "2,y", ""])))
    assert cells(table) == {"a": ["1", "2"], "b": ["x", "y"]}


def test_mixed_line_ends(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, "a,b\r\n1,x\n2,y\r3,z\r\n"))
    assert cells(table) == {"a": ["1", "2", "3"], "b": ["x", "y", "z"]}


def test_blank_lines_between_rows_are_left_out(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, "a,b\n\n1,x\n   \n2,y\r\n\r\n\n"))
    assert cells(table) == {"a": ["1", "2"], "b": ["x", "y"]}


def test_quoted_cells_with_line_ends_delimiters_and_quotes(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, 'a,b\n"x, ""y""\nz",1\n"",2\n" ",3\n'))
    assert cells(table)["a"] == ['x, "y"\nz', None, " "]


def test_no_such_file_folder_and_strange_name(tmp_path: Path) -> None:
    refused(tmp_path / "nothing.csv", "no file")
    refused(tmp_path, "folder")
    with pytest.raises(DataError):
        read_table("with\0nul.csv")


def test_damaged_and_empty_workbooks(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}).to_excel(buffer, index=False)
    whole = buffer.getvalue()
    refused(write(tmp_path, whole[: len(whole) // 2], "t.xlsx"), "damaged")
    broken = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(broken, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"<oops" if "sheet1" in name else old.read(name))
    refused(write(tmp_path, broken.getvalue(), "t.xlsx"), "damaged")
    empty = io.BytesIO()
    pd.DataFrame().to_excel(empty, index=False)
    refused(write(tmp_path, empty.getvalue(), "t.xlsx"), "empty")


def test_truncated_parquet(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    pd.DataFrame({"a": range(1000)}).to_parquet(buffer)
    refused(write(tmp_path, buffer.getvalue()[:-100], "t.parquet"), "Parquet", "cut off")


def test_options_are_checked() -> None:
    for wrong in (
        {"encoding": "klingon"},
        {"delimiter": "ab"},
        {"delimiter": "\n"},
        {"decimal": ";"},
        {"quotechar": "ab"},
    ):
        with pytest.raises(SettingError):
            ReadOptions(**wrong)  # type: ignore[arg-type]
    with pytest.raises(SettingError, match="Unknown reading option"):
        ReadOptions.from_json({"seperator": ","})
