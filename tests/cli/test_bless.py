"""`automl bless`: its exit code is the verdict."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..bundle.conftest import rows_as_csv, train
from .conftest import Command


@pytest.fixture(scope="module")
def contestants(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a good and a weak bundle and labelled rows."""
    folder = tmp_path_factory.mktemp("contestants")
    learned = folder / "learned.csv"
    learned.write_text(rows_as_csv(rows=300), encoding="utf-8")
    train(learned, "binary", ["linear"], columns=("age", "flag", "plan")).write(folder / "good.zip")
    train(learned, "binary", ["linear"], columns=("price", "zip")).write(folder / "weak.zip")
    (folder / "rows.csv").write_text(rows_as_csv(rows=300, seed=9), encoding="utf-8")
    return folder


def test_exit_codes_are_verdicts(command: Command, contestants: Path, tmp_path: Path) -> None:
    good, weak, rows = (contestants / name for name in ("good.zip", "weak.zip", "rows.csv"))
    done = command("bless", good, rows, "--champion", weak, "--out", "blessing")
    assert done.code == 0, done.err
    assert done.out.startswith("blessed\n")
    assert (tmp_path / "blessing" / "BLESSED").is_file()
    done = command("bless", weak, rows, "--champion", good, "--json")
    assert done.code == 2, done.err
    assert done.document["blessed"] is False
    assert done.document["champion"]["score"] > done.document["challenger"]["score"]


def test_what_cannot_run_is_told_from_a_verdict(command: Command, contestants: Path) -> None:
    good, rows = contestants / "good.zip", contestants / "rows.csv"
    for arguments, says in (
        ((good, rows), "nothing to judge"),
        ((good, "nothing.csv", "--threshold", "0.5"), "no file"),
        ((good, rows, "--threshold", "0.5", "--metric", "rmse"), "rmse"),
        ((good,), "ROWS.csv"),
    ):
        done = command("bless", *arguments)
        assert done.code == 1, arguments
        assert says in done.err.replace("RMSE", "rmse")
        assert "Traceback" not in done.err


def test_help_says_what_the_codes_mean(command: Command) -> None:
    done = command("bless", "--help")
    assert done.code == 0
    assert "0 blessed, 2 not blessed, 1 could not run" in done.out
