from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from automl.errors import RunError
from automl.jobs.detach import start_detached, worker_environment
from automl.store.who import acting_as

from .processes import in_session, mentioning, processes, until

# Says who it is in its log, and stays until it is told to go.
SAY = """
import json, os, sys, time
print(json.dumps({"pid": os.getpid(), "parent": os.getppid(), "session": os.getsid(0),
                  "input": sys.stdin.read(), "here": os.getcwd()}), flush=True)
while not os.path.exists(sys.argv[1]): time.sleep(0.02)
"""


def start(tmp_path: Path, **options: Any) -> Path:
    start_detached(
        [sys.executable, "-c", SAY, str(tmp_path / "go")], log=tmp_path / "log", cwd=tmp_path, **options
    )
    assert until(lambda: (tmp_path / "log").read_text().endswith("\n"))
    return tmp_path / "log"


def said(log: Path) -> dict[str, Any]:
    return json.loads(log.read_text())


def test_session_of_its_own_adopted_by_another_and_no_zombie(tmp_path: Path) -> None:
    facts = said(start(tmp_path))
    assert facts["session"] == facts["pid"] != os.getsid(0)
    assert facts["input"] == ""
    assert facts["here"] == str(tmp_path)
    assert not [p for p in processes() if p.parent == os.getpid() and p.state == "Z"]
    assert facts["pid"] not in [p.pid for p in processes() if p.parent == os.getpid()]
    (tmp_path / "go").touch()
    assert until(lambda: not mentioning(tmp_path / "go"))
    assert not [p for p in processes() if p.parent == os.getpid() and p.state == "Z"]


def test_no_file_or_socket_is_inherited_but_the_one_asked_for(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, (tmp_path / "mine").open("w") as mine:
        os.set_inheritable(server.fileno(), True)  # even one that was meant to be
        log = start(tmp_path, pass_fds=[mine.fileno()])
        (pid,) = [p.pid for p in mentioning(tmp_path / "go")]
        links = {os.readlink(f"/proc/{pid}/fd/{n}") for n in os.listdir(f"/proc/{pid}/fd")}
        assert links == {"/dev/null", str(log), str(tmp_path / "mine")}
    (tmp_path / "go").touch()


@pytest.mark.parametrize("attempt", range(5))
def test_outlives_a_parent_that_is_killed_with_its_whole_group(tmp_path: Path, attempt: int) -> None:
    script = (
        "import os, sys; from pathlib import Path; from automl.jobs.detach import start_detached\n"
        f"p = Path({str(tmp_path)!r})\n"
        f"start_detached([sys.executable, '-c', {SAY!r}, str(p / 'go')], log=p / 'log', cwd=p)\n"
        "os.killpg(0, 9)"  # at once: the command may not have begun
    )
    parent = subprocess.Popen([sys.executable, "-c", script], start_new_session=True)
    assert parent.wait() == -signal.SIGKILL
    assert until(lambda: (tmp_path / "log").read_text().endswith("\n"))
    session = said(tmp_path / "log")["session"]
    assert len(in_session(session)) == 1
    (tmp_path / "go").touch()
    assert until(lambda: not in_session(session))


def test_a_program_that_is_not_there_leaves_its_reason_in_the_log(tmp_path: Path) -> None:
    start_detached(["/nowhere/python"], log=tmp_path / "log", cwd=tmp_path)
    assert until(lambda: "FileNotFoundError" in (tmp_path / "log").read_text())


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="could not be started"):
        start_detached([sys.executable, "-c", ""], log=tmp_path / "log", cwd=tmp_path / "missing")


def test_a_worker_acts_in_the_name_of_whoever_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLASSBENCH_USER", "server")
    assert worker_environment()["GLASSBENCH_USER"] == "server"
    with acting_as("ada@example.org"):
        assert worker_environment()["GLASSBENCH_USER"] == "ada@example.org"
