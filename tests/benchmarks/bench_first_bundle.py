"""How long a newcomer takes from the first page to a zip in their hands that proves itself.

    python -m tests.benchmarks.bench_first_bundle [--budget "1 min"] [TABLE:TARGET ...]

A real server on an empty home, and a real browser that presses what a person would press without a pause.
The time that the search is given is part of it; nothing is waited for that is not needed to go on. Prints one
JSON object for each table, in seconds from the moment the page is asked for:

    page        its first content
    read        the table is read and shown
    started     the three decisions are taken, the search begins
    searched    it has ended
    built       the bundle is built and has passed its own check
    downloaded  the zip is on the disk
    verified    unpacked, `verify.py` has agreed (in this environment, so without `pip install`)
    predicted   `predict.py` has written predictions for the table
    explained   what the model looks at is on the page
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.workbench.browsing import CHROMIUM, press, settled
from tests.workbench.conftest import ROOT, Server

_LATER = 400_000  # milliseconds


def main() -> None:
    """Measure each table and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--budget", default="1 min", help="as on the page")
    parser.add_argument("tables", nargs="*", default=[f"{ROOT / 'sample_data' / 'telco_churn.csv'}:Churn"])
    options = parser.parse_args()
    for each in options.tables:
        table, target = each.rsplit(":", 1)
        with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
            home = Path(folder) / "home"
            home.mkdir()
            server = Server(home)
            server.start()
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            try:
                page = browser.new_page(viewport={"width": 1280, "height": 900})
                found = measure(server, page, Path(table).absolute(), target, options.budget, Path(folder))
                print(json.dumps({"table": Path(table).name, **found}))  # noqa: T201
            finally:
                browser.close()
                server.close()


def measure(
    server: Server, page: Page, table: Path, target: str, budget: str, folder: Path
) -> dict[str, float]:
    """The path of one table."""
    page.set_default_timeout(_LATER)
    expect.set_options(timeout=_LATER)
    began, found = time.monotonic(), {}

    def reached(what: str) -> None:
        found[what] = round(time.monotonic() - began, 1)

    page.goto(server.url)
    page.get_by_role("button", name="Start with my table").wait_for()
    reached("page")
    press(page, "Start with my table")
    page.locator('input[type="file"]').set_input_files(table)
    box = page.get_by_role("combobox", name="Which column do you want to predict?")
    box.wait_for()
    reached("read")
    settled(page)
    box.click()
    box.fill(target)
    page.get_by_role("option", name=target, exact=True).click()
    start = page.get_by_role("button", name="Start the search")
    expect(start).to_be_enabled()
    settled(page)
    page.get_by_role("radio", name=budget, exact=True).or_(
        page.get_by_role("button", name=budget, exact=True)
    ).first.click()
    press(page, "Start the search")
    page.wait_for_url(re.compile(r"/run\?run="))
    reached("started")
    export = page.get_by_role("button", name="Export", exact=True)
    export.wait_for()
    reached("searched")
    settled(page)
    export.click()
    page.wait_for_url(re.compile("/export"))
    press(page, "Build the bundle")
    page.get_by_text("Self-check passed").wait_for()
    reached("built")
    settled(page)
    with page.expect_download(timeout=_LATER) as download:
        page.get_by_role("button", name="Download").click()
    archive = folder / "bundle.zip"
    download.value.save_as(archive)
    reached("downloaded")
    unpacked = folder / "bundle"
    with zipfile.ZipFile(archive) as bundle:
        bundle.extractall(unpacked)
    _run(unpacked, "verify.py")
    reached("verified")
    _run(unpacked, "predict.py", str(table), "-o", "predictions.csv")
    reached("predicted")
    page.get_by_test_id("stPageLink-NavLink").filter(has_text="Explain").click()
    page.get_by_text("Which columns matter").wait_for()
    reached("explained")
    return found


def _run(folder: Path, *command: str) -> None:
    done = subprocess.run([sys.executable, *command], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


if __name__ == "__main__":
    main()
