"""Pages in a narrow window: nothing runs out of it, and what it has no room for is said in another way."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from automl.desk import Desk
from automl.store import RunFolder

from .browsing import SOON, settled, violations
from .conftest import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

NARROW = {"width": 400, "height": 1200}
PAGES = (
    "", "new", "run", "models", "models?models-view=Break+the+tie", "explain", "explain?explain-view=One+row",
    "what-if?changes=true", "score", "export",
)  # fmt: skip


@pytest.fixture
def run(examined: Path, server: Server) -> Iterator[RunFolder]:
    """A run with all inspections in the home of the server; its desks leave at the end."""
    shutil.copytree(examined, server.home.path, dirs_exist_ok=True)
    (run,) = server.home.runs()
    yield run
    Desk(run.path, (run.result or {})["chosen"]).close()


def wider(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(
        page.evaluate(
            "(() => { const main = document.querySelector('[data-testid=stMain]');"
            " return main.scrollWidth - main.clientWidth })()"
        )
    )


@pytest.mark.slow
def test_no_page_runs_out_of_a_narrow_window(page: Page, server: Server, run: RunFolder) -> None:
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    Desk(run.path, (run.result or {})["chosen"]).ask("about", wait=120)
    for address in PAGES:
        page.goto(f"{server.url}/{address}{'&' if '?' in address else '?'}run={run.id}")
        expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=SOON)
        settled(page)
        page.wait_for_timeout(300)
        assert wider(page) <= 0, address


@pytest.mark.slow
def test_one_row_is_a_table_in_a_narrow_window(page: Page, server: Server, run: RunFolder) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(f"{server.url}/explain?run={run.id}&explain-view=One+row")
    drawn, table = page.locator(".st-key-waterfall"), page.locator(".wi-one")
    expect(drawn).to_be_visible(timeout=SOON)
    expect(table).to_be_hidden()
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    expect(drawn).to_be_hidden()
    expect(table).to_contain_text("Average row")
    expect(table).to_contain_text(re.compile(r"[+−]\d+\.\d"))
    assert violations(page) == []
