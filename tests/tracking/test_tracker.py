"""What a server is told of a run, live and whole, once, whatever goes wrong on the way."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from automl.errors import TrackingError
from automl.store import RunFolder
from automl.tracking import JOURNAL, Tracker, follow
from automl.tracking.server import UnreachableError

from .book import Book, Fault, serving
from .grown import BEGAN, METRIC, add_trial, finish, new_run, prepare
from .plain import PlainServer


def tracker_of(run: RunFolder, address: str | None = None) -> Tracker:
    asked = dict(run.spec["track"])
    return Tracker(run, asked, PlainServer(address or asked["uri"]))


def history(run: dict[str, Any], key: str) -> list[tuple[float, int, int]]:
    return [(m["value"], m["step"], m["timestamp"]) for m in run["metrics"] if m["key"] == key]


def test_a_search_is_told_while_it_goes_on(run: RunFolder, book: Book) -> None:
    tracker = tracker_of(run)
    tracker.send()
    assert book.find()["status"] == "RUNNING"
    for number in range(3):
        add_trial(run, number)
        tracker.send()
        best = history(book.find(), f"best_{METRIC}")
        assert best[-1] == (0.5 + number / 1000, 2 + number, round(1000 * (BEGAN + 2 + number)))
        assert len(best) == number + 1
        assert history(book.find(), "trials")[-1][0] == number + 1
        assert book.find(f"t{number:04d}")["status"] == "FINISHED"
    requests = book.requests
    tracker.send()
    assert book.requests == requests, "nothing is new, so nothing is sent"


def test_what_is_known_of_run_and_trials_arrives(run: RunFolder, book: Book) -> None:
    add_trial(run, 0)
    add_trial(run, 1, "failed", reason="It ran out of memory.", params={})
    add_trial(run, 2, "beaten")
    finish(run)
    tracker = tracker_of(run)
    tracker.send()
    tracker.conclude("FINISHED")
    whole, good, failed = book.find(), book.find("t0000"), book.find("t0001")
    assert whole["name"] == "churn"
    assert whole["status"] == "FINISHED"
    assert whole["end"] == round(1000 * (BEGAN + 60))
    assert book.experiments == {"churn": whole["experiment"]}
    assert (
        whole["params"] | {"target": "Churn", "budget": "60.0", "seed": "3", "excluded": '["a", "b"]'}
        == (whole["params"])
    )
    assert whole["params"]["task"] == "binary"
    assert whole["params"]["holdout_rows"] == "20"
    assert whole["tags"]["mlflow.user"] == "ada"
    assert whole["tags"]["glassbench.data.sha256"] == "ab" * 32
    assert whole["tags"]["glassbench.measured_on"] == "the sealed holdout"
    assert whole["tags"]["glassbench.version.scikit-learn"]
    (dataset,) = whole["datasets"]
    assert dataset["digest"] == ("ab" * 32)[:36]
    assert json.loads(dataset["source"])["uri"] == "churn.csv"
    kinds = {each["name"]: each["type"] for each in json.loads(dataset["schema"])["mlflow_colspec"]}
    assert kinds == {"age": "double", "since": "datetime", "x": "string"}
    assert [value for value, *_ in history(whole, METRIC)] == [0.7]
    assert [value for value, *_ in history(whole, f"{METRIC}_low")] == [0.6]
    assert not history(whole, "f1"), "a score that there is not"
    assert "secret" not in json.dumps(book.told())

    assert good["tags"]["mlflow.parentRunId"] == "run"
    assert good["params"] == {"family": "lightgbm", "num_leaves": "31", "pairs": "true"}
    assert [step for _, step, _ in history(good, f"fold_{METRIC}")] == [0, 1, 2, 3, 4]
    assert history(good, "fold_iterations")[0][0] == 10
    assert good["end"] - good["start"] == 510
    assert failed["status"] == "FAILED"
    assert failed["tags"]["glassbench.reason"] == "It ran out of memory."
    assert book.find("t0002")["status"] == "KILLED"


def whole_story(run: RunFolder, address: str, artefact: Path) -> None:
    """Tell all of a finished run, by as many trackers as die on the way."""
    for _ in range(20):
        try:
            tracker = tracker_of(run, address)
            tracker.send()
            tracker.conclude("FINISHED")
            tracker.store(artefact)
        except UnreachableError:
            continue
        return
    raise AssertionError("It cannot be told.")


@pytest.mark.parametrize("fault", ["before", "after", "busy"])
def test_nothing_is_told_twice_or_lost_whichever_request_fails(fault: Fault, tmp_path: Path) -> None:
    """Also where a request was done and its answer lost, and a new process has to go on."""
    artefact = tmp_path / "leaderboard.json"
    artefact.write_text("[]")
    calm: dict[str, Any] = {}
    number = -1
    while True:
        book = Book()
        book.faults = {number: fault}
        with serving(book) as address:
            (tmp_path / str(number)).mkdir()
            run = new_run(tmp_path / str(number) / "run-1", "http://one.name")
            prepare(run)
            add_trial(run, 0)
            add_trial(run, 1, "failed")
            finish(run)
            whole_story(run, address, artefact)
        told = book.told()
        calm = calm or told
        assert told == calm, f"request {number}"
        number += 1
        if number >= book.requests:
            break
    assert number > 12
    assert calm["run"]["files"].keys() == {"leaderboard.json"}


@pytest.mark.parametrize("killed", range(13))
def test_a_killed_tracker_is_followed_by_one_that_goes_on(
    killed: int, run: RunFolder, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies between the server's answer and the ledger."""
    from automl.tracking.ledger import Ledger

    add_trial(run, 0)
    add_trial(run, 1)
    notes, note = 0, Ledger.note

    def dies(self: Ledger, **line: Any) -> None:
        nonlocal notes
        notes += 1
        if notes == killed + 1:
            raise KeyboardInterrupt
        note(self, **line)

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "note", dies)
        with suppress(KeyboardInterrupt):
            before = tracker_of(run)
            before.send()
            before.conclude("KILLED")
    assert notes > killed, "it was to be killed"
    after = tracker_of(run)
    after.send()
    after.conclude("KILLED")
    assert set(book.told()) == {"run", "t0000", "t0001"}
    assert len(history(book.find(), "trials")) == 2
    assert after.counts() == (2, 2)


def test_three_hundred_trials_take_three_requests_each(run: RunFolder, book: Book) -> None:
    for number in range(300):
        add_trial(run, number)
    tracker_of(run).send()
    assert len(book.runs) == 301
    assert len(history(book.find(), "trials")) == 300
    assert book.requests <= 3 * 300 + 12


def test_a_server_that_is_away_is_told_everything_when_it_is_back(tmp_path: Path) -> None:
    book, run = Book(), new_run(tmp_path / "run-1", "http://127.0.0.1:9")
    with serving(book) as address:
        port = int(address.rpartition(":")[2])
    prepare(run)
    pauses: list[float] = []
    said: list[str] = []
    server = serving(book, port)

    def sleep(seconds: float) -> None:  # time passes, and with it the search
        pauses.append(seconds)
        if len(pauses) == 1:
            add_trial(run, 0)
        if len(pauses) == 6:
            add_trial(run, 1)
            server.__enter__()

    tracker = tracker_of(run, address)
    try:
        state = follow(tracker, lambda: "KILLED" if len(pauses) >= 8 else None, tell=said.append, sleep=sleep)
    finally:
        server.__exit__(None, None, None)
    assert state == "KILLED"
    assert set(book.told()) == {"run", "t0000", "t0001"}
    assert all(said[:6])
    assert said[6:] == [""] * len(said[6:])
    assert [round(pause) for pause in pauses[6:]] == [1] * len(pauses[6:])
    assert pauses[0] <= 1 < pauses[2] < pauses[4] <= 30, "it asks less and less often"


def test_a_search_that_is_over_does_not_wait_for_ever(tmp_path: Path) -> None:
    run = new_run(tmp_path / "run-1", "http://127.0.0.1:9")
    prepare(run)
    with serving(Book()) as address:
        pass
    with pytest.raises(TrackingError, match="has not answered"):
        follow(tracker_of(run, address), lambda: "FINISHED", patience=0.2)


def test_what_is_refused_is_noted_and_the_rest_arrives(run: RunFolder, book: Book) -> None:
    for number in range(3):
        add_trial(run, number)
    book.refuses = lambda path, content: path == "runs/log-batch" and "32" in str(content["params"])
    tracker = tracker_of(run)
    tracker.send()
    tracker.send()
    assert tracker.ledger.refused == {"t0001": "It may not be."}
    assert tracker.counts() == (2, 3)
    assert book.find("t0002")["status"] == "FINISHED"
    book.refuses = lambda _path, _content: False
    again = tracker_of(run)
    assert again.ledger.refused == {"t0001": "It may not be."}
    again.send()
    assert again.ledger.refused == {}
    assert again.counts() == (3, 3)


def test_a_run_that_is_not_wanted_at_all_says_so(run: RunFolder, book: Book) -> None:
    book.refuses = lambda path, _content: path == "runs/create"
    with pytest.raises(TrackingError, match=r"refuses the run run-1: It may not be\."):
        tracker_of(run).send()


def test_a_search_that_is_taken_up_again_runs_there_again(run: RunFolder, book: Book) -> None:
    add_trial(run, 0)
    first = tracker_of(run)
    first.send()
    first.conclude("KILLED")
    assert book.find()["status"] == "KILLED"
    with run.hold():
        add_trial(run, 1)
        second = tracker_of(run)
        second.send()
        assert book.find()["status"] == "RUNNING"
    finish(run)
    second.send()
    second.conclude("FINISHED")
    assert book.find()["status"] == "FINISHED"
    assert [value for value, *_ in history(book.find(), "trials")] == [1.0, 2.0]


def test_another_server_begins_anew_and_the_first_one_is_not_told_twice(
    run: RunFolder, book: Book, address: str
) -> None:
    add_trial(run, 0)
    tracker_of(run).send()
    other = Book()
    with serving(other) as elsewhere:
        run.write("spec.json", run.spec | {"track": run.spec["track"] | {"uri": elsewhere}})
        tracker_of(run).send()
        assert set(other.told()) == {"run", "t0000"}
    run.write("spec.json", run.spec | {"track": run.spec["track"] | {"uri": address}})
    tracker_of(run).send()
    assert set(book.told()) == {"run", "t0000"}


def test_a_line_that_a_power_cut_tore_off_is_as_if_it_were_not_there(run: RunFolder, book: Book) -> None:
    add_trial(run, 0)
    tracker_of(run).send()
    with (run.path / JOURNAL).open("ab") as stream:
        stream.write(b'{"done": "t00')
    add_trial(run, 1)
    again = tracker_of(run)
    again.send()
    assert again.counts() == (2, 2)
    assert set(book.told()) == {"run", "t0000", "t0001"}
    assert tracker_of(run).counts() == (2, 2)


def test_a_file_is_stored_again_only_where_it_has_changed(run: RunFolder, book: Book, tmp_path: Path) -> None:
    tracker = tracker_of(run)
    tracker.send()
    path = tmp_path / "report.html"
    for content, requests in ((b"a", 1), (b"a", 0), (b"b", 1)):
        path.write_bytes(content)
        before = book.requests
        tracker.store(path)
        assert book.requests == before + requests
        assert book.find()["files"] == {"report.html": content}
