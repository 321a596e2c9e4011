"""After the holdout was opened, the chosen members learn from its rows, too."""

from __future__ import annotations

import shutil
from pathlib import Path

import joblib
import numpy as np
import pytest

from automl.models import Context
from automl.run import Run, load_run
from automl.run.rows import canonical_rows
from automl.search.evaluate import TrainingRows
from automl.search.prepare import load_prepared, load_split
from automl.search.refit import _makespan, affordable_seconds, expected_seconds
from automl.search.select import load_trials


def test_every_member_is_refitted_on_all_rows(churn_run: Run) -> None:
    result = churn_run.result
    assert result is not None
    assert result["refitted"] == sorted(member["id"] for member in result["members"])
    parts, rows = load_split(churn_run.folder), TrainingRows.load(churn_run.folder.path / "final")
    before = TrainingRows.load(churn_run.folder.path)
    assert len(rows.y) == len(parts.train) + len(parts.holdout) == 7043
    np.testing.assert_array_equal(rows.y[: len(before.y)], before.y)
    # Each model leaves out a tenth, which tells it when to stop, and learns from all other rows.
    assert 2 <= rows.n_folds <= 5
    shares = np.bincount(rows.fold[rows.fold >= 0], minlength=rows.n_folds) / len(rows.y)
    assert np.abs(shares - 0.1).max() < 0.01


def test_the_shipped_model_is_the_vote_of_the_refitted_members(churn_run: Run) -> None:
    assert churn_run.result is not None
    fresh = load_run(churn_run.folder.path)
    data = canonical_rows(fresh.folder, fresh.schema).head(40)
    encoded = fresh.model.steps[0][1].transform(data)
    expected = 0.0
    for member in churn_run.result["members"]:
        paths = (fresh.folder.path / "final").glob(f"{member['id']}-*.joblib")
        for model in (models := [model for path in paths for model in joblib.load(path)]):
            expected = expected + member["weight"] / len(models) * model.predict_proba(encoded)
    np.testing.assert_allclose(fresh.model.predict_proba(data), expected, atol=1e-12)
    # The other models on the leaderboard stay those of the search.
    other = next(t.id for t in load_trials(fresh.folder) if t.id != churn_run.result["chosen"])
    first = joblib.load(fresh.folder.trial_path(other, ".joblib"))
    theirs = np.mean([model.predict_proba(encoded) for model in first], axis=0)
    np.testing.assert_allclose(fresh.model_for(other).predict_proba(data), theirs, atol=1e-12)


def test_runs_of_earlier_versions_are_loaded(churn_run: Run, tmp_path: Path) -> None:
    """They have the refitted models of a member in one file."""
    copy = tmp_path / churn_run.folder.id
    shutil.copytree(churn_run.folder.path, copy)
    assert churn_run.result is not None
    for name in churn_run.result["refitted"]:
        parts = sorted((copy / "final").glob(f"{name}-*.joblib"))
        joblib.dump(
            [model for part in parts for model in joblib.load(part)], copy / "final" / f"{name}.joblib"
        )
        for part in parts:
            part.unlink()
    data = canonical_rows(churn_run.folder, churn_run.schema).head(40)
    expected = load_run(churn_run.folder.path).model.predict_proba(data)
    np.testing.assert_array_equal(load_run(copy).model.predict_proba(data), expected)


def test_a_kill_after_the_holdout_was_opened_ends_the_search(churn_run: Run, tmp_path: Path) -> None:
    copy = tmp_path / churn_run.folder.id
    shutil.copytree(churn_run.folder.path, copy)
    run = load_run(copy)
    result = run.result
    assert result is not None
    refitted = result.pop("refitted")
    run.folder.write("result.json", result)
    run.folder.set_status("finishing")
    assert run.status()["state"] == "interrupted"
    assert run.search() == result
    assert run.status()["state"] == "finished"
    assert [event["kind"] for event in run.folder.events()].count("holdout_opened") == 1
    first = [joblib.load(run.folder.trial_path(name, ".joblib")) for name in refitted]
    assert len(run.model.steps[-1][1].estimators_) == sum(map(len, first))


def test_expected_seconds_grow_with_the_rows_and_shrink_with_the_workers(churn_run: Run) -> None:
    context: Context = load_prepared(churn_run.folder).context
    trials = load_trials(churn_run.folder)
    few, many = (expected_seconds(trials, context, rows, 1) for rows in (500, 2500))
    assert 0 < few < many
    assert expected_seconds(trials, context, 2500, 2) < many


@pytest.mark.parametrize(
    ("tasks", "busy", "seconds"),
    [([3, 3, 3], [0, 0], 6), ([3, 3, 3], [0], 9), ([1, 1, 4], [5, 0], 6), ([], [2, 0], 2), ([1], [4, 4], 5)],
)
def test_models_go_to_whoever_is_free_first(tasks: list[float], busy: list[float], seconds: float) -> None:
    assert _makespan(tasks, busy) == seconds


def test_time_is_kept_for_as_many_refits_as_fit_into_it(churn_run: Run) -> None:
    context: Context = load_prepared(churn_run.folder).context
    trials = load_trials(churn_run.folder)[:3]
    one, two, three = (expected_seconds(trials[:count], context, 2500, 1) for count in (1, 2, 3))
    assert one < two < three
    for most, kept in ((one - 1e-6, 0.0), (two, two), (three - 1e-6, two), (np.inf, three)):
        assert affordable_seconds(trials, context, 2500, 1, most=most) == kept


def test_a_table_without_a_holdout_is_not_refitted(penguins_run: Run) -> None:
    assert penguins_run.result is not None
    assert "refitted" not in penguins_run.result
    assert not penguins_run.folder.has("final")


@pytest.mark.parametrize("word", ["refitted", "holdout_opened"])
def test_the_history_says_so(churn_run: Run, word: str) -> None:
    assert [event["kind"] for event in churn_run.folder.events()].count(word) == 1
