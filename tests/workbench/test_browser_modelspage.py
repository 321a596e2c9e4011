"""Choosing among the models of a real run in a real browser, and taking the report away."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from automl import jobs
from automl.run import load_run
from automl.store import RunFolder, decisions, picked

from .browsing import SOON, press, settled, until, violations
from .conftest import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture
def run(server: Server, trained: Path) -> RunFolder:
    """The trained run in the server's home."""
    shutil.copytree(trained, server.home.path, dirs_exist_ok=True)
    (found,) = server.home.runs()
    return found


def view(page: Page, name: str) -> None:
    tab = page.get_by_role("tab", name=name, exact=True)

    def chosen() -> bool:
        """A click on a page that is being drawn anew may be lost."""
        settled(page)
        tab.click()
        settled(page)
        return tab.get_attribute("aria-selected") == "true"

    until(chosen, f"{name} is shown")


def test_compare_break_the_tie_and_undo(page: Page, server: Server, run: RunFolder) -> None:
    page.goto(f"{server.url}/models?run={run.id}")
    expect(page.get_by_text("What a better score costs")).to_be_visible(timeout=SOON)
    expect(page.get_by_text("Strong marks are the front")).to_be_visible(timeout=SOON)
    assert violations(page) == []

    # A click on a mark of the front selects its model.
    before = page.url
    marks = page.locator(".js-plotly-plot").last.locator(".points path")
    for place in range(marks.count()):
        marks.nth(place).click(force=True)
        settled(page)
        if page.url != before:
            break
    assert re.search(r"model=(t\d{4}|ensemble)", page.url)

    view(page, "Compare")
    expect(page.get_by_role("heading", name="Fold by fold")).to_be_visible(timeout=SOON)
    settled(page)
    expect(
        page.get_by_text("better than").or_(page.get_by_text("cannot be told apart")).first
    ).to_be_visible()
    assert violations(page) == []
    address = page.url
    page.goto(address)  # a colleague opens the link
    expect(page.get_by_role("heading", name="Fold by fold")).to_be_visible(timeout=SOON)

    view(page, "Break the tie")
    expect(page.get_by_text("as good as each other")).to_be_visible(timeout=SOON)
    page.get_by_text("Must a single prediction be quick?").click()
    settled(page)
    page.get_by_role("textbox", name="Reason").fill("Somebody waits for it.")
    page.get_by_role("textbox", name="Reason").press("Tab")
    settled(page)
    page.get_by_role("button", name=re.compile(r"^Use ")).click()
    until(lambda: picked(run) is not None, "the pick is recorded")
    expect(
        page.get_by_text(re.compile("the search itself chose|it is the search's own choice"))
    ).to_be_visible(timeout=SOON)
    page.emulate_media(color_scheme="dark")
    page.reload()
    # The answer is in the address.
    expect(page.get_by_text(re.compile(r"^Rules out")).first).to_be_visible(
        timeout=SOON
    )  # the answer is in the address
    assert violations(page) == []
    press(page, "Undo")
    until(lambda: picked(run) is None, "the pick is undone")
    assert decisions(run)[0]["reason"] == "Somebody waits for it."


@pytest.mark.slow
def test_keep_a_threshold_and_take_the_report_away(
    page: Page, server: Server, run: RunFolder, tmp_path: Path
) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(f"{server.url}/models?run={run.id}&models-view=Threshold&miss=6")
    expect(page.get_by_text("Cost of 1,000 rows").first).to_be_visible(timeout=SOON)
    assert violations(page) == []
    press(page, "Keep this threshold")
    page.get_by_role("textbox", name="Reason").fill("A call is cheap.")
    page.get_by_role("textbox", name="Reason").press("Tab")
    settled(page)
    page.get_by_role("button", name="Keep", exact=True).click()
    until(lambda: bool(decisions(run)), "the threshold is kept")
    assert decisions(run)[0]["reason"] == "A call is cheap."
    expect(page.get_by_text("How it decides")).to_be_visible(timeout=SOON)

    page.emulate_media(color_scheme="light")
    load_run(run.path).explain(store=True, time_budget=3)  # what else the report would wait for
    page.goto(f"{server.url}/export?run={run.id}&report-time=20+s")
    press(page, "Write the report")
    until(
        lambda: any(job.state == "finished" for job in jobs.jobs(run.path, "report")),
        "the report is written",
        seconds=240,
    )
    button = page.get_by_role("button", name="Download the report")
    expect(button).to_be_visible(timeout=SOON)
    assert violations(page) == []
    settled(page)
    with page.expect_download(timeout=SOON) as download:
        button.click()
    path = tmp_path / "report.html"
    download.value.save_as(path)
    text = path.read_text()
    assert "A call is cheap." in text
    assert "How it decides" in text
