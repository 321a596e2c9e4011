"""Data, models, aliases, approvals and the audit log from the terminal."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from automl.run import Run
from automl.store.catalogue import open_catalogue

from .conftest import Command


@pytest.fixture
def run_id(churn_run: Run, home: Path) -> str:
    """A finished run in the home of this test."""
    shutil.copytree(churn_run.folder.path, home / "runs" / churn_run.folder.id)
    return churn_run.folder.id


def test_from_a_run_to_a_champion_and_back(command: Command, run_id: str, home: Path) -> None:
    listed = command("models", "list", "--json").document["models"]
    assert [(each["name"], each["version"], each["run_id"]) for each in listed] == [
        ("telco_churn", 1, run_id)
    ]
    assert listed[0]["approval"] == "none"
    assert "telco_churn/1" in command("models", "list").out
    refused = command("alias", "set", "champion", "telco_churn", "--approved")
    assert refused.code == 1
    assert "nobody has approved it" in refused.err
    assert "is approved by" in command("approve", "telco_churn/1", "--reason", "Looked at.").out
    assert command("alias", "set", "champion", "telco_churn", "--approved", "--expect", "none").code == 0
    taken = command("alias", "set", "champion", "telco_churn", "--expect", "none", "--json")
    assert taken.code == 1
    assert "found telco_churn/1" in taken.document["error"]["message"]
    shown = command("models", "show", "telco_churn@champion")
    assert "approval   approved by" in shown.out
    assert "champion" in shown.out
    back = command("alias", "rollback", "telco_churn", "champion", "--reason", "Too soon.", "--json").document
    assert (back["before"], back["after"]) == ("telco_churn/1", None)
    assert "Too soon." in command("alias", "history", "telco_churn", "champion").out
    assert command("alias", "list", "--json").document == {"aliases": []}
    assert command("models", "show", "nothing").code == 1


def test_what_differs_between_versions_and_files(
    command: Command, run_id: str, sample_data: Path, tmp_path: Path
) -> None:
    lines = (sample_data / "telco_churn.csv").read_text().splitlines()
    (tmp_path / "later.csv").write_text("\n".join([lines[0], *lines[101:]]) + "\n")
    shown = command("data", "diff", "telco_churn", "later.csv")
    assert shown.code == 0, shown.err
    assert "7,043 → 6,943: 0 added, 100 removed, 0 changed, 6,943 the same (by customerID)" in shown.out
    added = command("data", "add", "later.csv", "--name", "telco_churn", "--json").document
    assert added["label"] == "telco_churn/2"
    assert Path(added["artefact"]).read_bytes() == (tmp_path / "later.csv").read_bytes()
    (tmp_path / "later.csv").unlink()
    found = command("data", "diff", "telco_churn/1", "telco_churn/2", "--json").document
    assert (found["before"], found["after"], found["rows"]["removed"]) == (
        "telco_churn/1",
        "telco_churn/2",
        100,
    )
    listed = command("data", "list", "--json").document["versions"]
    assert [each["runs"] for each in listed] == [1, 0]
    shown = command("data", "show", "telco_churn/2")
    assert "after      telco_churn/1" in shown.out
    assert "customerID" in shown.out
    assert command("data", "diff", "telco_churn", "gone.csv").code == 1


def test_the_audit_log_shows_what_was_changed(
    command: Command, run_id: str, home: Path, tmp_path: Path
) -> None:
    command("approve", "telco_churn", "--reject")
    shown = command("audit", "show")
    for action in ("data_registered", "holdout_opened", "run_finished", "model_registered", "model_rejected"):
        assert action in shown.out
    only = command("audit", "show", run_id, "--action", "holdout_opened", "--json").document["entries"]
    assert [entry["subject"] for entry in only] == [run_id]
    head = command("audit", "head").out.strip()
    fine = command("audit", "verify", "--head", head)
    assert (fine.code, fine.err) == (0, "")
    assert "5 entries" in fine.out
    assert "Note the head" in command("audit", "verify").err.replace("\n", " ")
    assert command("audit", "export", "log.jsonl").code == 0
    assert command("audit", "verify", "--file", "log.jsonl", "--head", head).code == 0
    lines = (tmp_path / "log.jsonl").read_text().splitlines(keepends=True)
    (tmp_path / "log.jsonl").write_text("".join(lines[:-1]))
    assert command("audit", "verify", "--file", "log.jsonl").code == 0
    cut = command("audit", "verify", "--file", "log.jsonl", "--head", head, "--json")
    assert cut.code == 2
    assert "cut off" in cut.document["flaws"][0]
    with open_catalogue() as catalogue, catalogue.database.writing() as connection:
        connection.exec_driver_sql("UPDATE audit SET who = 'nobody' WHERE number = 2")
    broken = command("audit", "verify")
    assert broken.code == 2
    assert "Entry 2 was edited" in broken.out
    assert command("audit", "verify", "--head", "7").code == 1


def test_a_person_is_forgotten(command: Command, tmp_path: Path) -> None:
    line: dict[str, Any] = {
        "id": "p-1", "time": "2026-01-01T00:00:00.000+00:00", "model": "churn", "route": "/predict",
        "row": {"customer": "C1", "age": 41.0}, "prediction": "No", "probabilities": {"No": 0.8, "Yes": 0.2},
    }  # fmt: skip
    folder = tmp_path / "logs"
    folder.mkdir()
    other = line | {"id": "p-2", "row": {"customer": "C2", "age": 30.0}}
    (folder / "predictions.jsonl").write_text(json.dumps(line) + "\n" + json.dumps(other) + "\n")
    assert "2 lines" in command("audit", "seal", "logs").out
    done = command("audit", "forget", "logs", "--where", "customer=C1", "--reason", "letter 7")
    assert "1 rows taken out of predictions.jsonl" in done.out
    content = (folder / "predictions.jsonl").read_text()
    assert "C1" not in content
    assert "C2" in content
    assert command("audit", "verify", "--log", "logs").code == 0
    (folder / "predictions.jsonl").write_text(content.replace("C2", "C3"))
    assert command("audit", "verify", "--log", "logs").code == 2
    assert command("audit", "forget", "logs").code == 1


def test_a_sheet_names_what_is_missing(command: Command, run_id: str, tmp_path: Path) -> None:
    first = command("audit", "sheet", run_id, "--json").document
    assert first["model"] == "telco_churn/1"
    missing = "\n".join(first["missing"])
    for gap in ("what it is for", "treats groups", "approved or rejected", "not exported", "new rows"):
        assert gap in missing
    assert "Not stated: nobody has said anything about the purpose" in first["text"]
    command("models", "describe", "telco_churn", "--purpose", "Whom to call.", "--limits", "Not for prices.")
    command("approve", "telco_churn")
    second = command("audit", "sheet", "telco_churn/1", "--json").document
    assert "Whom to call." in second["text"]
    assert "there was no second pair of eyes" in "\n".join(second["missing"])
    assert command("audit", "sheet", "telco_churn", "--out", "sheet.html").code == 0
    page = (tmp_path / "sheet.html").read_text()
    assert "Compliance sheet" in page
    assert "Not for prices." in page
    assert command("audit", "sheet", "telco_churn", "--out", "sheet.pdf").code == 1
    assert command("models", "describe", "telco_churn").code == 1


def test_the_catalogue_is_looked_after(command: Command, run_id: str, home: Path) -> None:
    assert command("catalogue", "upgrade", "--json").document["before"] is None
    shown = command("catalogue", "show", "--json").document
    assert (shown["runs"], shown["models"], shown["catalogue"]) == (1, 1, str(home / "catalogue.db"))
    (home / "catalogue.db").unlink()
    assert command("catalogue", "rebuild", "--json").document == {
        "home": str(home), "runs": [run_id], "models": 1,
    }  # fmt: skip
    assert command("catalogue", "upgrade").out.strip().endswith("it is up to date.")


def test_an_empty_home_says_what_to_do(command: Command) -> None:
    for words in (("data", "list"), ("models", "list"), ("alias", "list"), ("audit", "show")):
        done = command(*words)
        assert (done.code, done.err) == (0, "")
        assert done.out
