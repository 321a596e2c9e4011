"""Models & registry, Data & versions, Audit: every state, drawn by Streamlit's own test runner."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from automl import jobs
from automl.jobs import accounting
from automl.jobs.folder import JobFolder
from automl.store import Home
from automl.store.catalogue import CATALOGUE, Catalogue, ModelVersion, open_catalogue
from automl.store.who import acting_as
from automl.workbench import navigation

from . import catalogues, folders
from .conftest import OpenPage
from .test_pages import words

PAGES = ("registry", "data", "audit")


@pytest.fixture
def catalogue(home: Path) -> Iterator[Catalogue]:
    """An empty catalogue of the home."""
    with open_catalogue(home) as opened:
        yield opened


@pytest.fixture
def model(catalogue: Catalogue, tmp_path: Path) -> ModelVersion:
    """The second of two versions, each of its own version of the data."""
    made = []
    for number, score in enumerate((0.83, 0.84)):
        path = tmp_path / f"churn{number}.csv"
        path.write_text("customerID,tenure,Contract\n" + f"c{number},1,x\n" * (number + 1))
        data = catalogues.add_data(catalogue, path, rows=number + 1)
        made.append(catalogues.add(catalogue, run=f"run-{number}", data=data, score=score, by="grace"))
    return made[1]


def done(home: Path, kind: str, **params: object) -> dict[str, object]:
    """What a job of the home has made, without a process of its own."""
    work = Home(home).work()
    folder = JobFolder.create(work, kind, params)
    result = getattr(accounting, kind)(work.path, folder.path, **params)
    folder.set_status("finished", result=result)
    return dict(result)


def press(page: AppTest, key: str) -> AppTest:
    return page.button(key).click().run()


# -- states that all share ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
def test_nothing_there_yet(open_page: OpenPage, path: str, home: Path) -> None:
    page = open_page(path)
    text = words(page)
    assert navigation.title(path) in page.title[0].value
    assert "yet" in text
    assert not (home / "catalogue.db").exists(), "looking makes no catalogue"


@pytest.mark.parametrize("path", PAGES)
def test_an_empty_catalogue(open_page: OpenPage, path: str, catalogue: Catalogue) -> None:
    text = words(open_page(path))
    assert "yet" in text or "No entry" in text


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgresql://ada:secret-word@127.0.0.1:1/models", "127.0.0.1"),
        ("mysql://host/models", "SQLite or PostgreSQL"),
    ],
)
def test_a_database_that_does_not_answer(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, path: str, address: str, said: str
) -> None:
    pytest.importorskip("psycopg")
    monkeypatch.setenv(CATALOGUE, address)
    page = open_page(path)
    text = words(page)
    assert "The catalogue cannot be used now" in text
    assert said in text.replace("\\", "")
    assert "secret-word" not in text
    assert any(button.label == "Try again" for button in page.button)
    monkeypatch.delenv(CATALOGUE)
    assert "cannot be used" not in words(press(page, "again"))


@pytest.mark.parametrize("path", PAGES)
def test_a_catalogue_of_a_newer_glassbench(
    open_page: OpenPage, path: str, home: Path, catalogue: Catalogue
) -> None:
    with catalogue.database.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    text = words(open_page(path))
    assert "The catalogue cannot be used now" in text
    assert "9999" in text
    assert "or a newer one" in text


def test_runs_that_the_catalogue_does_not_know(open_page: OpenPage, home: Path) -> None:
    """A few are registered while the page is drawn; a damaged one is named and does not stand in the way."""
    runs = folders.write_all(home)
    (runs["finished"].path / "result.json").write_text("{}")
    text = words(open_page("audit"))
    assert "Run cancelled" in text
    page = open_page("audit")
    assert "1 run could not be registered" in page.expander[0].label
    assert runs["finished"].id in words(page)


def test_many_runs_are_registered_by_a_job(open_page: OpenPage, home: Path) -> None:
    for number in range(5):
        folders.run_folder(Home(home), state="cancelled", trials=2, name=f"table{number}")
    page = open_page("registry")
    assert "5 runs that ended are not in the catalogue" in words(page)
    press(page, "register")
    (job,) = jobs.jobs(Home(home).work().path, "register")
    assert jobs.wait(job.folder, timeout=120).state == "finished"
    assert "are not in the catalogue" not in words(open_page("registry"))


# -- models ------------------------------------------------------------------------------------------------


def test_names_and_versions_are_listed(
    open_page: OpenPage, catalogue: Catalogue, model: ModelVersion
) -> None:
    catalogue.aliases.set("champion", model)
    catalogues.add(catalogue, "rent", run="run-9")
    text = words(open_page("registry"))
    assert "champion: churn/2" in text
    assert "0.8400 ROC AUC" in text
    text = words(open_page("registry", name="churn"))
    assert "2 versions" in text
    assert "0.8100 to 0.8500, on the sealed holdout" in text
    labels = [each.label for each in open_page("registry", name="churn").expander]
    assert "How aliases were moved: 1 change" in labels


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("registry", {"name": "gone"}),
        ("registry", {"name": "churn", "version": "7"}),
        ("registry", {"name": "churn", "version": "../../etc"}),
        ("registry", {"name": "<script>alert(1)</script>" * 9, "version": "1"}),
        ("data", {"dataset": "gone"}),
        ("data", {"dataset": "churn", "number": "99999999999999999999"}),
        ("data", {"dataset": "' OR 1=1 --", "number": "1"}),
        ("audit", {"entry": "0"}),
        ("audit", {"entry": "-1"}),
        ("audit", {"entry": "9" * 40}),
    ],
)
def test_addresses_of_nothing_are_told_in_words(
    open_page: OpenPage, model: ModelVersion, path: str, query: dict[str, str]
) -> None:
    page = open_page(path, **query)
    assert not page.exception
    assert page.error[0].value.startswith(("There is no", "The address names no"))
    assert "<script>" not in page.error[0].value


def test_what_was_said_of_a_version(open_page: OpenPage, catalogue: Catalogue, model: ModelVersion) -> None:
    text = words(open_page("registry", name="churn", version="2"))
    for none in ("Nobody has decided about it yet", "what it is for", "must not be used for"):
        assert none in text
    with acting_as("grace"):
        catalogue.models.say(model, "approved", "Looked at *everything*.")
        catalogue.models.say(model, "limits", "Not for <b>pricing</b>.")
    text = words(open_page("registry", name="churn", version="2"))
    assert "Looked at \\*everything\\*." in text
    assert "second pair of eyes" in text, "Grace made it"
    assert "Not for &lt;b&gt;pricing" in text
    catalogue.models.say(model, "rejected")
    assert "Rejected" in words(open_page("registry", name="churn", version="2"))


def test_what_became_of_a_version(open_page: OpenPage, catalogue: Catalogue, model: ModelVersion) -> None:
    view = {"name": "churn", "version": "2", "registry-view": "In use"}
    text = words(open_page("registry", **view))
    for none in ("No alert is open", "never compared with new rows", "not exported", "No place is known"):
        assert none in text
    catalogue.life.add_bundle(model, digest="a" * 64, path="/tmp/churn.zip", size=300_000)
    catalogue.life.deploy(model, "https://models.example/churn")
    catalogue.life.open_alert("drift", "act", "Prices have *moved*.", columns=["price"], model=model)
    catalogue.life.add_check(
        "k", model=model, run_id="run-1", table="march.csv", digest=None, rows=400, level="look",
        headline="Have a look.", columns=["tenure"], at=time.time(),
    )  # fmt: skip
    page = open_page("registry", **view)
    text = words(page)
    for told in ("churn.zip", "300 kB", "https://models.example/churn", "march.csv", "Have a look", "tenure"):
        assert told in text
    assert "Prices have \\*moved\\*" in page.warning[0].value


def test_two_versions_beside_each_other(
    open_page: OpenPage, catalogue: Catalogue, model: ModelVersion
) -> None:
    page = open_page("registry", name="churn", version="2", **{"registry-view": "Compare"})
    text = words(page)
    assert "Their intervals overlap" in text
    assert "churn/1" in text
    assert len(page.get("plotly_chart")) == 1
    far = catalogues.add(catalogue, run="run-far", score=0.6)
    page = open_page(
        "registry", name="churn", version=str(far.version), **{"registry-view": "Compare", "with": "1"}
    )
    assert "do not overlap" in words(page)
    lone = catalogues.add(catalogue, "lone", run="run-lone")
    page = open_page("registry", name="lone", version=str(lone.version), **{"registry-view": "Compare"})
    assert "nothing to compare it with" in words(page)


def test_a_challenger_that_waits_for_an_approval(
    open_page: OpenPage, catalogue: Catalogue, model: ModelVersion
) -> None:
    champion = catalogue.models.find("churn/1")
    catalogue.aliases.set("champion", champion)
    succession = catalogue.succession
    succession.challenge(model, reason="Learned anew.")
    succession.decide(
        model, champion, "wait", retraining="r1", reason="It is better by 0.01.", approver="ada"
    )
    text = words(open_page("registry", name="churn"))
    assert "churn/2 waits for an approval** by ada to take the place of churn/1" in text
    page = open_page("registry", name="churn", version="2")
    assert "Approved, it is the champion at once" in page.info[0].value
    assert "It is better by 0.01" in words(page)
    assert "does not decide it" in words(page), "the server acts in another name"
    assert not open_page("registry", name="churn", version="1").info
    with acting_as("ada"):
        catalogue.models.say(model, "approved")
    assert catalogue.aliases.get("churn", "champion") == model
    assert "waits for an approval" not in words(open_page("registry", name="churn"))


def test_a_compliance_sheet_with_its_gaps(open_page: OpenPage, home: Path, trained: Path) -> None:
    shutil.copytree(trained / "runs", home / "runs")
    view = {"name": "Churn", "version": "1", "registry-view": "Compliance sheet"}
    page = open_page("registry", **view)
    assert any(button.label == "Write the sheet" for button in page.button)
    with open_catalogue(home) as catalogue:
        (one,) = catalogue.models.versions()
        done(home, "sheet", model=one.id)
        page = open_page("registry", **view)
        text = words(page)
        assert "things missing" in text
        assert "Out of date" not in text
        assert "Nobody has said what it is for" in text
        assert {"HTML", "Markdown"} <= {each.label for each in page.get("download_button")}
        catalogue.models.say(one, "approved")
    assert "Out of date" in words(open_page("registry", **view))


def test_a_version_whose_run_is_gone_has_no_sheet(open_page: OpenPage, model: ModelVersion) -> None:
    view = {"name": "churn", "version": "2", "registry-view": "Compliance sheet"}
    assert "No sheet can be written" in words(open_page("registry", **view))


# -- data --------------------------------------------------------------------------------------------------


def test_datasets_versions_and_lineage(
    open_page: OpenPage, catalogue: Catalogue, model: ModelVersion
) -> None:
    text = words(open_page("data"))
    assert "2 versions" in text
    assert "2 runs" in text
    text = words(open_page("data", dataset="churn"))
    assert "1 more than before" in text
    page = open_page("data", dataset="churn", number="2")
    text = words(page)
    assert "still there and unchanged" in text
    assert "1 run learned from it" in text
    assert "1 registered model came of it" in text
    assert "Its 3 columns" in [each.label for each in page.expander]
    with catalogue.database.writing() as connection:
        connection.exec_driver_sql("UPDATE dataset_versions SET source = NULL, digest_of = 'rows'")
    assert "was a table in Python" in words(open_page("data", dataset="churn", number="2"))


def test_a_new_run_with_a_version(
    open_page: OpenPage, catalogue: Catalogue, model: ModelVersion, tmp_path: Path, home: Path
) -> None:
    page = open_page("data", dataset="churn", number="1")
    press(page, "run-again")
    (draft,) = Home(home).uploads_path.glob("*/draft.json")
    assert "churn0.csv" in draft.read_text()
    version = catalogue.datasets.find("churn/1")
    digest, artefact = catalogue.artefacts.keep(tmp_path / "churn0.csv")
    assert digest == version.digest
    (tmp_path / "churn0.csv").write_text("other\n1\n")
    page = open_page("data", dataset="churn", number="1")
    assert "was changed on" in words(page)
    assert not any(button.key == "run-again" for button in page.button)
    catalogue.datasets.keep(version, artefact)
    page = open_page("data", dataset="churn", number="1")
    assert "A copy is kept" in words(page)
    press(page, "run-again")
    copies = list(Home(home).uploads_path.glob("*/churn0.csv"))
    assert [each.read_text().splitlines()[0] for each in copies] == ["customerID,tenure,Contract"]


def test_what_differs_between_versions(
    open_page: OpenPage, catalogue: Catalogue, tmp_path: Path, home: Path
) -> None:
    made = []
    for number in range(2):
        path = tmp_path / f"t{number}.csv"
        lines = [f"k{i},{i % 40 * (2 if number else 1)},{'ab'[i % 2]}" for i in range(300 + 50 * number)]
        path.write_text("id,x,label\n" + "\n".join(lines) + "\n")
        made.append(catalogues.add_data(catalogue, path, "t", rows=300 + 50 * number))
    page = open_page("data", dataset="t", number="2")
    assert any(button.label == "Compare" for button in page.button)
    done(home, "difference", before=made[0].id, after=made[1].id, key=None)
    page = open_page("data", dataset="t", number="2")
    text = words(page)
    assert "Added 50" in text
    assert "1 of 2 columns has moved" in text
    assert len(page.get("plotly_chart")) == 1
    assert "x\\: at least" in text


def test_a_reviewed_schema_and_how_it_came_to_be(
    open_page: OpenPage, catalogue: Catalogue, model: ModelVersion, tmp_path: Path
) -> None:
    from automl.data import read_table
    from automl.data.review import edited, infer_reviewed

    labels = [each.label for each in open_page("data", dataset="churn", number="2").expander]
    assert "Reviewed schema: none yet" in labels
    path = tmp_path / "table.csv"
    path.write_text("tenure,Contract\n" + "".join(f"{i % 50},{'ab'[i % 2]}\n" for i in range(200)))
    first = infer_reviewed(read_table(path))
    catalogue.reviews.add("churn", first.to_json())
    later = edited(first, ["tenure.max=120"])
    catalogue.reviews.add("churn", later.to_json(), reason="A new *contract*.")
    page = open_page("data", dataset="churn", number="2")
    assert "Reviewed schema: version 2, 2 columns" in [each.label for each in page.expander]
    text = words(page)
    assert "0 to 120" in text
    assert "A new \\*contract\\*." in text
    assert "tenure.max" in text.replace("\\", "")


# -- audit -------------------------------------------------------------------------------------------------


def test_entries_are_filtered_paged_and_opened(open_page: OpenPage, catalogue: Catalogue) -> None:
    for number in range(120):
        catalogue.audit.append(
            "holdout_opened" if number % 10 == 0 else "model_approved", f"churn/{number}",
            objects={"model": "a" * 64}, details={"rows": 1409, "<b>": "<script>"},
        )  # fmt: skip
    page = open_page("audit")
    text = words(page)
    assert "1 to 50 of 120 entries" in text
    assert "Holdout opened" in text
    assert "1,409" in text
    assert "<script>" not in text
    assert "71 to 120" not in text
    assert "101 to 120 of 120" in words(open_page("audit", page="3"))
    assert "12 entries" in words(open_page("audit", did="Holdout opened"))
    assert "churn/77" in words(open_page("audit", about="URN/77"))
    page = open_page("audit", about="nothing like it")
    assert "No entry matches" in words(page)
    assert "1 to 50" in words(press(page, "show-all"))
    text = words(open_page("audit", entry="57"))
    assert "<details open>" in text
    assert "churn/56" in text
    assert "churn/57" in text, "the next entry stands beside it"


def test_a_chain_that_was_broken_shows_where(open_page: OpenPage, catalogue: Catalogue, home: Path) -> None:
    for number in range(5):
        catalogue.audit.append("seen", f"it {number}")
    page = open_page("audit")
    assert "Nobody has looked from here yet" in words(page)
    done(home, "verify", heads=[])
    catalogue.audit.append("seen", "it 6")
    text = words(open_page("audit"))
    assert "As it was written" in text
    assert "1 entry since" in text
    with catalogue.database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM audit WHERE number = 3")
        connection.exec_driver_sql("UPDATE audit SET details = 'no json' WHERE number = 5")
    for job in jobs.jobs(Home(home).work().path, "verify"):
        shutil.rmtree(job.folder)
    done(home, "verify", heads=[str(catalogue.audit.head())])
    page = open_page("audit")
    assert "The log is not as it was written" in page.error[0].value
    text = words(page)
    assert "After entry 2 comes entry 4: 1 missing" in text
    assert "Entry 5 was edited" in text
    assert "audit?entry=4" in text
    text = words(open_page("audit", entry="5"))
    assert "no json" in text
    assert "There is no entry 3" in open_page("audit", entry="3").error[1].value


def test_noted_heads_must_be_heads(open_page: OpenPage, catalogue: Catalogue, home: Path) -> None:
    catalogue.audit.append("seen", "it")
    page = open_page("audit")
    page.text_area("heads").input("7 of spades").run()
    press(page, "verify-heads")
    assert "Expected a head" in page.error[0].value
    assert jobs.jobs(Home(home).work().path, "verify") == []


def test_the_log_is_handed_out(open_page: OpenPage, catalogue: Catalogue) -> None:
    for number in range(3):
        catalogue.audit.append("seen", f"it {number}")
    page = open_page("audit")
    assert [each.label for each in page.get("download_button")] == ["Head", "Whole log"]
    assert str(catalogue.audit.head()) in [each.value for each in page.code]
