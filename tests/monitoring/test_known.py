"""What is known of a run's columns without its model."""

from __future__ import annotations

from pathlib import Path

import pytest

from automl.errors import RunError
from automl.monitoring import Watched
from automl.monitoring.known import is_at_hand, known_columns
from automl.run import Run
from automl.store import RunFolder

from ..customers import customers


def bare(path: Path, watched: Watched) -> RunFolder:
    """A run folder that has read its data, and has scored nothing."""
    folder = RunFolder(path)
    path.mkdir()
    folder.write("schema.json", watched.schema.to_json())
    folder.write("prepared.json", {"columns": list(watched.schema.names)})
    return folder


def test_rows_are_counted_once_as_for_a_comparison(
    binary: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = bare(tmp_path / "run", binary)
    rows = binary.schema.coerce(customers(2000, 1)).frame
    rows.assign(left="no").to_parquet(run.path / "data.parquet")
    assert is_at_hand(run), "few cells are counted at once"
    schema, known = known_columns(run)
    assert schema == binary.schema
    assert known.rows == len(rows)
    assert [each.name for each in known.columns] == list(schema.names)
    monkeypatch.setattr("automl.monitoring.known._CELLS", 10)
    assert is_at_hand(run), "they have been counted"
    (run.path / "data.parquet").unlink()
    assert known_columns(run) == (schema, known)
    (run.path / "references" / "columns.json").unlink()
    with pytest.raises(RunError, match="rows of the run"):
        known_columns(run)


def test_what_a_scoring_has_counted_is_used(binary: Watched, tmp_path: Path) -> None:
    run = bare(tmp_path / "run", binary)
    (run.path / "references").mkdir()
    run.write("references/ensemble.json", {"fingerprint": "x", "reference": binary.reference.to_json()})
    assert known_columns(run)[1] == binary.reference


def test_many_rows_are_for_a_job(binary: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = bare(tmp_path / "run", binary)
    binary.schema.coerce(customers(200, 1)).frame.to_parquet(run.path / "data.parquet")
    monkeypatch.setattr("automl.monitoring.known._CELLS", 10)
    assert not is_at_hand(run)


def test_a_run_without_data(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="has not read its data"):
        known_columns(RunFolder(tmp_path))


def test_a_real_run_agrees_with_its_own_reference(churn_run: Run) -> None:
    _, known = known_columns(churn_run.folder)
    assert known.columns == churn_run.reference().columns
