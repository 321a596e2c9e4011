"""What the server costs while pages watch a run, and how soon a page has something to show.

    python -m tests.benchmarks.bench_workbench [--tabs 5] [--seconds 60]

A real server on a home of its own, a real search, real pages in headless Chromium. Prints one JSON object:

    server_share        CPU seconds of the server a second while the pages watch a search; 0.1: 10 % of a core
    looks_per_second    how often the pages together asked it for news in that time
    idle_share          the same while they watch a run that is over
    list_share          the same while one page shows the list of runs, with 300 of them
    first_content       median seconds from navigation to the first content, by page
    list_look_ms        one look at the list of 300 runs
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from timeit import repeat
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from automl import jobs
from automl.run import create_run
from automl.store import Home, RunFolder
from automl.workbench import overviews
from tests.workbench import folders
from tests.workbench.browsing import CHROMIUM
from tests.workbench.conftest import Server

ROOT = Path(__file__).parents[2]
_TIMES = 5  # each page is opened


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--tabs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder) / "home"
        home.mkdir()
        os.environ["GLASSBENCH_HOME"] = str(home)
        server = Server(home)
        server.start()
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            print(json.dumps(measure(server, browser, options.tabs, options.seconds), indent=1))  # noqa: T201
        finally:
            browser.close()
            server.close()


def measure(server: Server, browser: Browser, tabs: int, seconds: float) -> dict[str, Any]:
    """All figures."""
    table = ROOT / "sample_data" / "telco_churn.csv"
    run = create_run(
        table, "Churn", budget=seconds + 60, n_jobs=1, home=server.home.path, name="Churn"
    ).folder
    jobs.launch(run.path)
    pages = [browser.new_page(viewport={"width": 1280, "height": 1400}) for _ in range(tabs)]
    looks = [0]
    for page in pages:
        page.on("websocket", lambda socket: socket.on("framesent", lambda _: _count(looks)))
        page.goto(f"{server.url}/run?run={run.id}")
    for page in pages:
        page.get_by_text("Being tried now").wait_for(timeout=90_000)
    before = looks[0]
    found: dict[str, Any] = {"tabs": tabs, "server_share": _share(server, seconds, pages[0])}
    found["looks_per_second"] = round((looks[0] - before) / seconds, 2)
    found["trials_meanwhile"] = len(run.trial_ids())
    jobs.wait(run.path, timeout=seconds + 120)
    for page in pages:
        page.get_by_text("Where the time went").wait_for(timeout=90_000)
    _await_explanation(run)
    time.sleep(10)
    found["idle_share"] = _share(server, 30)
    for page in pages:
        page.close()
    found["first_content"] = _first_content(server, browser, run)
    for number in range(300):
        folders.run_folder(server.home, state="finished", trials=2, name=f"run {number}")
    overviews.overviews(Home(server.home.path))
    look = min(repeat(lambda: overviews.overviews(Home(server.home.path)), number=1, repeat=20))
    found["list_look_ms"] = round(1000 * look, 1)
    page = browser.new_page(viewport={"width": 1280, "height": 1400})
    page.goto(server.url)
    page.get_by_text("Sample tables").wait_for(timeout=60_000)
    time.sleep(5)
    found["list_share"] = _share(server, 30)
    return found


def _count(looks: list[int]) -> None:
    looks[0] += 1


def _share(server: Server, seconds: float, page: Page | None = None) -> float:
    """CPU seconds that the server takes for each second; a page that is waited with tells what it sends."""
    before, began = _cpu_seconds(server), time.monotonic()
    time.sleep(seconds) if page is None else page.wait_for_timeout(1000 * seconds)
    return round((_cpu_seconds(server) - before) / (time.monotonic() - began), 4)


def _cpu_seconds(server: Server) -> float:
    """Of the server's process; its children are searches, which are not its own."""
    stat = Path(f"/proc/{server.pid}/stat").read_text()
    fields: Sequence[str] = stat[stat.rindex(")") + 2 :].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _await_explanation(run: RunFolder) -> None:
    for job in jobs.jobs(run.path):
        jobs.wait(job.folder, timeout=120)


def _first_content(server: Server, browser: Browser, run: RunFolder) -> dict[str, float]:
    """Median seconds until a page shows its title or first sentence, each time in a fresh tab."""
    addresses = {
        "runs": server.url,
        "new": f"{server.url}/new",
        **{name: f"{server.url}/{name}?run={run.id}" for name in ("run", "models", "explain", "export")},
    }
    found = {}
    for name, address in addresses.items():
        times = []
        for _ in range(_TIMES):
            page: Page = browser.new_page(viewport={"width": 1280, "height": 1400})
            began = time.monotonic()
            page.goto(address, wait_until="commit")
            page.locator('[data-testid="stMainBlockContainer"] h1').first.wait_for(timeout=60_000)
            times.append(time.monotonic() - began)
            page.close()
        found[name] = round(statistics.median(times), 2)
    return found


if __name__ == "__main__":
    main()
