"""The main job in a real browser, against the real server, search, explainer and bundle.

Every request that would leave the machine is aborted and recorded; the record must stay empty.
"""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from automl import jobs

from .browsing import SOON, begin, press, settled, until
from .conftest import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def test_from_a_csv_to_a_bundle_that_verifies(
    page: Page, server: Server, sample_data: Path, tmp_path: Path
) -> None:
    run = begin(page, server, sample_data / "penguins.csv", "species", "1 min")

    # Live: a score against the baseline, the time left, and more trials without a hand on it.
    expect(page.get_by_text("Time left")).to_be_visible(timeout=SOON)
    expect(page.get_by_text("clearly beaten")).to_be_visible(timeout=SOON)
    expect(page.get_by_role("img", name=re.compile("over search time"))).to_be_visible(timeout=SOON)

    press(page, "Cancel")
    expect(page.get_by_test_id("stMainBlockContainer").get_by_text("Cancelled")).to_be_visible(timeout=SOON)
    kept = len(run.trial_ids())
    assert kept >= 2
    press(page, "Resume")
    until(lambda: jobs.state(run.path).state == "finished", "the search has finished", seconds=180)
    assert len(run.trial_ids()) > kept
    expect(page.get_by_test_id("stMainBlockContainer").get_by_text("Finished")).to_be_visible(timeout=SOON)

    # Models: the leaderboard is a canvas; its cells are there for assistive technology.
    press(page, "See the models")
    page.wait_for_url(re.compile(r"/models\?run="))
    cells = page.get_by_role("gridcell", include_hidden=True)
    expect(cells.filter(has_text=re.compile(r"Ensemble|· t\d{4}")).first).to_be_attached(timeout=SOON)
    expect(page.get_by_text("What the data can tell apart")).to_be_visible()

    # Explain: made by the job after the search, without being asked for.
    page.get_by_test_id("stPageLink-NavLink").filter(has_text="Explain").click()
    expect(page.get_by_text("Which columns matter")).to_be_visible(timeout=90_000)
    settled(page)
    page.get_by_role("tab", name="One row").click()
    expect(page.locator(".gb-sentence")).to_contain_text("probability", timeout=SOON)
    settled(page)
    page.reload()
    expect(page.locator(".gb-sentence")).to_contain_text("probability", timeout=SOON)

    # Export.
    page.get_by_test_id("stPageLink-NavLink").filter(has_text="Export").click()
    press(page, "Build the bundle")
    expect(page.get_by_text("Self-check passed")).to_be_visible(timeout=120_000)
    settled(page)
    with page.expect_download(timeout=SOON) as download:
        page.get_by_role("button", name="Download").click()
    archive = tmp_path / "bundle.zip"
    download.value.save_as(archive)
    with zipfile.ZipFile(archive) as bundle:
        bundle.extractall(tmp_path / "bundle")
    verified = subprocess.run(
        [sys.executable, "verify.py"], cwd=tmp_path / "bundle", capture_output=True, text=True, timeout=120
    )
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_a_search_outlives_reload_a_closed_tab_and_the_server(
    page: Page, server: Server, sample_data: Path
) -> None:
    run = begin(page, server, sample_data / "penguins.csv", "species", "1 min")
    expect(page.get_by_text("Time left")).to_be_visible(timeout=SOON)
    address = page.url

    page.reload()
    expect(page.get_by_text("Time left")).to_be_visible(timeout=SOON)
    assert page.url == address

    page.goto("about:blank")
    server.kill()
    before = len(run.trial_ids())
    until(lambda: len(run.trial_ids()) > before, "the search has gone on without a server")
    server.start()

    page.goto(address)
    expect(page.get_by_text("Time left")).to_be_visible(timeout=SOON)
    press(page, "Cancel")
    expect(page.get_by_test_id("stMainBlockContainer").get_by_text("Cancelled")).to_be_visible(timeout=SOON)
    assert run.result is not None, "cancelled is not empty-handed"


def test_a_file_that_is_no_table_is_refused_in_words(page: Page, server: Server, tmp_path: Path) -> None:
    web_page = tmp_path / "table.csv"
    web_page.write_text("<!DOCTYPE html><html><body>Please log in</body></html>\n")
    page.goto(f"{server.url}/new")
    settled(page)
    page.locator('input[type="file"]').set_input_files(web_page)
    expect(page.get_by_role("alert")).to_contain_text("is a web page, not a table", timeout=SOON)
    expect(page.get_by_role("button", name="Use another table")).to_be_visible()


def test_protective_headers_and_foreign_hosts(page: Page, server: Server) -> None:
    answer = page.request.get(server.url)
    assert answer.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert page.request.get(server.url, headers={"Host": "evil.example"}).status == 421
