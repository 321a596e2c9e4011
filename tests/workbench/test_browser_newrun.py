"""New run in a real browser: big and odd files, every source, two tabs, undo, and axe in all looks."""

from __future__ import annotations

import base64
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from automl.workbench import drafts

from .browsing import SOON, press, settled, until, violations
from .conftest import Server
from .odd_files import odd_files

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
MEGABYTE = 1_000_000


def memory(server: Server) -> int:
    """Bytes of memory that the server's process has now."""
    assert server._process is not None
    for line in Path(f"/proc/{server._process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmRSS")


def drop(page: Page, path: Path) -> None:
    """Choose a file as the button does."""
    page.locator('input[type="file"]').set_input_files(path)


def drawn(page: Page) -> None:
    """Wait until nothing on the page is faded or still a placeholder."""
    page.get_by_role("heading", name="New run").wait_for(timeout=SOON)
    settled(page)
    page.wait_for_function(
        "!document.querySelector('[data-testid=stSkeleton], [data-stale=true]')", timeout=SOON
    )
    page.wait_for_timeout(300)


def arrived(page: Page) -> None:
    page.wait_for_url(re.compile(r"upload="), timeout=SOON)


@pytest.fixture
def looks(browser: Browser, server: Server) -> Iterator[list[Page]]:
    """Two pages: one in light and wide, one in dark and narrow."""
    contexts = [
        browser.new_context(viewport={"width": width, "height": 1400}, color_scheme=scheme)
        for scheme, width in (("light", 1280), ("dark", 400))
    ]
    yield [context.new_page() for context in contexts]
    for context in contexts:
        context.close()


@pytest.mark.slow
def test_two_hundred_megabytes_take_less_than_a_hundred_of_memory(
    page: Page, server: Server, tmp_path: Path
) -> None:
    table = tmp_path / "big.csv"
    block = "".join(
        f"{i},{i % 97},{i * 7 % 1001 / 8},category {i % 12},{'yes' if i % 3 else 'no'}\n"
        for i in range(40_000)
    )
    with table.open("w") as stream:
        stream.write("row,a,b,c,y\n")
        while stream.tell() < 200 * MEGABYTE:
            stream.write(block)
    small = tmp_path / "small.csv"
    small.write_text("row,a,b,c,y\n" + block[: 30 * 2000])
    page.goto(f"{server.url}/new")
    settled(page)
    drop(page, small)  # once before, so that what any table takes is not counted
    arrived(page)
    settled(page)
    page.goto(f"{server.url}/new")
    settled(page)
    before = peak = memory(server)
    drop(page, table)
    end = page.get_by_text(re.compile(r"about [\d,]+ rows"))
    for _ in range(1200):
        peak = max(peak, memory(server))
        if "upload=" in page.url and end.count():
            break
        page.wait_for_timeout(50)
    expect(end).to_be_visible(timeout=SOON)
    settled(page)
    after = memory(server)
    print(f"\nserver: {before / 1e6:.0f} MB before, {peak / 1e6:.0f} at most, {after / 1e6:.0f} after")  # noqa: T201
    assert peak - before < 100 * MEGABYTE
    (draft,) = (d for d in map(drafts.Draft, server.home.uploads_path.iterdir()) if d.name == "big.csv")
    assert draft.table.stat().st_size == table.stat().st_size


@pytest.mark.slow  # in the usual run `test_odd_files.py` shows all of them to the page without a browser
def test_odd_files_end_in_a_table_or_in_words(page: Page, server: Server, tmp_path: Path) -> None:
    ends = {}
    for file in odd_files():  # the widest comes last: its columns keep the server busy for a while
        print(file.name)  # noqa: T201 - what is shown of a test that fails
        path = tmp_path / file.name
        path.write_bytes(file.content)
        page.goto(f"{server.url}/new")
        settled(page)
        drop(page, path)
        body = page.get_by_test_id("stMainBlockContainer")
        wanted = file.facts if file.table is not None else file.refusal
        wide = file.table is not None and file.table[1] > 1000
        expect(body.get_by_text(wanted).first).to_be_visible(timeout=5 * SOON if wide else SOON)
        if file.table is None:
            assert page.get_by_role("alert").first.inner_text().count("\n") >= 1, "what to do"
        else:
            expect(page.get_by_role("combobox", name="Which column do you want to predict?")).to_be_visible(
                timeout=SOON
            )
        ends[file.name] = file.table
    assert len(ends) >= 40


def test_a_dropped_file_is_taken_and_a_cancelled_one_is_not(
    page: Page, server: Server, sample_data: Path
) -> None:
    page.goto(f"{server.url}/new")
    settled(page)
    page.locator('input[type="file"]').wait_for(state="attached")
    content = base64.b64encode((sample_data / "penguins.csv").read_bytes()).decode()
    throw = """([names, content]) => {
        const transfer = new DataTransfer();
        const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0));
        for (const name of names) transfer.items.add(new File([bytes], name));
        for (const kind of ["dragover", "drop"])
            window.dispatchEvent(new DragEvent(kind, { dataTransfer: transfer, cancelable: true }));
    }"""
    page.evaluate(throw, [["one.csv", "two.csv"], content])
    expect(page.get_by_role("alert").filter(has_text="one table at a time")).to_be_visible(timeout=SOON)

    page.route("**/glassbench/upload", lambda route: None)  # an upload that goes on and on
    page.evaluate(throw, [["slow.csv"], content])
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("choose a file")).to_be_visible(timeout=SOON)
    page.unroute("**/glassbench/upload")
    assert not list(server.home.uploads_path.iterdir())

    page.evaluate(throw, [["penguins.csv"], content])
    arrived(page)
    expect(page.get_by_text("344 rows · 7 columns")).to_be_visible(timeout=SOON)


@pytest.mark.slow
def test_choices_are_the_same_after_a_refresh_in_a_second_tab_and_after_undo(
    page: Page, server: Server, sample_data: Path
) -> None:
    draft = drafts.from_sample(server.home, drafts.samples()[0])
    page.goto(f"{server.url}/new?upload={draft.id}&findings=true")
    settled(page)
    found = page.get_by_text("is left out")
    page.get_by_role("button", name="Treat it as a category").first.click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible(timeout=SOON)
    settled(page)
    # What was open stays open, though its heading counts anew.
    expect(page.get_by_text("Good to know")).to_be_visible(timeout=SOON)
    other = page.context.new_page()
    other.goto(page.url)
    settled(other)
    expect(other.get_by_role("button", name="Undo")).to_be_visible(timeout=SOON)
    press(other, "Undo")
    expect(other.get_by_role("button", name="Undo")).to_have_count(0, timeout=SOON)
    page.reload()
    settled(page)
    expect(page.get_by_role("button", name="Undo")).to_have_count(0, timeout=SOON)
    expect(page.get_by_text("Good to know")).to_be_visible(timeout=SOON)
    assert "findings=true" in page.url
    assert found.count() >= 0
    until(lambda: "kinds" not in drafts.Draft(draft.path).choices, "the change is taken back")


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that may be read and a database, for a server that is started after this."""
    folder = tmp_path / "tables"
    (folder / "exports").mkdir(parents=True)
    (folder / "exports" / "churn.csv").write_text(
        "a,b,y\n" + "".join(f"{i % 9},{i % 4},{i % 2}\n" for i in range(200))
    )
    with sqlite3.connect(tmp_path / "shop.db") as database:
        database.execute("CREATE TABLE orders (id INTEGER, size INTEGER, back INTEGER)")
        rows = [(i, i % 5, i % 2) for i in range(3000)]
        database.executemany("INSERT INTO orders VALUES (?, ?, ?)", rows)
    database.close()
    monkeypatch.setenv("GLASSBENCH_DATA_FOLDERS", str(folder))
    monkeypatch.setenv("GLASSBENCH_SQL_SHOP", f"sqlite:///{tmp_path / 'shop.db'}")
    return folder


@pytest.mark.slow
def test_a_file_on_the_server_and_a_query_become_tables(sources: Path, page: Page, server: Server) -> None:
    page.goto(f"{server.url}/new")
    settled(page)
    page.get_by_role("radio", name="File on the server").or_(
        page.get_by_role("button", name="File on the server")
    ).first.click()
    press(page, "exports")
    expect(page.get_by_role("button", name="churn.csv")).to_be_visible(timeout=SOON)
    page.reload()  # the folder is in the address
    press(page, "churn.csv")
    arrived(page)
    expect(page.get_by_text("read in place on the server")).to_be_visible(timeout=SOON)

    page.goto(f"{server.url}/new?from=database")
    settled(page)
    page.get_by_role("textbox", name="Query").fill("SELECT * FROM nowhere")
    press(page, "Fetch the rows")
    expect(page.get_by_role("alert")).to_contain_text("no such table: nowhere", timeout=SOON)
    press(page, "Change the query")
    box = page.get_by_role("textbox", name="Query")
    expect(box).to_have_value("SELECT * FROM nowhere", timeout=SOON)
    settled(page)
    box.fill("SELECT size, back FROM orders WHERE id % 2 = 0 OR size > 1")
    press(page, "Fetch the rows")
    expect(page.get_by_text(re.compile("from the database shop"))).to_be_visible(timeout=SOON)
    expect(page.get_by_text(re.compile(r"2,[0-9]{3} rows · 2 columns"))).to_be_visible(timeout=SOON)
    shown = page.content() + server.log.read_text()
    assert "shop.db" not in shown


@pytest.mark.slow
def test_every_state_can_be_used_by_all(sources: Path, looks: list[Page], server: Server) -> None:
    sample = drafts.from_sample(server.home, drafts.samples()[0])
    empty = drafts.from_sample(server.home, drafts.samples()[1])
    empty.put(target=None)
    broken = drafts.new_folder(server.home)
    (broken / "page.csv").write_text("<!DOCTYPE html><html><body>log in</body></html>")
    refused = drafts.register_upload(broken, broken / "page.csv")
    addresses = [
        "new", "new?from=server", "new?from=database", "new?upload=gone", f"new?upload={refused.id}",
        f"new?upload={empty.id}", f"new?upload={sample.id}&findings=true&reading=true&rows=true",
        f"new?upload={sample.id}&columns=true&column=tenure&more=true",
    ]  # fmt: skip
    for address in addresses:
        for page in looks:
            page.goto(f"{server.url}/{address}")
            drawn(page)
            assert violations(page) == [], address
            wide = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert wide <= 0, f"{address} is wider than its window"
