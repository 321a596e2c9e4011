"""Files as people drop them: their names, what they hold, and as what table or in which words they end."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

__all__ = ["OddFile", "odd_files"]


@dataclass(frozen=True)
class OddFile:
    """A file and its end: a table of so many rows and columns, or a refusal with these words."""

    name: str
    content: bytes
    table: tuple[int, int] | None = None
    refusal: str = ""

    @property
    def facts(self) -> str:
        """How the page tells the table's size."""
        assert self.table is not None
        rows, columns = self.table
        return f"{rows:,} row{'s' * (rows != 1)} · {columns:,} column{'s' * (columns != 1)}"


def odd_files() -> list[OddFile]:
    """All of them."""
    return [*_texts(), *_encodings(), *_packed(), *_no_tables(), *_wide()]


def _plain(separator: str = ",", end: str = "\n", rows: int = 60) -> str:
    lines = [f"{i}{separator}{i % 7}{separator}{'ab'[i % 2]}" for i in range(rows)]
    return end.join([separator.join("ixy"), *lines, ""])


def _texts() -> Iterator[OddFile]:
    body = "".join(f"{i},{i % 7},{'ab'[i % 2]}\n" for i in range(60))
    yield OddFile(
        "one column.csv", ("age\n" + "".join(f"{20 + i % 50}\n" for i in range(60))).encode(), (60, 1)
    )
    decimal = "".join(f"{i};{i % 7},{i % 10};{'ab'[i % 2]}\n" for i in range(60))
    yield OddFile("semicolon and decimal comma.csv", f"i;x;y\n{decimal}".encode(), (60, 3))
    yield OddFile("tabs.txt", _plain("\t").encode(), (60, 3))
    yield OddFile("bars.data", _plain("|").encode(), (60, 3))
    yield OddFile("carriage returns.csv", _plain(end="\r").encode(), (60, 3))
    trailing = "".join(f"{i},{i % 7},{'ab'[i % 2]},\n" for i in range(60))
    yield OddFile("trailing commas.csv", f"i,x,y\n{trailing}".encode(), (60, 3))
    yield OddFile("same names.csv", f"x,x,x\n{body}".encode(), (60, 3))
    yield OddFile("no header.csv", body.encode(), (60, 3))
    yield OddFile(
        "names like markup.csv", f"*i*,<script>alert(1)</script>,[y](http://x)\n{body}".encode(), (60, 3)
    )
    yield OddFile("short rows.csv", f"i,x,y\n{body}99,1\n".encode(), (61, 3))
    yield OddFile("one huge cell.csv", (f'i,x,y\n{body}99,"{"word " * 600_000}",b\n').encode(), (61, 3))
    yield OddFile("NUL bytes.csv", f"i,x,y\n{body}".replace("4,a\n", "4,a\x00\n", 1).encode(), (60, 3))
    yield OddFile("only missing.csv", ("a,b\n" + ",\n" * 60).encode(), (60, 2))
    dates = ("2024-01-31", "31.01.2024", "Jan 31, 2024", "1/31/24")
    mixed = "".join(f"{dates[i % 4]},{i % 7},{'ab'[i % 2]}\n" for i in range(60))
    yield OddFile(
        "mixed dates.csv", f"d,x,y\n{mixed}".replace("Jan 31, 2024", '"Jan 31, 2024"').encode(), (60, 3)
    )
    titled = f"Export of customers,,\nmade on Monday,,\ni,x,y\n{body}"
    yield OddFile("titles above.csv", titled.encode(), (60, 3))


def _encodings() -> Iterator[OddFile]:
    text = "stadt,größe,y\n" + "".join(
        f"{'Köln' if i % 2 else 'Århus'},{i},{'ab'[i % 2]}\n" for i in range(60)
    )
    yield OddFile("BOM.csv", b"\xef\xbb\xbf" + text.encode(), (60, 3))
    yield OddFile("UTF-16.csv", text.encode("utf-16"), (60, 3))
    yield OddFile("Latin-1.csv", text.encode("latin-1"), (60, 3))


def _frame() -> pd.DataFrame:
    return pd.DataFrame({"i": np.arange(60) * 3.5, "x": np.arange(60) % 7, "y": ["a", "b"] * 30})


def _packed() -> Iterator[OddFile]:
    yield OddFile("packed.csv.gz", gzip.compress(_plain().encode()), (60, 3))
    yield OddFile("packed and renamed.csv", gzip.compress(_plain().encode()), (60, 3))
    book, two = io.BytesIO(), io.BytesIO()
    _frame().to_excel(book, index=False)
    yield OddFile("workbook renamed.csv", book.getvalue(), (60, 3))
    with pd.ExcelWriter(two) as writer:
        pd.DataFrame().to_excel(writer, sheet_name="cover")
        _frame().to_excel(writer, sheet_name="data", index=False)
        _frame().head(7).to_excel(writer, sheet_name="notes", index=False)
    yield OddFile("three sheets.xlsx", two.getvalue(), (60, 3))
    parquet = io.BytesIO()
    _frame().to_parquet(parquet)
    yield OddFile("table.parquet", parquet.getvalue(), (60, 3))
    yield OddFile("parquet renamed.csv", parquet.getvalue(), (60, 3))
    yield OddFile("cut off.parquet", parquet.getvalue()[:-200], refusal="cut off or damaged")
    yield OddFile("cut off.csv.gz", gzip.compress(_plain(rows=9000).encode())[:-900], refusal="cut off")
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("t.csv", _plain())
    yield OddFile("archive.zip", zipped.getvalue(), refusal="is a zip archive")
    yield OddFile("cut off.xlsx", book.getvalue()[:-500], refusal="cut off or damaged")


def _no_tables() -> Iterator[OddFile]:
    yield OddFile("empty.csv", b"", refusal="is empty")
    yield OddFile("blank lines.csv", b"\n\n  \n", refusal="blank lines")
    yield OddFile("header only.csv", b"a,b,c\n", refusal="header but no rows")
    login = b"<!DOCTYPE html><html><head><title>Log in</title></head><body>Please log in</body></html>"
    yield OddFile("login page.csv", login, refusal='is a web page titled "Log in"')
    yield OddFile("records.json", b'[{"a": 1, "b": 2}, {"a": 3, "b": 4}]', refusal="is a JSON file")
    yield OddFile("feed.xml", b"<?xml version='1.0'?><rows><row a='1'/></rows>", refusal="is an XML file")
    protected = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000) + "EncryptedPackage".encode("utf-16-le")
    yield OddFile("with a password.xlsx", protected, refusal="protected by a password")
    noise = np.random.default_rng(0).integers(0, 256, 20_000, dtype=np.uint8).tobytes()
    yield OddFile("noise.csv", b"X" + noise, refusal="binary")
    yield OddFile("long row.csv", b"a,b\n1,2\n3,4,surplus\n5,6\n", refusal="line 3")
    yield OddFile("paper.csv", b"%PDF-1.7\n" + bytes(100), refusal="is a PDF document")
    yield OddFile("base.csv", b"SQLite format 3\x00" + bytes(500), refusal="is an SQLite database")
    yield OddFile("model.csv", b"\x80\x04\x95" + bytes(50), refusal="Python pickle")


def _wide() -> Iterator[OddFile]:
    wide = [",".join(f"c{i}" for i in range(10_000))]
    wide += [",".join(str((row * i) % 97) for i in range(10_000)) for row in range(1, 61)]
    yield OddFile("ten thousand columns.csv", "\n".join(wide).encode(), (60, 10_000))
