"""Part of a big file in place of all of it: enough to say what its columns are, quick whatever its size.

A file may be sorted, by time or even by what is to be predicted, so rows are taken from all over it wherever
its format lets one begin in the middle.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from automl.data import RawTable, ReadOptions, read_table

__all__ = ["WHOLE_BYTES", "Part", "part_of"]

WHOLE_BYTES = 25_000_000
_PACKED_BYTES = 4_000_000  # of gzip files and workbooks, which unpack to several times that
_WHOLE_CELLS = 4_000_000
_HEAD_BYTES = 6_000_000
_PIECES = 24
_PIECE_BYTES = 250_000
_PARQUET_ROWS = 60_000
_EXCEL_ROWS = 5_000


@dataclass(frozen=True)
class Part:
    """Rows of a file that were looked at.

    Attributes
    ----------
    table : RawTable
    rows : int
        How many the file has, about.
    spread : bool
        Whether they are from all over the file, not only from its beginning.
    """

    table: RawTable
    rows: int
    spread: bool


def part_of(path: Path, options: ReadOptions) -> Part | None:
    """Part of a big file, None where the file is small enough to be read as a whole.

    Raises
    ------
    DataError, SettingError
        When it is no table.
    """
    size = path.stat().st_size
    with path.open("rb") as stream:
        magic = stream.read(4)
    if magic == b"PAR1":
        return _of_parquet(path)
    if magic.startswith(b"PK"):
        return _of_excel(path, options) if size > _PACKED_BYTES else None
    if magic.startswith(b"\x1f\x8b"):
        return _of_gzip(path, options) if size > _PACKED_BYTES else None
    return _of_text(path, options, size) if size > WHOLE_BYTES else None


def _of_parquet(path: Path) -> Part | None:
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    try:
        file = ParquetFile(path)
        facts = file.metadata
        if facts.num_rows * facts.num_columns <= _WHOLE_CELLS:
            return None
        groups = facts.num_row_groups
        chosen = sorted({round(i * (groups - 1) / max(1, _PIECES - 1)) for i in range(_PIECES)})
        rows = min(_PARQUET_ROWS, max(1000, 2 * _WHOLE_CELLS // facts.num_columns))
        each = max(1, rows // len(chosen))
        batches = [next(file.iter_batches(each, row_groups=[group])) for group in chosen]
        frame = pa.Table.from_batches(batches).to_pandas()
    except (pa.ArrowException, OSError, StopIteration):
        return None  # reading all of it says what is wrong
    if any(name is not None for name in frame.index.names):
        frame = frame.reset_index()  # a named index is data
    table = read_table(frame, name=path.name)
    table = replace(table, report=replace(table.report, format="parquet", source=path.name))
    return Part(table, facts.num_rows, len(chosen) > 1)


def _of_excel(path: Path, options: ReadOptions) -> Part:
    from openpyxl import load_workbook

    table = read_table(path, options, excel_rows=_EXCEL_ROWS)
    rows = table.report.rows
    if rows >= _EXCEL_ROWS - 20 and table.report.sheet is not None:
        book = load_workbook(path, read_only=True)
        rows = max(rows, (book[table.report.sheet].max_row or rows) - 1)
        book.close()
    return Part(table, rows, spread=False)


def _of_gzip(path: Path, options: ReadOptions) -> Part | None:
    with path.open("rb") as packed, gzip.GzipFile(fileobj=packed) as stream:
        try:
            content = stream.read(_HEAD_BYTES)
        except (OSError, EOFError):
            return None  # reading all of it says what is wrong
        if len(content) < _HEAD_BYTES:
            return None
        share = min(1.0, packed.tell() / path.stat().st_size)
    table = _read(_whole_lines(content), path.name, options)
    return Part(table, round(table.report.rows / share), spread=False)


def _of_text(path: Path, options: ReadOptions, size: int) -> Part:
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
        pieces = _pieces(stream, head, size)
    content = b"".join(pieces) if pieces else _whole_lines(head)
    table = _read(content, path.name, options)
    return Part(table, round(table.report.rows * size / len(content)), spread=bool(pieces))


def _pieces(stream: Any, head: bytes, size: int) -> list[bytes]:
    """Whole lines from all over a text file; none where lines are not records or characters not bytes."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in head[:4096] or not _lines_are_records(head):
        return []
    first = head[: head.rfind(b"\n", 0, _PIECE_BYTES) + 1]
    if not first:
        return []
    found = [first]
    for number in range(1, _PIECES):
        stream.seek(number * (size - _PIECE_BYTES) // (_PIECES - 1))
        piece = stream.read(_PIECE_BYTES)
        piece = piece[piece.find(b"\n") + 1 : piece.rfind(b"\n") + 1]
        if not _lines_are_records(piece):
            return []
        found.append(piece)
    return found


def _lines_are_records(content: bytes) -> bool:
    """Whether no quoted field seems to go over the end of a line."""
    return all(line.count(b'"') % 2 == 0 for line in content[: content.rfind(b"\n") + 1].split(b"\n"))


def _read(content: bytes, name: str, options: ReadOptions) -> RawTable:
    """Read bytes as a file of this name, which messages quote."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / name
        file.write_bytes(content)
        return read_table(file, options)


def _whole_lines(content: bytes) -> bytes:
    """`content` up to the end of its last complete record."""
    newline, width = b"\n", 1
    if content.startswith(b"\xff\xfe"):
        newline, width = b"\n\x00", 2
    elif content.startswith(b"\xfe\xff"):
        newline, width = b"\x00\n", 2
    end = len(content)
    for _ in range(1000):
        end = content.rfind(newline, 0, end)
        while end >= 0 and end % width:
            end = content.rfind(newline, 0, end + width - 1)
        if end < 0:
            return content
        if content.count(b'"', 0, end) % 2 == 0:  # not inside a quoted field
            return content[: end + width]
    return content
