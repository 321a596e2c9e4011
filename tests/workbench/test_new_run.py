"""New run: from a file to a started search, with corrections on the way. No job is started here."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from automl import jobs
from automl.store import Home
from automl.workbench import big_files, drafts, understanding

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


def button(page: AppTest, label: str) -> Any:
    return next(each for each in page.button if each.label.replace("\\", "") == label)


def kept(home: Path, draft: drafts.Draft) -> dict[str, Any]:
    """What the draft remembers now."""
    return drafts.open_draft(Home(home), draft.id).choices


def test_the_start_offers_sources_and_samples(open_page: OpenPage, home: Path) -> None:
    page = open_page("new")
    assert "Or try a sample table" in words(page)
    button(page, "Use Penguins").click().run()
    assert "344 rows · 7 columns" in words(page)
    assert "several classes" in words(page)


def test_three_decisions_start_a_search(
    open_page: OpenPage, home: Path, sample_data: Path, started: list[Path]
) -> None:
    draft = penguins(home, sample_data)
    page = open_page("new", upload=draft.id, more="true")
    assert "344 rows · 7 columns" in words(page)
    assert button(page, "Start the search").disabled
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
    page = open_page("new", upload=draft.id, more="true")
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
    page = open_page("new", upload=draft.id, more="true")
    selectbox(page, "Which column").set_value("y").run()
    assert set(selectbox(page, "How much a row counts").options) == {"x", "times", "bad"}
    selectbox(page, "How much a row counts").set_value("bad").run()
    assert "found '-1' in data row 6" in page.error[0].value
    assert page.button("start").disabled
    selectbox(page, "How much a row counts").set_value("times").run()
    assert not page.error
    page.button("start").click().run()
    assert Home(home).run(started[0].name).spec["weights"] == "times"


def test_choices_survive_a_refresh(
    open_page: OpenPage, home: Path, sample_data: Path, started: list[Path]
) -> None:
    draft = penguins(home, sample_data)
    page = open_page("new", upload=draft.id, more="true")
    selectbox(page, "Which column").set_value("sex").run()
    selectbox(page, "What counts").set_value("accuracy").run()
    page.segmented_control[0].set_value(900).run()
    next(box for box in page.text_input if box.label == "Name of the run").set_value("mine").run()
    for label, value in (
        ("Stop after", 12), ("Random seed", 5), ("Memory", 1.5), ("Milliseconds", 8.0), ("Megabytes", 0.5),
    ):  # fmt: skip
        next(box for box in page.number_input if box.label.startswith(label)).set_value(value).run()
    next(box for box in page.number_input if box.label.startswith("Predicting")).set_value(4.0).run()
    selectbox(page, "Rows that belong").set_value("island").run()
    page.multiselect[0].set_value(["body_mass_g"]).run()
    for label in ("Only a model", "Calibrate", "Leave out rows"):
        box = next(box for box in page.checkbox if box.label.startswith(label))
        box.set_value(not box.value).run()

    again = open_page("new", upload=draft.id, more="true")
    assert selectbox(again, "Which column").value == "sex"
    assert selectbox(again, "What counts").value == "accuracy"
    assert again.segmented_control[0].value == 900
    shown = {box.label.split(",")[0].split(" ")[0]: box.value for box in again.number_input}
    assert shown["Stop"] == 12
    assert (shown["Random"], shown["Memory"], shown["Milliseconds"], shown["Megabytes"]) == (5, 1.5, 8.0, 0.5)
    assert again.multiselect[0].value == ["body_mass_g"]
    again.button("start").click().run()
    spec = Home(home).run(started[0].name).spec
    expected = {
        "target": "sex", "metric": "accuracy", "budget": 900, "name": "mine", "max_trials": 12, "seed": 5,
        "memory": 1.5e9, "max_latency_ms": 8.0, "max_size_mb": 0.5, "groups": "island", "interpretable": True,
        "calibrate": "off", "drop_duplicates": True, "monotone": {"body_mass_g": "increasing"},
    }  # fmt: skip
    assert {name: spec[name] for name in expected} == expected
    assert set(spec["costs"].values()) == {1.0, 4.0}


def test_two_tabs_show_the_same_draft(open_page: OpenPage, home: Path, sample_data: Path) -> None:
    draft = penguins(home, sample_data)
    one, two = (open_page("new", upload=draft.id, more="true") for _ in range(2))
    selectbox(one, "Which column").set_value("sex").run()
    two.run()
    assert selectbox(two, "Which column").value == "sex"
    selectbox(two, "Order of time").set_value("body_mass_g").run()
    one.run()
    assert selectbox(one, "Order of time").value == "body_mass_g"
    assert kept(home, draft) == {"target": "sex", "time": "body_mass_g"}


def test_errors_that_cost_nothing_are_not_taken(open_page: OpenPage, home: Path, sample_data: Path) -> None:
    draft = penguins(home, sample_data)
    page = open_page("new", upload=draft.id, more="true")
    selectbox(page, "Which column").set_value("sex").run()
    boxes = [box for box in page.number_input if box.label.startswith("Predicting")]
    boxes[0].set_value(0.0).run()
    [box for box in page.number_input if box.label.startswith("Predicting")][1].set_value(0.0).run()
    assert "If no error costs anything" in page.error[0].value
    page.run()
    assert not page.error
    assert set(kept(home, draft)["costs"].values()) == {0.0, 1.0}


def leaky(home: Path) -> drafts.Draft:
    """A table with a finding of nearly every kind that one click settles."""
    rows = []
    for i in range(300):
        day = f"2024-{1 + i // 28 % 12:02d}-{1 + i % 28:02d}"
        age = -999 if i % 50 == 0 else i % 9 + 1
        copy, rare, y = "ab"[i % 2], "x" if i % 200 else "", "yes" if i % 2 else "no"
        rows.append(f"{i},{i % 60},{day},{copy},{i % 7 * 1.5},{age},{rare},{y}")
    head = "row,customer_id,day,copy,fee,age,rare,y"
    return draft_of(home, "shop.csv", "\n".join([head, *rows, *rows[:20]]).encode())


def test_findings_are_settled_by_one_click_and_taken_back(
    open_page: OpenPage, home: Path, started: list[Path]
) -> None:
    draft = leaky(home)
    page = open_page("new", upload=draft.id, findings="true")
    selectbox(page, "Which column").set_value("y").run()
    text = words(page)
    assert text.index("Likely to hurt") < text.index("Good to know"), "the gravest first"
    assert "alone tells the target" in text

    def fix(code: str, label: str) -> None:
        found = next(
            b for b in page.button if str(b.key).startswith("fix-") and f"-{code}-" in str(b.key)
            and b.label.replace("\\", "") == label
        )  # fmt: skip
        found.click().run()

    fix("target_leak", "Leave it out")
    assert "copy is left out" in words(page)
    assert "alone tells the target" not in words(page)
    button(page, "Undo").click().run()
    assert "alone tells the target" in words(page)
    fix("target_leak", "Leave it out")
    fix("group_column_found", "Keep its rows together")
    fix("sentinel", "Read -999 as missing")
    assert "perhaps a code for missing" not in words(page)
    fix("duplicate_rows", "Leave the copies out")
    assert "without rows that repeat earlier ones" in words(page)
    page.button("start").click().run()
    spec = Home(home).run(started[0].name).spec
    assert spec["excluded"] == ["copy"]
    assert spec["groups"] == "customer_id"
    assert spec["drop_duplicates"] is True
    assert "-999" in spec["read"]["missing"]


def test_a_column_has_a_profile_and_is_corrected(open_page: OpenPage, home: Path, sample_data: Path) -> None:
    draft = penguins(home, sample_data)
    page = open_page("new", upload=draft.id, columns="true", column="body_mass_g")
    selectbox(page, "Which column").set_value("species").run()
    text = words(page)
    assert "2,700 to 6,300" in text
    assert "species by body_mass_g" in text.replace("\\", "")
    assert "Columns that say nearly the same" not in text
    selectbox(page, "Part").set_value("excluded").run()
    assert kept(home, draft)["excluded"] == ["body_mass_g"]
    selectbox(page, "Column").set_value("island").run()
    assert page.query_params["column"] in ("island", ["island"])
    selectbox(page, "Kind").set_value("text").run()
    assert kept(home, draft)["kinds"] == {"island": "text"}
    button(page, "Let Glassbench tell its kind").click().run()
    assert "kinds" not in kept(home, draft)
    selectbox(page, "Kind").set_value("number").run()
    assert "cannot be read as numbers" in page.error[0].value
    button(page, "Undo").click().run()
    assert not page.error


def test_no_column_left_is_told_before_the_start(open_page: OpenPage, home: Path) -> None:
    rows = "".join(f"{i % 5},{'ab'[i % 2]}\n" for i in range(60))
    draft = draft_of(home, "t.csv", f"x,y\n{rows}".encode())
    draft.put(target="y", excluded=["x"])
    page = open_page("new", upload=draft.id)
    assert "No column is left" in page.error[0].value
    assert page.button("start").disabled


def test_choices_that_no_longer_fit_can_be_left(open_page: OpenPage, home: Path, sample_data: Path) -> None:
    draft = penguins(home, sample_data)
    draft.put(target="species", task="regression")
    page = open_page("new", upload=draft.id)
    assert page.error
    button(page, "Let Glassbench choose kind and metric").click().run()
    assert not page.error
    assert not page.button("start").disabled


def test_a_double_click_starts_one_run(
    open_page: OpenPage, home: Path, sample_data: Path, started: list[Path]
) -> None:
    draft = penguins(home, sample_data)
    draft.put(target="species")
    page = open_page("new", upload=draft.id)
    page.button("start").click().run()
    page.query_params["upload"] = draft.id
    assert len(started) == 1


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
    assert "Use another table" in {b.label for b in page.button}


def test_reading_can_be_corrected(open_page: OpenPage, home: Path) -> None:
    rows = "".join(f"{i};1.{i % 1000:03d};{'ab'[i % 2]}\n" for i in range(40))
    draft = draft_of(home, "t.csv", f"i;x;y\n{rows}".encode())
    page = open_page("new", upload=draft.id, reading="true")
    assert "40 rows · 3 columns" in words(page)
    selectbox(page, "Between fields").set_value(",").run()
    assert "1 column" in words(page)
    button(page, "Detect everything again").click().run()
    assert "40 rows · 3 columns" in words(page)
    button(page, "Undo").click().run()
    assert "1 column" in words(page)


def test_an_upload_that_is_gone_says_so(open_page: OpenPage) -> None:
    for upload in ("20990101-000000-aaaaaaaa", "../..", ""):
        page = open_page("new", upload=upload)
        assert "Upload the table again" in words(page)
        assert button(page, "Start with another table")


def test_names_of_uploads_cannot_leave_their_folder(home: Path) -> None:
    for name in ("../../evil.csv", "..\\..\\evil.csv", "/etc/passwd", "a\x00b\n.csv", "…", "." * 300):
        draft = draft_of(home, name, b"a,b\n1,2\n")
        assert draft.table.parent == draft.path
        assert draft.table.read_bytes() == b"a,b\n1,2\n"


def test_a_file_on_the_server_is_chosen_from_its_folder(
    open_page: OpenPage, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page("new", **{"from": "server"})
    assert "No folder is allowed yet" in words(page)
    assert "GLASSBENCH_DATA_FOLDERS" in page.code[0].value
    folder = tmp_path / "tables" / "deep"
    folder.mkdir(parents=True)
    (folder / "t.csv").write_text("a,b\n" + "1,2\n" * 60)
    monkeypatch.setenv("GLASSBENCH_DATA_FOLDERS", str(folder.parent))
    page = open_page("new", **{"from": "server"})
    button(page, "deep").click().run()
    button(page, "Up").click().run()
    button(page, "deep").click().run()
    button(page, "t.csv").click().run()
    assert "read in place on the server" in words(page)
    page = open_page("new", **{"from": "server", "folder": "/etc"})
    assert "not in a folder that may be read here" in page.error[0].value


def test_a_query_is_checked_before_it_is_sent(
    open_page: OpenPage, home: Path, monkeypatch: pytest.MonkeyPatch, started: list[Path]
) -> None:
    page = open_page("new", **{"from": "database"})
    assert "No database is named yet" in words(page)
    monkeypatch.setenv("GLASSBENCH_SQL_SHOP", "sqlite:///secret-place.db")
    page = open_page("new", **{"from": "database"})
    assert "secret-place" not in words(page)
    page.text_area[0].set_value("DROP TABLE orders")
    button(page, "Fetch the rows").click().run()
    assert "begins with SELECT or WITH" in page.error[0].value
    assert not started
    page.text_area[0].set_value("SELECT * FROM orders")
    button(page, "Fetch the rows").click().run()
    assert len(started) == 1
    assert drafts.Draft(started[0]).source["query"] == "SELECT * FROM orders"


def test_a_big_file_is_understood_from_rows_all_over_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(big_files, "WHOLE_BYTES", 10_000)
    monkeypatch.setattr(big_files, "_HEAD_BYTES", 8_000)
    monkeypatch.setattr(big_files, "_PIECE_BYTES", 1_000)
    rows = "".join(f"{i},text {i},{'no' if i < 3000 else 'yes'}\n" for i in range(6000))  # sorted by y
    draft = draft_of(home, "sorted.csv", f"i,t,y\n{rows}".encode())
    table = understanding.understand(draft.table, {}, {})
    assert (table.partial, table.spread) == (True, True)
    assert set(table.dataset.frame["y"]) == {"no", "yes"}
    assert table.rows == pytest.approx(6000, rel=0.1)
    assert 500 < len(table.raw.frame) < 3000


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_where_lines_are_no_records_the_beginning_is_read(
    home: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    monkeypatch.setattr(big_files, "WHOLE_BYTES", 10_000)
    monkeypatch.setattr(big_files, "_HEAD_BYTES", 8_000)
    rows = "".join(f'{i},"text, {i}\nsecond line",{i % 3}\n' for i in range(2000))
    draft = draft_of(home, f"{encoding}.csv", f"i,t,k\n{rows}".encode(encoding))
    table = understanding.understand(draft.table, {}, {})
    assert (table.partial, table.spread) == (True, False)
    assert list(table.raw.frame.columns) == ["i", "t", "k"]
    assert 50 < len(table.raw.frame) < 2000
    assert table.rows == pytest.approx(2000, rel=0.1)
    assert [path.name for path in draft.path.iterdir() if path != draft.table] == ["draft.json"]


def test_big_packed_parquet_and_excel_files_are_sampled(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import gzip

    import numpy as np
    import pandas as pd

    monkeypatch.setattr(big_files, "_PACKED_BYTES", 10_000)
    monkeypatch.setattr(big_files, "_HEAD_BYTES", 200_000)
    monkeypatch.setattr(big_files, "_WHOLE_CELLS", 4_000)
    monkeypatch.setattr(big_files, "_EXCEL_ROWS", 100)
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x": rng.normal(size=40_000), "y": np.repeat(["no", "yes"], 20_000)})
    frame.to_parquet(tmp_path / "t.parquet", row_group_size=2500)
    frame.head(1000).to_excel(tmp_path / "t.xlsx", index=False)
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(frame.to_csv(index=False).encode()))
    for name, rows, spread in (
        ("t.parquet", 40_000, True),
        ("t.xlsx", 1000, False),
        ("t.csv.gz", 40_000, False),
    ):
        table = understanding.understand(tmp_path / name, {}, {})
        assert (table.partial, table.spread) == (True, spread), name
        assert table.rows == pytest.approx(rows, rel=0.2), name
        assert len(table.raw.frame) < rows
    assert set(understanding.understand(tmp_path / "t.parquet", {}, {}).dataset.frame["y"]) == {"no", "yes"}


def test_what_few_rows_seem_to_say_does_not_stop_a_start(
    open_page: OpenPage, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(understanding, "_CHECKED_ROWS", 50)
    monkeypatch.setattr(understanding, "_CHECKED_CELLS", 50)
    rows = "".join(f"{i % 7},{'rare' if i in (1, 2, 3) else 'usual'}\n" for i in range(400))
    draft = draft_of(home, "t.csv", f"x,y\n{rows}".encode())
    draft.put(target="y")
    page = open_page("new", upload=draft.id, findings="true")
    assert not page.button("start").disabled
    assert "In the rows looked at" in words(page)
