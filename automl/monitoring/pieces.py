"""Large files a piece at a time: each piece is a table of its own that passes the same gate.

A piece of a text file is its header and some whole records, read with what was detected on the first piece;
so each cell is read as it would be in the whole file, and memory is bounded by a piece.
"""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import pandas as pd

from automl.data import RawTable, ReadOptions, ReadReport, read_table

__all__ = ["Piece", "frame_piece", "pieces", "renamed"]

_PIECE = 24_000_000  # bytes of text
_ROWS = 100_000  # of a Parquet file
_EXCEL = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_WIDE = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Piece:
    """Some rows of a file.

    Attributes
    ----------
    table : RawTable
    done : float
        Share of the file that is read with this piece, 0 to 1.
    """

    table: RawTable
    done: float


def pieces(
    source: Path, options: ReadOptions | None = None, *, size: int = _PIECE, excel_rows: int | None = None
) -> Iterator[Piece]:
    """Read a file in pieces, in order.

    Parameters
    ----------
    source : Path
        Any that `automl.data.read_table` takes. What cannot be cut (Excel, UTF-16, quote marks escaped by
        backslashes) is one piece.
    options : ReadOptions, optional
        How it is to be read, where that is not to be detected.
    size : int
        Bytes of text in a piece, about.
    excel_rows : int, optional
        Of a workbook, read at most so many rows; default all.

    Raises
    ------
    DataError
        If there is no such file or it holds no table; with the line of the piece where there is one.
    """
    if not source.is_file() or source.stat().st_size <= size:
        yield Piece(read_table(source, options, excel_rows=excel_rows), 1.0)
        return
    with source.open("rb") as stream:
        magic = stream.read(4)
    if magic == b"PAR1":
        yield from _of_parquet(source, options)
    elif magic.startswith((*_EXCEL, *_WIDE)):
        yield Piece(read_table(source, options, excel_rows=excel_rows), 1.0)
    else:
        yield from _of_text(source, options or ReadOptions(), size)


def _of_parquet(source: Path, options: ReadOptions | None) -> Iterator[Piece]:
    from pyarrow.parquet import ParquetFile

    with ParquetFile(source) as file:
        total, read = file.metadata.num_rows, 0
        for batch in file.iter_batches(_ROWS):
            read += batch.num_rows
            yield Piece(read_table(batch.to_pandas(), options, name=source.name), read / max(total, 1))


def _of_text(source: Path, asked: ReadOptions, size: int) -> Iterator[Piece]:
    length = source.stat().st_size
    with source.open("rb") as raw, tempfile.TemporaryDirectory() as folder:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        text: BinaryIO = gzip.GzipFile(fileobj=raw) if packed else raw  # type: ignore[assignment]
        piece = Path(folder) / "piece.csv"
        content, rest = _records(text, b"", size)
        piece.write_bytes(content)
        first = read_table(piece, asked, name=source.name)
        # Plain ASCII says nothing of how other letters are written further down.
        encoding = asked.encoding if content.isascii() else first.report.encoding
        options = _as_read(first.report, encoding)
        header = _header(content, first.report)
        # Where a quote mark may be one that a backslash escapes, records cannot be told by counting them.
        if any(finding.code == "backslash_quotes" for finding in first.report.findings):
            yield Piece(read_table(source, asked), 1.0)
            return
        yield Piece(first, min(raw.tell() / length, 1.0))
        while True:
            content, rest = _records(text, rest, size)
            if not content.strip():
                return
            piece.write_bytes(header + content)
            yield Piece(read_table(piece, options, name=source.name), min(raw.tell() / length, 1.0))


def _records(stream: BinaryIO, begun: bytes, size: int) -> tuple[bytes, bytes]:
    """The next whole records, and the beginning of the one that follows."""
    content = begun
    while True:
        more = stream.read(size)
        content += more
        if not more:
            return content, b""
        end = _last_end(content)
        if end:
            return content[:end], content[end:]


def _last_end(content: bytes) -> int:
    """Where the last whole record ends: after a line end that is not inside of a quoted field."""
    end = len(content)
    quotes = content.count(b'"')
    while (end := content.rfind(b"\n", 0, end)) >= 0:
        if (quotes - content.count(b'"', end)) % 2 == 0:
            return end + 1
    return 0


def _as_read(report: ReadReport, encoding: str | None) -> ReadOptions:
    return ReadOptions(
        encoding=encoding,
        delimiter=report.delimiter,
        decimal=report.decimal,
        quotechar=report.quotechar,
        header=report.header,
    )


def _header(content: bytes, report: ReadReport) -> bytes:
    """The bytes of the header's record."""
    if not report.header:
        return b""
    lines = content.splitlines(keepends=True)
    begin = (report.header_line or 1) - 1
    for end in range(begin + 1, len(lines) + 1):
        record = b"".join(lines[begin:end])
        if record.count(b'"') % 2 == 0:
            return record
    return b""


def frame_piece(frame: pd.DataFrame, name: str) -> Piece:
    """A frame as the one piece that it is."""
    return Piece(read_table(frame, name=name), 1.0)


def renamed(found: Iterable[Piece], names: Mapping[str, str]) -> Iterator[Piece]:
    """The same pieces with some columns under other names.

    Parameters
    ----------
    found : iterable of Piece
    names : mapping of str to str
        From the name in the file to the other. A column that is not there stays away, and one whose new name
        another column has keeps its own.
    """
    for piece in found:
        frame = piece.table.frame
        new = {old: name for old, name in names.items() if old in frame and name not in frame}
        yield replace(piece, table=replace(piece.table, frame=frame.rename(columns=new)))
