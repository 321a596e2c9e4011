"""Learning a model anew from its page: asked for by a form, done by the real job, told with its evidence."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from automl import jobs
from automl.jobs.folder import JobFolder
from automl.jobs.retraining import Asked, champion_of, retrainings
from automl.jobs.retraining.work import retrain
from automl.store import Home
from automl.store.catalogue import Catalogue
from automl.workbench import drafts
from automl.workbench.drafts import Draft

from ..rents import NEW, OLD, later
from .conftest import OpenPage
from .test_pages import words


@pytest.fixture
def new_rows(home: Path) -> Draft:
    return drafts.from_upload(
        Home(home), "spring.csv", io.BytesIO(later().to_csv(index=False, sep=";").encode())
    )


def learned_anew(rents: Catalogue, home: Path, path: Path, **changes: Any) -> JobFolder:
    """A retraining as the job does it, in this process."""
    later().to_csv(path, index=False, sep=";")
    asked = Asked(
        **{
            "name": "rents", "home": str(home), "table": str(path), "table_name": path.name, "budget": 600.0,
            "max_trials": 2, "n_jobs": 1, "date": "day", "approval": True,
        } | changes
    )  # fmt: skip
    run = champion_of(rents, "rents")[1]
    folder = JobFolder.create(run, "retrain", asked.to_json())
    folder.set_status("finished", result=retrain(run.path, folder.path, **asked.to_json()))
    return folder


def told(page: AppTest) -> str:
    """All text, without what escapes a character."""
    return words(page).replace("\\", "")


def test_without_a_champion_the_page_says_what_to_do_first(open_page: OpenPage, rents: Catalogue) -> None:
    rents.aliases.remove("rents", "champion")
    page = open_page("registry", name="rents")
    assert "No version is in use yet" in told(page)
    page = open_page("registry", name="rents", rows="nothing-here")
    assert page.error
    assert not page.button


def test_new_rows_become_a_retraining_as_asked(
    open_page: OpenPage, rents: Catalogue, new_rows: Draft
) -> None:
    page = open_page("registry", name="rents", rows=new_rows.id)
    assert "spring.csv" in told(page)
    assert page.selectbox[0].label == "The latest rows are told by"
    assert page.selectbox[0].value == "day", "its only column of dates"
    page.slider[0].set_value(30)
    page.text_input[0].set_value(" grace ")
    page.checkbox[0].check()
    page.button[0].click().run()
    [found] = retrainings(rents, "rents")
    try:
        asked = Asked.from_json(found.job.params)
        assert (asked.holdout, asked.date, asked.window) == ("30%", "day", "all")
        assert (asked.approval, asked.approver, asked.table_name) == (True, "grace", "spring.csv")
        assert asked.policy is not None
        assert asked.policy.approval
        assert found.job.alive
    finally:
        jobs.stop(found.job.folder)
    page = open_page("registry", name="rents", retraining=found.job.id)
    assert "It was stopped" in told(page)
    assert "Go on" in [button.label for button in page.button]


def test_what_waits_is_told_with_both_scores(
    open_page: OpenPage, rents: Catalogue, home: Path, tmp_path: Path
) -> None:
    folder = learned_anew(rents, home, tmp_path / "spring.csv")
    page = open_page("registry", name="rents", retraining=folder.path.name)
    text = told(page)
    assert "rents/2 is better, and waits" in text
    assert "Row by row, the challenger is better by" in text
    assert f"<b>{OLD}</b>" in text
    assert f"<b>{NEW}</b>" in text
    assert "It was asked for." in text
    text = told(open_page("registry", name="rents"))
    assert "what came of it" in text
    assert "waits for approval" in text


@pytest.mark.slow
def test_what_has_taken_over_and_what_was_not_needed(
    open_page: OpenPage, rents: Catalogue, home: Path, tmp_path: Path
) -> None:
    from automl.monitoring.policy import Policy

    taken = learned_anew(rents, home, tmp_path / "spring.csv", approval=False)
    text = told(open_page("registry", name="rents", retraining=taken.path.name))
    assert "rents/2 has taken over from rents/1" in text
    assert "To take it back" in text
    policy = Policy(age_days=400, approval=False)
    idle = learned_anew(rents, home, tmp_path / "summer.csv", policy=policy, approval=False)
    text = told(open_page("registry", name="rents", retraining=idle.path.name))
    assert "rents/2 stays: nothing asks for it" in text
    assert "against" in text


def test_a_failure_says_why_and_offers_to_go_on(
    open_page: OpenPage, rents: Catalogue, home: Path, tmp_path: Path
) -> None:
    path = tmp_path / "spring.csv"
    pd.DataFrame({"size": ["20 m²"], "rent": [300]}).to_csv(path, index=False)
    asked = Asked(name="rents", home=str(home), table=str(path), table_name="spring.csv", date="day")
    run = champion_of(rents, "rents")[1]
    folder = jobs.launch(run.path, "retrain", **asked.to_json())
    now = jobs.wait(folder, timeout=120)
    assert now.state == "failed"
    page = open_page("registry", name="rents", retraining=folder.name)
    assert page.error
    assert "Go on" in [button.label for button in page.button]


def test_an_unknown_one_is_none(open_page: OpenPage, rents: Catalogue) -> None:
    text = told(open_page("registry", name="rents", retraining="20260101-000000-x-1"))
    assert "There is no retraining" in text
