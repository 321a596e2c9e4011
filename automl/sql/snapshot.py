"""The result of a query as a Parquet file that knows where it came from.

Rows come in chunks, so that a large result is never in memory as a whole. Databases say little about the
types of a result that all drivers agree on, so they are taken from the values: each chunk is written with the
types that its values have, and in the end all chunks with the types that hold them all.
"""

from __future__ import annotations

import datetime
import decimal
import json
import os
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import DataError, SettingError
from .connections import reading
from .statement import checked_query

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy import Connection

__all__ = ["ROWS", "SECONDS", "Snapshot", "snapshot_of", "take_snapshot"]

ROWS = 1_000_000
"""Rows that a query may give if nothing else is said."""
SECONDS = 300.0
"""Seconds that a query may take if nothing else is said."""

_CHUNK = 10_000
_KEY = b"glassbench"
_EXACT = 2**53  # whole numbers up to here are exact as floats


@dataclass(frozen=True)
class Snapshot:
    """Where a table came from.

    Attributes
    ----------
    connection : str
        Name of the connection.
    query : str
    taken : float
        When, in Unix seconds.
    rows : int
    columns : int
    complete : bool
        Whether the query had no more rows than were taken.
    seconds : float
        How long it took.
    """

    connection: str
    query: str
    taken: float
    rows: int
    columns: int
    complete: bool
    seconds: float


def take_snapshot(
    connection: str,
    query: str,
    path: Path,
    *,
    rows: int = ROWS,
    seconds: float = SECONDS,
    progress: Callable[[int], None] | None = None,
) -> Snapshot:
    """Run a query and write what it gives as Parquet.

    Parameters
    ----------
    connection : str
        Name of a connection; see `connection_names`.
    query : str
        One SELECT.
    path : Path
        Where to; there is either the whole file or none.
    rows : int
        At most so many are taken.
    seconds : float
        At most so long it takes.
    progress : callable, optional
        Called with the number of rows so far.

    Raises
    ------
    SettingError
        When the query does not only read, or there is no such connection.
    DataError
        When the database refuses, it takes too long, or nothing comes.
    MissingExtraError
        When a package is missing.
    """
    query = checked_query(query)
    if rows < 1 or seconds <= 0:
        raise SettingError("A query needs at least one row and some time.", fix="Raise the limits.")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix=".query-", dir=path.parent) as folder:
        with reading(connection, seconds) as open_connection, _deadline(open_connection, began + seconds):
            names, parts, count, complete = _fetch(
                open_connection, query, Path(folder), rows, began + seconds, progress
            )
        if not count:
            raise DataError("The query gives no rows.", fix="Loosen its conditions.")
        told = Snapshot(
            connection.lower(), query, time.time(), count, len(names), complete,
            round(time.monotonic() - began, 3),
        )  # fmt: skip
        whole = Path(folder) / "whole.parquet"
        _join(parts, whole, told)
        os.replace(whole, path)
    return told


def snapshot_of(path: Path) -> Snapshot | None:
    """Where a Parquet file came from, None if not from here."""
    from pyarrow import ArrowException, parquet

    try:
        kept = (parquet.read_schema(path).metadata or {}).get(_KEY)
        return None if kept is None else Snapshot(**json.loads(kept))
    except (ArrowException, OSError, ValueError, TypeError):
        return None


@contextmanager
def _deadline(connection: Connection, end: float) -> Iterator[None]:
    """End statements of SQLite, which has no time limit of its own, when their time is up."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name != "sqlite" or not hasattr(driver, "set_progress_handler"):
        yield
        return
    driver.set_progress_handler(lambda: int(time.monotonic() > end), 10_000)
    try:
        yield
    finally:
        driver.set_progress_handler(None, 0)


def _fetch(
    connection: Connection,
    query: str,
    folder: Path,
    most: int,
    end: float,
    progress: Callable[[int], None] | None,
) -> tuple[list[str], list[Path], int, bool]:
    """Write the rows chunk by chunk; names, files, rows, and whether these are all."""
    import pyarrow as pa

    # Without parameters a driver leaves % and : in the query as they are.
    options = {"stream_results": True, "no_parameters": True, "max_row_buffer": _CHUNK}
    result = connection.execution_options(**options).exec_driver_sql(query)
    if not result.returns_rows:
        raise SettingError("The query gives no table.", fix="Write a SELECT.")
    keys = result.keys()
    names = _distinct([str(name) for name in keys])
    parts: list[Path] = []
    count = 0
    while chunk := result.fetchmany(min(_CHUNK, most + 1 - count)):
        if time.monotonic() > end:
            raise DataError(
                f"The query was ended at its time limit, after {count:,} rows.",
                fix="Select fewer rows or columns, or allow more time.",
            )
        complete = count + len(chunk) <= most
        kept: Sequence[Any] = chunk if complete else chunk[: most - count]
        if kept:
            columns = [_array([row[i] for row in kept]) for i in range(len(names))]
            table = pa.table(columns, names=names)
            parts.append(folder / f"{len(parts):06d}.arrow")
            with pa.OSFile(str(parts[-1]), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
                writer.write_table(table)
        count += len(kept)
        if progress is not None:
            progress(count)
        if not complete:
            result.close()
            return names, parts, count, False
    return names, parts, count, True


def _distinct(names: Sequence[str]) -> list[str]:
    """Names made distinct: a query may give two columns of one name, Parquet may not hold them."""
    from ..data.frames import distinct_names

    return distinct_names([name or f"column_{i + 1}" for i, name in enumerate(names)])[0]


def _array(values: list[Any]) -> pa.Array:
    """Values of one column of a chunk with the type that they have; text where they have several."""
    import pyarrow as pa

    values = [_plain(value) for value in values]
    try:
        array = pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError):
        array = pa.array([_text(value) for value in values], pa.string())
    if pa.types.is_decimal(array.type):
        array = _of_decimals(array, values)
    return array


def _plain(value: Any) -> Any:
    """A value of a driver as one that Arrow knows."""
    if value is None or isinstance(value, (bool, int, float, str, decimal.Decimal, datetime.date)):
        return value
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).hex()
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, (dict, list, tuple)):
        return json.dumps(value, default=str, ensure_ascii=False)
    if isinstance(value, (uuid.UUID, datetime.time)):
        return str(value)
    return str(value)


def _of_decimals(array: pa.Array, values: list[Any]) -> pa.Array:
    """Decimals as floats, or as text where they are numbers that floats would alter: long account numbers."""
    import pyarrow as pa

    known = [value for value in values if value is not None]
    finite = [value for value in known if value.is_finite()]
    whole = all(value == value.to_integral_value() for value in finite)
    if whole and any(abs(value) > _EXACT for value in finite):
        return pa.array([_text(value) for value in values], pa.string())
    return pa.array([None if value is None else float(value) for value in values], pa.float64())


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return format(value, "f") if isinstance(value, decimal.Decimal) else str(value)


def _join(parts: Sequence[Path], path: Path, told: Snapshot) -> None:
    """All chunks in one Parquet file, with the types that hold them all."""
    import pyarrow as pa
    from pyarrow import parquet

    schemas = []
    for part in parts:
        with pa.memory_map(str(part)) as source:
            schemas.append(pa.ipc.open_file(source).schema)
    fields = [
        pa.field(name, _common([s.field(i).type for s in schemas])) for i, name in enumerate(schemas[0].names)
    ]
    schema = pa.schema(fields, metadata={_KEY: json.dumps(asdict(told)).encode()})
    with parquet.ParquetWriter(path, schema) as writer:
        for part in parts:
            with pa.memory_map(str(part)) as source:
                table = pa.ipc.open_file(source).read_all()
                columns = [_cast(table.column(i), field.type) for i, field in enumerate(fields)]
                writer.write_table(pa.table(columns, schema=schema))


def _common(types: Sequence[pa.DataType]) -> pa.DataType:
    """The type that holds values of all these types."""
    import pyarrow as pa

    found = [kind for kind in dict.fromkeys(types) if not pa.types.is_null(kind)]
    if not found:
        return pa.string()
    if len(found) == 1:
        return found[0]
    if all(pa.types.is_integer(kind) or pa.types.is_floating(kind) for kind in found):
        return pa.float64()
    if all(pa.types.is_date(kind) or pa.types.is_timestamp(kind) for kind in found):
        zones = {kind.tz for kind in found if pa.types.is_timestamp(kind)}
        if len(zones) == 1:
            return pa.timestamp("us", zones.pop())
    return pa.string()


def _cast(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    # Whole numbers that no float holds exactly stand beside floats: the column is no identifier.
    return column if column.type == kind else column.cast(kind, safe=kind != "double")
