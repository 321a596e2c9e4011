"""A model over time: planted changes are found where they are, and quiet months are quiet."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from automl.conformal import Conformal
from automl.data import read_table
from automl.errors import DataError, SchemaError, SettingError
from automl.metrics import METRICS
from automl.monitoring import Watched, score
from automl.monitoring.timeline import Asked, Timeline
from explain.judge.fairness import MINIMUM

from ...customers import customers
from ...logged import MODEL, dated, write_log

FLIPPED = {"yes": "no", "no": "yes"}


def flipped(frame: pd.DataFrame, rows: np.ndarray, share: float, seed: int = 0) -> pd.DataFrame:
    """Some of these rows with the other label."""
    chosen = rows & (np.random.default_rng(seed).random(len(frame)) < share)
    return frame.assign(left=np.where(chosen, frame["left"].map(FLIPPED), frame["left"]))


@pytest.fixture(scope="module")
def quiet(binary: Watched) -> Timeline:
    """Six months in which nothing happens."""
    return Asked(dated(3000, 3), by="seen", time_budget=None).answer(binary)


def test_nothing_happens(quiet: Timeline) -> None:
    assert [window.label for window in quiet.windows] == [f"2025-0{month}" for month in range(1, 7)]
    assert sum(window.rows for window in quiet.windows) == 3000
    assert all(window.labelled == window.rows for window in quiet.windows)
    assert all(window.level == "fine" for window in quiet.windows)
    assert quiet.changes == ()
    assert [test.what for test in quiet.tests] == ["roc_auc", "row_loss", "mean_prediction"]
    assert all(test.adjusted is not None and test.detectable for test in quiet.tests)
    assert (quiet.level, quiet.exit_code, quiet.output, quiet.period) == ("fine", 0, "yes", "month")
    assert quiet.headline.startswith("Nothing speaks against relying on the model: 6 windows")
    (main, calibration, *unseen) = quiet.ledger
    assert (main.metric, main.kept, main.windows_held, main.windows) == ("roc_auc", True, 6, 6)
    assert (calibration.metric, calibration.promised, calibration.kept) == ("calibration", 0.0, True)
    assert all(each.metric.startswith("unseen:") and each.kept for each in unseen)


def test_a_timeline_is_kept_as_json(quiet: Timeline) -> None:
    text = json.dumps(quiet.to_json(), allow_nan=False)
    again = Timeline.from_json(json.loads(text))
    assert again.to_json() == quiet.to_json()
    assert again.windows == quiet.windows
    assert json.loads(text)["exit_code"] == 0


def test_each_window_is_judged_as_its_rows_alone_are(binary: Watched) -> None:
    frame = dated(1500, 11, days=59)
    frame.loc[frame["seen"].dt.month == 2, "age"] += 12
    made = Asked(frame, by="seen", segments=(), time_budget=60).answer(binary)
    for window, month in zip(made.windows, (1, 2), strict=True):
        rows = frame[frame["seen"].dt.month == month].drop(columns=["seen", "id"]).reset_index(drop=True)
        alone = score(binary, rows, time_budget=30).report
        assert (window.rows, window.level, window.headline) == (alone.rows, alone.level, alone.headline)
        assert window.performance == alone.performance
        told = [(c.name, c.moved, c.chance, c.level) for c in window.columns]
        assert told == [(c.column, c.moved, c.chance, c.level) for c in alone.columns]
        assert [c.part for c in window.columns] == pytest.approx(
            [alone.parts[c.column] for c in alone.columns]
        )
    before, after = made.windows
    assert (before.level, after.level) == ("fine", "act")
    assert max(after.columns, key=lambda column: abs(column.part or 0.0)).name == "age"
    assert after.shift is not None
    assert after.shift > 0.1 > abs(before.shift or 0.0)
    assert made.exit_code == 2
    assert made.headline.startswith("In the last window (2025-02): ")


def test_a_loss_of_performance_is_found_where_it_begins(binary: Watched) -> None:
    frame = dated(4000, 12)
    late = np.arange(len(frame)) >= 2400
    made = Asked(
        flipped(frame, late, 0.3), by="seen", every="400 rows", segments=(), time_budget=None
    ).answer(binary)
    changes = {each.what: each for each in made.changes}
    assert set(changes) == {"roc_auc", "row_loss"}
    for each in changes.values():
        assert each.low <= each.at_window == 6 <= each.high
        assert each.p_value <= 0.05
        assert each.level == "look"
    assert changes["roc_auc"].after < changes["roc_auc"].before
    assert changes["row_loss"].after > changes["row_loss"].before
    broken = [each.metric for each in made.ledger if each.kept is False]
    assert "roc_auc" in broken
    assert made.ledger[0].kept is False
    assert made.ledger[0].windows_held < made.ledger[0].windows


def test_values_over_time_by_rows(regression: Watched) -> None:
    frame = dated(2400, 13)
    rows = np.arange(len(frame))
    frame["spend"] += np.where(rows >= 1200, 12.0, 0.0)
    made = Asked(frame, by="seen", every="200 rows", segments=["plan"], time_budget=None).answer(regression)
    assert [window.rows for window in made.windows] == [200] * 12
    assert made.windows[0].label == "rows 1 to 200"
    assert made.windows[3].start == frame["seen"].iloc[600].timestamp()
    assert made.windows[3].end == frame["seen"].iloc[799].timestamp()
    assert made.output is None
    changes = {each.what: each for each in made.changes}
    assert (changes["rmse"].at_window, changes["row_loss"].at_window) == (6, 6)
    ledger = {each.metric: each for each in made.ledger}
    assert (ledger["rmse"].kept, ledger["calibration"].kept) == (False, False)
    assert ledger["calibration"].came == pytest.approx(6.0, abs=0.5)
    assert ledger["calibration"].windows_held == 6


def test_labels_that_come_late_and_not_at_all(binary: Watched, tmp_path: Path) -> None:
    frame = dated(2000, 14, days=90)
    folder = write_log(tmp_path / "log", binary, frame)
    rng = np.random.default_rng(0)
    month = frame["seen"].dt.month
    # In March only those that the model takes for leavers get a label.
    chance = binary.scorer.predictions(binary.schema.coerce(read_table(frame)).frame)["probability_yes"]
    kept = np.where(month == 3, chance > 0.5, rng.random(len(frame)) < 0.6)
    labels = pd.DataFrame(
        {"id": frame["id"], "left": frame["left"], "at": frame["seen"] + pd.Timedelta(days=20)}
    )[kept]
    labels.to_csv(tmp_path / "labels.csv", index=False)
    asked = Asked(log=folder, labels=tmp_path / "labels.csv", labelled_at="at", segments=(), time_budget=None)
    made = asked.answer(binary, model=MODEL)
    for window, number in zip(made.windows, (1, 2, 3), strict=True):
        inside = (month == number).to_numpy()
        told = window.labelling
        assert told is not None
        assert (window.rows, window.labelled) == (inside.sum(), (inside & kept).sum())
        assert told.share == pytest.approx((inside & kept).sum() / inside.sum())
        assert told.delay == pytest.approx(20 * 86_400, abs=3600)
        late = labels.loc[inside[kept], "at"] >= pd.Timestamp(window.end, unit="s")
        assert told.late == late.sum() > 0
        assert told.selected == (number == 3)
        assert window.performance is not None
        assert window.performance.unlabelled == window.rows - window.labelled
    assert any(note.startswith("Rows with a label are predicted differently") for note in made.notes)
    assert any("are partly labelled" in note for note in made.notes)
    assert any("after their window had ended" in note for note in made.notes)


@pytest.mark.slow
def test_labels_that_come_at_random_are_no_selection(binary: Watched, tmp_path: Path) -> None:
    frame = dated(3000, 15)
    folder = write_log(tmp_path / "log", binary, frame)
    kept = np.random.default_rng(1).random(len(frame)) < 0.5
    frame.loc[kept, ["id", "left"]].to_csv(tmp_path / "labels.csv", index=False)
    made = Asked(log=folder, labels=tmp_path / "labels.csv", segments=(), time_budget=None).answer(
        binary, model=MODEL
    )
    adjusted = [w.labelling.adjusted for w in made.windows if w.labelling is not None]
    assert len(adjusted) == len(made.windows)
    assert not any(w.labelling.selected for w in made.windows if w.labelling is not None)
    assert not any("predicted differently" in note for note in made.notes)


def test_a_log_and_its_table_say_the_same(binary: Watched, tmp_path: Path) -> None:
    frame = dated(1200, 16, days=60).assign(seen=lambda f: f["seen"].dt.floor("h"))
    folder = write_log(tmp_path / "log", binary, frame)
    frame[["id", "left"]].to_csv(tmp_path / "labels.csv", index=False)
    of_log = Asked(log=folder, labels=tmp_path / "labels.csv", time_budget=None).answer(binary, model=MODEL)
    frame.to_csv(tmp_path / "rows.csv", index=False)
    of_table = Asked(tmp_path / "rows.csv", by="seen", time_budget=None).answer(binary)
    assert [w.performance for w in of_log.windows] == [w.performance for w in of_table.windows]
    assert [w.columns for w in of_log.windows] == [w.columns for w in of_table.windows]
    assert of_log.segments == of_table.segments
    assert of_log.ledger == of_table.ledger


def test_pieces_and_windows_in_any_order(
    binary: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = dated(1500, 17, days=60).sample(frac=1.0, random_state=0)
    path = tmp_path / "rows.csv"
    frame.to_csv(path, index=False)
    asked = Asked(path, by="seen", segments=(), time_budget=None)
    whole = asked.answer(binary)
    monkeypatch.setattr("automl.monitoring.pieces._PIECE", 20_000)
    monkeypatch.setattr(
        "automl.monitoring.pieces.pieces.__kwdefaults__", {"size": 20_000, "excel_rows": None}
    )
    pieced = asked.answer(binary)
    assert [(w.label, w.rows, w.labelled) for w in pieced.windows] == [
        (w.label, w.rows, w.labelled) for w in whole.windows
    ]
    assert [w.mean for w in pieced.windows] == pytest.approx([w.mean for w in whole.windows])
    one, other = ([c.moved for w in made.windows for c in w.columns] for made in (pieced, whole))
    assert one == pytest.approx(other)


def test_groups_over_time(binary: Watched) -> None:
    frame = dated(3000, 18, days=120)
    rng = np.random.default_rng(5)
    frame["gender"] = rng.choice(["f", "m"], len(frame))
    march = (frame["seen"].dt.month >= 3).to_numpy()
    frame.loc[march & (frame["gender"] == "f"), "age"] += 15
    made = Asked(frame, by="seen", fairness="gender", segments=["gender"], time_budget=None).answer(binary)
    assert [each.window for each in made.fairness] == [0, 1, 2, 3]
    apart = [each.fairness.measure("selection_rate").difference for each in made.fairness]
    assert max(each.value for each in apart[:2]) < 0.15 < min(each.value for each in apart[2:])
    for each in made.fairness:
        inside = frame["seen"].dt.strftime("%Y-%m") == made.windows[each.window].label
        assert each.fairness.groups == ("f", "m")
        assert each.fairness.rows.tolist() == frame.loc[inside, "gender"].value_counts().sort_index().tolist()
    assert {each.column for each in made.segments} == {"gender"}


def test_groups_of_too_few_rows_are_not_compared(binary: Watched) -> None:
    frame = dated(400, 19, days=59)
    frame["gender"] = np.where(np.arange(len(frame)) % 20 == 0, "f", "m")
    made = Asked(frame, by="seen", fairness="gender", segments=(), time_budget=None).answer(binary)
    assert made.fairness == ()
    assert any(f"have {MINIMUM} rows with a label" in note for note in made.notes)


def test_intervals_hold_what_they_promised(regression: Watched) -> None:
    fresh = customers(1500, 21)
    canonical = regression.schema.coerce(read_table(fresh)).frame
    conformal = Conformal.of_values(fresh["spend"].to_numpy(), regression.scorer.predict(canonical))
    watched = replace(regression, scorer=replace(regression.scorer, conformal=conformal))
    frame = dated(1500, 22)
    wide = (frame["seen"].dt.month >= 4).to_numpy()
    noise = np.random.default_rng(6).normal(0, 12, len(frame))
    for spend, kept in ((frame["spend"], True), (frame["spend"] + np.where(wide, noise, 0.0), False)):
        made = Asked(frame.assign(spend=spend), by="seen", segments=(), time_budget=None).answer(watched)
        promise = next(each for each in made.ledger if each.metric == "coverage")
        assert (promise.promised, promise.kept, promise.windows) == (0.9, kept, 6)
        low, high = conformal.interval(
            regression.scorer.predict(regression.schema.coerce(read_table(frame)).frame), 0.9
        )
        assert promise.came == pytest.approx(((low <= spend) & (spend <= high)).mean())
        assert (promise.windows_held == 6) == kept


def test_no_labels_no_performance_and_promises_not_known(binary: Watched) -> None:
    frame = dated(800, 23, days=59).drop(columns="left")
    made = Asked(frame, by="seen", time_budget=None).answer(binary)
    assert all(w.performance is None and w.labelled == 0 and w.labelling is None for w in made.windows)
    ledger = {each.metric: each.kept for each in made.ledger}
    assert (ledger["roc_auc"], ledger["calibration"]) == (None, None)
    assert made.segments == ()
    tests = {each.what: each.note for each in made.tests}
    assert tests["roc_auc"].startswith("0 windows have a value")


def test_rows_without_a_date_are_counted(binary: Watched) -> None:
    frame = dated(300, 24, days=20)
    frame.loc[:9, "seen"] = pd.NaT
    made = Asked(frame, by="seen", segments=(), time_budget=None).answer(binary)
    assert sum(window.rows for window in made.windows) == 290
    assert "10 row(s) have no date and are in no window." in made.notes


def test_rows_out_of_order_are_told_where_order_matters(binary: Watched) -> None:
    frame = dated(300, 25, days=20).sample(frac=1.0, random_state=1)
    by_rows = Asked(frame, by="seen", every="150 rows", segments=(), time_budget=None).answer(binary)
    assert any(note.startswith("The rows are not in the order of their dates") for note in by_rows.notes)
    by_days = Asked(frame, by="seen", every="month", segments=(), time_budget=None).answer(binary)
    assert not any("order of their dates" in note for note in by_days.notes)


def test_what_cannot_be_asked(binary: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = dated(200, 26)
    with pytest.raises(SettingError, match="found neither"):
        Asked()
    with pytest.raises(SettingError, match="a column of dates"):
        Asked(frame)
    with pytest.raises(SettingError, match="There is no file"):
        Asked(tmp_path / "gone.csv", by="seen")
    with pytest.raises(SettingError, match="no column 'when'"):
        Asked(frame, by="when").answer(binary)
    with pytest.raises(SettingError, match="no column 'gender'"):
        Asked(frame, by="seen", fairness="gender").answer(binary)
    with pytest.raises(SchemaError, match='missing: "plan"'):
        Asked(frame.drop(columns="plan"), by="seen").answer(binary)
    with pytest.raises(DataError, match="no row with a date"):
        Asked(frame.assign(seen=pd.NaT), by="seen").answer(binary)
    monkeypatch.setattr("automl.monitoring.timeline.gather.MOST_WINDOWS", 5)
    with pytest.raises(SettingError, match="more than 5 windows"):
        Asked(frame, by="seen", every="month").answer(binary)


def test_missing_columns_may_be_taken_as_missing(binary: Watched) -> None:
    frame = dated(300, 27, days=20).drop(columns="plan")
    made = Asked(frame, by="seen", missing_columns="missing", segments=(), time_budget=None).answer(binary)
    assert (made.windows[0].level, made.level) == ("act", "act")


def test_the_promised_score_is_what_the_metric_says(quiet: Timeline, binary: Watched) -> None:
    frame = dated(3000, 3)
    rows = binary.schema.coerce(read_table(frame)).frame
    truth = (frame["left"] == "yes").to_numpy().astype(np.int64)
    assert quiet.ledger[0].came == pytest.approx(
        METRICS["roc_auc"].score(truth, binary.scorer.predict_proba(rows))
    )
