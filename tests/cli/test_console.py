from __future__ import annotations

import json
import math
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest

from automl.cli.console import Console, find_run, number
from automl.errors import RunError, SettingError
from automl.store import Home, RunFolder

SPEC = {"name": "n", "target": "y", "created": 0.0, "budget": 1.0}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.84123, "0.8412"),
        (0.9999999, "1.0000"),
        (0.0012345, "0.001234"),
        (0.0, "0.0000"),
        (-12.3456, "-12.35"),
        (25478.3, "25,478"),
        (123456789.0, "123,456,789"),
        (1.5e12, "1.500e+12"),
        (3e-9, "3.000e-09"),
        (None, "–"),
        (math.nan, "–"),
        (math.inf, "–"),
    ],
)
def test_number(value: float | None, shown: str) -> None:
    assert number(value) == shown


def test_document_holds_what_json_can_hold(capsys: pytest.CaptureFixture[str]) -> None:
    content = {
        "a": np.float64("nan"),
        "b": np.int64(3),
        "c": (1.5, None, True, np.bool_(False)),
        "d": Path("x"),
    }
    Console(Namespace(json=True)).document(content)
    assert json.loads(capsys.readouterr().out) == {"a": None, "b": 3, "c": [1.5, None, True, False], "d": "x"}


def test_json_is_the_only_thing_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(Namespace(json=True))
    console.say("words")
    console.table(("a",), [("b",)])
    console.progress("going")
    console.error(SettingError("It is wrong.", fix="Make it right."))
    caught = capsys.readouterr()
    assert json.loads(caught.out)["error"] == {
        "type": "SettingError",
        "message": "It is wrong.",
        "fix": "Make it right.",
    }
    assert caught.err == "automl: It is wrong.\n        Make it right.\n"


def test_table_is_not_cut_in_a_pipe_and_takes_no_cell_for_markup(capsys: pytest.CaptureFixture[str]) -> None:
    Console(Namespace()).table(("name", "n"), [("[bold]" + "x" * 200, "1")], right=("n",))
    assert "[bold]" + "x" * 200 in capsys.readouterr().out


def test_run_by_path_or_by_id(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = RunFolder.create(Home().runs_path / "20260101-one", SPEC)
    outside = RunFolder.create(tmp_path / "elsewhere", SPEC)
    monkeypatch.chdir(tmp_path)
    assert find_run("20260101-one", None) == inside.path
    assert find_run(str(inside.path), None) == inside.path
    assert find_run("elsewhere", None) == outside.path
    assert find_run("20260101-one", home) == inside.path
    for wrong in ("nothing", "../elsewhere/..", "a/b"):
        with pytest.raises(RunError):
            find_run(wrong, None)
