"""The list of runs: found, ordered, renamed, and quick however many there are."""

from __future__ import annotations

from pathlib import Path
from timeit import repeat

import pytest

from automl.errors import SettingError
from automl.store import Home, RunFolder
from automl.workbench import overviews

from . import folders
from .conftest import OpenPage
from .test_pages import words


@pytest.fixture
def many(home: Path) -> list[RunFolder]:
    """Twenty-four runs: more than a page, on two targets."""
    states = ("finished", "cancelled", "failed")
    return [
        folders.run_folder(
            Home(home),
            state=states[i % 3],
            trials=3,
            name=f"table {i:02}",
            target=("Churn", "price")[i % 2],
            created=1_700_000_000.0 + 60 * i,
        )
        for i in range(24)
    ]


def test_many_runs_come_in_pages_and_are_searched_filtered_and_sorted(
    open_page: OpenPage, many: list[RunFolder]
) -> None:
    page = open_page()
    assert len(page.menu_button) == 15
    page.text_input("q").set_value("PRICE table").run()
    assert len(page.menu_button) == 12
    page.segmented_control("state").set_value("Finished").run()
    assert {menu.label for menu in page.menu_button} == {
        f"Actions for table {i:02}" for i in range(24) if i % 2 == 1 and i % 3 == 0
    }
    page.selectbox("order").set_value("By name").run()
    labels = [menu.label for menu in page.menu_button]
    assert labels == sorted(labels)
    page.text_input("q").set_value("nothing like it").run()
    assert "No run matches" in words(page)
    page.button("show-all").click().run()
    assert len(page.menu_button) == 15


def test_an_address_keeps_what_was_looked_for(open_page: OpenPage, many: list[RunFolder]) -> None:
    page = open_page(q="table 07")
    assert [menu.label for menu in page.menu_button] == ["Actions for table 07"]


def test_few_runs_need_no_search(open_page: OpenPage, runs: dict[str, RunFolder]) -> None:
    assert not open_page().text_input


def test_a_run_is_renamed(open_page: OpenPage, runs: dict[str, RunFolder]) -> None:
    run = runs["finished"]
    page = open_page()
    page.menu_button(f"menu-{run.id}").click("Rename").run()
    page.text_input("new-name").set_value("  Churn   of June ")
    page.button("confirm-rename").click().run()
    assert run.spec["name"] == "Churn of June"
    assert "Churn of June" in page.menu_button(f"menu-{run.id}").label
    with pytest.raises(SettingError, match="1 to 120"):
        run.rename("   ")


def test_a_run_under_way_is_stopped_and_not_deleted(open_page: OpenPage, home: Path) -> None:
    run = folders.run_folder(Home(home), state="searching", trials=3)
    with run.hold():
        page = open_page()
        menu = page.menu_button(f"menu-{run.id}")
        assert "Delete" not in menu.options
        menu.click("Stop").run()
        assert run.is_cancel_asked()
        assert "left of 1 min" in words(page)


def test_a_finished_run_leads_to_its_models(open_page: OpenPage, runs: dict[str, RunFolder]) -> None:
    options = {name: open_page().menu_button(f"menu-{run.id}").options for name, run in runs.items()}
    assert "Compare its models" in options["finished"]
    assert "Compare its models" not in options["failed"]


def test_the_list_sees_what_changes(home: Path) -> None:
    run = folders.run_folder(Home(home), state="finished", trials=9)
    (before,) = overviews.overviews(Home(home))
    assert overviews.overviews(Home(home))[0] is before, "what is over is read once"
    run.rename("another")
    assert overviews.overviews(Home(home))[0].name == "another"
    size = overviews.disk_bytes(before)
    assert size == run.disk_bytes() > 0
    (run.path / "bundles" / "a.zip").write_bytes(bytes(10_000))
    assert overviews.disk_bytes(before) == size + 10_000
    run.delete()
    assert overviews.overviews(Home(home)) == []


def test_a_look_at_300_runs_is_quick(home: Path) -> None:
    for i in range(300):
        folders.run_folder(Home(home), state="finished", name=f"run {i}")
    overviews.overviews(Home(home))
    assert min(repeat(lambda: overviews.overviews(Home(home)), number=1, repeat=10)) < 0.05
