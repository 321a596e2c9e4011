"""Files that are either whole or not there.

A reader never sees half a file and a killed writer leaves at most a temporary name behind: everything is
written beside its place, flushed to the disk and renamed.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "append_json_line",
    "file_sha256",
    "json_number",
    "json_records",
    "read_json",
    "read_json_lines",
    "replacing",
    "replacing_path",
    "write_json",
]


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Open a temporary binary file that takes the place of `path` when the block ends without an error."""
    with replacing_path(path) as part, part.open("wb") as stream:
        yield stream
        stream.flush()
        os.fsync(stream.fileno())


@contextmanager
def replacing_path(path: Path) -> Iterator[Path]:
    """Make a temporary file, empty, that takes the place of `path` when the block ends without an error.

    For what is written by name; whoever writes it flushes it to the disk.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    os.close(handle)
    try:
        yield Path(name)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write_json(path: Path, content: Any) -> None:
    """Write `content` as JSON, atomically. NaN is refused, since JSON has none."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1)
    with replacing(path) as stream:
        stream.write(text.encode())


def write_document(path: Path, content: Any) -> None:
    """Write `content` as JSON where somebody asked for it, atomically, with a line end."""
    with replacing(path.absolute()) as stream:
        stream.write((json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode())


def read_json(path: Path) -> Any:
    """Read a JSON file."""
    return json.loads(path.read_bytes())


def append_json_line(path: Path, content: Any) -> None:
    """Append one line of JSON in a single write, so that concurrent appends do not mix."""
    line = json.dumps(content, ensure_ascii=False, allow_nan=False) + "\n"
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(handle, line.encode())
    finally:
        os.close(handle)


def read_json_lines(path: Path) -> list[Any]:
    """Read all complete lines of a JSON-lines file; a last line cut off by a crash is left out."""
    if not path.exists():
        return []
    lines = path.read_bytes().split(b"\n")
    return [json.loads(line) for line in lines[:-1] if line]


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def json_number(value: float | None) -> float | None:
    """`value`, or None where JSON has no number for it (NaN, infinity)."""
    return None if value is None or not math.isfinite(value) else float(value)


def json_records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table as JSON objects; None where a value is missing."""
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]
