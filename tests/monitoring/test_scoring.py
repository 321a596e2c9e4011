"""From a table to predictions and a verdict."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from automl.errors import DataError
from automl.monitoring import DriftReport, Watched, pieces, score
from automl.monitoring.history import keep, scoring, scorings
from automl.store import RunFolder

from ..customers import FEATURES, customers

Write = Callable[..., Path]


def test_new_rows_like_the_old_ones_are_fine(binary: Watched, new_file: Write, tmp_path: Path) -> None:
    fresh = customers(800, 11)
    done = score(binary, new_file(fresh), out=tmp_path / "out.csv", time_budget=3)
    report = done.report
    assert report.level == "fine", report.reasons
    assert report.exit_code == 0
    assert report.concerned() == []
    assert "Nothing speaks against" in report.headline
    written = pd.read_csv(tmp_path / "out.csv")
    assert list(written.columns) == list(done.columns) == ["prediction", "probability_no", "probability_yes"]
    expected = binary.scorer.predictions(binary.scorer.coerce(fresh).frame)
    np.testing.assert_array_equal(written["probability_yes"], expected["probability_yes"])
    assert len(done.preview) == 100
    assert done.preview[0]["age"] == str(fresh["age"][0])
    assert report.performance is not None
    assert report.performance.rows == 800
    assert report.performance.level == "fine"


def test_hardly_any_of_many_tables_without_drift_is_called_drifted(binary: Watched) -> None:
    """All parts together: columns, predictions, classifier, the file's oddities, the score."""
    levels = [score(binary, customers(300, seed), time_budget=None).report.level for seed in range(100, 115)]
    assert levels.count("fine") >= 13
    assert "act" not in levels


def test_drift_that_moves_predictions_comes_first_and_calls_for_action(
    regression: Watched, new_file: Write
) -> None:
    new = customers(600, 12).drop(columns=["spend", "left"])
    new["age"] += 9
    new["fee"] = new["fee"] * 3  # the model hardly reads it
    report = score(regression, new_file(new)).report
    assert report.level == "act"
    assert report.exit_code == 2
    assert report.ranked()[0].column == "age"
    assert {"age", "fee"} <= set(report.concerned())
    assert any(reason.startswith("age alone moves the mean prediction by") for reason in report.reasons)
    assert report.shift is not None
    assert report.shift.total[0] == pytest.approx(report.shift.difference.sum(), abs=1e-9)
    assert report.performance is None, "these rows carry no target"


def test_pieces_give_the_same_report_and_predictions(
    regression: Watched, new_file: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = new_file(customers(700, 13).assign(plan="pro"))
    whole = score(regression, path, out=tmp_path / "whole.csv", time_budget=None).report
    cut = pieces.pieces
    monkeypatch.setattr(
        "automl.monitoring.scoring.pieces", lambda source, read: cut(source, read, size=15_000)
    )
    parts = score(regression, path, out=tmp_path / "parts.csv", time_budget=None).report
    assert (tmp_path / "whole.csv").read_text() == (tmp_path / "parts.csv").read_text()
    assert parts.rows == whole.rows == 700
    assert parts.findings == whole.findings
    for one, other in zip(parts.columns, whole.columns, strict=True):
        assert (one.column, one.p, one.moved) == (other.column, other.p, other.moved)
    assert parts.performance == whole.performance


def test_missing_columns_stop_it_unless_they_may_be_missing(
    binary: Watched, new_file: Write, tmp_path: Path
) -> None:
    path = new_file(customers(200, 14).drop(columns=["age", "left"]))
    refused = score(binary, path, out=tmp_path / "out.csv")
    assert not refused.report.scored
    assert not (tmp_path / "out.csv").exists()
    assert not list(tmp_path.glob(".out*"))
    assert refused.report.level == "act"
    assert refused.report.concerned() == ["age"]
    assert "cannot be scored" in refused.report.headline
    taken = score(binary, path, out=tmp_path / "out.csv", missing_columns="missing", time_budget=2)
    assert taken.report.scored
    assert taken.report.level == "act", "it is still to be mended"
    assert len(pd.read_csv(tmp_path / "out.csv")) == 200


def test_labels_that_are_wrong_now_are_seen(binary: Watched, new_file: Write) -> None:
    new = customers(600, 15)
    new["left"] = np.random.default_rng(0).permutation(new["left"])
    new.loc[:9, "left"] = "maybe"
    new.loc[10:19, "left"] = np.nan
    report = score(binary, new_file(new), time_budget=None).report
    assert report.performance is not None
    assert report.performance.level == report.level == "act"
    assert (report.performance.rows, report.performance.unlabelled) == (580, 20)
    assert "far worse than promised" in report.reasons[0]
    assert [f.evidence["values"] for f in report.findings if f.code == "unknown_label"] == [["maybe"]]


def test_reasons_and_intervals_stand_beside_the_predictions(
    regression: Watched, new_file: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("automl.monitoring.walk.MOST_REASONED", 30)
    path = new_file(customers(40, 16)[list(FEATURES)])
    done = score(regression, path, out=tmp_path / "out.csv", reasons=2, time_budget=None)
    written = pd.read_csv(tmp_path / "out.csv", keep_default_na=False)
    assert done.columns == ("prediction", "reasons")
    assert all("raises" in text or "lowers" in text for text in written["reasons"][:30])
    assert set(written["reasons"][30:]) == {""}
    assert any("first 30 rows" in note for note in done.report.notes)


def test_a_report_comes_back_from_json(binary: Watched, new_file: Write) -> None:
    report = score(binary, new_file(customers(300, 17).assign(city="city 1")), time_budget=2).report
    text = json.dumps(report.to_json(), allow_nan=False)
    back = DriftReport.from_json(json.loads(text))
    assert json.dumps(back.to_json()) == text
    assert back.ranked() == report.ranked()
    assert back.headline == report.headline
    assert json.loads(text)["exit_code"] == 2
    assert json.loads(text)["concerned"] == ["city"]


def test_a_table_without_rows_is_refused(binary: Watched, new_file: Write, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no rows"):
        score(binary, new_file(customers(5).head(0)), out=tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


def test_one_row_is_scored(binary: Watched, new_file: Write) -> None:
    report = score(binary, new_file(customers(1, 18)), time_budget=2).report
    assert report.scored
    assert report.rows == 1
    assert report.shift is None


def test_a_history_keeps_what_came_of_it(binary: Watched, new_file: Write, tmp_path: Path) -> None:
    run = RunFolder(tmp_path / "run")
    done = score(binary, new_file(customers(50, 19)), time_budget=None)
    for name in ("one", "two"):
        folder = run.path / "scorings" / name
        folder.mkdir(parents=True)
        keep(folder, done.report, model="ensemble", columns=done.columns, preview=done.preview)
    (run.path / "scorings" / "half").mkdir()
    found = scorings(run)
    assert {each.id for each in found} == {"one", "two"}
    one = scoring(run, "one")
    assert (one.rows, one.level, one.predictions) == (50, done.report.level, None)
    assert one.report().to_json() == done.report.to_json()
    assert one.preview() == done.preview
