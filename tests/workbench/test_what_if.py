"""What-if and one row of Explain in every state, drawn by Streamlit's own test runner against real desks."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import automl
from automl.desk import Desk
from automl.store import Home, RunFolder

from . import folders
from .conftest import OpenPage
from .test_pages import words

WAIT = 120.0


@pytest.fixture(scope="module")
def sockets() -> Iterator[str]:
    folder = tempfile.mkdtemp(prefix="gb-", dir="/tmp")
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def runtime(sockets: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A short path for sockets that are the tests' own."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", sockets)


@pytest.fixture(scope="module")
def home_of_one(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the finished run of customers, explained; tests may ask it."""
    home = tmp_path_factory.mktemp("asked") / "home"
    shutil.copytree(trained, home)
    run = automl.load_run(Home(home).runs()[0].path)
    run.explain(store=True)
    return home


@pytest.fixture
def run(home_of_one: Path, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    monkeypatch.setenv("GLASSBENCH_HOME", str(home_of_one))
    return Home(home_of_one).runs()[0]


@pytest.fixture
def desk(run: RunFolder) -> Desk:
    """The desk of the chosen model, ready."""
    made = Desk(run.path, (run.result or {})["chosen"])
    made.ask("about", wait=WAIT)
    return made


@pytest.fixture(scope="module", autouse=True)
def no_desk_stays(home_of_one: Path, sockets: str) -> Iterator[None]:
    yield
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", sockets)
        run = Home(home_of_one).runs()[0]
        Desk(run.path, (run.result or {})["chosen"]).close()


def edits_of(page: AppTest) -> Any:
    found = page.query_params.get("edits")
    return json.loads(found[0] if isinstance(found, list) else found) if found else {}


def box(page: AppTest, label: str) -> Any:
    return next(each for each in page.selectbox if each.label.replace("*", "").startswith(label))


def test_without_a_run_and_with_a_wrong_one(open_page: OpenPage) -> None:
    assert "No run chosen" in words(open_page("what-if"))
    for wrong in ("20990101-000000-gone-0000", "../../etc", "a/b", "x" * 300):
        page = open_page("what-if", run=wrong)
        assert page.error[0].value.startswith("There is no such run here")


@pytest.mark.parametrize(
    ("state", "said"),
    [("failed", "Nothing to ask"), ("queued", "No model yet"), ("preparing", "No model yet")],
)
def test_a_run_without_a_model(open_page: OpenPage, home: Path, state: str, said: str) -> None:
    run = folders.run_folder(Home(home), state=state)
    with run.hold():
        assert said in words(open_page("what-if", run=run.id))


def test_a_model_on_its_way_and_one_that_cannot_be_had(open_page: OpenPage, home: Path) -> None:
    run = folders.run_folder(Home(home), state="finished", trials=9)
    page = open_page("what-if", run=run.id)
    assert "Getting Ensemble ready" in words(page)
    desk = Desk(run.path, "ensemble")
    with pytest.raises(automl.errors.SettingError, match="a task of version 1"):
        desk.ask("about", wait=WAIT)
    page.run()
    assert "Expected a task of version 1" in page.error[0].value
    assert "Use the Glassbench that wrote it" in page.error[0].value
    page.button("desk-again").click().run()
    assert "Getting Ensemble ready" in words(page)
    desk.close()


def test_a_row_as_it_is(open_page: OpenPage, run: RunFolder, desk: Desk) -> None:
    start = desk.ask("about")["starts"]["highest"]
    page = open_page("what-if", run=run.id, row=str(start + 1))
    text = words(page)
    assert "As it is" in text
    assert "With your edits" not in text
    assert "What each column contributes" in text
    assert "Average row" in text
    row = desk.ask("row", row=start)
    assert f"says “{row['label']}”" in text
    assert page.number_input[0].value == start + 1
    assert page.button("undo-all").disabled
    assert len(page.expander) >= 2, "columns beyond the first eight are folded"
    assert any("more columns" in each.label for each in page.expander)


def test_an_edit_shows_both_sides_and_stands_in_the_address(
    open_page: OpenPage, run: RunFolder, desk: Desk
) -> None:
    start = desk.ask("about")["starts"]["highest"]
    page = open_page("what-if", run=run.id, row=str(start + 1))
    contract = box(page, "Contract")
    other = next(option for option in contract.options if option != contract.value)
    was = contract.value
    contract.select(other).run()
    text = words(page)
    assert edits_of(page) == {"Contract": other}
    assert "With your edits" in text
    assert f"{was} → {other}" in text
    assert "Difference" in text
    found = desk.ask("what_if", row=start, changes={"Contract": other})["result"]
    after = found["explanation"]["prediction"][1][-1]
    assert f"{100 * after:.1f}"[:2] in text
    assert f"· was {was}" in box(page, "Contract").label.replace("\\", "")

    # The same address in another window shows the same.
    again = open_page("what-if", run=run.id, row=str(start + 1), edits=json.dumps({"Contract": other}))
    assert box(again, "Contract").value == other
    assert "With your edits" in words(again)

    undo = next(button for button in page.button if button.label == "Undo")
    undo.click().run()
    assert edits_of(page) == {}
    assert box(page, "Contract").value == was
    assert "With your edits" not in words(page)


def test_numbers_out_of_range_and_missing_values_are_flagged(
    open_page: OpenPage, run: RunFolder, desk: Desk
) -> None:
    page = open_page("what-if", run=run.id, row="5", edits=json.dumps({"tenure": 500}))
    assert "above the highest of all training rows" in page.warning[0].value
    tenure = next(each for each in page.number_input if "tenure" in each.label)
    assert tenure.value == 500
    page = open_page("what-if", run=run.id, row="5", edits=json.dumps({"tenure": None}))
    tenure = next(each for each in page.number_input if "tenure" in each.label)
    assert tenure.value is None
    assert "tenure is missing, as in no training row" in page.warning[0].value


@pytest.mark.parametrize(
    "edits",
    [
        "not json", "[1,2]", '{"tenure": "many"}', '{"gone": 1}', '{"tenure": NaN}', '{"tenure": 1e999}',
        '{"Contract": ["a"]}', '{"__class__": 1}', "[" * 5000,
    ],
)  # fmt: skip
def test_edits_that_make_no_sense_are_left_out(
    open_page: OpenPage, run: RunFolder, desk: Desk, edits: str
) -> None:
    page = open_page("what-if", run=run.id, row="5", edits=edits, variants=edits)
    text = words(page)
    assert "As it is" in text
    assert "With your edits" not in text
    if edits.startswith("{"):
        assert "were left out" in text


def test_text_from_links_is_shown_as_text(open_page: OpenPage, run: RunFolder, desk: Desk) -> None:
    bad = "<img src=x onerror=alert(1)>"
    page = open_page("what-if", run=run.id, row="5", edits=json.dumps({"Contract": bad}))
    bodies = "".join(element.proto.body for element in page.get("html"))
    assert "<img" not in bodies
    assert "&lt;img" in bodies
    assert "is in no training row" in page.warning[0].value


def test_what_was_found_can_be_used(open_page: OpenPage, run: RunFolder, desk: Desk) -> None:
    start = desk.ask("about")["starts"]["unsure"]
    page = open_page("what-if", run=run.id, row=str(start + 1), changes="true")
    next(each for each in page.multiselect if "stay as they are" in each.label).select("tenure").run()
    page.button("find-ways").click().run()
    assert "The row would be predicted as" in words(page)
    page.button("use-0").click().run()
    edits = edits_of(page)
    assert edits
    assert "tenure" not in edits
    before = desk.ask("row", row=start)["label"]
    after = desk.ask("what_if", row=start, changes=edits)["result"]["labels"][1]
    assert before != after
    text = words(page)
    assert f"says “{after}”" in text
    assert "has changed since the last search" in text


def sentences(page: AppTest) -> list[str]:
    """What stands in large letters on a page."""
    bodies = [element.proto.body for element in page.get("html")]
    return [body for body in bodies if "gb-sentence" in body and "<style>" not in body]


def picked(page: AppTest, label: str) -> Any:
    return next(each for each in page.multiselect if label in each.label)


def number(page: AppTest, label: str) -> Any:
    return next(each for each in page.number_input if each.label == label)


def test_a_question_and_its_answer_stand_in_the_address(
    open_page: OpenPage, run: RunFolder, desk: Desk
) -> None:
    facts = desk.ask("about")
    start = facts["starts"]["unsure"]
    goal = next(name for name in facts["classes"] if name != desk.ask("row", row=start)["label"])
    page = open_page("what-if", run=run.id, row=str(start + 1), changes="true")
    box(page, "The model should say").select(goal).run()
    box(page, "By changing at most").select(2).run()
    picked(page, "stay as they are").select("tenure").run()
    picked(page, "Limit the values").select("MonthlyCharges").run()
    number(page, "MonthlyCharges: at most").set_value(80.0).run()
    page.button("find-ways").click().run()
    told = sentences(page)
    assert len(told) == 2

    query = {
        name: value[0] if isinstance(value, list) else value for name, value in page.query_params.items()
    }
    least = next(column["low"] for column in facts["columns"] if column["name"] == "MonthlyCharges")
    assert json.loads(query["ways"]) == {
        "goal": goal, "most": 2, "stay": ["tenure"], "limits": {"MonthlyCharges": [least, 80.0]},
    }  # fmt: skip
    again = open_page("what-if", **query)
    assert sentences(again) == told, "a link shows what was found"
    assert box(again, "The model should say").value == goal
    assert box(again, "By changing at most").value == 2
    assert picked(again, "stay as they are").value == ["tenure"]
    assert number(again, "MonthlyCharges: at most").value == 80.0

    picked(again, "Limit the values").unselect("MonthlyCharges").run()
    assert "has changed since the last search" in words(again)
    assert sentences(again) == told[:1]


@pytest.mark.parametrize(
    "ways",
    [
        "not json", "[1]", '{"goal": "Perhaps"}', '{"goal": ["Yes"]}', '{"most": 99}', '{"most": true}',
        '{"stay": "tenure"}', '{"stay": ["gone"]}', '{"limits": {"gone": [0, 1]}}',
        '{"limits": {"Contract": [0, 1]}}', '{"limits": {"tenure": [0]}}', '{"low": 3}',
    ],
)  # fmt: skip
def test_questions_that_make_no_sense_are_left_out(
    open_page: OpenPage, run: RunFolder, desk: Desk, ways: str
) -> None:
    page = open_page("what-if", run=run.id, row="5", changes="true", ways=ways)
    assert not page.exception
    assert box(page, "The model should say").value is None
    assert box(page, "By changing at most").value == 3
    assert picked(page, "stay as they are").value == []
    assert picked(page, "Limit the values").value == []


def test_variants_are_compared(open_page: OpenPage, run: RunFolder, desk: Desk) -> None:
    page = open_page("what-if", run=run.id, row="5")
    page.button("keep").click().run()
    assert page.button("keep").disabled
    contract = box(page, "Contract")
    other = next(option for option in contract.options if option != contract.value)
    contract.select(other).run()
    page.button("keep").click().run()
    text = words(page)
    assert "Side by side" in text
    assert "row 5, edited" in text
    assert f"<b>{other}</b>" in text
    outputs = desk.ask("compare", variants=[{"row": 4}, {"row": 4, "changes": {"Contract": other}}])[
        "outputs"
    ]
    assert not np.isclose(outputs[0][-1], outputs[1][-1])
    page.button("open-A").click().run()
    assert edits_of(page) == {}
    page.button("remove-A").click().run()
    page.button("remove-A").click().run()
    assert "Side by side" not in words(page)
    assert "variants" not in page.query_params


def test_another_row_starts_without_edits(open_page: OpenPage, run: RunFolder, desk: Desk) -> None:
    page = open_page("what-if", run=run.id, row="5", edits=json.dumps({"tenure": 3}))
    page.number_input[0].set_value(9).run()
    assert page.query_params["row"] in ("9", ["9"])
    assert edits_of(page) == {}
    page.button("start-unsure").click().run()
    assert page.number_input[0].value == desk.ask("about")["starts"]["unsure"] + 1


def test_any_row_is_explained_with_reasons(open_page: OpenPage, run: RunFolder, desk: Desk) -> None:
    explained = set(run.read(f"explanations/{desk.model}.rows.json"))
    place = next(row for row in range(1500) if row not in explained)
    page = open_page("explain", run=run.id, row=str(place + 1), **{"explain-view": "One row"})
    text = words(page)
    assert "The model gives" in text
    assert "gb-reasons" in text
    assert ":raises</code>" in text or ":lowers</code>" in text
    assert "percentile" in text or "most frequent" in text
    for key, said in (
        ("row-like", "training rows most like this one"),
        ("row-path", "The path of this row ends at"),
    ):
        page.session_state[key] = True
        page.run()
        assert said in words(page)
    page.session_state["row-contested"] = True
    page.run()
    told = words(page)
    assert "models agree" in told or "do not agree" in told or "no reason can be contested" in told


def test_an_explained_row_needs_no_desk(open_page: OpenPage, run: RunFolder, desk: Desk) -> None:
    place = run.read(f"explanations/{desk.model}.rows.json")[3]
    desk.close()
    page = open_page("explain", run=run.id, row=str(place + 1), **{"explain-view": "One row"})
    assert "gb-reasons" in words(page)
    assert desk.state().name == "away"


def test_the_page_loads_no_engine(run: RunFolder, desk: Desk, home_of_one: Path) -> None:
    import subprocess
    import sys

    from .test_privacy import HEAVY, ROOT

    code = f"""
import sys
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash
for path, query in (("what-if", {{"edits": '{{"tenure": 3}}'}}), ("explain", {{"explain-view": "One row"}})):
    test = AppTest.from_file("automl/workbench/entry.py", default_timeout=60)
    test._page_hash = calc_hash(path)
    for name, value in ({{"run": {run.id!r}, "row": "7"}} | query).items():
        test.query_params[name] = value
    test.run()
    assert not test.exception, test.exception
    assert not test.error, test.error
print("loaded:", [name for name in {HEAVY!r} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().splitlines()[-1] == "loaded: []"
