"""How a desk shares its time: quick before slow, and what was answered in haste when nobody asks."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from automl.desk import wire

from ..jobs.processes import until


@pytest.fixture
def path(runtime: Path, tmp_path: Path) -> Iterator[Path]:
    """The socket of a slow desk."""
    (tmp_path / "spec.json").touch()
    path = runtime / "slow.sock"
    script = Path(__file__).with_name("slow_desk.py")
    process = subprocess.Popen(
        [sys.executable, str(script), str(tmp_path), str(path)],
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": "/usr/bin"},
        stderr=(tmp_path / "log").open("wb"),
    )
    assert until(path.exists)
    assert until(lambda: ask(path, "state")["state"] == "ready")
    yield path
    process.terminate()
    process.wait()
    path.unlink(missing_ok=True)


def ask(path: Path, question: str) -> dict[str, Any]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(30)
        connection.connect(str(path))
        wire.send(connection, {"version": wire.VERSION, "question": question, "params": {}})
        return wire.receive(connection, most=1_000_000)


def test_quick_questions_pass_a_slow_one(path: Path) -> None:
    slow: dict[str, Any] = {}
    thread = threading.Thread(target=lambda: slow.update(ask(path, "slow")["result"]))
    thread.start()
    quick = [ask(path, "quick")["result"]["at"] for _ in range(5)]
    assert thread.is_alive()
    thread.join()
    assert max(quick) < slow["at"]


def test_what_was_answered_in_haste_is_gone_on_with_but_never_in_the_way(path: Path) -> None:
    assert ask(path, "state")["refining"]
    assert until(lambda: not ask(path, "state")["refining"])  # asking how it is does not disturb
    done = ask(path, "quick")["result"]
    assert done["refined"] == 3


def test_an_unknown_error_is_told_under_an_id_and_explained_by_the_log(path: Path, tmp_path: Path) -> None:
    error = ask(path, "broken")["error"]
    assert "secret" not in str(error)
    identity = error["fix"].split("error ")[1].split(" ")[0]
    log = (tmp_path / "log").read_text()
    assert identity in log
    assert "a secret of the table" in log
    assert ask(path, "quick")["result"]["question"] == "quick"
