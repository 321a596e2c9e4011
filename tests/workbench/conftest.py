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
from typing import TYPE_CHECKING
from urllib.parse import urlparse

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from automl import jobs
from automl.store import Home, RunFolder
from automl.workbench.server import SCRIPT

from ..conftest import few_trees, require
from . import folders

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request, Route

ROOT = Path(__file__).parents[2]

OpenPage = Callable[..., AppTest]


@pytest.fixture
def runs(home: Path) -> dict[str, RunFolder]:
    """One run in each state, by the name of the state."""
    return folders.write_all(home)


@pytest.fixture
def open_page() -> OpenPage:
    """Open a page of the workbench by its path and query, as a browser would by its address."""

    def open_at(path: str = "runs", *, timeout: float = 30, **query: str) -> AppTest:
        test = AppTest.from_file(str(SCRIPT), default_timeout=timeout)
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


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    from .browsing import CHROMIUM

    require(CHROMIUM is not None, "Chromium")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """A page in a context of its own that lets no request leave the machine."""
    from .browsing import leaves

    context = browser.new_context(viewport={"width": 1280, "height": 1600}, accept_downloads=True)
    leaving: list[str] = []
    broken: list[str] = []

    def guard(route: Route, request: Request) -> None:
        if urlparse(request.url).hostname in ("127.0.0.1", "localhost"):
            route.continue_()
        else:
            leaving.append(request.url)
            route.abort()

    context.route("**/*", guard)
    opened = context.new_page()
    opened.on("request", lambda r: leaving.append(r.url) if leaves(r.url) else None)
    opened.on("pageerror", lambda error: broken.append(str(error)))
    yield opened
    context.close()
    assert not leaving
    assert not broken


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory, sample_data: Path) -> Path:
    """A home with one finished run on 1,500 customers, with real models; do not change it.

    Copy it (`shutil.copytree`) to where a server may write.
    """
    import automl
    from automl.data import read_table

    folder = tmp_path_factory.mktemp("trained")
    table = folder / "telco_churn.csv"
    lines = (sample_data / "telco_churn.csv").read_text().splitlines(keepends=True)
    table.write_text("".join(lines[:1501]))
    assert read_table(table).report.rows == 1500
    with few_trees():
        automl.fit(
            table, "Churn", budget=1200, max_trials=6, n_jobs=1, home=folder / "home", name="Churn",
            calibrate="off",
        )  # fmt: skip
    return folder / "home"
