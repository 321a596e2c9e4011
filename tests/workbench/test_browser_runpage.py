"""Runs and the page of a run in a real browser: two tabs, the queue, the end told, nothing that blinks."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from automl import jobs
from automl.store import RunFolder
from automl.workbench import actions

from . import folders
from .browsing import SOON, press, settled, until, violations
from .conftest import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def start(server: Server, table: Path, name: str, budget: float) -> RunFolder:
    """Start a real search, as the page of a new run does."""
    from automl.run import create_run

    run = create_run(table, "species", budget=budget, n_jobs=1, home=server.home.path, name=name).folder
    actions.launch(run)
    return run


def badge(page: Page, text: str) -> None:
    expect(page.get_by_test_id("stMainBlockContainer").get_by_text(text).first).to_be_visible(timeout=SOON)


@pytest.fixture
def penguins(sample_data: Path) -> Path:
    return sample_data / "penguins.csv"


@pytest.mark.slow
def test_two_tabs_a_queue_and_the_end_told(page: Page, server: Server, penguins: Path) -> None:
    page.context.grant_permissions(["notifications"], origin=server.url)
    # What the browser would show outside of the page is written down instead.
    page.context.add_init_script(
        """const Real = Notification;
        window.told = [];
        window.Notification = class {
          constructor(title, options) { window.told.push(`${title} | ${options.body}`); }
          close() {}
          static get permission() { return Real.permission; }
          static requestPermission() { return Real.requestPermission(); }
        };"""
    )
    first, second = start(server, penguins, "first", 120), start(server, penguins, "second", 12)
    page.goto(f"{server.url}/run?run={first.id}")
    expect(page.get_by_text("Being tried now")).to_be_visible(timeout=SOON)
    expect(page.get_by_text(re.compile("number \\d+ of \\d+|of the tries")).first).to_be_visible(timeout=SOON)
    assert page.title() == "Searching – first"
    assert violations(page) == []
    notify = page.get_by_role("button", name="Notify me at the end")
    notify.click()
    expect(page.get_by_role("button", name="You will be notified")).to_have_attribute("aria-pressed", "true")

    # The chart changes in place: it is still the same element when more trials have come.
    chart = page.get_by_role("img", name=re.compile("over search time"))
    expect(chart).to_be_visible(timeout=SOON)
    chart.evaluate("node => { node.marked = true }")
    seen = len(first.trial_ids())
    until(lambda: len(first.trial_ids()) > seen + 1, "more trials have come")
    page.wait_for_timeout(2500)
    assert chart.evaluate("node => node.marked"), "it was taken away and put back"

    # A second tab on the run that waits, and a third on the first run.
    waiting, other = page.context.new_page(), page.context.new_page()
    waiting.goto(f"{server.url}/run?run={second.id}")
    expect(waiting.get_by_text("Next in the queue")).to_be_visible(timeout=SOON)
    expect(waiting.get_by_text(re.compile("It starts when “first” has ended, in about"))).to_be_visible()
    assert violations(waiting) == []
    other.goto(f"{server.url}/run?run={first.id}")
    expect(other.get_by_role("button", name="Cancel", exact=True)).to_be_visible(timeout=SOON)

    press(page, "Cancel")
    clicked = time.monotonic()
    for tab in (other, page):
        badge(tab, "Cancelled")
    assert time.monotonic() - clicked < 20
    expect(other.get_by_role("button", name="Resume")).to_be_visible(timeout=SOON)
    assert other.title() == "■ Cancelled – first"
    page.wait_for_function("window.told.length > 0", timeout=SOON)
    told = page.evaluate("window.told")
    assert len(told) == 1
    assert told[0].startswith("■ Cancelled – first | ")

    # The one that waited begins by itself, and its page turns into the search.
    expect(waiting.get_by_text("Time left")).to_be_visible(timeout=SOON)
    until(lambda: jobs.state(second.path).state == "finished", "the second search has ended", seconds=90)
    badge(waiting, "Finished")
    expect(waiting.get_by_text("Where the time went")).to_be_visible(timeout=SOON)
    assert violations(waiting) == []
    expect(waiting.get_by_role("button", name="Search 5 minutes more")).to_be_enabled()
    assert waiting.title() == "✓ Finished – second"

    # A stale tab: resumed in one, the other draws the search again without a hand on it.
    press(other, "Resume")
    expect(page.get_by_text("Time left")).to_be_visible(timeout=SOON)
    jobs.stop(first.path)


@pytest.mark.slow
def test_a_waiting_run_starts_though_the_server_is_gone(page: Page, server: Server, penguins: Path) -> None:
    first, second = start(server, penguins, "first", 300), start(server, penguins, "second", 300)
    page.goto(f"{server.url}/run?run={second.id}")
    expect(page.get_by_text("Next in the queue")).to_be_visible(timeout=SOON)
    page.goto("about:blank")
    server.kill()
    jobs.stop(first.path)
    until(lambda: not jobs.state(second.path).waits, "its turn has come")
    server.start()
    page.goto(f"{server.url}/run?run={second.id}")
    expect(page.get_by_text("Time left").or_(page.get_by_text("Starting")).first).to_be_visible(timeout=SOON)
    jobs.stop(second.path)


@pytest.fixture
def themed(browser: Browser, server: Server, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page in light or dark, wide or narrow."""
    scheme, width = request.param
    context: BrowserContext = browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 1400}
    )
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(
    "themed", [("light", 1280), pytest.param(("dark", 400), marks=pytest.mark.slow)], indirect=True
)
def test_every_state_is_accessible(themed: Page, server: Server) -> None:
    page = themed
    page.goto(server.url)
    expect(page.get_by_text("From a table to a model")).to_be_visible(timeout=SOON)
    assert violations(page) == []

    runs = folders.write_all(server.home.path)
    page.goto(server.url)
    expect(page.get_by_text("Interrupted")).to_be_visible(timeout=SOON)
    assert violations(page) == []
    page.get_by_role("button", name=f"Actions for {runs['failed'].spec['name']}").click()
    page.get_by_text("Delete", exact=True).click()
    expect(page.get_by_role("dialog")).to_be_visible(timeout=SOON)
    assert violations(page) == []
    page.get_by_role("button", name="Keep it").click()
    for run in (runs["finished"], runs["interrupted"], runs["failed"], runs["queued"]):
        page.goto(f"{server.url}/run?run={run.id}")
        expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=SOON)
        settled(page)
        assert violations(page) == [], run.spec["name"]
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
