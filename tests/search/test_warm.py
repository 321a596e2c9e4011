"""A later run begins with what an earlier one found."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import automl
from automl.errors import RunError, SettingError
from automl.models import FAMILIES, Context
from automl.run import Run
from automl.search.propose import Proposer, adapted
from automl.search.select import load_trials, ranked
from automl.search.warm import best_candidates


def test_the_members_come_first_then_one_of_each_family(penguins_run: Run) -> None:
    assert penguins_run.result is not None
    found = best_candidates(penguins_run.folder, "species")
    best = [trial for trial in ranked(load_trials(penguins_run.folder)) if trial.family != "dummy"]
    members = {member["id"] for member in penguins_run.result["members"]}
    first = [{"family": trial.family, "params": trial.params} for trial in best if trial.id in members]
    assert sorted(map(repr, found[: len(members)])) == sorted(map(repr, first))
    assert {each["family"] for each in found} == {trial.family for trial in best}


def test_a_run_on_a_later_version_of_the_table_tries_them_first(
    sample_data: Path, penguins_run: Run, tmp_path: Path
) -> None:
    later = pd.read_csv(sample_data / "penguins.csv").assign(seen=lambda t: range(len(t)))
    run = automl.fit(
        later, target="species", budget=300, max_trials=3, home=tmp_path, warm_start=penguins_run.folder.path
    )
    wanted = best_candidates(penguins_run.folder, "species")
    trials = load_trials(run.folder)
    assert [trial.origin for trial in trials] == ["first", "warm", "warm"]
    assert [trial.family for trial in trials[1:]] == [each["family"] for each in wanted[:2]]
    assert [trial.params for trial in trials[1:]] == [each["params"] for each in wanted[:2]]
    assert run.folder.spec["warm_start"]["run"] == penguins_run.folder.id


def test_parameters_that_mean_nothing_here_are_left_out() -> None:
    """The earlier table had categories and a skewed target; this one has neither."""
    context = Context(task="regression", n_rows=500, n_columns=5, n_classes=0, metric="rmse")
    params = {"num_leaves": 7, "learning_rate": 50.0, "cat_l2": 1.0, "target": "log", "extra_trees": True}
    new = adapted("lightgbm", params, context)
    assert (new["num_leaves"], new["extra_trees"]) == (7, True)
    assert 0.02 <= new["learning_rate"] <= 0.2  # out of bounds: as usual
    assert set(new) <= set(FAMILIES["lightgbm"].distributions(context))


def test_the_usual_first_candidates_follow_without_repetition() -> None:
    context = Context(task="binary", n_rows=500, n_columns=5, n_classes=2, metric="roc_auc")
    names = list(FAMILIES)
    fresh = Proposer(context, names, lag=4)
    usual = [fresh.ask(number) for number in range(8)]
    again = Proposer(context, names, lag=4, earlier=[{"family": c.family, "params": c.params} for c in usual])
    asked = [again.ask(number) for number in range(12)]
    assert asked[0].family == "dummy"
    assert [c.family for c in asked[1:8]] == [c.family for c in usual[1:]]
    assert {c.origin for c in asked[1:8]} == {"warm"}
    assert not [c for c in asked[8:] if (c.family, c.params) in [(u.family, u.params) for u in usual]]


def test_what_cannot_be_started_from_is_said(sample_data: Path, penguins_run: Run, tmp_path: Path) -> None:
    table = sample_data / "penguins.csv"
    with pytest.raises(SettingError, match="predicts 'species', not 'island'"):
        automl.create_run(table, target="island", home=tmp_path, warm_start=penguins_run.folder.path)
    empty = automl.create_run(table, target="species", home=tmp_path)
    with pytest.raises(RunError, match="no model to start from"):
        automl.create_run(table, target="species", home=tmp_path, warm_start=empty.folder.path)
    with pytest.raises(RunError):
        automl.create_run(table, target="species", home=tmp_path, warm_start=tmp_path / "nowhere")
