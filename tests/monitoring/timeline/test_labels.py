"""Labels that come later: joined by id, what came twice, what contradicts, what nobody knows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from automl.data import read_table
from automl.errors import DataError, SettingError
from automl.monitoring.timeline.labels import LabelFile, read_labels
from automl.task import Task

TASK = Task("binary", "left", ("no", "yes"), "roc_auc")
SPEND = Task("regression", "spend", None, "rmse")


def written(folder: Path, text: str) -> Path:
    """A file of labels."""
    path = folder / "labels.csv"
    path.write_text(text)
    return path


def joined(labels: object, ids: list[str], target: str = "left") -> list[object]:
    """The target of predictions with these ids; None where there is none."""
    frame = pd.DataFrame({"id": ids})
    table, _, _ = labels.join(read_table(frame), frame["id"])  # type: ignore[attr-defined]
    return [None if pd.isna(value) else value for value in table.frame[target]]


def test_joined_by_id(tmp_path: Path) -> None:
    path = written(tmp_path, "id,left\na,yes\nb,no\nc,\nd,maybe\n")
    labels = read_labels(LabelFile(path), TASK)
    assert joined(labels, ["b", "x", "a", "c", "d"]) == ["no", None, "yes", None, None]
    (unknown,) = labels.notes()
    assert 'none of the known classes: "maybe"' in unknown


def test_twice_the_same_is_once(tmp_path: Path) -> None:
    path = written(tmp_path, "id,left\na,yes\nb,no\na,yes\n")
    labels = read_labels(LabelFile(path), TASK)
    assert joined(labels, ["a", "b"]) == ["yes", "no"]
    assert labels.notes() == ["1 id(s) have the same label more than once: a in data rows 1, 3."]


def test_contradicting_labels_are_named_and_do_not_count(tmp_path: Path) -> None:
    path = written(tmp_path, "id,left\na,yes\nb,no\nc,yes\na,no\n")
    labels = read_labels(LabelFile(path), TASK)
    assert joined(labels, ["a", "b", "c"]) == [None, "no", "yes"]
    (note,) = labels.notes()
    assert "contradict each other" in note
    assert "a in data rows 1, 4" in note


def test_the_latest_counts_where_the_file_says_when(tmp_path: Path) -> None:
    path = written(tmp_path, "id,left,at\na,yes,2025-02-01\na,no,2025-01-01\nb,no,2025-01-05\n")
    labels = read_labels(LabelFile(path, at="at"), TASK)
    assert joined(labels, ["a", "b"]) == ["yes", "no"]
    assert "the latest counts: a in data rows 1, 2" in labels.notes()[0]
    frame = pd.DataFrame({"id": ["b", "x"]})
    _, at, _ = labels.join(read_table(frame), frame["id"])
    assert at is not None
    np.testing.assert_array_equal(at, [pd.Timestamp("2025-01-05").timestamp(), np.nan])


def test_ids_that_nobody_knows_and_ids_of_several_predictions(tmp_path: Path) -> None:
    path = written(tmp_path, "id,left\na,yes\nb,no\nz,no\n")
    labels = read_labels(LabelFile(path), TASK)
    assert joined(labels, ["a", "a"]) == ["yes", "yes"]
    joined(labels, ["b"])
    assert labels.notes() == [
        "1 label(s) have an id that no prediction has.",
        "1 id(s) are of more than one prediction; each of these has the label.",
    ]


def test_numbers_by_another_name_from_parquet_with_whole_ids(tmp_path: Path) -> None:
    path = tmp_path / "labels.parquet"
    frame = pd.DataFrame({"key": [7, 8, 9], "paid": [1.5, np.nan, -2.0], "region": ["n", "s", "n"]})
    frame.to_parquet(path)
    labels = read_labels(LabelFile(path, id="key", target="paid"), SPEND, ["region", "elsewhere"])
    assert labels.columns == ("region",)
    assert joined(labels, ["9", "8", "7"], "spend") == [-2.0, None, 1.5]
    ids = pd.Series(["9", "1"])
    _, at, extra = labels.join(read_table(pd.DataFrame({"id": ids})), ids)
    assert at is None
    assert extra["region"].isna().tolist() == [False, True]


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, "key,left\na,yes\n")
    with pytest.raises(SettingError, match="no column 'id'") as told:
        read_labels(LabelFile(path), TASK)
    assert "key, left" in told.value.fix
    assert "--id" in told.value.fix


def test_no_known_label_at_all(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no label of 'left'"):
        read_labels(LabelFile(written(tmp_path, "id,left\na,maybe\nb,\n")), TASK)
