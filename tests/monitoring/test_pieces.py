"""Files in pieces: the same rows as in one go."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from automl.data import read_table
from automl.errors import DataError
from automl.monitoring.pieces import pieces
from automl.store.files import file_sha256

from ..customers import customers

Write = Callable[[pd.DataFrame], Path]


def joined(path: Path, size: int) -> tuple[pd.DataFrame, int, list[float]]:
    found = list(pieces(path, size=size))
    frame = pd.concat([piece.table.frame for piece in found], ignore_index=True)
    return frame, len(found), [piece.done for piece in found]


def odd(rows: int = 400) -> pd.DataFrame:
    frame = customers(rows, 3)
    frame["note"] = frame["note"] + ['\n"quoted", and\nbroken' if i % 3 else "" for i in range(rows)]
    return frame


@pytest.mark.parametrize("size", [2_000, 9_000, 30_000])
def test_records_are_never_cut(new_file: Write, size: int) -> None:
    path = new_file(odd())
    frame, count, done = joined(path, size)
    whole = read_table(path)
    pd.testing.assert_frame_equal(frame, whole.frame)
    assert count > 1
    assert done == sorted(done)
    assert done[-1] == 1.0
    assert file_sha256(path) == whole.report.sha256


def test_what_was_detected_first_holds_for_all(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    lines = [f"{i},{i % 7}0;Zürich {i}" for i in range(1000)]
    path.write_bytes("\n".join(["wert;ort", *lines]).encode("cp1252"))
    frame, count, _ = joined(path, 4000)
    assert count > 1
    pd.testing.assert_frame_equal(frame, read_table(path).frame)


def test_compressed(tmp_path: Path) -> None:
    path = tmp_path / "table.csv.gz"
    path.write_bytes(gzip.compress(odd().to_csv(index=False).encode()))
    frame, count, _ = joined(path, 8000)
    assert count > 1
    pd.testing.assert_frame_equal(frame, read_table(path).frame)


def test_parquet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("automl.monitoring.pieces._ROWS", 150)
    path = tmp_path / "table.parquet"
    customers(400, 3).to_parquet(path)
    frame, count, done = joined(path, 1000)
    assert (count, done[-1]) == (3, 1.0)
    pd.testing.assert_frame_equal(frame, read_table(path).frame)


def test_what_cannot_be_cut_is_one_piece(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(customers(300, 3).to_csv(index=False).encode("utf-16"))
    frame, count, _ = joined(path, 1000)
    assert (count, len(frame)) == (1, 300)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no file"):
        list(pieces(tmp_path / "nothing.csv"))
