"""Costs on the pages: asked before a run, and what they led to beside its models."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

import automl
from automl import jobs
from automl.store import Home, version_of

from .conftest import OpenPage
from .test_new_run import draft_of, penguins, selectbox, started
from .test_pages import words

__all__ = ["started"]  # a fixture


def patients() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(150, 2))
    state = np.where(x[:, 0] + rng.normal(size=150) > 0.9, "sick", "calm")
    return pd.DataFrame(x, columns=["u", "v"]).assign(state=state)


def test_costs_of_two_classes_reach_the_run(open_page: OpenPage, home: Path, started: list[Path]) -> None:
    draft = draft_of(home, "patients.csv", patients().to_csv(index=False).encode())
    page = open_page("new", upload=draft.id, more="true")
    selectbox(page, "Which column").set_value("state").run()
    assert selectbox(page, "What counts").value == "roc_auc"
    assert "cost" not in selectbox(page, "What counts").options
    miss = next(box for box in page.number_input if box.label == "Predicting calm when it is sick costs")
    miss.set_value(8.0).run()
    assert selectbox(page, "What counts").value == "log_loss"
    selectbox(page, "What counts").set_value("cost").run()
    page.button("start").click().run()
    spec = Home(home).run(started[0].name).spec
    assert spec["costs"] == {"false_positive": 1.0, "false_negative": 8.0}
    assert spec["metric"] == "cost"
    page = open_page("new", upload=draft.id, more="true")
    next(box for box in page.number_input if box.label == miss.label).set_value(1.0).run()
    assert selectbox(page, "What counts").value == "roc_auc"  # without costs there is no cost to measure


def test_costs_of_several_classes_are_offered_as_a_table(
    open_page: OpenPage, home: Path, sample_data: Path, started: list[Path]
) -> None:
    page = open_page("new", upload=penguins(home, sample_data).id, more="true")
    selectbox(page, "Which column").set_value("species").run()
    assert "What it costs to predict" in words(page)
    selectbox(page, "Which column").set_value("body_mass_g").run()
    assert "What it costs to predict" not in words(page)
    selectbox(page, "Which column").set_value("species").run()
    page.button("start").click().run()
    assert Home(home).run(started[0].name).spec["costs"] is None


def test_the_models_page_says_how_it_decides(open_page: OpenPage, home: Path) -> None:
    run = automl.fit(
        patients(), "state", budget=1200, max_trials=2, n_jobs=1, home=home, costs={"false_negative": 8}
    )
    jobs.launch(run.folder.path, "thresholds", model=run.used, version=version_of(run.folder))
    jobs.wait(jobs.jobs(run.folder.path, "thresholds")[0].folder, timeout=120)
    page = open_page("models", run=run.folder.id, **{"models-view": "Threshold"})
    text = words(page)
    assert "How it decides" in text
    assert "missing it costs 8" in text
    assert "“sick”" in text
    assert "always “calm”" in [row for frame in page.dataframe for row in frame.value.iloc[:, 0]]
