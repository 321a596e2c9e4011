"""The page of explanations in a real browser: from a bar to a column to a row, jobs, groups, both themes."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from urllib.parse import parse_qs, quote, urlparse

import pytest
from playwright.sync_api import Page, expect

from automl.store import RunFolder

from .browsing import SOON, press, settled, violations
from .conftest import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

TABS = (
    "All columns", "One column", "One row", "Where it is wrong", "Is it fair", "Can it be trusted",
    "Comparison",
)  # fmt: skip


@pytest.fixture
def run(examined: Path, server: Server) -> RunFolder:
    """A run with all inspections in the home of the server."""
    shutil.copytree(examined, server.home.path, dirs_exist_ok=True)
    return server.home.runs()[0]


def open_tab(page: Page, server: Server, run: RunFolder, tab: str, more: str = "") -> None:
    page.goto(f"{server.url}/explain?run={run.id}&explain-view={quote(tab)}{more}")
    expect(page.get_by_role("tab", name=tab, exact=True)).to_have_attribute(
        "aria-selected", "true", timeout=SOON
    )
    settled(page)


def asked(page: Page, name: str) -> str:
    return parse_qs(urlparse(page.url).query).get(name, [""])[0]


def test_a_bar_leads_to_its_column_and_a_dot_to_its_row(page: Page, server: Server, run: RunFolder) -> None:
    page.goto(f"{server.url}/explain?run={run.id}")
    bar = page.locator(".st-key-importance-0 .bars .point path").first
    expect(bar).to_be_visible(timeout=SOON)
    settled(page)
    bar.click(force=True)  # the layer that takes the mouse lies above the bars
    column = page.get_by_role("tab", name="One column", exact=True)
    expect(column).to_have_attribute("aria-selected", "true", timeout=SOON)
    page.wait_for_url(re.compile(r"explain-view=One.*column="), timeout=SOON)
    settled(page)
    first = asked(page, "column")
    drawn = page.locator(f'[aria-label="Contribution of {first} against its value"]')
    expect(drawn).to_be_visible(timeout=SOON)
    page.reload()
    settled(page)
    expect(column).to_have_attribute("aria-selected", "true", timeout=SOON)
    expect(drawn).to_be_visible(timeout=SOON)
    assert asked(page, "column") == first
    dots = page.locator('[class*="st-key-dependence-"] .scatterlayer .points path, '
                        '[class*="st-key-dependence-"] .boxlayer .points path')  # fmt: skip
    expect(dots.first).to_be_visible(timeout=SOON)
    settled(page)
    dots.nth(3).hover(force=True)
    named = page.locator(".hovertext").filter(has_text=re.compile(r"row [\d,]+")).first.text_content() or ""
    dots.nth(3).click(force=True)
    expect(page.get_by_role("tab", name="One row", exact=True)).to_have_attribute(
        "aria-selected", "true", timeout=SOON
    )
    expect(page.locator(".gb-sentence").first).to_contain_text("probability", timeout=SOON)
    page.wait_for_url(re.compile(r"explain-view=One\+row.*row=\d+"), timeout=SOON)
    number = re.search(r"row ([\d,]+)", named)
    assert number is not None
    assert asked(page, "row") == number[1].replace(",", ""), "of the table, not of those explained"


@pytest.mark.slow
def test_a_job_is_started_watched_and_its_result_stays(page: Page, server: Server, run: RunFolder) -> None:
    for path in (run.path / "inspections").glob("*/surrogate*.json"):
        path.unlink()
    open_tab(page, server, run, "Can it be trusted")
    press(page, "Find rules")
    expect(page.get_by_text("An imitation, not the model")).to_be_visible(timeout=SOON)
    settled(page)
    page.reload()
    expect(page.get_by_text("An imitation, not the model")).to_be_visible(timeout=SOON)
    expect(page.get_by_text(re.compile("^If .* of rows")).first).to_be_visible(timeout=SOON)


def test_groups_are_compared_once_a_column_is_chosen(page: Page, server: Server, run: RunFolder) -> None:
    open_tab(page, server, run, "Is it fair")
    expect(page.get_by_text("Does it treat groups alike?")).to_be_visible(timeout=SOON)
    box = page.get_by_role("combobox", name="Column whose groups are compared")
    box.click()
    box.fill("SeniorCitizen")
    page.get_by_role("option", name="SeniorCitizen").first.click()
    expect(page.get_by_text(re.compile("^By “SeniorCitizen”"))).to_be_visible(timeout=SOON)
    settled(page)
    assert asked(page, "group") == "SeniorCitizen"
    expect(page.get_by_text("What would it take to treat them alike?")).to_be_visible()


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_tab_breaks_the_rules_of_accessibility(
    page: Page, server: Server, run: RunFolder, scheme: str
) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    more = {"Is it fair": "&group=gender", "One column": "&column=tenure"}
    more["Comparison"] = f"&compare={quote('Two groups of rows')}&by=Contract"
    for tab in TABS:
        open_tab(page, server, run, tab, more.get(tab, ""))
        expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible(timeout=SOON)
        assert violations(page) == [], tab
