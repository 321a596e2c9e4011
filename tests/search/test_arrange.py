"""Grouped and time-ordered runs: no model is judged on rows of a group, or of a time, that it knows."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import automl
from automl.data import Schema, check_dataset, read_table, resplit, split
from automl.errors import DataError, SettingError
from automl.metrics import METRICS, bootstrap_interval
from automl.run import create_run
from automl.run.rows import canonical_rows
from automl.search.arrange import arrange
from automl.search.evaluate import TrainingRows
from automl.search.prepare import load_split


def visits(rows: int = 2400) -> pd.DataFrame:
    """Visits of 120 patients in order of time; the outcome is the patient's own, whatever the column says."""
    rng = np.random.default_rng(0)
    patient = rng.integers(0, 120, rows)
    own = rng.normal(size=120)
    return pd.DataFrame(
        {
            "patient_id": [f"P{p:03}" for p in patient],
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(np.sort(rng.integers(0, 600, rows)), "D"),
            "weight": own[patient] + rng.normal(scale=1e-3, size=rows),
            "outcome": np.where(rng.permutation(120)[patient] < 50, "ill", "well"),
        }
    )


def test_groups_never_straddle_and_classes_keep_their_shares() -> None:
    rng = np.random.default_rng(0)
    groups = np.unique(rng.geometric(0.02, 6000), return_inverse=True)[1]  # a few large, many small
    y = (rng.random(6000) < rng.beta(2, 4, groups.max() + 1)[groups]).astype(int)
    parts = split(y, "binary", seed=0, groups=groups)
    sides = [parts.holdout, *(parts.validation_rows(k) for k in range(parts.n_folds))]
    assert sum(map(len, sides)) == 6000
    assert len(np.concatenate([np.unique(groups[side]) for side in sides])) == groups.max() + 1
    sizes = np.array([len(side) for side in sides[1:]])
    assert np.ptp(sizes) <= 0.1 * sizes.mean()
    assert np.ptp([y[side].mean() for side in sides[1:]]) < 0.03
    again = split(y, "binary", seed=0, groups=groups)
    np.testing.assert_array_equal(parts.fold, again.fold)
    final = resplit(parts, y[np.concatenate([parts.train, parts.holdout])], "binary", seed=0, n_folds=10)
    order = groups[np.concatenate([parts.train, parts.holdout])]
    for number in range(final.n_folds):
        assert not set(order[final.fit_rows(number)]) & set(order[final.validation_rows(number)])


@pytest.mark.parametrize("seed", range(20))
def test_a_class_of_few_groups_is_always_learned(seed: int) -> None:
    rng = np.random.default_rng(seed)
    groups = rng.integers(0, 12, 300)
    y = (groups == 3).astype(int) + 2 * np.isin(groups, [4, 5])
    parts = split(y, "multiclass", seed=seed, groups=np.unique(groups, return_inverse=True)[1], holdout=True)
    for number in range(parts.n_folds):
        assert set(y[parts.fit_rows(number)]) == {0, 1, 2}


def test_later_rows_are_never_known() -> None:
    rng = np.random.default_rng(0)
    times = rng.integers(0, 700, 3000).astype(float)
    y = rng.integers(0, 2, 3000)
    parts = split(y, "binary", seed=0, times=times)
    assert times[parts.holdout].min() > times[parts.train].max()
    for number in range(parts.n_folds):
        learned, judged = parts.fit_rows(number), parts.validation_rows(number)
        assert times[learned].max() < times[judged].min()
        assert len(learned) >= 0.45 * len(parts.train)
    final = resplit(parts, y[np.concatenate([parts.train, parts.holdout])], "binary", seed=0, n_folds=10)
    in_order = times[np.concatenate([parts.train, parts.holdout])]
    assert in_order[final.validation_rows(0)].max() == times.max()
    spans = [(in_order[final.fold == k].min(), in_order[final.fold == k].max()) for k in range(10)]
    assert all(later[0] > earlier[1] for later, earlier in pairwise(spans))


def test_what_cannot_be_split_says_so() -> None:
    y = np.arange(100) % 2
    with pytest.raises(DataError, match=r"at least 3 groups .* found 2"):
        split(y, "binary", seed=0, groups=np.arange(100) // 50)
    with pytest.raises(DataError, match="single group"):
        split(np.arange(99) // 33, "multiclass", seed=0, groups=np.arange(99) // 33)
    with pytest.raises(DataError, match="different times"):
        split(y, "binary", seed=0, times=np.zeros(100))
    with pytest.raises(DataError, match="first time in row 100"):
        split((np.arange(100) == 99).astype(int), "binary", seed=0, times=np.arange(100.0))
    with pytest.raises(SettingError, match="not both"):
        create_run(visits(50), "outcome", groups="patient_id", time="day")
    dataset = Schema.infer(read_table(visits(200))).coerce(read_table(visits(200)))
    with pytest.raises(SettingError, match=r"'outcome', found '(ill|well)' in data row 1"):
        arrange(dataset, None, "outcome")


def test_rows_without_group_or_time() -> None:
    table = visits(200)
    table.loc[[3, 7], ["patient_id", "day"]] = None
    dataset = Schema.infer(read_table(table)).coerce(read_table(table))
    grouped = arrange(dataset, "patient_id", None)
    assert grouped.groups is not None
    assert [(grouped.groups == grouped.groups[row]).sum() for row in (3, 7)] == [1, 1]
    ordered = arrange(dataset, None, "day")
    assert ordered.times is not None
    assert set(np.argsort(ordered.times)[:2]) == {3, 7}
    assert [f.code for f in (*grouped.findings, *ordered.findings)] == [
        "grouped_split", "group_missing", "time_ordered_split", "time_missing",
    ]  # fmt: skip


def test_intervals_over_groups_cover_and_those_over_rows_do_not() -> None:
    rng = np.random.default_rng(0)
    groups, truth = np.repeat(np.arange(15), 20), np.sqrt(2 / np.pi) * np.sqrt(1 + 0.1)
    covered = {True: 0, False: 0}
    for seed in range(200):
        y = rng.normal(size=15)[groups] + rng.normal(scale=np.sqrt(0.1), size=300)
        for by_group in covered:
            low, high = bootstrap_interval(
                METRICS["mae"], y, np.zeros(300), groups=groups if by_group else None, draws=100, seed=seed
            )
            covered[by_group] += low <= truth <= high
    assert 0.84 <= covered[True] / 200 <= 0.96
    assert covered[False] / 200 < 0.5
    assert np.isnan(bootstrap_interval(METRICS["mae"], y, np.zeros(300), groups=np.zeros(300))).all()


def test_offers_on_tables_that_ask_for_it_and_on_no_other(sample_data: Path) -> None:
    def offers(table: pd.DataFrame | Path) -> list[tuple[str, str | None]]:
        raw = read_table(table)
        found = check_dataset(Schema.infer(raw).coerce(raw))
        return [(f.code, f.column) for f in found if f.code in ("group_column_found", "time_column_found")]

    assert sorted(offers(visits())) == [("group_column_found", "patient_id"), ("time_column_found", "day")]
    assert not offers(visits().sample(frac=1, random_state=0).drop(columns="patient_id"))
    for name in ("penguins.csv", "telco_churn.csv", "ames.csv"):
        assert not offers(sample_data / name)


@pytest.mark.parametrize(
    ("setting", "rows"),
    [
        ({"groups": "patient_id"}, 2400),
        pytest.param({"time": "day"}, 2400, marks=pytest.mark.slow),
        ({"time": "day"}, 400),
    ],
)
def test_a_run_keeps_to_it_to_the_end(setting: dict[str, str], rows: int, tmp_path: Path) -> None:
    run = automl.fit(visits(rows), "outcome", budget=120, max_trials=2, n_jobs=1, home=tmp_path, **setting)
    result = run.result
    assert result is not None
    codes = {finding["code"] for finding in run.folder.read("findings.json")}
    for folder in (run.folder.path, run.folder.path / "final"):
        known = TrainingRows.load(folder)
        for number in range(known.n_folds):
            learned, judged = known.split.fit_rows(number), known.split.validation_rows(number)
            if known.split.groups is not None:
                assert not set(known.split.groups[learned]) & set(known.split.groups[judged])
    parts = load_split(run.folder)
    assert (len(parts.holdout) > 0) == (rows >= 2000)
    assert result["refitted"]
    loaded, data = automl.load_run(run.folder.path), canonical_rows(run.folder, run.schema)
    np.testing.assert_array_equal(loaded.model.predict_proba(data), run.model.predict_proba(data))
    pd.testing.assert_frame_equal(loaded.leaderboard(), run.leaderboard())
    if "groups" in setting:
        assert "grouped_split" in codes
        assert run.schema.names == ("day", "weight")
        # The outcome follows the patient: known patients are told apart, new ones are not.
        assert result["holdout"]["score"] < 0.75
    else:
        assert "time_ordered_split" in codes
        assert parts.ordered
        assert "day" in run.schema
