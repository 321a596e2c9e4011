"""The cases in which `pandas.read_csv` gives a table without a word, and the wrong one."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest

from automl.data import Kind, RawTable, ReadOptions, Schema, read_table
from automl.errors import DataError


def read(
    folder: Path, content: bytes | str, options: ReadOptions | None = None, name: str = "t.csv"
) -> RawTable:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_table(path, options)


def codes(table: RawTable) -> set[str]:
    return {finding.code for finding in table.report.findings}


def values(table: RawTable, column: str) -> list[object]:
    return list(Schema.infer(table).coerce(table).frame[column])


def test_decimal_comma_with_semicolons(tmp_path: Path) -> None:
    table = read(tmp_path, "item;price;weight\nbread;2,50;0,5\nmilk;1,20;1,0\ncheese;10,99;0,25\n")
    assert (table.report.delimiter, table.report.decimal) == (";", ",")
    assert values(table, "price") == [2.5, 1.2, 10.99]


def test_decimal_comma_in_every_cell(tmp_path: Path) -> None:
    # Split at the comma this is a table too: 1 | 5;2 | 5;3 | 5
    table = read(tmp_path, "a;b;c\n1,5;2,5;3,5\n4,5;5,5;6,5\n7,5;8,5;9,5\n")
    assert table.report.delimiter == ";"
    assert values(table, "b") == [2.5, 5.5, 8.5]


def test_decimal_comma_without_header(tmp_path: Path) -> None:
    table = read(tmp_path, "1,5;2,5\n4,5;5,5\n7,5;8,5\n")
    assert (table.report.delimiter, table.report.header) == (";", False)
    assert values(table, "column_2") == [2.5, 5.5, 8.5]


def test_thousands_dots_in_a_table_with_decimal_commas(tmp_path: Path) -> None:
    table = read(tmp_path, "city;people;share\nA;1.234;0,5\nB;12.500;0,25\nC;999;0,125\n")
    assert values(table, "people") == [1234.0, 12500.0, 999.0]


def test_decimal_mark_can_be_corrected(tmp_path: Path) -> None:
    text = 'a,b\n"1,234",x\n"2,500",y\n"3,125",z\n'
    assert values(read(tmp_path, text), "a") == [1234.0, 2500.0, 3125.0]
    assert values(read(tmp_path, text, ReadOptions(decimal=",")), "a") == [1.234, 2.5, 3.125]


@pytest.mark.parametrize("header", ["a,b", "a,b,"])
def test_trailing_comma_on_data_rows_shifts_nothing(tmp_path: Path, header: str) -> None:
    table = read(tmp_path, f"{header}\n1,x,\n2,y,\n3,z,\n")
    assert list(table.frame["a"]) == ["1", "2", "3"]
    assert list(table.frame["b"]) == ["x", "y", "z"]


def test_trailing_comma_is_reported(tmp_path: Path) -> None:
    table = read(tmp_path, "a,b\n1,x,\n2,y,\n3,z,\n")
    assert "trailing_delimiter" in codes(table)
    assert list(table.frame.columns) == ["a", "b"]


def test_row_names_without_header_become_a_column(tmp_path: Path) -> None:
    table = read(tmp_path, "a,b\nr1,1,x\nr2,2,y\nr3,3,z\n")
    assert table.frame.to_dict("list") == {
        "row_names": ["r1", "r2", "r3"],
        "a": ["1", "2", "3"],
        "b": ["x", "y", "z"],
    }
    assert "unnamed_first_column" in codes(table)


def test_country_code_na_is_kept(tmp_path: Path) -> None:
    table = read(tmp_path, "country,n\nNA,1\nDE,2\n,3\nNA,4\nDE,5\nFR,6\n")
    schema = Schema.infer(table)
    assert schema["country"].value_tokens == ("NA",)
    assert schema.coerce(table).frame["country"].tolist()[:2] == ["NA", "DE"]
    assert schema.coerce(table).frame["country"].isna().tolist() == [False, False, True, False, False, False]


def test_na_among_numbers_is_missing(tmp_path: Path) -> None:
    table = read(tmp_path, "x,y\n1.5,a\nNA,b\n2.5,c\n?,d\n-,e\n")
    column = Schema.infer(table)["x"]
    assert column.kind == Kind.NUMBER
    assert set(column.missing_tokens) == {"NA", "?", "-"}
    assert [v for v in values(table, "x") if v == v] == [1.5, 2.5]


def test_leading_zeros_survive(tmp_path: Path) -> None:
    table = read(tmp_path, "zip,n\n" + "00123,1\n02134,2\n90210,3\n" * 5)
    column = Schema.infer(table)["zip"]
    assert (column.kind, column.numeric_values, column.width) == (Kind.CATEGORY, True, 5)
    assert values(table, "zip")[:3] == ["00123", "02134", "90210"]


def test_web_page_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r'web page titled "Log in"'):
        read(tmp_path, "<!DOCTYPE html>\n<html><title>Log in</title>\n<p>user,password\n<p>a,b\n")


def test_duplicate_headers_are_numbered_like_pandas_and_reported(tmp_path: Path) -> None:
    text = "a,b,a,a.1,a\n1,2,3,4,5\n6,7,8,9,10\n"
    table = read(tmp_path, text)
    assert list(table.frame.columns) == list(pd.read_csv(io.StringIO(text)).columns)
    found = next(f for f in table.report.findings if f.code == "duplicate_headers")
    assert found.severity == "warning"
    assert found.column == "a"


def test_unnamed_headers_like_pandas(tmp_path: Path) -> None:
    text = ",x,\n1,2,3\n2,5,6\n"
    table = read(tmp_path, text)
    assert list(table.frame.columns) == list(pd.read_csv(io.StringIO(text)).columns)
    assert "unnamed_columns" in codes(table)


UMLAUTS = "name;city\nJürgen;Köln\nRené;Liège\nØystein;Ålesund\n"


@pytest.mark.parametrize(
    ("encoding", "reported"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
        ("cp1252", "cp1252"),
        ("latin-1", "cp1252"),
    ],
)
def test_encodings(tmp_path: Path, encoding: str, reported: str) -> None:
    table = read(tmp_path, UMLAUTS.encode(encoding))
    assert table.frame["name"].tolist() == ["Jürgen", "René", "Øystein"]
    assert table.report.encoding == reported
    assert list(table.frame.columns) == ["name", "city"]  # no mark sticks to the first name


def test_guessed_encoding_is_reported_and_correctable(tmp_path: Path) -> None:
    text = "имя;город\nИван;Москва\nОльга;Казань\n"
    wrong = read(tmp_path, text.encode("cp1251"))
    assert [f.severity for f in wrong.report.findings if f.code == "guessed_encoding"] == ["warning"]
    right = read(tmp_path, text.encode("cp1251"), ReadOptions(encoding="cp1251"))
    assert right.frame["имя"].tolist() == ["Иван", "Ольга"]


def test_wrong_encoding_is_refused_with_the_line(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        read(tmp_path, "a,b\n1,x\n2,é\n".encode("latin-1"), ReadOptions(encoding="utf-8"))
    assert caught.value.line == 3


def test_stray_bytes_in_utf8(tmp_path: Path) -> None:
    lines = ["name,n", *[f"Jürgen Müller,{i}" for i in range(30)]]
    table = read(tmp_path, "\n".join(lines).encode() + b"\nRen\xe9,31\n")
    assert table.frame["name"].tolist()[-1] == "René"
    assert table.frame["name"].tolist()[0] == "Jürgen Müller"
    found = next(f for f in table.report.findings if f.code == "mixed_encoding")
    assert found.evidence == {"count": 1, "line": 32}


def test_renamed_workbook_and_parquet_are_recognised(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", None]})
    book, parquet = io.BytesIO(), io.BytesIO()
    frame.to_excel(book, index=False)
    frame.to_parquet(parquet)
    for content, kind in ((book, "excel"), (parquet, "parquet")):
        table = read(tmp_path, content.getvalue(), name="renamed.csv")
        assert table.report.format == kind
        assert table.frame["a"].tolist() == [1, 2, 3]
        assert table.frame["b"].isna().tolist() == [False, False, True]


@pytest.mark.parametrize(("delimiter", "name"), [("\t", "t.tsv"), ("|", "t.txt"), (";", "t.csv"), (",", "t")])
def test_delimiters(tmp_path: Path, delimiter: str, name: str) -> None:
    rows = [["id", "text", "x"], ["1", "a b", "1.5"], ["2", "c d", "2.5"], ["3", "e", "3.5"]]
    table = read(tmp_path, "\n".join(delimiter.join(row) for row in rows), name=name)
    assert table.report.delimiter == delimiter
    assert table.frame["text"].tolist() == ["a b", "c d", "e"]


def test_commas_in_texts_of_a_tab_table(tmp_path: Path) -> None:
    table = read(tmp_path, "id\ttext\n1\tone, two\n2\tthree, four\n3\tfive, six\n")
    assert table.report.delimiter == "\t"


def test_excel_hint_line(tmp_path: Path) -> None:
    table = read(tmp_path, "sep=;\na;b\n1;2\n3;4\n")
    assert table.frame.to_dict("list") == {"a": ["1", "3"], "b": ["2", "4"]}
    assert table.report.header_line == 2


def test_single_quotes(tmp_path: Path) -> None:
    table = read(tmp_path, "'a','b'\n'x, y','1'\n'z','2'\n")
    assert table.report.quotechar == "'"
    assert table.frame["a"].tolist() == ["x, y", "z"]


def test_apostrophes_are_no_quotes(tmp_path: Path) -> None:
    table = read(tmp_path, "a,b\n'tis so,1\nit's,2\nboys',3\n")
    assert table.frame["a"].tolist() == ["'tis so", "it's", "boys'"]


def test_titles_above_the_header_are_left_out_and_reported(tmp_path: Path) -> None:
    table = read(
        tmp_path, "Sales report\nGenerated 2024-01-01\n\nregion,units,price\nN,1,2.5\nS,3,4.5\nW,5,6.5\n"
    )
    assert list(table.frame.columns) == ["region", "units", "price"]
    assert len(table.frame) == 3
    assert "skipped_lines" in codes(table)
    assert table.report.header_line == 4


def test_missing_header_is_noticed_and_correctable(tmp_path: Path) -> None:
    text = "5.1,3.5,setosa\n4.9,3.0,setosa\n6.2,3.4,virginica\n"
    table = read(tmp_path, text)
    assert (table.report.header, len(table.frame)) == (False, 3)
    assert "no_header" in codes(table)
    assert len(read(tmp_path, text, ReadOptions(header=True)).frame) == 2


def test_years_as_header(tmp_path: Path) -> None:
    table = read(tmp_path, "country,1990,1991,1992\nA,1,2,3\nB,4,5,6\n")
    assert list(table.frame.columns) == ["country", "1990", "1991", "1992"]


def test_words_only_have_a_header(tmp_path: Path) -> None:
    table = read(tmp_path, "type,text\nham,hello there\nspam,win now\nham,see you\n")
    assert list(table.frame.columns) == ["type", "text"]


def test_declared_missing_values(tmp_path: Path) -> None:
    text = "x,c\n1,a\n-999,unknown\n3,b\n4,a\n-999,b\n"
    table = read(tmp_path, text, ReadOptions(missing=("-999", "unknown")))
    schema = Schema.infer(table)
    frame = schema.coerce(table).frame
    assert frame["x"].isna().tolist() == [False, True, False, False, True]
    assert frame["c"].isna().tolist() == [False, True, False, False, False]
    # The schema carries them: a table read without the option is understood alike, also as pandas types it.
    again = schema.coerce(pd.read_csv(io.StringIO(text))).frame
    pd.testing.assert_frame_equal(again, frame)


def test_quote_marks_escaped_by_backslashes(tmp_path: Path) -> None:
    table = read(tmp_path, 'a,b\n"x \\"q\\" y",2\n"C:\\dir\\",3\n"z",4\n')
    assert table.frame["a"].tolist() == ['x "q" y', "C:\\dir\\", "z"]
    assert "backslash_quotes" in codes(table)
    plain = read(tmp_path, 'a,b\n"C:\\dir\\",2\n"D:\\",3\n5\\" pipe,4\n')
    assert plain.frame["a"].tolist() == ["C:\\dir\\", "D:\\", '5\\" pipe']
    assert "backslash_quotes" not in codes(plain)


def test_comment_lines_above_the_header(tmp_path: Path) -> None:
    table = read(tmp_path, "# exported, yesterday\n# by me\na,b,c\n1,2,3\n4,5,6\n")
    assert list(table.frame.columns) == ["a", "b", "c"]
    assert "skipped_lines" in codes(table)
    assert list(read(tmp_path, "#id,b,c\n1,2,3\n4,5,6\n").frame.columns) == ["#id", "b", "c"]


def test_trailing_delimiter_in_one_row_of_two(tmp_path: Path) -> None:
    assert read(tmp_path, "x,y\n1,2\nTotal,,\n").frame["x"].tolist() == ["1", "Total"]


def test_blank_lines_in_a_single_column_are_reported(tmp_path: Path) -> None:
    table = read(tmp_path, "total\n1\n\n4\n\n")
    found = next(f for f in table.report.findings if f.code == "blank_lines")
    assert found.evidence == {"count": 1}
