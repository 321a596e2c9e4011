"""A champion learned anew, in real workers: it is replaced, or not, and a kill loses nothing."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import automl
from automl import jobs
from automl.errors import SchemaError, SettingError
from automl.jobs.folder import JobFolder
from automl.jobs.retraining import Asked, champion_of, retrainings
from automl.jobs.retraining import steps as steps_module
from automl.jobs.retraining.challenger import run_of
from automl.jobs.retraining.choice import choose_window
from automl.jobs.retraining.rows import put_together, write_rows
from automl.jobs.retraining.steps import SHARES, Steps
from automl.jobs.retraining.work import retrain
from automl.monitoring.policy import Policy
from automl.search.prepare import prepare
from automl.store import RunFolder
from automl.store.catalogue import Catalogue
from automl.store.catalogue.kept_rows import rows_of

from ..rents import NEW, OLD, flats, later
from .processes import in_session, mentioning, until

STEPS = [name for name in SHARES if name not in ("search", "windows")]


Ask = Callable[..., Asked]


@pytest.fixture
def ask(home: Path, tmp_path: Path) -> Ask:
    """What is asked of a retraining on new rows."""

    def make(rows: pd.DataFrame | None = None, **changes: Any) -> Asked:
        path = tmp_path / f"new-{len(list(tmp_path.glob('new-*')))}.csv"
        (later() if rows is None else rows).to_csv(path, index=False, sep=";")
        settings: dict[str, Any] = {
            "name": "rents", "home": str(home), "table": str(path), "table_name": "spring.csv",
            "budget": 600.0, "max_trials": 2, "n_jobs": 1, "date": "day", "approval": False,
        }  # fmt: skip
        return Asked(**settings | changes)

    return make


def here(rents: Catalogue, asked: Asked) -> tuple[JobFolder, dict[str, Any]]:
    """Do a retraining in this process."""
    run = champion_of(rents, asked.name)[1]
    folder = JobFolder.create(run, "retrain", asked.to_json())
    return folder, retrain(run.path, folder.path, **asked.to_json())


def test_a_better_challenger_takes_over_at_once(rents: Catalogue, ask: Ask, tmp_path: Path) -> None:
    folder, found = here(rents, ask())
    assert (found["outcome"], found["challenger"]) == ("swapped", "rents/2")
    assert rents.models.find("rents@champion").label == "rents/2"
    assert rents.models.find("rents@archived").label == "rents/1"
    assert rents.aliases.get("rents", "challenger") is None
    change = rents.aliases.changes("rents", "champion")[-1]
    assert "is better by" in change.reason
    assert "It was asked for." in change.reason
    [told] = retrainings(rents, "rents")
    assert told.rows is not None
    assert told.blessing is not None
    # A fifth of the new rows, the latest, is kept from learning; rows of one day stay together.
    assert NEW // 5 <= told.rows["held"] < NEW // 3
    assert told.rows["learned_rows"] == OLD + NEW - told.rows["held"]
    assert told.blessing["rows"] == told.rows["held"]
    assert told.blessing["gain_low"] > 0
    grown, learned = (rents.datasets.find(told.rows[name]) for name in ("version", "learned"))
    assert (grown.rows, learned.rows) == (OLD + NEW, told.rows["learned_rows"])
    assert (grown.digest, learned.digest) == (told.rows["sha256"], told.rows["learned_sha256"])
    assert f"{OLD} rows of rents/1 and {NEW} of spring.csv" in (grown.origin or {})["query"]
    run = rents.models.run_of(rents.models.find("rents/2"))
    assert run.dataset_version_id == learned.id
    held = pd.read_parquet(folder.path / "held.parquet")
    known = pd.read_parquet(folder.path / "learned.parquet")
    assert held["day"].min() > known["day"].max()
    assert RunFolder(run.path).spec["warm_start"]["run"] == rents.models.find("rents/1").run_id
    actions = [entry.action for entry in rents.audit.entries()]
    for action in ("retraining_started", "challenger_compared", "champion_replaced", "exported"):
        assert action in actions
    assert rents.audit.flaws() == []
    assert_reads_as_written(rents, tmp_path)
    rents.aliases.rollback("rents", "champion", reason="Not in May.")
    assert rents.models.find("rents@champion").label == "rents/1"


def assert_reads_as_written(rents: Catalogue, folder: Path) -> None:
    """The challenger's own table has numbers and dates; those who ask write "45,30 m²" as ever."""
    [bundle] = rents.life.bundles(rents.models.find("rents/2"))
    rows, truth = folder / "asked.csv", later(50, 7)["rent"]
    later(50, 7).to_csv(rows, index=False, sep=";")
    new = automl.load_bundle(bundle.path)
    read = new.coerce(rows)
    assert read.frame["size"].notna().all()
    assert not [each for each in read.findings if each.severity != "info"]
    [bundle] = rents.life.bundles(rents.models.find("rents/1"))
    old = automl.load_bundle(bundle.path)
    assert (new.predict(rows) - truth).abs().mean() < (old.predict(rows) - truth).abs().mean()


@pytest.mark.slow
def test_one_that_is_no_better_is_kept_with_its_reasons(rents: Catalogue, ask: Ask) -> None:
    _, found = here(rents, ask(later(slope=8.0), better_by=50.0))
    assert found["outcome"] == "kept"
    assert rents.models.find("rents@champion").label == "rents/1"
    assert rents.aliases.get("rents", "challenger") is None
    [said] = rents.models.statements(rents.models.find("rents/2"))
    assert said.kind == "comment"
    assert "less than the 90% asked for" in said.text
    # What it was compared on is known now, and may be learned from the next time.
    _, found = here(rents, ask(later(60, 5).assign(day="01.07.2026"), holdout="60", window="decay-90days"))
    last = retrainings(rents, "rents")[0].rows
    assert last is not None
    assert (last["old"], last["old_rows"], last["new_rows"]) == ("rents/2", OLD + NEW, 60)
    assert last["unlearned"] == NEW + 60
    assert last["learned_rows"] == OLD + NEW
    assert found["outcome"] in ("swapped", "kept")
    run = RunFolder(rents.models.run_of(rents.models.find(found["challenger"])).path)
    assert run.spec["weights"] == "age_weight"
    assert "age_weight" not in run.read("prepared.json")["columns"]
    frame = rows_of(rents, rents.datasets.find(last["learned"])).frame.sort_values("day")
    assert frame["age_weight"].iloc[-1] > 1.5 * frame["age_weight"].iloc[0]


def test_the_policy_is_asked_first(rents: Catalogue, ask: Ask) -> None:
    policy = Policy(new_rows=1000)
    _, found = here(rents, ask(policy=policy))
    assert found["outcome"] == "nothing"
    assert "300 labelled rows" in found["reasons"][0]
    assert len(rents.models.versions("rents")) == 1
    assert rents.audit.entries(action="retraining_started") == []
    [check] = rents.life.checks(rents.models.find("rents@champion"))
    assert (check.table_name, check.level) == ("spring.csv", "act")


@pytest.mark.slow
def test_steps_that_were_not_written_down_are_done_again(
    rents: Catalogue, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worst moment: all of a step is done, the catalogue was told, and then the power is cut."""
    asked = ask()
    run = champion_of(rents, "rents")[1]
    folder = JobFolder.create(run, "retrain", asked.to_json())
    write = steps_module.files.write_json
    for step in STEPS:

        def cut(path: Path, content: Any, step: str = step) -> None:
            if path == folder.path / f"{step}.json":
                raise KeyboardInterrupt
            write(path, content)

        with monkeypatch.context() as patch:
            patch.setattr(steps_module.files, "write_json", cut)
            with pytest.raises(KeyboardInterrupt):
                retrain(run.path, folder.path, **asked.to_json())
        assert not (folder.path / f"{step}.json").exists()
    assert retrain(run.path, folder.path, **asked.to_json())["outcome"] == "swapped"
    assert [each.label for each in rents.models.versions("rents")] == ["rents/2", "rents/1"]
    assert len(rents.aliases.changes("rents", "champion")) == 2
    assert [each.label for each in rents.datasets.versions("rents")] == ["rents/1", "rents/2", "rents/3"]
    assert len(rents.life.checks()) == 1
    assert len(rents.life.bundles(rents.models.find("rents/2"))) == 1
    for action in ("retraining_started", "challenger_compared", "champion_replaced"):
        assert len(rents.audit.entries(action=action)) == 1, action
    assert rents.aliases.get("rents", "challenger") is None


def test_kill_and_resume(rents: Catalogue, ask: Ask) -> None:
    run = champion_of(rents, "rents")[1]
    asked = ask(max_trials=4)
    folder = jobs.launch(run.path, "retrain", **asked.to_json())
    plan = until(lambda: steps_module.Steps(JobFolder(folder)).done("plan"), seconds=60)
    assert plan is not None
    challenger = RunFolder(plan["run"])
    assert until(lambda: challenger.trial_ids(), seconds=120), "the search did not begin"
    worker = next(each for each in mentioning(folder) if each.pid == each.session)
    os.killpg(worker.pid, signal.SIGKILL)
    assert until(lambda: jobs.state(folder).state == "interrupted", seconds=15)
    assert until(lambda: not in_session(worker.session), seconds=15)
    before = {path.name: path.read_bytes() for path in folder.glob("*.json") if path.name != "status.json"}
    assert {"plan.json", "decision.json", "rows.json"} <= before.keys()
    trials = {name: challenger.trial_path(name, ".json").read_bytes() for name in challenger.trial_ids()}
    assert jobs.state(folder).can_resume
    assert rents.models.find("rents@champion").label == "rents/1"

    jobs.resume(folder)
    end = jobs.wait(folder, timeout=240)
    assert end.state == "finished", end.message
    assert end.result is not None
    assert end.result["outcome"] == "swapped"
    assert all((folder / name).read_bytes() == content for name, content in before.items())
    for name, content in trials.items():  # nothing finished is done again
        assert challenger.trial_path(name, ".json").read_bytes() == content
    assert rents.models.find("rents@champion").label == "rents/2"


@pytest.mark.slow
def test_of_two_at_once_one_takes_over(rents: Catalogue, ask: Ask) -> None:
    run = champion_of(rents, "rents")[1]
    folders = [
        jobs.launch(run.path, "retrain", **ask(seed_rows).to_json()) for seed_rows in (later(), later(seed=4))
    ]
    ends = [jobs.wait(folder, timeout=240) for folder in folders]
    assert [end.state for end in ends] == ["finished", "finished"]
    outcomes = [str((end.result or {})["outcome"]) for end in ends]
    assert sorted(outcomes) == ["overtaken", "swapped"]
    winner = (ends[outcomes.index("swapped")].result or {})["challenger"]
    assert rents.models.find("rents@champion").label == winner
    assert rents.models.find("rents@archived").label == "rents/1"
    assert rents.audit.flaws() == []


def test_columns_that_differ_are_told(rents: Catalogue, ask: Ask, tmp_path: Path) -> None:
    asked = ask(later().drop(columns="lift").assign(garden="yes", floor="ground"))
    found = together(rents, asked)
    assert (found.told["added"], found.told["lacking"]) == (["garden"], ["lift"])
    assert any("floor" in message for message in found.told["odd"])
    write_rows(tmp_path / "rows.parquet", found.frame)
    run = run_of(
        tmp_path / "challenger", tmp_path / "rows.parquet", champion_of(rents, "rents")[1], asked,
        schema=found.schema, lacking=found.told["lacking"], budget=60, weighted=False,
    )  # fmt: skip
    assert run.folder.spec["excluded"] == ["day", "lift"]
    assert run.folder.spec["kinds"]["lift"] == "boolean"
    assert run.folder.spec["interpretable"]
    with pytest.raises(SchemaError, match="'rent', which learning needs"):
        together(rents, ask(later().drop(columns="rent")))


def test_a_third_value_makes_no_boolean(rents: Catalogue, ask: Ask, tmp_path: Path) -> None:
    rows = later()
    rows.loc[:9, "lift"] = "out of order"
    asked = ask(rows)
    found = together(rents, asked)
    write_rows(tmp_path / "rows.parquet", found.frame)
    run = run_of(
        tmp_path / "challenger", tmp_path / "rows.parquet", champion_of(rents, "rents")[1], asked,
        schema=found.schema, lacking=[], budget=60, weighted=False,
    )  # fmt: skip
    assert run.folder.spec["kinds"]["lift"] == "category"
    categories = prepare(run.folder, None).schema["lift"].categories
    assert set(categories or ()) == {"yes", "no", "out of order"}


def together(rents: Catalogue, asked: Asked) -> Any:
    """Old and new rows of a retraining."""
    champion, run = champion_of(rents, "rents")
    return put_together(
        rents, champion, run, Path(asked.table), name="spring.csv", date=asked.date,
        holdout=asked.holdout, keep_repeats=asked.keep_repeats,
    )  # fmt: skip


def test_rows_that_are_known_count_once(rents: Catalogue, ask: Ask) -> None:
    old = flats(OLD, 1, slope=8.0, since="2026-01-01")
    found = together(rents, ask(pd.concat([old, later()])))
    assert (found.told["repeats"], found.told["new_rows"], len(found.frame)) == (OLD, NEW, OLD + NEW)
    assert not found.held[~found.new].any()
    kept = together(rents, ask(pd.concat([old, later()]), keep_repeats=True))
    assert (kept.told["repeats"], len(kept.frame)) == (0, 2 * OLD + NEW)
    with pytest.raises(SettingError, match="240 are equal to rows that are known"):
        together(rents, ask(old))
    with pytest.raises(SettingError, match="nothing new can be learned"):
        together(rents, ask(holdout="1000"))
    with pytest.raises(SettingError, match="at least 20 new rows"):
        together(rents, ask(later(30)))


@pytest.mark.slow
def test_the_latest_half_is_taken_where_it_is_better(rents: Catalogue, ask: Ask) -> None:
    asked = ask(later(240))
    run = champion_of(rents, "rents")[1]
    folder = JobFolder.create(run, "retrain", asked.to_json())
    found = choose_window(together(rents, asked), run, asked, Steps(folder), budget=600)
    assert found.window.endswith("rows")
    assert found.half is not None
    assert found.all is not None
    assert found.half < found.all  # an error
    assert "latest half is better is" in found.words
    assert not list(folder.path.glob("window-?"))  # what was tried is not kept
