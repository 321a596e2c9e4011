"""The pages over the catalogue in a real browser: a model is approved, made champion, and taken back."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from automl.store.catalogue import Catalogue, open_catalogue

from . import catalogues
from .browsing import SOON, press, settled, violations
from .conftest import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def follow(page: Page, name: str | re.Pattern[str]) -> None:
    settled(page)
    page.get_by_test_id("stPageLink-NavLink").filter(has_text=name).first.click()


@pytest.fixture
def address(server: Server, trained: Path) -> str:
    """A home with one real run, which no catalogue knows yet."""
    shutil.copytree(trained / "runs", server.home.runs_path)
    return server.url


def test_from_the_list_to_a_champion_and_its_sheet(page: Page, address: str) -> None:
    page.goto(address)
    settled(page)
    page.get_by_role("link", name="Models & registry").first.click()
    expect(page.get_by_text("no champion")).to_be_visible(timeout=SOON)
    assert violations(page) == []
    follow(page, "Churn")
    expect(page.get_by_text("points to nothing").first).to_be_visible(timeout=SOON)
    follow(page, "Churn/1")
    page.wait_for_url(re.compile(r"/registry\?name=Churn&version=1$"), timeout=SOON)
    page.go_back()
    expect(page.get_by_text("points to nothing").first).to_be_visible(timeout=SOON)
    page.go_forward()
    expect(page.get_by_text("Nobody has decided about it yet.")).to_be_visible(timeout=SOON)
    press(page, "Approve")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("It does well on the holdout.")
    dialog.get_by_role("button", name="Approve", exact=True).click()
    expect(page.get_by_text("“It does well on the holdout.”")).to_be_visible(timeout=SOON)
    press(page, "Let an alias point here")
    expect(dialog.locator(".gb-change")).to_contain_text("Churn/1", timeout=SOON)
    assert violations(page) == []
    dialog.get_by_role("button", name="Set it").click()
    expect(page.locator(".st-key-gb-version")).to_contain_text("champion", timeout=SOON)

    page.emulate_media(color_scheme="dark")
    page.get_by_role("tab", name="Compliance sheet").click()
    press(page, "Write the sheet")
    expect(page.get_by_text("things missing")).to_be_visible(timeout=120_000)
    assert violations(page) == []
    with page.expect_download(timeout=SOON) as download:
        page.get_by_role("button", name="Markdown").click()
    assert "What is missing" in Path(download.value.path()).read_text()
    page.reload()
    expect(page.get_by_text("things missing")).to_be_visible(timeout=SOON)

    follow(page, "All versions of Churn")
    press(page, "Undo")
    dialog.get_by_role("button", name="Undo it").click()
    expect(page.get_by_text("points to nothing").first).to_be_visible(timeout=SOON)
    assert violations(page) == []


@pytest.fixture
def filled(server: Server, tmp_path: Path) -> Catalogue:
    """Two versions of a table, and entries."""
    with open_catalogue(server.home.path) as catalogue:
        for number in range(2):
            path = tmp_path / f"t{number}.csv"
            lines = [f"k{i},{i % 40 * (2 if number else 1)},{'ab'[i % 2]}" for i in range(300 + 50 * number)]
            path.write_text("id,x,label\n" + "\n".join(lines) + "\n")
            catalogues.add_data(catalogue, path, "prices", rows=300 + 50 * number)
        for number in range(60):
            catalogue.audit.append("holdout_opened", f"run-{number}", details={"rows": 1409})
        return catalogue


@pytest.mark.slow
def test_what_changed_in_the_data_and_in_the_log(page: Page, server: Server, filled: Catalogue) -> None:
    page.goto(f"{server.url}/data?dataset=prices&number=2")
    press(page, "Compare")
    expect(page.locator(".js-plotly-plot")).to_be_visible(timeout=120_000)
    expect(page.get_by_text("still there and unchanged")).to_be_visible()
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    page.goto(f"{server.url}/audit")
    press(page, "Verify now")
    expect(page.get_by_text("As it was written:")).to_be_visible(timeout=120_000)
    entry = page.locator(".gb-entries details").nth(3)
    entry.locator("summary").click()
    expect(entry.get_by_text("1,409")).to_be_visible()
    assert violations(page) == []
    with filled.database.writing() as connection:
        connection.exec_driver_sql("UPDATE audit SET who = 'nobody' WHERE number = 20")
    press(page, "Verify again")
    expect(page.get_by_text("Entry 20 was edited")).to_be_visible(timeout=120_000)
    page.get_by_role("link", name="Entry 20", exact=True).click()
    page.wait_for_url(re.compile(r"entry=20"), timeout=SOON)
    expect(page.locator(".gb-entries details[open]")).to_contain_text("nobody", timeout=SOON)
    page.emulate_media(color_scheme="light")
    page.reload()
    expect(page.locator(".gb-entries details[open]")).to_contain_text("nobody", timeout=SOON)
    assert violations(page) == []
