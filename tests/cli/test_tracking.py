"""What is typed about tracking, and what is said of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from automl.cli.parser import build_parser
from automl.cli.tracking import asked, facts, lines
from automl.store import Home, RunFolder

from .conftest import Automl

HERE = "http://127.0.0.1:5000"
FIT = "fit t.csv --target y"


@pytest.mark.parametrize(
    ("line", "means"),
    [
        (FIT, None),
        (f"{FIT} --track", True),
        (f"{FIT} --track {HERE}", HERE),
        (f"{FIT} --no-track", False),
        (f"{FIT} --track {HERE} --no-track", False),
        (f"{FIT} --track {HERE} --track-alias champion", {"uri": HERE, "alias": "champion"}),
        (f"{FIT} --track --no-track-model", {"uri": True, "register": False}),
        (f"{FIT} --track-experiment birds", {"experiment": "birds"}),
        (f"resume r --track {HERE}", HERE),
        ("resume r", None),
        ("track r", None),
        (f"track r --to {HERE} --experiment e", {"uri": HERE, "experiment": "e"}),
        ("track r --alias challenger", {"alias": "challenger"}),
    ],
)
def test_what_is_typed_is_what_is_asked(line: str, means: Any) -> None:
    assert asked(build_parser().parse_args(line.split())) == means


def test_a_mistake_is_told_before_a_run_is_made(
    automl_command: Automl, sample_data: Path, home: Path
) -> None:
    table = sample_data / "penguins.csv"
    done = automl_command("fit", table, "--target", "species", "--track", "mlflow.local")
    assert done.code == 1
    assert "not the address of an MLflow server" in done.err
    assert not Home(home).runs()


def test_a_run_that_nobody_is_told_of_needs_an_address(automl_command: Automl, tmp_path: Path) -> None:
    folder = RunFolder.create(
        tmp_path / "r", {"version": 1, "id": "r", "created": 1.0, "budget": 1.0, "name": "r", "target": "y"}
    )
    done = automl_command("track", folder.path)
    assert done.code == 1
    assert "--to" in done.err


def test_what_is_said_at_the_end_of_a_search(tmp_path: Path) -> None:
    spec = {"version": 1, "id": "r", "created": 1.0, "budget": 1.0, "name": "r", "target": "y"}
    assert facts(RunFolder.create(tmp_path / "quiet", spec)) is None
    assert lines(None) == []
    folder = RunFolder.create(tmp_path / "r", spec | {"track": {"uri": HERE}})
    folder.add_event("tracking_failed", reason="No process could be started.")
    assert lines(facts(folder)) == [f"tracking {HERE}: No process could be started."]
    told = {"to": HERE, "url": f"{HERE}/#/1", "sent": 9, "trials": 9, "state": "running", "message": "m"}
    assert lines(told)[1].strip() == "9 trials sent; report and model follow in the background"
    waits = told | {"sent": 4, "message": "Waiting for the server: It is away."}
    assert "It is away." in lines(waits)[1]
