"""Desks as real processes: what they answer, shared, killed, too many, and of models made anew."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import automl
import explain
from automl.desk import Desk, NotReadyError
from automl.desk.place import LONGEST, Place
from automl.errors import RunError, SettingError
from automl.run import Run
from automl.store import RunFolder, lock
from explain.explanation import Explanation
from explain.row.counterfactuals import Counterfactuals
from explain.row.neighbours import Neighbours
from explain.row.paths import DecisionPaths
from explain.row.whatif import WhatIf

from ..jobs.processes import Process, mentioning, until

WAIT = 120.0


def processes_of(desk: Desk) -> list[Process]:
    return [p for p in mentioning(desk._place.socket) if "automl.desk" in p.command]


def kill(desk: Desk) -> None:
    (process,) = processes_of(desk)
    os.kill(process.pid, signal.SIGKILL)
    assert until(lambda: not lock.is_held(desk._place.lock))


@pytest.fixture(scope="module")
def shared(small_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One desk for many questions; started by six clients at once."""
    folder = shutil.copytree(small_run.folder.path, tmp_path_factory.mktemp("shared") / "clients")
    automl.load_run(folder).explain(store=True)
    chosen = (small_run.result or {})["chosen"]
    desk = Desk(folder, chosen)
    labels: list[str] = []

    def ask() -> None:
        labels.append(Desk(folder, chosen).ask("row", row=3, wait=WAIT)["label"])

    with pytest.raises(NotReadyError):  # it is on its way, and nobody has to wait for it
        desk.ask("about")
    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(labels) == 6
    yield desk
    desk.close()
    assert desk.state().name == "away"


def test_it_answers_as_the_engine_does(shared: Desk, small_run: Run) -> None:
    assert len(processes_of(shared)) == 1, "six clients share one desk"
    changes = {"age": 70, "city": "Zug"}
    found = WhatIf.from_json(shared.ask("what_if", row=4, changes=changes)["result"])
    matter = small_run.matter()
    rows = matter.rows.iloc[[4, 4]].reset_index(drop=True)
    rows.loc[1, "age"], rows.loc[1, "city"] = 70, "Zug"
    np.testing.assert_allclose(found.explanation.prediction, small_run.model.predict_proba(rows), atol=1e-9)
    assert found.labels == tuple(small_run.model.predict(rows))
    assert set(found.edited) == {name for name in changes if rows[name].nunique() > 1}
    own = explain.what_if(small_run.model, rows[:1], changes, matter.background, seed=matter.seed).explanation
    error = 4 * np.hypot(found.explanation.stderr or 0, own.stderr or 0) + 1e-6
    assert (np.abs(found.explanation.values - own.values) <= error).all()


def test_every_question_is_answered(shared: Desk, small_run: Run) -> None:
    matter = small_run.matter()
    facts = shared.ask("about")
    assert facts["rows"] == 320
    columns = {column["name"]: column for column in facts["columns"]}
    assert set(columns) == {"age", "city", "income"}
    assert sorted(columns["city"]["labels"]) == ["Bern", "Genf", "Zug"]
    assert columns["age"]["low"] == matter.rows["age"].iloc[matter.learned].min()
    assert set(facts["starts"]) == {"typical", "unsure", "highest", "lowest"}

    highest = facts["starts"]["highest"]
    row = shared.ask("row", row=highest)
    assert Explanation.from_json(row["explanation"]).rows == 1
    assert row["label"] == "yes"
    edited = shared.ask("row", row=7, changes={"age": 20})
    assert Explanation.from_json(edited["explanation"]).data["age"].tolist() == [20]

    limits = {"income": [40, 60]}
    asked = shared.ask("counterfactuals", row=highest, immutable=["city"], ranges=limits, count=2)
    found = Counterfactuals.from_json(asked["result"])
    assert len(found.options) <= 2
    for option, (_, changed) in zip(found.options, list(found.rows.iterrows())[1:], strict=True):
        assert "city" not in option.changed
        assert "income" not in option.changed or 40 <= changed["income"] <= 60
    again = shared.ask("counterfactuals", row=7, changes={"age": 79, "city": "Zug"}, goal="no")
    assert Counterfactuals.from_json(again["result"]).rows["age"].iloc[0] == 79

    near = Neighbours.from_json(shared.ask("neighbours", row=7, count=3)["result"])
    assert len(near.positions) == 3
    assert 7 not in near.positions
    assert shared.ask("contested", row=5)["result"]["models"][0] == "this model"

    compared = shared.ask("compare", variants=[{"row": 7}, {"row": 7, "changes": {"age": 20}}])
    rows = matter.rows.iloc[[7, 7]].reset_index(drop=True)
    rows.loc[1, "age"] = 20
    np.testing.assert_allclose(compared["outputs"], small_run.model.predict_proba(rows), atol=1e-9)

    paths = shared.ask("paths", row=7)
    assert DecisionPaths.from_json(paths["result"]).sentence().startswith("The path of this row ends at")
    assert paths["rows"][0] == 7
    assert 7 not in paths["rows"][1:]


@pytest.mark.parametrize(
    ("question", "params", "said"),
    [
        ("row", {"row": 320}, "There is no row 320"),
        ("row", {"row": "../../etc"}, "There is no row '../../etc'"),
        ("row", {"row": True}, "There is no row True"),
        ("row", {}, "There is no row None"),
        ("row", {"row": 1, "colour": 1}, "takes no 'colour'"),
        ("what_if", {"row": 1, "changes": {"sex": "f"}}, "There is no column 'sex'"),
        ("what_if", {"row": 1, "changes": {"age": [1]}}, "Expected a number, a text or nothing"),
        ("what_if", {"row": 1, "changes": {"age": "old"}}, "Expected a number for age"),
        ("compare", {"variants": []}, "Expected 1 to 12 variants"),
        ("compare", {"variants": [{"row": 1, "code": "x"}]}, "Expected a variant as row and changes"),
        ("counterfactuals", {"row": 1, "ranges": {"age": [1]}}, "a least and a highest value"),
        ("counterfactuals", {"row": 1, "ranges": {"city": [1, 2]}}, "city holds labels"),
        ("__import__", {}, "There is no question '__import__'"),
        ("answer", {"row": 1}, "There is no question 'answer'"),
    ],
)
def test_what_makes_no_sense_is_said(shared: Desk, question: str, params: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingError) as error:
        shared.ask(question, **params)
    assert said in str(error.value)


def test_nobody_else_can_reach_it(shared: Desk) -> None:
    place = shared._place
    assert stat.S_IMODE(place.socket.stat().st_mode) == 0o600
    for folder in (place.folder, place.folder.parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert len(os.fsencode(place.socket)) <= LONGEST


def test_one_that_has_only_just_been_started_can_be_let_go(desk: Desk) -> None:
    assert desk.wake().name == "starting"
    desk.close()
    assert not processes_of(desk)
    assert desk.state().name == "away"
    assert desk.wake().name == "starting", "that it is gone is no failure"


def test_killed_it_is_there_again_but_not_over_and_over(desk: Desk) -> None:
    assert desk.wake().name == "starting"
    assert until(lambda: processes_of(desk))
    kill(desk)
    with pytest.raises(RunError, match="ended while it was loading"):
        desk.wake()  # as often as one dies of it, somebody has to ask again
    before = desk.ask("row", row=3, wait=WAIT)
    first = processes_of(desk)[0].pid
    kill(desk)
    assert desk.state().name == "away"
    after = desk.ask("row", row=3, wait=WAIT)
    assert processes_of(desk)[0].pid != first
    assert after["explanation"]["prediction"] == before["explanation"]["prediction"]


def test_at_most_two_at_once_and_the_longest_idle_gives_way(run: Run) -> None:
    kept = [name for name in run.folder.trial_ids() if run.folder.trial_path(name, ".joblib").exists()]
    first, second, third = (Desk(run.folder.path, name) for name in kept[-3:])
    first.wake()
    second.ask("about", wait=WAIT)
    first.ask("about", wait=WAIT)
    time.sleep(0.1)
    third.ask("about", wait=WAIT)
    assert second.state().name == "away"
    assert first.state().name == third.state().name == "ready"


@pytest.mark.slow
def test_a_model_that_was_made_anew_is_not_answered_for(run: Run, desk: Desk) -> None:
    rows = run.matter().rows
    certain = int(run.model.predict_proba(rows)[:, -1].argmax())
    assert desk.ask("row", row=certain, wait=WAIT)["label"] == "yes"
    first = processes_of(desk)[0].pid
    os.utime(run.folder.path / "result.json")
    desk.ask("row", row=certain)
    assert processes_of(desk)[0].pid == first, "nothing has changed but the time of a file"
    run.threshold(costs={"false_positive": 1e6, "false_negative": 1}, keep=True)
    assert run.model.predict(rows.iloc[[certain]])[0] == "no"
    assert desk.ask("row", row=certain, wait=WAIT)["label"] == "no"
    assert processes_of(desk)[0].pid != first


def test_a_run_that_cannot_be_loaded_says_why(tmp_path: Path) -> None:
    spec = {"version": 1, "id": "empty", "name": "empty", "created": 0.0, "budget": 1.0, "seed": 0}
    folder = RunFolder.create(tmp_path / "runs" / "empty", spec)
    desk = Desk(folder.path, "ensemble")
    with pytest.raises(RunError, match=r"has not read its data yet|has no model"):
        desk.ask("about", wait=WAIT)
    assert desk.state().error is not None
    desk.close()
    assert desk.state().name == "away"
    with pytest.raises(RunError, match="not the id of a model"):
        Desk(folder.path, "../x")


def test_a_folder_that_others_could_enter_or_have_made_is_refused(
    small_run: Run, runtime: Path, tmp_path: Path
) -> None:
    base = runtime / f"glassbench-{os.getuid()}"
    base.mkdir(mode=0o755)
    base.chmod(0o755)
    with pytest.raises(RunError, match="chmod 700"):
        Place.of(small_run.folder.path, "t0001")
    base.rmdir()
    base.symlink_to(tmp_path)
    with pytest.raises(RunError, match="not a folder of your own"):
        Place.of(small_run.folder.path, "t0001")
    base.unlink()


def test_paths_are_short_whatever_the_home_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    long = tmp_path / ("x" * 120)
    long.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(long))
    place = Place.of(long / "runs" / "a", "ensemble")
    assert len(os.fsencode(place.socket)) <= LONGEST
    assert long not in place.socket.parents
    place.folder.rmdir()
