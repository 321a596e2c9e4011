"""Prediction logs: what the server has written is read back, and what is not there is no drift."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from automl.data import read_table
from automl.errors import DataError, SettingError
from automl.monitoring import Watched
from automl.monitoring.timeline.asked import Asked
from automl.monitoring.timeline.batch import Batch
from automl.monitoring.timeline.logs import LogSource

from ...logged import MODEL, dated, write_log


def batches(source: LogSource, watched: Watched) -> list[Batch]:
    """All of a log."""
    return list(source.batches(watched, ()))


def in_one(found: list[Batch]) -> tuple[pd.DataFrame, pd.DataFrame, np.ndarray]:
    """Rows, predictions and moments of all batches."""
    rows = pd.concat([each.table.frame for each in found], ignore_index=True)
    told = pd.concat([each.predictions for each in found], ignore_index=True)
    return rows, told, np.concatenate([each.moments for each in found])


@pytest.mark.parametrize("kind", ["binary", "regression"])
def test_what_was_logged_is_read_back(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    watched: Watched = request.getfixturevalue(kind)
    frame = dated(300, 4, days=20)
    folder = write_log(tmp_path / "log", watched, frame, most_bytes=20_000)
    assert len(list(folder.glob("*.jsonl"))) > 2
    found = batches(LogSource(folder, model=MODEL), watched)
    rows, told, moments = in_one(found)
    canonical = watched.schema.coerce(read_table(frame)).frame
    gated = watched.schema.coerce(read_table(rows))
    assert gated.findings == ()
    pd.testing.assert_frame_equal(gated.frame, canonical)
    pd.testing.assert_frame_equal(
        told, watched.scorer.predictions(canonical), check_dtype=False, check_exact=True
    )
    hours = frame["seen"].dt.floor("h").astype("datetime64[s]").astype(np.int64)
    np.testing.assert_array_equal(moments, hours)
    assert found[-1].done == 1.0


def test_lines_one_by_one_are_read_the_same(
    binary: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_log(tmp_path / "log", binary, dated(200, 5, days=9)) / "predictions.jsonl"
    quick = in_one(batches(LogSource(path), binary))
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([*lines[:50], lines[50][:40] + "\n", *lines[50:], '{"id":"half']))
    source = LogSource(path)
    slow = in_one(batches(source, binary))
    pd.testing.assert_frame_equal(slow[0], quick[0])
    pd.testing.assert_frame_equal(slow[1], quick[1])
    np.testing.assert_array_equal(slow[2], quick[2])
    (torn,) = source.notes()
    assert torn == ("1 line(s) are no whole predictions and are left out: line 51 of predictions.jsonl.")


def test_pieces_end_with_whole_lines(
    binary: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_log(tmp_path / "log", binary, dated(200, 5, days=9)) / "predictions.jsonl"
    whole = in_one(batches(LogSource(path), binary))
    monkeypatch.setattr("automl.monitoring.timeline.log_lines._PIECE", 1500)
    found = batches(LogSource(path), binary)
    assert len(found) > 20
    pd.testing.assert_frame_equal(in_one(found)[0], whole[0])


def test_erased_lines_are_skipped(binary: Watched, tmp_path: Path) -> None:
    path = write_log(tmp_path / "log", binary, dated(100, 6, days=9)) / "predictions.jsonl"
    lines = path.read_text().splitlines()
    for gone in (3, 17):
        lines[gone] = json.dumps({"erased": "0" * 64}).ljust(len(lines[gone].encode()))
    path.write_text("\n".join(lines) + "\n")
    source = LogSource(path)
    rows, *_ = in_one(batches(source, binary))
    assert len(rows) == 98
    assert source.notes() == ["2 prediction(s) were taken out of the log on request."]


def test_redacted_columns_are_no_drift(binary: Watched, tmp_path: Path) -> None:
    frame = dated(1200, 7, days=28)
    folder = write_log(tmp_path / "log", binary, frame, redact=["age", "city"])
    found = Asked(log=folder, every="week", segments=(), time_budget=None).answer(binary, model=MODEL)
    for window in found.windows:
        assert {"age", "city"}.isdisjoint(column.name for column in window.columns)
        assert not any("'age'" in reason or "'city'" in reason for reason in window.reasons)
        assert window.level == "fine", window.headline
    assert any(note.startswith("Redacted in the log") and "age, city" in note for note in found.notes)


def test_lines_of_other_models_are_left_out(binary: Watched, tmp_path: Path) -> None:
    folder = write_log(tmp_path / "log", binary, dated(60, 8, days=3), model="b" * 64)
    write_log(tmp_path / "log", binary, dated(40, 9, days=3))
    source = LogSource(folder, model=MODEL)
    assert len(in_one(batches(source, binary))[0]) == 40
    assert source.notes() == ["Lines of other models are left out: bbbbbbbbbbbb (60 lines)."]
    with pytest.raises(SettingError, match="several models"):
        batches(LogSource(folder), binary)
    with pytest.raises(SettingError, match="No line of log is of this model"):
        batches(LogSource(folder, model="c" * 64), binary)


def test_no_log(binary: Watched, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no prediction log"):
        batches(LogSource(tmp_path), binary)
