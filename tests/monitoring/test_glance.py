"""A look at a file before it is scored: what it says of whole files, of parts, and of what is no table."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from automl.data import ReadOptions
from automl.errors import DataError
from automl.monitoring import Watched
from automl.monitoring.glance import Glance, glance

from ..customers import FEATURES, customers


def look(watched: Watched, path: Path, **asked: object) -> Glance:
    return glance(watched.schema, watched.reference, watched.task.target, path, **asked)  # type: ignore[arg-type]


def written(path: Path, frame: pd.DataFrame, **how: object) -> Path:
    frame.to_csv(path, index=False, **how)  # type: ignore[call-overload]
    return path


def test_a_file_like_the_training_table_is_ready(binary: Watched, tmp_path: Path) -> None:
    seen = look(binary, written(tmp_path / "new.csv", customers(400, 21)))
    assert seen.level == "fine"
    assert "Nothing is in the way: all 8 columns" in seen.headline
    assert (seen.rows, seen.whole, seen.about_rows) == (400, True, 400)
    assert seen.labelled
    assert (seen.report.delimiter, seen.report.encoding) == (",", "utf-8")
    assert len(seen.preview) == 5
    assert Glance.from_json(seen.to_json()) == seen


def test_absent_and_renamed_columns_stop(binary: Watched, tmp_path: Path) -> None:
    frame = customers(60, 21)[list(FEATURES)].drop(columns="age").rename(columns={"plan": "Plan_"})
    path = written(tmp_path / "new.csv", frame)
    seen = look(binary, path)
    assert seen.level == "act"
    assert seen.absent == ("age", "plan")
    assert seen.likely == {"Plan_": "plan"}
    assert "2 columns that the model reads are not in the file: “age” and “plan”" in seen.headline
    assert not seen.labelled
    again = look(binary, path, names=seen.likely)
    assert again.absent == ("age",)
    assert "The column “age”, which the model reads, is not in the file" in again.headline


def test_values_that_cannot_be_read_are_named_with_their_rows(binary: Watched, tmp_path: Path) -> None:
    frame = customers(200, 21).astype({"visits": object})
    frame.loc[[3, 9], "visits"] = "many"
    frame.loc[20:39, "plan"] = "gold"
    frame.loc[50:59, "age"] = 900
    seen = look(binary, written(tmp_path / "new.csv", frame))
    assert seen.level == "look"
    assert "3 things about it are odd" in seen.headline
    told = {(each.code, each.column): each for each in seen.findings}
    assert told["unreadable_values", "visits"].evidence["rows"] == [4, 10]
    assert told["unseen_category", "plan"].evidence["examples"] == ["gold"]
    assert told["out_of_range", "age"].evidence["count"] == 10


def test_a_large_file_is_looked_at_from_its_beginning(
    binary: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = customers(4_000, 21)
    frame.loc[3_999, "visits"] = -1
    path = written(tmp_path / "new.csv", frame.astype({"visits": object}).replace({"visits": {-1: "many"}}))
    monkeypatch.setattr("automl.monitoring.glance._PIECE", 20_000)
    part = look(binary, path, seconds=0.0)
    assert 0 < part.rows < 1_000
    assert part.share is not None
    assert part.share < 0.3
    assert part.about_rows == pytest.approx(4_000, rel=0.1)
    assert part.level == "fine"
    told: list[float] = []
    whole = look(binary, path, seconds=None, progress=lambda share, _what: told.append(share))
    assert (whole.rows, whole.level, told[-1]) == (4_000, "look", 1.0)
    assert next(f for f in whole.findings if f.column == "visits").evidence["rows"] == [4_000]


def test_a_workbook_is_cut_and_says_so(
    binary: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "new.xlsx"
    customers(60, 21).to_excel(path, index=False)
    monkeypatch.setattr("automl.monitoring.glance._EXCEL_ROWS", 40)
    seen = look(binary, path, seconds=1.0)
    assert (seen.rows, seen.share, seen.about_rows) == (39, None, None)
    assert not seen.whole
    assert look(binary, path, seconds=None).rows == 60


def test_how_it_is_read_can_be_said(binary: Watched, tmp_path: Path) -> None:
    path = written(tmp_path / "new.csv", customers(50, 21), sep="|")
    assert look(binary, path).level == "fine"
    wrong = look(binary, path, read=ReadOptions(delimiter=","))
    assert len(wrong.absent) == 8


def test_no_rows_and_no_table(binary: Watched, tmp_path: Path) -> None:
    seen = look(binary, written(tmp_path / "empty.csv", customers(1, 21).iloc[:0]))
    assert seen.level == "act"
    assert "a header but no rows" in seen.headline
    page = tmp_path / "login.csv"
    page.write_text("<!DOCTYPE html><html><body>Log in</body></html>")
    with pytest.raises(DataError):
        look(binary, page)
