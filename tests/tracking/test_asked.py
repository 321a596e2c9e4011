"""Where a run is told to: only where that was asked for, and never with a password written down."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from automl import extras
from automl.errors import MissingExtraError, RunError, SettingError
from automl.run import create_run
from automl.store import RunFolder
from automl.tracking import TRACK, URI, check_page, checked_track, track_by
from automl.tracking.asked import CREDENTIALS

from .grown import new_run

HERE = "http://127.0.0.1:5000"
WHOLE = {"uri": HERE, "experiment": None, "alias": None, "register": True}


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (TRACK, URI, *CREDENTIALS):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setitem(extras.PACKAGES, "mlflow", "json")  # whether the client is there plays no part here


def test_nothing_is_sent_unless_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URI, HERE)  # which other programs of MLflow want
    assert checked_track(None) is None
    assert checked_track(True) == WHOLE
    monkeypatch.setenv(TRACK, "yes")
    assert checked_track(None) == WHOLE
    assert checked_track(False) is None
    assert checked_track("") is None
    monkeypatch.setenv(TRACK, "https://other.example/mlflow/")
    assert checked_track(None) == WHOLE | {"uri": "https://other.example/mlflow"}
    assert checked_track({"alias": "challenger"}) == (
        WHOLE | {"uri": "https://other.example/mlflow", "alias": "challenger"}
    )


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("churn.csv", "not the address"),
        ("file:///tmp/runs", "not the address"),
        ("http://", "not the address"),
        ("http://host:port", "not the address"),
        ("http://a b", "not the address"),
        ("http://host/?token=x", "goes on behind"),
        ({"uri": HERE, "experiment": " "}, "0 characters"),
        ({"uri": HERE, "alias": "latest"}, "not an alias"),
        ({"uri": HERE, "alias": "v3"}, "not an alias"),
        ({"uri": HERE, "alias": "a", "register": False}, "needs a registered model"),
        ({"uri": HERE, "alias": "a/b"}, "not an alias"),
        ({"url": HERE}, "no setting 'url'"),
        ({"alias": "champion"}, "without the address"),
        (True, f"{URI} is not set"),
    ],
)
def test_what_makes_no_sense_is_told(asked: Any, words: str) -> None:
    with pytest.raises(SettingError, match=words):
        checked_track(asked)


def test_a_password_in_the_address_is_refused_and_repeated_nowhere() -> None:
    with pytest.raises(SettingError, match="MLFLOW_TRACKING_PASSWORD") as refused:
        checked_track("https://ada:secret-word@host")
    assert "secret-word" not in str(refused.value)


def test_without_the_client_it_is_said_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(extras.PACKAGES, "mlflow", "no_such_package")
    with pytest.raises(MissingExtraError, match=r"glassbench\[mlflow\]"):
        checked_track(HERE)


def test_the_run_keeps_what_was_asked_and_no_credentials(
    sample_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "secret-word")
    table = sample_data / "penguins.csv"
    run = create_run(table, "species", track={"uri": HERE, "experiment": "birds"})
    assert run.folder.spec["track"] == WHOLE | {"experiment": "birds"}
    assert "secret-word" not in json.dumps(run.folder.spec)
    assert create_run(table, "species").folder.spec["track"] is None


def test_a_page_sends_credentials_to_their_own_server_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    check_page("https://elsewhere.example")
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "secret-word")
    with pytest.raises(SettingError, match="nowhere else"):
        check_page("https://elsewhere.example")
    monkeypatch.setenv(URI, "https://mine.example")
    with pytest.raises(SettingError, match=r"credentials for https://mine\.example"):
        check_page("https://elsewhere.example")
    check_page("https://mine.example:443/deeper")
    with pytest.raises(SettingError, match="nowhere else"):
        check_page("http://mine.example")  # where anybody could listen


def test_a_run_is_told_somewhere_later_on(tmp_path: Path) -> None:
    run = new_run(tmp_path / "run-1", HERE)
    assert track_by(run) == WHOLE
    assert track_by(run, {"alias": "challenger"})["uri"] == HERE
    assert RunFolder.open(run.path).spec["track"]["alias"] == "challenger"
    run.write("spec.json", run.spec | {"track": None})
    with pytest.raises(RunError, match="which server"):
        track_by(run)
