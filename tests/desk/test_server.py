"""How a desk shares its time: quick before slow, and what was answered in haste when nobody asks."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from automl.desk import wire

from ..jobs.processes import mentioning, until


@pytest.fixture
def path(runtime: Path, tmp_path: Path) -> Iterator[Path]:
    """The socket of a slow desk."""
    with started(runtime, tmp_path, idle=60) as path:
        yield path


@contextlib.contextmanager
def started(runtime: Path, folder: Path, *, idle: float) -> Iterator[Path]:
    (folder / "spec.json").touch()
    path = runtime / "slow.sock"
    script = Path(__file__).with_name("slow_desk.py")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, str(script), str(folder), str(path), str(idle)],
            env={"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": "/usr/bin"},
            stderr=log,
        )
    try:
        assert until(lambda: is_ready(path))
        yield path
    finally:
        process.kill()
        process.wait()
        path.unlink(missing_ok=True)


def is_ready(path: Path) -> bool:
    with contextlib.suppress(FileNotFoundError, ConnectionRefusedError):
        return bool(ask(path, "state")["state"] == "ready")
    return False


def raw(path: Path, content: bytes) -> bytes:
    """What comes back for any bytes."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(30)
        connection.connect(str(path))
        with contextlib.suppress(BrokenPipeError):
            connection.sendall(content)
        pieces = []
        with contextlib.suppress(ConnectionResetError):
            while piece := connection.recv(65536):
                pieces.append(piece)
        return b"".join(pieces)


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


def test_it_leaves_when_nobody_asks(runtime: Path, tmp_path: Path) -> None:
    with started(runtime, tmp_path, idle=1.0) as path:
        ask(path, "quick")
        assert until(lambda: not path.exists(), seconds=20)
        assert until(lambda: not mentioning(path))


@pytest.mark.parametrize("what", ["run", "socket", "asked"])
def test_it_leaves_with_its_run_with_its_socket_and_when_asked_to(
    path: Path, tmp_path: Path, what: str
) -> None:
    ask(path, "quick")
    if what == "run":
        (tmp_path / "spec.json").unlink()
    elif what == "socket":  # another desk has taken its place
        path.unlink()
        path.touch()
    else:  # even by one of another version, and in the middle of something
        thread = threading.Thread(target=lambda: raw(path, line("slow")))
        thread.start()
        assert raw(path, b'{"version": 0, "question": "leave"}\n').count(b"\n") == 1
        thread.join()
    assert until(lambda: not mentioning(path))
    assert path.exists() == (what == "socket")


def line(question: str) -> bytes:
    return json.dumps({"version": wire.VERSION, "question": question, "params": {}}).encode() + b"\n"


def test_hostile_requests_leave_it_standing(path: Path) -> None:
    for content in (
        b"GET / HTTP/1.1\r\nHost: evil\r\n\r\n",
        b"\x80\x04\x95pickle.\n",
        b"[" * 200_000 + b"\n",
        b"[]\n",
        b'{"version": 1, "question": "quick", "seconds": "soon", "params": {}}\n',
        b'{"version": 1, "question": "quick", "seconds": -1, "params": {}}\n',
        b'{"version": 1, "question": "quick", "seconds": true, "params": {}}\n',
        b'"' + b"a" * 2_000_000 + b'"\n',
        b'{"version": 0, "question": "quick"}\n',
    ):
        for answer in raw(path, content).splitlines():
            assert "result" not in json.loads(answer), content[:80]
    assert json.loads(raw(path, b'{"version": 0, "question": "quick"}\n')) == {
        "version": wire.VERSION, "state": "ready",
    }, "one of another version sees the version, and no answer"  # fmt: skip
    silent = [socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) for _ in range(40)]
    for each in silent:  # they connect and say nothing; more of them than are heard at once
        each.settimeout(5)
        with contextlib.suppress(BlockingIOError):
            each.connect(str(path))
    for each in silent[5:]:
        each.close()

    def answers() -> bool:
        with contextlib.suppress(BlockingIOError):
            return "result" in json.loads(raw(path, line("quick")) or b"{}")
        return False

    assert until(answers)
    for each in silent:
        each.close()
