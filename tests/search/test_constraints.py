"""What is asked of a model: refused where it makes no sense, kept by everything that is made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import automl
from automl.errors import SettingError
from automl.report import BundleFacts, Subject
from automl.report.sections.constraints import constraints
from automl.run import Run, load_run
from automl.search.clock import Clock
from automl.search.prepare import load_prepared, prepare
from automl.search.refit import refit_once
from automl.search.select import load_trials, ranked
from automl.task import Task

ROWS = 240


def table(*, seed: int = 0, classes: int = 0) -> pd.DataFrame:
    """A skewed target that rises with `size` and falls with `age`, but for noise that says otherwise."""
    rng = np.random.default_rng(seed)
    size, age, other = rng.gamma(3, 30, ROWS), rng.uniform(0, 80, ROWS), rng.normal(size=ROWS)
    plan = rng.choice(["basic", "pro", "gold"], ROWS)
    price = np.exp(4 + size / 120 - age / 100 + 0.3 * np.sin(size / 8) + 0.4 * rng.normal(size=ROWS))
    frame = pd.DataFrame({"size": size, "age": age, "other": other, "more": -age * other, "plan": plan})
    frame["price"] = price
    frame[["size", "age"]] = frame[["size", "age"]].mask(rng.random((ROWS, 2)) < 0.1)
    if classes:
        codes = np.digitize(price, np.quantile(price, np.arange(1, classes) / classes))
        frame["price"] = np.array(["a", "b", "c"])[codes]
    return frame


def moves(run: Run, frame: pd.DataFrame, column: str, model: str | None = None) -> np.ndarray:
    """How the prediction of each row changes, in units of its range, when only one column grows."""
    grid = np.sort(np.append(frame[column].dropna().sample(25, random_state=0), [-50.0, 1e4]))
    rows = frame.drop(columns="price").sample(25, random_state=1)
    varied = rows.loc[rows.index.repeat(len(grid))].assign(**{column: np.tile(grid, len(rows))})
    fitted = run.model_for(model)
    values = fitted.predict_proba(varied)[:, 1] if hasattr(fitted, "classes_") else fitted.predict(varied)
    return np.diff(values.reshape(len(rows), -1), axis=1) / max(np.ptp(values), 1e-12)


@pytest.fixture(scope="module")
def directed_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A regression on a skewed target: linear, boosted (with pairs), forest, on both scales."""
    return automl.fit(
        table(), "price", budget=600, max_trials=8, n_jobs=2,
        monotone={"size": "increasing", "age": "decreasing"}, home=tmp_path_factory.mktemp("directed"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def readable_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return automl.fit(
        table(classes=2), "price", budget=600, max_trials=5, n_jobs=2, interpretable=True,
        monotone={"size": "increasing"}, home=tmp_path_factory.mktemp("readable"),
    )  # fmt: skip


def test_no_model_of_the_run_ever_moves_the_wrong_way(directed_run: Run) -> None:
    trials = ranked(load_trials(directed_run.folder))
    assert {"plain", "log"} <= {trial.params.get("target") for trial in trials}
    assert any(trial.params.get("pairs") for trial in trials)
    for model in [None, *(trial.id for trial in trials)]:
        assert moves(directed_run, table(), "size", model).min() >= -1e-12, model
        assert moves(directed_run, table(), "age", model).max() <= 1e-12, model
    # They do move; and columns without a direction go as they like.
    assert moves(directed_run, table(), "size").max() > 0.01
    free = moves(directed_run, table(), "other")
    assert free.min() < 0 < free.max()


def test_families_that_cannot_promise_it_say_so(directed_run: Run) -> None:
    events = directed_run.folder.events()
    skipped = {e["family"]: e["reason"] for e in events if e["kind"] == "family_skipped"}
    assert {"mlp", "k_nearest_neighbors"} <= set(skipped)
    assert "cannot promise" in skipped["mlp"]
    assert not {trial.family for trial in load_trials(directed_run.folder)} & set(skipped)


def test_what_was_asked_is_remembered_and_said(directed_run: Run) -> None:
    assert directed_run.folder.spec["monotone"] == {"size": "increasing", "age": "decreasing"}
    assert load_prepared(directed_run.folder).context.monotone == ((0, 1), (1, -1))
    words = said(directed_run)
    assert "the prediction never falls when “size” alone grows" in words
    assert "the prediction never rises when “age” alone grows" in words
    assert "ms to predict one row" in words


def said(run: Run, **changes: Any) -> str:
    """What the card says about constraints."""
    facts = BundleFacts(name="n", run_id="r", **({"result": run.result} | changes))
    return " ".join(
        " ".join(getattr(block, "texts", ())) + getattr(block, "text", "")
        for block in constraints(Subject(run.schema, load_prepared(run.folder).task, facts))
    )


def test_a_readable_model_is_one_model_of_a_readable_family(readable_run: Run) -> None:
    result = readable_run.result
    assert result is not None
    trials = {trial.id: trial for trial in load_trials(readable_run.folder)}
    assert {trial.family for trial in trials.values()} == {"dummy", "linear", "decision_tree"}
    assert not any("spline" in trial.params.values() for trial in trials.values())
    (member,) = result["members"]
    learned = [trial for trial in ranked(list(trials.values())) if trial.family != "dummy"]
    assert result["chosen"] == member["id"] == learned[0].id
    assert len(readable_run.model.steps[-1][1].estimators_) == 1
    assert moves(readable_run, table(classes=2), "size").min() >= -1e-12
    assert "one model that a person can read" in said(readable_run)
    assert "the probability of “b” never falls" in said(readable_run)
    for trial in trials.values():  # the other models of the run, too
        assert len(readable_run.model_for(trial.id).steps[-1][1].estimators_) == 1
        if trial.family == "decision_tree":
            tree = readable_run.model_for(trial.id).steps[-1][1].estimators_[0].steps[-1][1]
            assert tree.get_n_leaves() <= 16


def test_the_readable_model_learned_from_all_rows(readable_run: Run) -> None:
    result = readable_run.result
    assert result is not None
    assert result["refitted"] == [result["chosen"]]
    assert "learned from all rows" in said(readable_run)
    # As a search that was killed before would have it: the first fold's model, and no less readable.
    early = load_run(readable_run.folder.path)
    first = {**result, "refitted": []}
    assert "that the first fold leaves" in said(readable_run, result=first)
    prepared = load_prepared(early.folder)
    trial = next(t for t in load_trials(early.folder) if t.id == result["chosen"])
    assert refit_once(early.folder, prepared, trial, prepared.context, Clock(60, spent=61), margin=0) == []
    again = refit_once(early.folder, prepared, trial, prepared.context, Clock(60), margin=0)
    assert again == result["refitted"]
    frame = table(classes=2)
    np.testing.assert_array_equal(early.model.predict_proba(frame), readable_run.model.predict_proba(frame))


def test_a_readable_model_is_explained_exactly(readable_run: Run) -> None:
    for trial in load_trials(readable_run.folder):
        if trial.family == "decision_tree":
            explanation = readable_run.explain(rows=[0, 1, 2], model=trial.id)
            assert explanation.exact
            assert explanation.additivity_error < 1e-9


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"monotone": {"size": "up"}}, "increasing or decreasing"),
        ({"monotone": {"price": "increasing"}}, "does not read"),
        ({"monotone": {"size": "increasing"}, "excluded": ["size"]}, "does not read"),
        ({"monotone": {"size": "increasing"}, "groups": "size"}, "does not read"),
        ({"max_latency_ms": 0}, "positive number of milliseconds"),
        ({"max_size_mb": float("nan")}, "positive number of megabytes"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, Any], says: str) -> None:
    with pytest.raises(SettingError, match=says):
        automl.create_run(table(), "price", **settings)


@pytest.mark.parametrize(
    ("frame", "column", "says"),
    [
        (table(), "plan", "found category"),
        (table().assign(one=1.0), "one", "found constant"),
        (table(classes=3), "size", "the 3 classes of 'price'"),
        (table(), "nowhere", "no column 'nowhere'"),
    ],
)
def test_columns_without_a_direction_are_refused(frame: pd.DataFrame, column: str, says: str) -> None:
    run = automl.create_run(frame, "price", monotone={column: "increasing"})
    with pytest.raises(SettingError, match=says) as caught:
        prepare(run.folder, frame)
    assert caught.value.fix
    assert not run.folder.has("prepared.json")


def test_old_runs_have_no_constraints(penguins_run: Run, tmp_path: Path) -> None:
    from automl.search.constraints import Constraints

    assert Constraints.of({}) == Constraints()
    assert not Constraints().limited
    task = Task("binary", "t", ("a", "b"), "roc_auc")
    facts = BundleFacts(name="n", run_id="r", result={"chosen": "t0001"})
    assert not list(constraints(Subject(penguins_run.schema, task, facts)))
