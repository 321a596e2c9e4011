from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import automl

from ..jobs.processes import until


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def test_serves_the_workbench_on_this_machine_only(tmp_path: Path) -> None:
    port = free_port()
    log = (tmp_path / "log").open("w")
    server = subprocess.Popen(
        [sys.executable, "-m", "automl", "app", "--port", str(port), "--no-browser", "--home", "here"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(automl.__path__[0]).parent)},
        stdout=log,
        stderr=log,
        start_new_session=True,
    )

    def answers() -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2) as response:
                return bool(response.status == 200)
        except OSError:
            return False

    try:
        assert until(answers, seconds=60), (tmp_path / "log").read_text()
        listening = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        at = {
            words[1].split(":")[0]
            for words in listening
            if words[1].endswith(f":{port:04X}") and words[3] == "0A"
        }
        assert at == {"0100007F"}  # 127.0.0.1
    finally:
        os.killpg(server.pid, signal.SIGINT)
        server.wait(timeout=30)
        log.close()
