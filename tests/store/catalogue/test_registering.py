"""From run folders to the catalogue: at the end of a run, and again when it was lost."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

import automl
from automl.cli import main
from automl.errors import CatalogueError
from automl.run import Run
from automl.store import Home, RunFolder
from automl.store.catalogue import Catalogue, Place, catch_up, note, open_catalogue, register_run
from automl.store.catalogue.kept_rows import rows_of
from automl.store.catalogue.run_facts import rows_digest
from automl.store.files import file_sha256


@pytest.fixture
def run(churn_run: Run, home: Path) -> Run:
    """A finished run in the home of this test, as if somebody had copied it there."""
    path = home / "runs" / churn_run.folder.id
    shutil.copytree(churn_run.folder.path, path)
    return automl.load_run(path)


def facts(catalogue: Catalogue) -> dict[str, object]:
    """What can be filled again from the folders."""
    return {
        "data": [(v.label, v.digest, v.rows) for v in catalogue.datasets.versions()],
        "runs": [(r.id, r.state, r.score, r.asked) for r in catalogue.models.runs()],
        "models": [(m.label, m.run_id, m.model, m.state, m.score) for m in catalogue.models.versions()],
        "checks": [(c.key, c.level, c.rows, list(c.columns)) for c in catalogue.life.checks()],
        "bundles": [b.digest for b in catalogue.life.bundles()],
    }


def test_a_run_its_data_and_its_model(place: Place, run: Run) -> None:
    with open_catalogue() as catalogue:
        assert catch_up(catalogue) == [run.folder.id]
        assert catch_up(catalogue) == []
        (version,) = catalogue.datasets.versions()
        assert version.digest == run.folder.read("read_report.json")["sha256"]
        assert (version.label, version.rows, version.digest_of) == ("telco_churn/1", 7043, "file")
        (model,) = catalogue.models.versions()
        result = run.result or {}
        assert (model.model, model.metric) == (result["chosen"], "roc_auc")
        assert model.score == result["holdout"]["score"]
        assert model.measured == "on the sealed holdout"
        (known,) = catalogue.models.runs()
        assert (known.state, known.dataset_version_id) == ("finished", version.id)
        assert known.asked["budget"] == 600
        actions = [entry.action for entry in catalogue.audit.entries()]
        assert actions == ["data_registered", "holdout_opened", "run_finished", "model_registered"]
        assert catch_up(catalogue, anew=True) == [run.folder.id]  # nothing is told twice
        assert [entry.action for entry in catalogue.audit.entries()] == actions
        assert catalogue.datasets.models_of(version) == [model]


def test_what_people_decide_is_on_record_with_another_version(place: Place, run: Run) -> None:
    other = next(t for t in run.leaderboard()["id"] if t not in ("t0000", (run.result or {})["chosen"]))
    run.pick(other, reason="It is quick.", who="Ada")
    run.threshold(costs={"false_negative": 5}, keep=True, reason="Losing one costs more.", who="Ada")
    with open_catalogue() as catalogue:
        found = [(e.action, e.facts()["details"]) for e in catalogue.audit.entries(subject=run.folder.id)]
        told = dict(found)
        assert told["model_picked"]["model"] == other
        assert told["threshold_changed"]["reason"] == "Losing one costs more."
        versions = catalogue.models.versions()
        assert {model.model for model in versions} == {other}
        assert len({model.state for model in versions}) == len(versions)
        newest = versions[0]
        assert newest.measured.endswith("not the model that the search chose")


def test_exports_and_scorings_are_known_and_found_again(
    run: Run, home: Path, sample_data: Path, tmp_path: Path
) -> None:
    table = pd.read_csv(sample_data / "telco_churn.csv", dtype=str).iloc[:400]
    table["MonthlyCharges"] = "999"
    bundles = run.folder.path / "bundles"
    written = run.export(bundles / "churn.zip")
    scored = run.score(table, out=tmp_path / "p.csv", time_budget=None)
    with open_catalogue() as catalogue:
        (bundle,) = catalogue.life.bundles()
        with catalogue.artefacts.fetched(bundle.digest) as kept:
            assert kept.read_bytes() == written.read_bytes()
        (check,) = catalogue.life.checks()
        assert (check.level, check.rows) == (scored.report.level, 400)
        assert "MonthlyCharges" in check.columns
        (entry,) = catalogue.audit.entries(action="batch_predicted")
        assert set(entry.facts()["objects"]) == {"model", "predictions"}
        before = facts(catalogue)
        head = catalogue.audit.head()
        assert catch_up(catalogue, anew=True) == [run.folder.id]
        assert facts(catalogue) == before
        assert catalogue.audit.head() == head
    new = tmp_path / "new.csv"
    table.head(100).to_csv(new, index=False)
    assert main(["predict", str(written), str(new), "-o", str(tmp_path / "out.csv")]) == 0
    assert main(["monitor", str(written), str(new), "--no-split"]) == 2
    with open_catalogue() as catalogue:
        predicted, _ = (each.facts() for each in catalogue.audit.entries(action="batch_predicted")[1:])
        assert predicted["objects"]["bundle"] == bundle.digest
        assert predicted["objects"]["predictions"] == file_sha256(tmp_path / "out.csv")
        assert predicted["details"] == {"table": "new.csv", "rows": 100}
        checks = catalogue.life.checks(catalogue.models.find("telco_churn"))
        assert (checks[0].table_name, checks[0].digest) == ("new.csv", file_sha256(new))
    (home / "catalogue.db").unlink()
    # All is found again but what was scored outside of the run's folder.
    with open_catalogue() as catalogue:
        catch_up(catalogue)
        assert facts(catalogue) == before | {"checks": []}
        assert catalogue.audit.flaws() == []


def test_a_table_of_python_has_the_hash_of_its_rows(home: Path) -> None:
    table = pd.DataFrame({"a": [1.5, 2.5] * 30, "b": ["x", "y", "z"] * 20, "y": [0, 1] * 30})
    runs = [automl.fit(frame, "y", budget=60, max_trials=1, n_jobs=1, name="t") for frame in (table, table)]
    with open_catalogue() as catalogue:
        (version,) = catalogue.datasets.versions()
        assert (version.digest_of, version.source, version.rows) == ("rows", None, 60)
        assert len(catalogue.datasets.runs_of(version)) == 2
        rows = rows_of(catalogue, version)
    assert rows.frame["a"].tolist() == [1.5, 2.5] * 30
    assert "has kept" in rows.note
    assert runs[0].folder.read("data_version.json")["sha256"] == version.digest
    table.loc[0, "a"] = 3.5
    table.to_parquet(home / "t.parquet")
    assert rows_digest(home / "t.parquet") != version.digest


def test_rows_come_from_where_they_still_are(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,x\n2,y\n")
    with open_catalogue() as catalogue:
        digest, artefact = catalogue.artefacts.keep(path)
        version = catalogue.datasets.add("t", digest, rows=2, columns=2, source=str(path))
        assert rows_of(catalogue, version).frame["a"].tolist() == [1, 2]
        path.write_text("a,b\n3,x\n")
        with pytest.raises(CatalogueError, match=r"nowhere any more: .* was changed on"):
            rows_of(catalogue, version)
        catalogue.datasets.keep(version, artefact)
        assert rows_of(catalogue, catalogue.datasets.find("t")).frame["a"].tolist() == [1, 2]


@pytest.fixture
def bare(home: Path) -> RunFolder:
    """A run that failed before it had read anything."""
    spec = {"created": 5.0, "budget": 60.0, "name": "x", "target": "y", "source": None, "who": "ada"}
    folder = RunFolder.create(home / "runs" / "20260101-x", spec)
    folder.set_status("failed", message="There is no file.")
    return folder


def test_a_run_that_failed_is_known_too(bare: RunFolder) -> None:
    with open_catalogue() as catalogue:
        assert register_run(catalogue, bare) is None
        (known,) = catalogue.models.runs()
        assert (known.state, known.dataset_version_id, known.who) == ("failed", None, "ada")
        (entry,) = catalogue.audit.entries()
        assert (entry.action, entry.who) == ("run_failed", "ada")
        bare.write("spec.json", bare.spec | {"created": 6.0})
        with pytest.raises(CatalogueError, match="another run by the id"):
            register_run(catalogue, bare)


def test_a_damaged_run_stands_in_nobody_s_way(bare: RunFolder, home: Path) -> None:
    other = RunFolder.create(home / "runs" / "20260102-x", bare.spec)
    other.set_status("failed", message="No.")
    (bare.path / "spec.json").write_text('{"name": "x"}')
    told: list[str] = []
    with open_catalogue() as catalogue:
        assert catch_up(catalogue, problem=told.append) == [other.id]
        assert len(told) == 1
        assert bare.id in told[0]
        with pytest.raises(KeyError):
            catch_up(catalogue)


def test_a_catalogue_that_cannot_be_reached_stops_no_run(
    bare: RunFolder, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("GLASSBENCH_CATALOGUE", "postgresql://ada:s3cret@127.0.0.1:1/x")
        assert not note(bare)
    (event,) = bare.events()
    assert event["kind"] == "catalogue_failed"
    assert "s3cret" not in json.dumps(event)
    with open_catalogue() as catalogue:  # whoever opens it next tells it
        assert catch_up(catalogue) == [bare.id]
    assert len(Home(home).runs()) == 1


def test_a_run_outside_of_any_home_is_in_no_catalogue(bare: RunFolder, home: Path, tmp_path: Path) -> None:
    shutil.move(bare.path, tmp_path / "alone")
    assert not note(RunFolder(tmp_path / "alone"))
    assert not (home / "catalogue.db").exists()


def test_a_file_that_was_deleted_meanwhile_is_not_written_to(home: Path) -> None:
    with open_catalogue() as catalogue:
        catalogue.audit.append("seen", "it")
        for path in home.glob("catalogue.db*"):
            path.unlink()
        with pytest.raises(CatalogueError, match="no such table"):
            catalogue.audit.append("seen", "it")
