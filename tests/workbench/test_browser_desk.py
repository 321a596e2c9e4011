"""What-if and one row of Explain in a real browser, against a real desk."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Page, expect

import automl
from automl.desk import Desk
from automl.store import RunFolder
from automl.workbench.views.what_if.widgets import FIRST

from .browsing import SOON, press, settled, violations
from .conftest import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture
def run(server: Server, trained: Path) -> Iterator[RunFolder]:
    """The run of customers in the server's home, explained; its desks leave at the end."""
    shutil.copytree(trained, server.home.path, dirs_exist_ok=True)
    (run,) = server.home.runs()
    automl.load_run(run.path).explain(store=True, time_budget=5)
    yield run
    Desk(run.path, (run.result or {})["chosen"]).close()


def query(page: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlparse(page.url).query).items()}


def test_an_edit_and_a_change_that_was_found(page: Page, server: Server, run: RunFolder) -> None:
    page.goto(f"{server.url}/what-if?run={run.id}")
    expect(page.get_by_text(re.compile("Getting .* ready"))).to_be_visible(timeout=SOON)
    cards = page.locator(".wi-cards")
    expect(cards).to_contain_text("As it is", timeout=SOON)
    settled(page)

    # An edit: both predictions, what it changes column by column, and an address that can be sent.
    facts = Desk(run.path, (run.result or {})["chosen"]).ask("about")
    number = next(column for column in facts["columns"] if column["kind"] == "number")  # the most important
    far = int(10 * number["high"])
    if number not in facts["columns"][:FIRST]:
        page.get_by_text(re.compile("more columns")).click()
    field = page.get_by_role("spinbutton", name=number["name"]).first
    field.fill(str(far))
    field.press("Enter")
    expect(cards).to_contain_text("With your edits", timeout=SOON)
    expect(page.get_by_role("alert").filter(has_text="on its own here")).to_be_visible()
    expect(page.locator(".wi-table thead")).to_contain_text("Difference")
    settled(page)
    assert json.loads(query(page)["edits"]) == {number["name"]: far}
    page.reload()
    expect(cards).to_contain_text("With your edits", timeout=SOON)
    settled(page)
    press(page, "Undo all edits")
    expect(cards).not_to_contain_text("With your edits", timeout=SOON)

    # What would have to change, and using it.
    page.get_by_text("What would have to change?").click()
    for _ in range(3):  # a click is lost where the page is drawn anew between button down and up
        press(page, "Find changes")
        page.wait_for_timeout(1_000)
        settled(page)
        if "found" in query(page):
            break
    expect(page.get_by_text(re.compile("The row would be predicted as"))).to_be_visible(timeout=SOON)
    settled(page)
    before = cards.inner_text()
    page.get_by_role("button", name="Use this").first.click()
    expect(cards).to_contain_text("With your edits", timeout=SOON)
    said = re.findall("says “(.+?)”", cards.inner_text())
    assert len(said) == 2
    assert said[0] != said[1], before
    settled(page)
    press(page, "Keep to compare")
    expect(page.get_by_role("heading", name="Side by side")).to_be_visible(timeout=SOON)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.reload()
        expect(cards).to_contain_text("With your edits", timeout=SOON)
        assert violations(page) == []


@pytest.mark.slow
def test_any_row_and_on_to_its_values(page: Page, server: Server, run: RunFolder) -> None:
    chosen = (run.result or {})["chosen"]
    explained = set(run.read(f"explanations/{chosen}.rows.json"))
    place = next(row for row in range(1500) if row not in explained)
    page.goto(f"{server.url}/explain?run={run.id}&explain-view=One+row&row={place + 1}")
    expect(page.locator(".gb-sentence").first).to_contain_text("probability", timeout=SOON)
    expect(page.locator(".gb-reasons li").first).to_be_visible()
    settled(page)
    page.get_by_text("What became of rows like it").click()
    expect(page.locator(".gb-rows tbody tr")).to_have_count(5, timeout=SOON)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.reload()
        expect(page.locator(".gb-reasons li").first).to_be_visible(timeout=SOON)
        assert violations(page) == []
    page.get_by_role("link", name="Change its values").click()
    page.wait_for_url(re.compile("/what-if"), timeout=SOON)
    expect(page.locator(".wi-cards")).to_contain_text("As it is", timeout=SOON)
    assert query(page)["row"] == str(place + 1)
