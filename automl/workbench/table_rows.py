"""Single rows of a run's table, read without the rest of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from automl.store import RunFolder

__all__ = ["rows_at"]


def rows_at(run: RunFolder, positions: Sequence[int], columns: Sequence[str]) -> list[Mapping[str, Any]]:
    """Values by column of the rows at these positions, in their order. Do not change them: they are shared.

    Parameters
    ----------
    run : RunFolder
    positions : sequence of int
        In the run's table, from 0.
    columns : sequence of str
    """
    path = run.path / "data.parquet"
    return list(_rows(path, path.stat().st_mtime_ns, tuple(positions), tuple(columns)))


@lru_cache(maxsize=32)
def _rows(
    path: Path, _stamp: int, positions: tuple[int, ...], columns: tuple[str, ...]
) -> tuple[Mapping[str, Any], ...]:
    from pyarrow.parquet import ParquetFile

    found: dict[int, Mapping[str, Any]] = {}
    with ParquetFile(path) as parquet:
        start = 0
        for number in range(parquet.num_row_groups):
            end = start + parquet.metadata.row_group(number).num_rows
            wanted = sorted({place for place in positions if start <= place < end})
            if wanted:
                part = parquet.read_row_group(number, columns=list(columns))
                taken = part.take([place - start for place in wanted]).to_pylist()
                found |= dict(zip(wanted, taken, strict=True))
            start = end
    return tuple(found[place] for place in positions)
