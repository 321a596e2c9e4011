"""Jobs that belong to no run: differences, verifications, compliance sheets, registering."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from automl import jobs
from automl.errors import CatalogueError
from automl.jobs import accounting
from automl.jobs.folder import JobFolder
from automl.monitoring.between import TableDifference
from automl.run import Run
from automl.store import Home, RunFolder
from automl.store.audit import Head
from automl.store.catalogue import open_catalogue
from automl.store.files import file_sha256


@pytest.fixture
def work(home: Path) -> RunFolder:
    """The folder of jobs of the home."""
    return Home(home).work()


def job(work: RunFolder, kind: str) -> Path:
    return JobFolder.create(work, kind, {}).path


def test_a_job_of_the_home_runs_in_a_process_of_its_own(work: RunFolder, home: Path) -> None:
    with open_catalogue(home) as catalogue:
        for number in range(5):
            catalogue.audit.append("seen", "it", details={"n": number})
        head = catalogue.audit.head()
    assert Home(home).work().path == work.path
    end = jobs.wait(jobs.launch(work.path, "verify", heads=[str(head)]), timeout=120)
    assert end.state == "finished", end.message
    assert end.result is not None
    assert (end.result["flawed"], end.result["entries"], end.result["noted"]) == (0, 5, 1)
    assert Home(home).runs() == []  # it is not among the runs


def test_a_broken_chain_is_named_entry_by_entry(work: RunFolder, home: Path) -> None:
    with open_catalogue(home) as catalogue:
        for number in range(5):
            catalogue.audit.append("seen", "it", details={"n": number})
        noted = Head(3, "f" * 64)
        with catalogue.database.writing() as connection:
            connection.exec_driver_sql("UPDATE audit SET who = 'nobody' WHERE number = 2")
    found = accounting.verify(work.path, job(work, "verify"), heads=[str(noted)])
    assert [each["number"] for each in found["flaws"]] == [2, 3]
    assert "was edited" in found["flaws"][0]["message"]
    assert "than when its head was noted" in found["flaws"][1]["message"]
    assert found["flawed"] == 2


def test_what_differs_between_two_versions(work: RunFolder, home: Path, tmp_path: Path) -> None:
    made = []
    with open_catalogue(home) as catalogue:
        for number, count in enumerate((60, 80)):
            path = tmp_path / f"t{number}.csv"
            path.write_text("id,x\n" + "".join(f"k{i},{i % 7}\n" for i in range(count)))
            made.append(
                catalogue.datasets.add("t", file_sha256(path), rows=count, columns=2, source=str(path))
            )
    told = accounting.difference(work.path, job(work, "difference"), before=made[0].id, after=made[1].id)
    found = TableDifference.from_json(json.loads(Path(told["path"]).read_text()))
    assert (found.before, found.after) == ("t/1", "t/2")
    assert (found.rows.added, found.rows.removed, found.rows.same) == (20, 0, 60)
    (tmp_path / "t0.csv").unlink()
    with pytest.raises(CatalogueError, match="nowhere any more"):
        accounting.difference(work.path, job(work, "difference"), before=made[0].id, after=made[1].id)


@pytest.mark.slow
def test_a_sheet_is_written_for_a_real_model(work: RunFolder, home: Path, churn_run: Run) -> None:
    shutil.copytree(churn_run.folder.path, home / "runs" / churn_run.folder.id)
    done = accounting.register(work.path, job(work, "register"))
    assert (done["runs"], done["problems"]) == ([churn_run.folder.id], [])
    with open_catalogue(home) as catalogue:
        (model,) = catalogue.models.versions()
        head = catalogue.audit.head()
        told = accounting.sheet(work.path, job(work, "sheet"), model=model.id)
        assert told["entry"] == head.number
        assert any("Nobody has said what it is for" in each for each in told["missing"])
        html, markdown = Path(told["html"]).read_text(), Path(told["markdown"]).read_text()
        assert model.label in html
        assert "What is missing" in markdown
        shutil.rmtree(home / "runs")
        with pytest.raises(CatalogueError, match="is gone"):
            accounting.sheet(work.path, job(work, "sheet"), model=model.id)


def test_old_results_make_room_for_new_ones(
    work: RunFolder, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_catalogue(home).close()
    monkeypatch.setattr(accounting, "_KEPT", 2)
    for _ in range(4):
        path = job(work, "verify")
        JobFolder(path).set_status("finished", result={})
    other = job(work, "difference")
    JobFolder(other).set_status("finished", result={})
    accounting.verify(work.path, job(work, "verify"), heads=[])
    assert sorted(each.kind for each in jobs.jobs(work.path)) == ["difference", "verify", "verify", "verify"]
