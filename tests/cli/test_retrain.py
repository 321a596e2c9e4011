"""`automl retrain`: its exit code is the outcome, and `automl approve` completes what waits."""

from __future__ import annotations

from pathlib import Path

import pytest

from automl.store.catalogue import Catalogue

from ..rents import later
from .conftest import Command

HOW = ("--date", "day", "--max-trials", "2", "--n-jobs", "1", "--quiet")


@pytest.fixture
def spring(tmp_path: Path) -> Path:
    """New rows."""
    path = tmp_path / "spring.csv"
    later().to_csv(path, index=False, sep=";")
    return path


@pytest.mark.slow
def test_from_a_policy_to_an_approval_and_back(
    command: Command, rents: Catalogue, spring: Path, tmp_path: Path
) -> None:
    policy = tmp_path / "retrain.toml"
    policy.write_text('[when]\nperformance = "act"\n[limits]\ncool_down_days = 7\n')
    assert "Nothing was learned anew yet" in command("retrain", "status").out
    dry = command("retrain", "rents", spring, "--policy", policy, "--dry-run")
    assert dry.code == 0, dry.err
    assert "far worse than promised" in dry.out
    assert rents.life.checks() == []
    refused = command("retrain", "rents", spring, "--policy", policy, "--auto")
    assert refused.code == 1
    assert "asks for an approval" in refused.err
    done = command("retrain", "rents", spring, "--policy", policy, *HOW)
    assert done.code == 2, done.err
    assert done.out.startswith("waits for approval: rents/2\n")
    assert "automl approve rents/2" in done.out
    listed = command("retrain", "status", "rents").out
    assert "waits for approval" in listed
    said = command("approve", "rents/2", "--reason", "Looked at.", "--json").document
    assert said["outcome"] == "swapped"
    assert "took over" in command("retrain", "status").out
    shown = command("models", "show", "rents@champion").out
    assert "model      rents/2" in shown
    again = command("retrain", "rents", spring, "--policy", policy, *HOW, "--json")
    assert again.code == 0  # it was learned anew a moment ago
    assert again.document["outcome"] == "nothing"
    assert "0.0 days ago" in again.document["reasons"][0]
    assert command("alias", "rollback", "rents", "champion").code == 0
    assert rents.models.find("rents@champion").label == "rents/1"


def test_what_cannot_be_done_is_1(command: Command, rents: Catalogue, spring: Path) -> None:
    for words, says in (
        (("retrain", "rents"), "no new rows"),
        (("retrain", "rents", "gone.csv"), "no file"),
        (("retrain", "flats", spring), "no champion"),
        (("retrain", "rents", spring, "--policy", "gone.toml"), "no policy"),
        (("retrain", "rents", spring, "--window", "some"), "window of rows"),
        (("retrain", "rents", spring, "--auto", "--approve-by", "ada"), "not allowed"),
        (("retrain", "resume", "rents"), "was cut off"),
    ):
        done = command(*words)
        assert done.code == 1, words
        assert says in done.err
        assert "Traceback" not in done.err
    failed = command("retrain", "rents", spring, "--date", "gone", "--quiet")
    assert failed.code == 1
    assert "'gone'" in failed.err


@pytest.mark.slow
def test_a_bundle_by_the_name_of_its_model(
    command: Command, rents: Catalogue, spring: Path, tmp_path: Path
) -> None:
    refused = command("publish", "rents@champion", "--to", "folder:out")
    assert refused.code == 1
    assert "No bundle of rents/1 is kept" in refused.err
    run = rents.models.find("rents@champion").run_id
    assert command("export", run, "rents.zip").code == 0
    assert command("publish", "rents@champion", "--to", "folder:out").code == 0
    assert (tmp_path / "out" / "bundle.json").is_file()
    blessed = command("bless", "rents/1", spring, "--champion", "rents@champion", "--json")
    assert blessed.code == 2, blessed.err
    assert blessed.document["gain"] == 0.0
