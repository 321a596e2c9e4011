"""The workflow's commands, run by a shell in the order of its jobs, as a runner does it."""

from __future__ import annotations

import os
import shutil
import socket
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from automl.run import Run
from automl.store.catalogue import Catalogue

from ..bundle.conftest import rows_as_csv
from ..rents import later
from .actions import Runner
from .probing import Unpacked

pytestmark = pytest.mark.platform


def free_port() -> str:
    """A port that nothing listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return str(listener.getsockname()[1])


@pytest.fixture
def checkout(unpacked: Callable[[str], Unpacked], tmp_path: Path) -> Path:
    """A repository with a challenger, a champion and labelled rows."""
    found = unpacked("binary")
    folder = tmp_path / "checkout" / "models" / "customers-friends"
    folder.mkdir(parents=True)
    for name in ("challenger.zip", "champion.zip"):
        shutil.copy(found.case.path, folder / name)
    (folder / "rows.csv").write_text(rows_as_csv(rows=200, seed=5), encoding="utf-8")
    return tmp_path / "checkout"


@pytest.fixture
def workflow(unpacked: Callable[[str], Unpacked], tmp_path: Path) -> Path:
    """The workflow, with a port that is free here."""
    text = (unpacked("binary").folder / "deploy/github/workflow.yml").read_text()
    path = tmp_path / "workflow.yml"
    path.write_text(text.replace('PORT: "8080"', f'PORT: "{free_port()}"'))
    return path


def test_a_better_bundle_goes_all_the_way(workflow: Path, checkout: Path, tmp_path: Path) -> None:
    (checkout / "models/customers-friends/champion.zip").unlink()
    given = {"vars.THRESHOLD": "0.6", "vars.DESTINATION": "folder:published"}
    jobs = Runner(workflow, checkout, tmp_path, **given).run()
    assert {name: job.result for name, job in jobs.items()} == dict.fromkeys(
        ("test", "bless", "push"), "success"
    )
    tested = jobs["test"].place
    assert (tested / "answer.json").stat().st_size > 0
    assert (tested / "predictions.csv").read_text() == (tested / "bundle/sample_predictions.csv").read_text()
    assert (jobs["bless"].place / "blessing/BLESSED").is_file()
    assert (jobs["push"].place / "published/bundle.json").is_file()


def test_one_that_is_no_better_stops_there(workflow: Path, checkout: Path, tmp_path: Path) -> None:
    jobs = Runner(workflow, checkout, tmp_path).run()
    assert jobs["test"].result == "success"
    assert jobs["bless"].code == 2
    assert (jobs["bless"].place / "blessing/NOT_BLESSED").is_file()
    assert jobs["push"].result == "skipped"


def test_a_damaged_bundle_is_not_even_compared(workflow: Path, checkout: Path, tmp_path: Path) -> None:
    bundle = checkout / "models/customers-friends/challenger.zip"
    folder = tmp_path / "damaged"
    shutil.unpack_archive(bundle, folder)
    (folder / "schema.json").write_text((folder / "schema.json").read_text().replace("number", "text", 1))
    bundle.unlink()
    shutil.make_archive(str(bundle.with_suffix("")), "zip", folder)
    jobs = Runner(workflow, checkout, tmp_path).run()
    assert [job.result for job in jobs.values()] == ["failure", "skipped", "skipped"]
    assert os.listdir(tmp_path / "test")


@pytest.fixture
def retrain(rents: Catalogue, rents_run: Run, home: Path, tmp_path: Path) -> Callable[[str], Runner]:
    """Return a function: policy → the workflow out of the champion's bundle, and a repository for it."""

    def made(policy: str) -> Runner:
        bundle = zipfile.ZipFile(rents_run.folder.path / "bundles" / "champion.zip")
        workflow, rows, checkout = tmp_path / "workflow.yml", tmp_path / "spring.csv", tmp_path / "checkout"
        workflow.write_bytes(bundle.read("deploy/github/retraining.yml"))
        name = yaml.safe_load(workflow.read_text())["env"]["POLICY"]
        (checkout / name).parent.mkdir(parents=True)
        (checkout / name).write_text(policy)
        later().to_csv(rows, index=False, sep=";")
        given = {"vars.NEW_ROWS": str(rows), "vars.GLASSBENCH_HOME": str(home), "github.actor": "grace"}
        return Runner(workflow, checkout, tmp_path, **given)

    return made


POLICY = '[when]\nperformance = "act"\n[then]\nbudget = 10\napproval = {approval}\n'


@pytest.mark.parametrize(
    ("approval", "outcome", "approved"),
    [("true", "waits", "success"), ("false", "swapped", "skipped")],
    ids=["a person has the last word", "nobody is asked"],
)
def test_a_better_one_takes_over_and_is_published(
    retrain: Callable[[str], Runner], rents: Catalogue, approval: str, outcome: str, approved: str
) -> None:
    jobs = retrain(POLICY.format(approval=approval)).run()
    assert [job.result for job in jobs.values()] == ["success", approved, "success"]
    assert jobs["retrain"].outputs == {"outcome": outcome, "challenger": "rents/2"}
    assert rents.models.find("rents@champion").label == "rents/2"
    assert (jobs["publish"].place / "published/bundle.json").is_file()


def test_where_nothing_speaks_for_it_nothing_is_published(
    retrain: Callable[[str], Runner], rents: Catalogue
) -> None:
    jobs = retrain("[when]\nnew_rows = 1000000\n").run()
    assert [job.result for job in jobs.values()] == ["success", "skipped", "skipped"]
    assert jobs["retrain"].outputs["outcome"] == "nothing"
    assert rents.models.find("rents@champion").label == "rents/1"
