"""How long the page Monitor takes with a small timeline and a large one, in the browser and on the server.

    python -m tests.benchmarks.bench_monitor [--windows 120] [--columns 60] [--times 5]

A real server on a home of its own, timelines kept as a job keeps them, headless Chromium. Prints one JSON
object, for `small` (6 windows of 8 columns) and `large`:

    bytes          of the kept timeline
    first_seconds  from navigation to the last chart, with the timeline read for the first time
    again_seconds  the same once it is known to the server: median
    click_seconds  from a click on a window to its heading: median
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

from automl.monitoring.timeline.kept import TIMELINES, keep_timeline
from automl.store import Home, RunFolder
from tests.workbench import folders
from tests.workbench.browsing import CHROMIUM, SOON, settled
from tests.workbench.conftest import Server
from tests.workbench.made_timelines import made


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--windows", type=int, default=120)
    parser.add_argument("--columns", type=int, default=60)
    parser.add_argument("--times", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder) / "home"
        home.mkdir()
        os.environ["GLASSBENCH_HOME"] = str(home)
        run = folders.run_folder(Home(home), state="finished", trials=12)
        server = Server(home)
        server.start()
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            found = {
                name: _measured(server, browser, run, windows, columns, options.times)
                for name, windows, columns in (
                    ("small", 6, 8),
                    ("large", options.windows, options.columns),
                )
            }
            print(json.dumps(found, indent=1))  # noqa: T201
        finally:
            browser.close()
            server.close()


def _measured(
    server: Server, browser: Browser, run: RunFolder, windows: int, columns: int, times: int
) -> dict[str, Any]:
    timeline = made(windows, columns)
    folder = run.path / TIMELINES / f"20260101-000000-timeline-{windows:06d}"
    folder.mkdir(parents=True)
    keep_timeline(folder, timeline, model="ensemble")
    page = browser.new_page(viewport={"width": 1280, "height": 1600})
    page.goto(server.url)
    settled(page)
    url = f"{server.url}/monitor?run={run.id}&timeline={folder.name}"
    first, *again = [_opened(page, url) for _ in range(times + 1)]
    clicks = [
        _clicked(page, timeline.windows[place].label, place) for place in range(min(times, windows - 1))
    ]
    page.close()
    return {
        "bytes": (folder / "timeline.json").stat().st_size,
        "first_seconds": round(first, 2),
        "again_seconds": round(statistics.median(again), 2),
        "click_seconds": round(statistics.median(clicks), 2),
    }


def _opened(page: Page, url: str) -> float:
    began = time.perf_counter()
    page.goto(url)
    expect(page.locator(".js-plotly-plot .heatmaplayer")).to_be_attached(timeout=SOON)
    settled(page)
    return time.perf_counter() - began


def _clicked(page: Page, label: str, place: int) -> float:
    began = time.perf_counter()
    mark = page.locator(".js-plotly-plot").first.locator(".scatterlayer .trace").first.locator(".point")
    mark.nth(place).click(force=True)
    expect(page.get_by_role("heading", name=f"In {label}")).to_be_visible(timeout=SOON)
    settled(page)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
