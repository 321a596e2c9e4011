"""A home with runs in every state, pages in a test runner, and a real server with a real browser."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from automl import jobs
from automl.store import Home, RunFolder
from automl.workbench.server import SCRIPT

from . import folders

ROOT = Path(__file__).parents[2]

OpenPage = Callable[..., AppTest]


@pytest.fixture
def runs(home: Path) -> dict[str, RunFolder]:
    """One run in each state, by the name of the state."""
    return folders.write_all(home)


@pytest.fixture
def open_page() -> OpenPage:
    """Open a page of the workbench by its path and query, as a browser would by its address."""

    def open_at(path: str = "runs", **query: str) -> AppTest:
        test = AppTest.from_file(str(SCRIPT), default_timeout=30)
        for name, value in query.items():
            test.query_params[name] = value
        if path != "runs":
            # A deep link: the first run of a session is of the page that the address names. The runner's own
            # `switch_page` knows only pages that are files.
            test._page_hash = calc_hash(path)
        return test.run()

    return open_at


class Server:
    """The workbench in a process of its own, as `automl app` starts it."""

    def __init__(self, home: Path) -> None:
        self.home = Home(home)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = home.parent / "server.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "automl.workbench", "--port", str(self.port), "--no-browser"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "GLASSBENCH_HOME": str(self.home.path)}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=self.log.parent, env=environment, stdout=log, stderr=log
            )
        end = time.monotonic() + 60
        while not self._answers():
            assert self._process.poll() is None, self.log.read_text()
            assert time.monotonic() < end, "the server does not answer: " + self.log.read_text()
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def kill(self) -> None:
        """End the server as a power cut would."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self._process = None

    def close(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=30)
        for run in self.home.runs():
            jobs.stop(run.path)
            for job in jobs.jobs(run.path):
                jobs.stop(job.folder)


@pytest.fixture
def server(home: Path) -> Iterator[Server]:
    """A running workbench on an empty home; its jobs are stopped at the end."""
    home.mkdir()
    running = Server(home)
    running.start()
    yield running
    running.close()
