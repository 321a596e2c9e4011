"""Watching a model in a real browser: from scored months to the column that did it; an alert is closed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from automl.store import Home, RunFolder
from automl.store.catalogue import open_catalogue, register_run

from .browsing import SOON, settled, until, violations
from .conftest import Server
from .months import exact_model, write_months

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture
def run(server: Server, trained: Path) -> RunFolder:
    """A run with real models, whose scored months are of a small model of customers."""
    shutil.copytree(trained / "runs", server.home.runs_path)
    (found,) = Home(server.home.path).runs()
    model = exact_model()
    write_months(found, model)
    found.write("task.json", model.task.to_json())
    with open_catalogue(server.home.path) as catalogue:
        version = register_run(catalogue, found)
        assert version is not None
        catalogue.life.open_alert("drift", "act", "age has drifted.", columns=["age"], model=version)
    return found


def test_from_a_verdict_to_the_column_that_did_it(page: Page, server: Server, run: RunFolder) -> None:
    page.goto(f"{server.url}/monitor")
    expect(page.get_by_text("calls for a look")).to_be_visible(timeout=SOON)
    assert violations(page) == []
    page.get_by_test_id("stPageLink-NavLink").filter(has_text="Churn").first.click()
    expect(page.locator(".st-key-gb-verdict .gb-sentence")).to_be_visible(timeout=SOON)
    expect(page.get_by_text("In june.csv").first).to_be_visible(timeout=SOON)
    settled(page)

    # A click on a mark chooses its window, and the address keeps it.
    mark = page.locator(".js-plotly-plot").first.locator(".scatterlayer .point").first
    expect(mark).to_be_attached(timeout=SOON)

    def chosen() -> bool:
        mark.click(force=True)  # it may be drawn before it listens
        page.wait_for_timeout(1000)
        return "window=0" in page.url

    until(chosen, "the window is in the address")
    expect(page.get_by_text("In january.csv").first).to_be_visible(timeout=SOON)
    expect(page.locator(".js-plotly-plot").nth(2)).to_be_visible(timeout=SOON)
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    page.reload()
    expect(page.get_by_text("In january.csv").first).to_be_visible(timeout=SOON)
    expect(page.locator(".js-plotly-plot").nth(2)).to_be_visible(timeout=SOON)
    assert violations(page) == []

    page.get_by_role("button", name="Close it").click()
    page.get_by_role("textbox", name="What did you find?").fill("The import was mended.")
    page.get_by_role("button", name="Close the alert").click()
    expect(page.get_by_text("Closed alerts: 1")).to_be_visible(timeout=SOON)
    page.get_by_test_id("stPageLink-NavLink").filter(has_text="See the whole report").click()
    expect(page.get_by_text("What has changed")).to_be_visible(timeout=SOON)
