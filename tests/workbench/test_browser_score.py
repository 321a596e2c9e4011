"""Scoring in a real browser: a file is dropped, scored by the real job, judged, downloaded, found again."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from .browsing import SOON, press, settled, violations
from .conftest import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture
def address(server: Server, trained: Path) -> str:
    """The page of a run with real models."""
    shutil.copytree(trained / "runs", server.home.runs_path)
    (run,) = server.home.runs()
    return f"{server.url}/score?run={run.id}"


def test_from_a_file_to_a_verdict(page: Page, address: str, sample_data: Path, tmp_path: Path) -> None:
    new = pd.read_csv(sample_data / "telco_churn.csv", dtype=str, keep_default_na=False).iloc[3000:3400]
    new.assign(Contract="Two year", tenure="71").to_csv(tmp_path / "march.csv", index=False)
    page.goto(address)
    settled(page)
    expect(page.get_by_text("Nothing scored yet")).to_be_visible(timeout=SOON)
    assert violations(page) == []
    page.locator('input[type="file"]').set_input_files(tmp_path / "march.csv")
    # First what is wrong with the file, then the predictions.
    page.wait_for_url(re.compile(r"table="), timeout=SOON)
    expect(page.get_by_text("Ready to score")).to_be_visible(timeout=SOON)
    settled(page)
    assert violations(page) == []
    press(page, "Score 400 rows")
    page.wait_for_url(re.compile(r"scoring="), timeout=SOON)
    expect(page.locator(".st-key-gb-verdict .gb-sentence")).to_be_visible(timeout=120_000)
    settled(page)

    # Reload and theme: the address is all that is needed.
    page.emulate_media(color_scheme="dark")
    page.reload()
    expect(page.locator(".st-key-gb-verdict")).to_contain_text("march.csv", timeout=SOON)
    expect(page.get_by_text("What has changed")).to_be_visible(timeout=SOON)
    cells = page.get_by_role("gridcell", include_hidden=True)
    expect(cells.filter(has_text="Contract").first).to_be_attached(timeout=SOON)
    expect(page.locator(".js-plotly-plot").nth(1)).to_be_visible(timeout=SOON)
    assert violations(page) == []

    with page.expect_download(timeout=SOON) as download:
        page.get_by_role("button", name="Download predictions").click()
    download.value.save_as(tmp_path / "predictions.csv")
    with (tmp_path / "predictions.csv").open() as stream:
        rows = list(csv.reader(stream))
    assert rows[0] == ["prediction", "probability_No", "probability_Yes"]
    assert len(rows) == 401

    page.emulate_media(color_scheme="light")
    page.get_by_test_id("stPageLink-NavLink").filter(has_text="Score another table").click()
    expect(page.get_by_text("Scored before")).to_be_visible(timeout=SOON)
    assert violations(page) == []
    page.get_by_test_id("stPageLink-NavLink").filter(has_text="march.csv").click()
    expect(page.get_by_text("What has changed")).to_be_visible(timeout=SOON)
    assert violations(page) == []
