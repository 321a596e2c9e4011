"""What browser tests share: waiting for a page to settle, pressing, the way into a run, and axe."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlparse

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from automl.store import RunFolder

from .conftest import Server

__all__ = ["CHROMIUM", "SOON", "begin", "leaves", "press", "run_of", "settled", "until", "violations"]

CHROMIUM = (
    os.environ.get("GLASSBENCH_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
)
SOON = 60_000  # milliseconds; generous, since the machine may be busy


def leaves(url: str) -> bool:
    parts = urlparse(url)
    return parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in ("127.0.0.1", "localhost")


def settled(page: Page) -> None:
    """Wait until the script behind the page has run."""
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=SOON)


def press(page: Page, name: str) -> None:
    settled(page)
    page.get_by_role("button", name=name, exact=True).click()


def begin(
    page: Page,
    server: Server,
    table: Path,
    target: str,
    budget: str,
    *,
    before_start: Callable[[], None] = lambda: None,
) -> RunFolder:
    """Upload a table, make the three decisions, start."""
    page.goto(f"{server.url}/new")
    settled(page)
    page.locator('input[type="file"]').set_input_files(table)
    box = page.get_by_role("combobox", name="Which column do you want to predict?")
    expect(box).to_be_visible(timeout=SOON)
    settled(page)
    box.click()
    page.get_by_role("option", name=target, exact=True).click()
    expect(page.get_by_text("What counts as a good prediction?")).to_be_visible(timeout=SOON)
    settled(page)
    page.get_by_role("radio", name=budget, exact=True).or_(
        page.get_by_role("button", name=budget, exact=True)
    ).first.click()
    settled(page)
    before_start()
    press(page, "Start the search")
    page.wait_for_url(re.compile(r"/run\?run="), timeout=SOON)
    return run_of(page, server)


def run_of(page: Page, server: Server) -> RunFolder:
    return server.home.run(parse_qs(urlparse(page.url).query)["run"][0])


def until(condition: Callable[[], bool], what: str, *, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"still waiting until {what}"
        time.sleep(0.2)


def violations(page: Page) -> list[str]:
    """What axe finds against WCAG A and AA on the page as it is now, each with its first element."""
    settled(page)
    rules = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
    found = Axe().run(page, options=rules).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found]
