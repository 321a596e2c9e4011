"""`automl inspect`: sentences, a table, a document, and what is wrong."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import automl
from automl.inspection import inspections
from automl.run import Run

from .conftest import Command


@pytest.fixture
def run(penguins_run: Run, tmp_path: Path) -> Run:
    return automl.load_run(shutil.copytree(penguins_run.folder.path, tmp_path / "penguins"))


def test_help_lists_what_there_is(command: Command) -> None:
    done = command("inspect", "--help")
    assert done.code == 0
    listed = done.out.partition("what there is:")[2]
    for name, each in inspections().items():
        assert f"  {name} " in listed
        assert each.title in listed


@pytest.mark.slow
def test_sentences_and_a_table(command: Command, run: Run) -> None:
    path = run.folder.path
    done = command("inspect", path, "performance")
    assert done.code == 0, done.err
    assert "of the decisions are right" in done.out
    assert "accuracy" in done.out
    assert "Judged on predictions of 344 rows (344 out of fold)" in done.out
    document = command("inspect", path, "performance", "--json").document
    made = run.inspected("performance")
    assert document["result"]["confusion"]["counts"] == made.result.confusion.counts.tolist()
    assert document["sentences"] == list(made.told().sentences)
    assert document["seconds"] == made.seconds  # stored by the first of the three


@pytest.mark.slow
def test_a_row_and_what_may_change(command: Command, run: Run) -> None:
    path = run.folder.path
    asked = ("inspect", path, "counterfactuals", "--row", 5, "--goal", "Gentoo")
    document = command(*asked, "--immutable", "island", "--immutable", "sex", "--json").document
    assert document["params"]["immutable"] == ["island", "sex"]
    assert document["params"]["goal"] == "Gentoo"
    changed = {name for option in document["result"]["found"] for name in option["changed"]}
    assert changed.isdisjoint({"island", "sex"})
    edited = command(
        "inspect", path, "what_if", "--row", 5, "--set", "body_mass_g=5200", "--set", "sex=", "--json"
    )
    assert edited.document["params"]["row"] == 4
    assert edited.document["params"]["changes"] == {"body_mass_g": "5200", "sex": None}
    assert edited.document["result"]["edited"] == ["body_mass_g", "sex"]


def test_what_is_wrong(command: Command, run: Run) -> None:
    path = run.folder.path
    unknown = command("inspect", path, "horoscope")
    assert unknown.code == 1
    assert "There is no inspection 'horoscope'." in unknown.err
    assert "There is clusters, cohorts," in unknown.err
    absent = command("inspect", path, "curve", "--column", "wings")
    assert absent.code == 1
    assert "There is no column 'wings'" in absent.err
    assert command("inspect", path, "what_if", "--row", 1, "--set", "mass").code == 2
    assert command("inspect", path).code == 2


@pytest.mark.slow
def test_models_and_groups_are_compared(command: Command, run: Run) -> None:
    path = run.folder.path
    tied = [t for t in run.leaderboard().query("status == 'ok' and family != 'dummy'")["id"]][:2]
    asked = ("inspect", path, "difference", "--model", tied[0], "--other", tied[1], "--budget", 3)
    done = command(*asked)
    assert done.code == 0, done.err
    assert "of the two models differ by" in done.out
    groups = command("inspect", path, "cohorts", "--column", "island", "--budget", 3)
    assert groups.code == 0, groups.err
    assert "for Biscoe (" in groups.out
    three = command("inspect", path, "thresholds", "--column", "sex", "--rate", "selection_rate")
    assert three.code == 1
    assert "Expected a classifier of two classes" in three.err
    together = command("inspect", path, "importance", "--players", "clusters", "--budget", 3, "--json")
    assert together.document["params"] == {"players": "clusters"}
