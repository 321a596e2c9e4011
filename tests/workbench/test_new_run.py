"""New run: from a file to a started search, with corrections on the way. No job is started here."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from automl import jobs
from automl.errors import RunError
from automl.store import Home
from automl.workbench import drafts, understanding

from .conftest import OpenPage
from .test_pages import words


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Run folders that a job was asked for; the search is covered by the browser tests."""
    asked: list[Path] = []
    monkeypatch.setattr(jobs, "launch", lambda path, kind="search", **_: asked.append(Path(path)))
    return asked


def draft_of(home: Path, name: str, content: bytes) -> drafts.Draft:
    return drafts.from_upload(Home(home), name, io.BytesIO(content))


def penguins(home: Path, sample_data: Path) -> drafts.Draft:
    return draft_of(home, "penguins.csv", (sample_data / "penguins.csv").read_bytes())


def selectbox(page: AppTest, label: str) -> Any:
    return next(box for box in page.selectbox if box.label.startswith(label))


def test_upload_leads_to_a_page_about_the_table(open_page: OpenPage, home: Path, sample_data: Path) -> None:
    page = open_page("new")
    content = (sample_data / "penguins.csv").read_bytes()
    page.file_uploader[0].upload("penguins.csv", content, "text/csv").run()
    text = words(page)
    assert "penguins.csv" in text
    assert "344 rows · 7 columns" in text
    assert len(list((home / "uploads").iterdir())) == 1


def test_three_decisions_start_a_search(
    open_page: OpenPage, home: Path, sample_data: Path, started: list[Path]
) -> None:
    draft = penguins(home, sample_data)
    page = open_page("new", upload=draft.id)
    assert next(b for b in page.button if b.label == "Start the search").disabled
    selectbox(page, "Which column").set_value("species").run()
    assert "several classes" in words(page)
    assert selectbox(page, "What counts").value == "log_loss"
    selectbox(page, "What counts").set_value("accuracy").run()
    page.segmented_control[0].set_value(300).run()
    box = next(box for box in page.checkbox if box.label.startswith("Calibrate"))
    assert box.value
    box.uncheck().run()
    page.button("start").click().run()
    assert len(started) == 1
    spec = Home(home).run(started[0].name).spec
    assert spec["target"] == "species"
    assert spec["metric"] == "accuracy"
    assert spec["budget"] == 300
    assert spec["calibrate"] == "off"
    assert spec["source"] == str(draft.table)
    assert spec["name"] == "penguins"


def test_what_the_model_must_be_reaches_the_run(
    open_page: OpenPage, home: Path, sample_data: Path, started: list[Path]
) -> None:
    draft = penguins(home, sample_data)
    page = open_page("new", upload=draft.id)
    selectbox(page, "Which column").set_value("species").run()
    assert not page.multiselect  # three classes: their probabilities cannot all rise
    selectbox(page, "Which column").set_value("body_mass_g").run()
    raising = page.multiselect[0]
    assert "body_mass_g" not in raising.options
    raising.set_value(["flipper_length_mm"]).run()
    assert "flipper_length_mm" not in page.multiselect[1].options
    page.multiselect[1].set_value(["bill_depth_mm"]).run()
    next(box for box in page.checkbox if "can read" in box.label).check().run()
    next(box for box in page.number_input if "Milliseconds" in box.label).set_value(9.5).run()
    next(box for box in page.number_input if "Megabytes" in box.label).set_value(0.25).run()
    page.button("start").click().run()
    spec = Home(home).run(started[0].name).spec
    assert spec["monotone"] == {"flipper_length_mm": "increasing", "bill_depth_mm": "decreasing"}
    assert (spec["interpretable"], spec["max_latency_ms"], spec["max_size_mb"]) == (True, 9.5, 0.25)


def test_weights_reach_the_run_and_bad_ones_are_told_before_it(
    open_page: OpenPage, home: Path, started: list[Path]
) -> None:
    rows = "".join(f"{i % 7}.5,{i % 3},{-1 if i == 5 else i % 4 + 0.5},{'ab'[i % 2]}\n" for i in range(80))
    draft = draft_of(home, "t.csv", f"x,times,bad,y\n{rows}".encode())
    page = open_page("new", upload=draft.id)
    selectbox(page, "Which column").set_value("y").run()
    assert set(selectbox(page, "How much a row counts").options) == {"x", "times", "bad"}
    selectbox(page, "How much a row counts").set_value("bad").run()
    assert "found '-1' in data row 6" in page.error[0].value
    assert page.button("start").disabled
    selectbox(page, "How much a row counts").set_value("times").run()
    assert not page.error
    page.button("start").click().run()
    assert Home(home).run(started[0].name).spec["weights"] == "times"


def test_choices_survive_a_refresh(open_page: OpenPage, home: Path, sample_data: Path) -> None:
    draft = penguins(home, sample_data)
    page = open_page("new", upload=draft.id)
    selectbox(page, "Which column").set_value("sex").run()
    again = open_page("new", upload=draft.id)
    assert selectbox(again, "Which column").value == "sex"


def test_a_target_that_cannot_be_predicted_is_explained(open_page: OpenPage, home: Path) -> None:
    rows = "".join(f"{i},{i % 7},same\n" for i in range(60))
    draft = draft_of(home, "t.csv", f"number,x,constant\n{rows}".encode())
    page = open_page("new", upload=draft.id)
    selectbox(page, "Which column").set_value("constant").run()
    assert page.error
    assert not [b for b in page.button if b.label == "Start the search" and not b.disabled]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.csv", b"<!DOCTYPE html><html><body>log in</body></html>"),
        ("empty.csv", b""),
        ("header.csv", b"a,b,c\n"),
        ("noise.csv", bytes(range(256)) * 20),
        ("broken.xlsx", b"PK\x03\x04not really"),
    ],
)
def test_what_is_no_table_is_refused_with_a_next_step(
    open_page: OpenPage, home: Path, name: str, content: bytes
) -> None:
    page = open_page("new", upload=draft_of(home, name, content).id)
    assert not page.exception
    assert page.error
    assert "Upload another table" in {b.label for b in page.button}


def test_reading_can_be_corrected(open_page: OpenPage, home: Path) -> None:
    rows = "".join(f"{i};1.{i % 1000:03d};{'ab'[i % 2]}\n" for i in range(40))
    draft = draft_of(home, "t.csv", f"i;x;y\n{rows}".encode())
    page = open_page("new", upload=draft.id)
    assert "40 rows · 3 columns" in words(page)
    selectbox(page, "Between fields").set_value(",").run()
    assert "1 column" in words(page)
    next(b for b in page.button if b.label == "Detect everything again").click().run()
    assert "40 rows · 3 columns" in words(page)


def test_an_upload_that_is_gone_says_so(open_page: OpenPage) -> None:
    for upload in ("20990101-000000-aaaaaaaa", "../..", ""):
        page = open_page("new", upload=upload)
        assert not page.exception
        assert "Upload the table again" in page.error[0].value


def test_names_of_uploads_cannot_leave_their_folder(home: Path) -> None:
    for name in ("../../evil.csv", "..\\..\\evil.csv", "/etc/passwd", "a\x00b\n.csv", "…", "." * 300):
        draft = draft_of(home, name, b"a,b\n1,2\n")
        assert draft.table.parent == draft.path
        assert draft.table.read_bytes() == b"a,b\n1,2\n"


def test_old_uploads_go_and_used_ones_stay(home: Path) -> None:
    import os

    old, used, fresh = (draft_of(home, "t.csv", b"a\n1\n") for _ in range(3))
    for draft in (old, used):
        os.utime(draft.path, (0, 0))
    drafts.tidy(Home(home), [str(used.table)])
    assert not old.path.exists()
    assert used.path.exists()
    assert fresh.path.exists()
    with pytest.raises(RunError):
        drafts.open_draft(Home(home), old.id)


def test_a_big_file_is_understood_from_its_first_rows(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(understanding, "WHOLE_BYTES", 10_000)
    monkeypatch.setattr(understanding, "_HEAD_BYTES", 8_000)
    rows = "".join(f'{i},"text, {i}\nsecond line",{i % 3}\n' for i in range(2000))
    for encoding in ("utf-8", "utf-16"):
        draft = draft_of(home, f"{encoding}.csv", f"i,t,k\n{rows}".encode(encoding))
        table = understanding.understand(draft.table, {}, {})
        assert table.partial
        assert list(table.raw.frame.columns) == ["i", "t", "k"]
        assert 50 < len(table.raw.frame) < 2000
