"""Desks as real processes: shared, killed, idle, too many, asked nonsense."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import stat
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

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

WAIT = 90.0


def processes_of(desk: Desk) -> list[Process]:
    return [p for p in mentioning(desk._place.socket) if "automl.desk" in p.command]


def kill(desk: Desk) -> None:
    (process,) = processes_of(desk)
    os.kill(process.pid, signal.SIGKILL)
    assert until(lambda: not lock.is_held(desk._place.lock))


def raw(desk: Desk, content: bytes) -> bytes:
    """What comes back for any bytes."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(30)
        connection.connect(str(desk._place.socket))
        with contextlib.suppress(BrokenPipeError):
            connection.sendall(content)
        pieces = []
        try:
            while piece := connection.recv(65536):
                pieces.append(piece)
        except ConnectionResetError:
            pass
        return b"".join(pieces)


def test_a_desk_answers_as_the_engine_does(desk: Desk, run: Run) -> None:
    with pytest.raises(NotReadyError):
        desk.ask("about")  # it is on its way, and nobody has to wait for it
    changes = {"age": 70, "city": "Zug"}
    answer = desk.ask("what_if", row=4, changes=changes, wait=WAIT)
    found = WhatIf.from_json(answer["result"])
    rows = run.matter().rows.iloc[[4, 4]].reset_index(drop=True)
    rows.loc[1, "age"], rows.loc[1, "city"] = 70, "Zug"
    np.testing.assert_allclose(found.explanation.prediction, run.model.predict_proba(rows), atol=1e-9)
    assert found.labels == tuple(run.model.predict(rows))
    assert set(found.edited) == {name for name in changes if rows[name].nunique() > 1}
    own = explain.what_if(run.model, rows[:1], changes, run.matter().background, seed=run.matter().seed)
    error = 4 * np.sqrt((found.explanation.stderr or 0) ** 2 + (own.explanation.stderr or 0) ** 2) + 1e-6
    assert (np.abs(found.explanation.values - own.explanation.values) <= error).all()
    assert len(processes_of(desk)) == 1
    assert desk.state().name == "ready"


def test_every_question_is_answered(desk: Desk, run: Run) -> None:
    facts = desk.ask("about", wait=WAIT)
    assert facts["rows"] == 320
    columns = {column["name"]: column for column in facts["columns"]}
    assert set(columns) == {"age", "city", "income"}
    assert columns["city"]["labels"][0] == run.matter().rows["city"].mode().iloc[0]
    assert columns["age"]["low"] == run.matter().rows["age"].iloc[run.matter().learned].min()
    assert set(facts["starts"]) == {"typical", "unsure", "highest", "lowest"}

    row = desk.ask("row", row=facts["starts"]["highest"])
    assert Explanation.from_json(row["explanation"]).rows == 1
    assert row["label"] == "yes"
    edited = desk.ask("row", row=7, changes={"age": 20})
    assert Explanation.from_json(edited["explanation"]).data["age"].tolist() == [20]

    asked = {"row": facts["starts"]["highest"], "immutable": ["city"], "ranges": {"income": [40, 60]}}
    found = Counterfactuals.from_json(desk.ask("counterfactuals", count=2, **asked)["result"])
    assert 1 <= len(found.found) <= 2
    for option, (_, changed) in zip(found.found, list(found.rows.iterrows())[1:], strict=True):
        assert option.label == "no"
        assert "city" not in option.changed
        assert "income" not in option.changed or 40 <= changed["income"] <= 60
    again = desk.ask("counterfactuals", row=7, changes={"age": 79, "city": "Zug"}, goal="no")
    assert Counterfactuals.from_json(again["result"]).rows["age"].iloc[0] == 79

    near = Neighbours.from_json(desk.ask("neighbours", row=7, count=3)["result"])
    assert len(near.positions) == 3
    assert 7 not in near.positions
    contested = desk.ask("contested", row=5)
    assert contested["result"]["models"][0] == "this model"

    compared = desk.ask("compare", variants=[{"row": 7}, {"row": 7, "changes": {"age": 20}}])
    rows = run.matter().rows.iloc[[7, 7]].reset_index(drop=True)
    rows.loc[1, "age"] = 20
    np.testing.assert_allclose(compared["outputs"], run.model.predict_proba(rows), atol=1e-9)

    with pytest.raises(SettingError, match="an explanation of a sample of rows"):
        desk.ask("paths", row=7)
    run.explain(store=True)
    desk.close()
    paths = desk.ask("paths", row=7, wait=WAIT)
    assert DecisionPaths.from_json(paths["result"]).sentence().startswith("The path of this row ends at")
    assert paths["rows"][0] == 7
    assert 7 not in paths["rows"][1:]


def test_two_clients_share_one_desk(desk: Desk, run: Run) -> None:
    answers: list[Any] = []

    def ask(row: int) -> None:
        other = Desk(run.folder.path, desk.model)
        answers.append(other.ask("row", row=row, wait=WAIT)["label"])

    threads = [threading.Thread(target=ask, args=(row,)) for row in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 6
    assert len(processes_of(desk)) == 1


def test_a_killed_desk_is_there_again_for_the_next_question(desk: Desk) -> None:
    before = desk.ask("row", row=3, wait=WAIT)
    first = processes_of(desk)[0].pid
    kill(desk)
    assert desk.state().name == "away"
    after = desk.ask("row", row=3, wait=WAIT)
    assert processes_of(desk)[0].pid != first
    assert after["explanation"]["prediction"] == before["explanation"]["prediction"]


def test_one_that_dies_while_loading_is_not_started_over_and_over(desk: Desk) -> None:
    assert desk.wake().name == "starting"
    assert until(lambda: processes_of(desk))
    kill(desk)
    with pytest.raises(RunError, match="ended while it was loading"):
        desk.wake()
    assert desk.ask("about", wait=WAIT)["rows"] == 320  # asked again, it is tried again


def test_it_leaves_when_nobody_asks(run: Run, desk: Desk) -> None:
    short = Desk(run.folder.path, desk.model, idle=0.6)
    short.ask("about", wait=WAIT)
    assert until(lambda: not processes_of(short), seconds=10)
    assert not desk._place.socket.exists()
    assert desk.state().name == "away"


def test_it_leaves_with_its_run(run: Run, desk: Desk) -> None:
    desk.ask("about", wait=WAIT)
    shutil.rmtree(run.folder.path)
    assert until(lambda: not processes_of(desk), seconds=10)
    with pytest.raises(RunError, match="There is no run"):
        Desk(run.folder.path, desk.model)


def test_at_most_two_at_once_and_the_longest_idle_gives_way(run: Run, desk: Desk) -> None:
    trials = [name for name in ("t0001", "t0002", "t0003") if run.folder.trial_path(name, ".joblib").exists()]
    first, second = (Desk(run.folder.path, name) for name in trials[:2])
    first.ask("about", wait=WAIT)
    second.ask("about", wait=WAIT)
    time.sleep(0.2)
    first.ask("about")  # so that the second is the longest idle
    third = (
        Desk(run.folder.path, desk.model)
        if desk.model not in trials[:2]
        else Desk(run.folder.path, trials[2])
    )
    third.ask("about", wait=WAIT)
    assert second.state().name == "away"
    assert first.state().name == third.state().name == "ready"


def test_a_model_that_was_made_anew_is_not_answered_for(run: Run, desk: Desk) -> None:
    age = run.matter().rows["age"]
    old = int(age.idxmax())
    assert desk.ask("row", row=old, wait=WAIT)["label"] == "yes"
    first = processes_of(desk)[0].pid
    os.utime(run.folder.path / "result.json")
    desk.ask("row", row=old)
    assert processes_of(desk)[0].pid == first, "nothing has changed but the time of a file"
    run.threshold(costs={"false_positive": 1000, "false_negative": 1}, keep=True)
    assert run.model.predict(run.matter().rows.iloc[[old]])[0] == "no"
    assert desk.ask("row", row=old, wait=WAIT)["label"] == "no"
    assert processes_of(desk)[0].pid != first


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


def test_hostile_requests_leave_it_standing(desk: Desk) -> None:
    desk.ask("about", wait=WAIT)
    (process,) = processes_of(desk)
    for content in (
        b"GET / HTTP/1.1\r\nHost: evil\r\n\r\n",
        b"\x80\x04\x95pickle.\n",
        b"[" * 200_000 + b"\n",
        b'{"version": 1, "question": ["row"], "params": 5}\n',
        b'{"version": 1, "question": "row", "params": {"row": 1e400}}\n',
        b'{"version": 1, "question": "row", "seconds": "soon", "params": {"row": 1}}\n',
        b'{"version": 1, "question": "row", "seconds": -1, "params": {"row": 1}}\n',
        b'"' + b"a" * 2_000_000 + b'"\n',
    ):
        answer = raw(desk, content)
        for line in answer.splitlines():
            assert "result" not in json.loads(line), content[:80]
    assert b"error" in raw(desk, b'{"version": 1, "question": "nonsense"}\n')
    silent = [socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) for _ in range(5)]
    for each in silent:  # they connect and say nothing
        each.connect(str(desk._place.socket))
    assert desk.ask("row", row=3)["label"] in ("yes", "no")
    for each in silent:
        each.close()
    assert processes_of(desk)[0].pid == process.pid


def test_a_desk_of_another_version_is_let_go(desk: Desk) -> None:
    desk.ask("about", wait=WAIT)
    first = processes_of(desk)[0].pid
    answer = json.loads(raw(desk, b'{"version": 0, "question": "row", "params": {"row": 1}}\n'))
    assert answer == {"version": 1, "state": "ready"}, "the asker sees the version, and no answer"
    assert raw(desk, b'{"version": 0, "question": "leave"}\n').count(b"\n") == 1
    assert until(lambda: not processes_of(desk))
    desk.ask("about", wait=WAIT)
    assert processes_of(desk)[0].pid != first


def test_nobody_else_can_reach_it(desk: Desk, runtime: Path) -> None:
    desk.ask("about", wait=WAIT)
    place = desk._place
    assert stat.S_IMODE(place.socket.stat().st_mode) == 0o600
    for folder in (place.folder, place.folder.parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert len(os.fsencode(place.socket)) <= LONGEST


def test_a_folder_that_others_could_enter_or_have_made_is_refused(
    run: Run, runtime: Path, tmp_path: Path
) -> None:
    base = runtime / f"glassbench-{os.getuid()}"
    base.mkdir(mode=0o755)
    base.chmod(0o755)
    with pytest.raises(RunError, match="chmod 700"):
        Place.of(run.folder.path, "t0001")
    base.rmdir()
    base.symlink_to(tmp_path)
    with pytest.raises(RunError, match="not a folder of your own"):
        Place.of(run.folder.path, "t0001")
    base.unlink()


def test_paths_are_short_whatever_the_home_is(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    long = tmp_path / ("x" * 120)
    long.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(long))
    place = Place.of(long / "runs" / "a", "ensemble")
    assert len(os.fsencode(place.socket)) <= LONGEST
    assert long not in place.socket.parents
    place.folder.rmdir()


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


@pytest.fixture(scope="module")
def shared(small_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One desk for many wrong questions."""
    folder = shutil.copytree(small_run.folder.path, tmp_path_factory.mktemp("shared") / "clients")
    desk = Desk(folder, (small_run.result or {})["chosen"])
    desk.ask("about", wait=WAIT)
    yield desk
    desk.close()
