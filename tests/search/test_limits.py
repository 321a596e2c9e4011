"""The choice within limits of time and size, and the front of what can be had."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from automl.cli import main
from automl.metrics import get_metric
from automl.run import Run, load_run
from automl.search.clock import Clock
from automl.search.constraints import Constraints
from automl.search.cost import told
from automl.search.ensemble import select_ensemble
from automl.search.limits import Allowance, Limits
from automl.search.prepare import load_prepared
from automl.search.select import choose, confidence, load_trials, ranked
from automl.search.within import choose_within

RMSE = get_metric("rmse", "regression")


def weights_of(run: Run, limits: Limits) -> dict[str, float]:
    choice = choose(run.folder, load_prepared(run.folder).task, load_trials(run.folder), limits=limits)
    assert choice is not None
    return choice.weights


def megabytes(run: Run, weights: dict[str, float]) -> float:
    return sum(trial.bytes / 1e6 for trial in load_trials(run.folder) if trial.id in weights)


def changed(run: Run, path: Path, **settings: Any) -> Run:
    """A copy of a run that was asked for something else."""
    copy = path / run.folder.id
    shutil.copytree(run.folder.path, copy)
    again = load_run(copy)
    again.folder.write("spec.json", again.folder.spec | settings)
    return again


def test_the_selection_never_takes_more_than_is_allowed() -> None:
    rng = np.random.default_rng(0)
    y = rng.normal(size=200)
    for _ in range(20):
        predictions = sorted(
            (y + rng.normal(size=200) * rng.uniform(0.8, 2) for _ in range(8)), key=lambda p: RMSE.loss(y, p)
        )
        allowance = Allowance(rng.uniform(0.1, 1, (8, 2)), np.array([1.0, 1.5]))
        weights = select_ensemble(predictions, y, RMSE, allowance=allowance)
        members = [i for i, weight in enumerate(weights) if weight > 0]
        assert sum(weights) == pytest.approx(1)
        assert allowance.fits(members)
        vote = np.tensordot(weights, np.stack(predictions), axes=1)
        assert RMSE.loss(y, vote) <= RMSE.loss(y, predictions[0])


def test_without_limits_the_choice_is_the_runs_own(penguins_run: Run) -> None:
    assert penguins_run.result is not None
    members = {member["id"]: member["weight"] for member in penguins_run.result["members"]}
    assert weights_of(penguins_run, Limits()) == members
    assert penguins_run.result["cost"]["megabytes"] >= megabytes(penguins_run, members)
    assert 0 < penguins_run.result["cost"]["preparation_ms"] <= penguins_run.result["cost"]["latency_ms"]


def test_a_limit_of_size_is_kept_by_the_best_that_does(penguins_run: Run) -> None:
    trials = [t for t in ranked(load_trials(penguins_run.folder)) if t.family != "dummy"]
    sizes = sorted(trial.bytes / 1e6 for trial in trials)
    for limit in (sizes[0], sizes[len(sizes) // 2]):
        weights = weights_of(penguins_run, Limits(megabytes=limit))
        assert megabytes(penguins_run, weights) <= limit
        best = min(trial.loss or 0.0 for trial in trials if trial.bytes / 1e6 <= limit)
        choice = choose(
            penguins_run.folder,
            load_prepared(penguins_run.folder).task,
            trials,
            limits=Limits(megabytes=limit),
        )
        assert choice is not None
        # Log loss: the metric's loss is its score. The choice has base rates in it, the trial has not.
        assert choice.score <= best + 0.002


def test_where_nothing_fits_the_smallest_is_taken(penguins_run: Run) -> None:
    trials = [t for t in ranked(load_trials(penguins_run.folder)) if t.family != "dummy"]
    smallest = min(trials, key=lambda trial: trial.bytes)
    assert weights_of(penguins_run, Limits(megabytes=1e-6)) == {smallest.id: 1.0}
    # Of two limits that nothing keeps, the one that is missed most decides.
    both = Limits(milliseconds=1.0, megabytes=1e-6, preparation=(5.0, 0.0))
    assert weights_of(penguins_run, both) == {smallest.id: 1.0}
    quickest = min(trials, key=lambda trial: trial.row_seconds)
    assert weights_of(penguins_run, Limits(milliseconds=-1.0)) == {quickest.id: 1.0}


def test_a_single_model_is_the_best_trial(penguins_run: Run) -> None:
    best = next(t for t in ranked(load_trials(penguins_run.folder)) if t.family != "dummy")
    assert weights_of(penguins_run, Limits(single=True)) == {best.id: 1.0}


def test_a_choice_that_turns_out_too_slow_gives_way_to_a_smaller_one(
    penguins_run: Run, tmp_path: Path
) -> None:
    assert penguins_run.result is not None
    cost = penguins_run.result["cost"]
    limit = cost["preparation_ms"] + (cost["latency_ms"] - cost["preparation_ms"]) / 4
    run = changed(penguins_run, tmp_path, max_latency_ms=limit)
    for trial in load_trials(run.folder):  # far too good to be true
        run.folder.write(f"trials/{trial.id}.json", trial.to_json() | {"row_seconds": trial.row_seconds / 50})
    task, trials = load_prepared(run.folder).task, load_trials(run.folder)
    hoped_for = choose(run.folder, task, trials)
    chosen = choose_within(run.folder, task, trials, Clock(60), seconds=5)
    assert hoped_for is not None
    assert chosen is not None
    asked = Constraints.of(run.folder.spec)
    took = chosen.limits.allowance([t for t in trials if t.id in hoped_for.weights]).costs[:, 1].sum()
    assert chosen.cost.within(asked) or len(chosen.choice.weights) == 1
    assert chosen.choice.weights != hoped_for.weights or chosen.cost.within(asked)
    assert chosen.limits.milliseconds - chosen.limits.preparation[0] < took or chosen.cost.within(asked)
    # How sure the choice is can be said of restricted choices, too.
    sure = confidence(run.folder, task, trials, chosen.choice, limits=chosen.limits)
    assert sure is not None
    assert sure["optimism"]["loss"] >= 0


def test_impossible_limits_are_said_plainly(penguins_run: Run, tmp_path: Path) -> None:
    run = changed(penguins_run, tmp_path, max_latency_ms=1e-3, max_size_mb=1e-4)
    chosen = choose_within(
        run.folder, load_prepared(run.folder).task, load_trials(run.folder), Clock(60), seconds=5
    )
    assert chosen is not None
    asked = Constraints.of(run.folder.spec)
    assert not chosen.cost.within(asked)
    assert len(chosen.choice.weights) == 1
    (finding,) = told(chosen.cost, asked)["findings"]
    assert "keeps within 0.001 ms a row and 0.0001 MB" in finding["message"]
    assert finding["fix"]
    assert told(chosen.cost, Constraints())["findings"] == []


def test_no_point_of_the_front_is_beaten(penguins_run: Run) -> None:
    front = penguins_run.front()
    metric = load_prepared(penguins_run.folder).task.measure
    costs = np.column_stack([front.score.map(metric.distance), front.latency_ms, front.megabytes])
    for one in costs:
        for other in costs:
            assert not (1.1 * other < one).all()
    assert front.chosen.sum() == 1
    assert bool(front.chosen.iloc[0])  # nothing has a better score
    trials = {trial.id: trial for trial in load_trials(penguins_run.folder) if trial.status == "ok"}
    smallest = min((t for t in trials.values() if t.family != "dummy"), key=lambda t: t.bytes)
    assert front.megabytes.min() <= 1.1 * smallest.bytes / 1e6 + front.megabytes.min() * 0.5
    for point in front.to_dict("records"):
        assert sum(point["members"].values()) == pytest.approx(1)
        if point["exportable"]:
            assert point["id"] in {"ensemble", *trials}
    sizes = [len(members) for members in front.members if len(members) > 1]
    assert len(sizes) == len(set(sizes))


def test_the_terminal_shows_the_front(penguins_run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["front", str(penguins_run.folder.path)]) == 0
    shown = capsys.readouterr().out
    assert "ms / row" in shown
    for name in penguins_run.front().id:
        assert name in shown
