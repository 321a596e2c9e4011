"""The line of a home: who waits, who is next, and that nobody's death holds it up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from automl import jobs
from automl.errors import SettingError
from automl.store import Queue, RunFolder
from automl.store.queue import AT_ONCE

from .conftest import SAMPLE_WORKER
from .processes import Process, mentioning, until

Start = Callable[..., RunFolder]


@pytest.fixture
def start(home: Path) -> Iterator[Start]:
    """Make a run in one home and launch it, as the pages do; whatever still works at the end is stopped."""
    made: list[RunFolder] = []

    def begin(name: str, seconds: float = 60, *, queue: bool = True, launch: bool = True) -> RunFolder:
        spec = {"version": 1, "id": name, "name": name.title(), "created": time.time(), "budget": seconds}
        run = RunFolder.create(home / "runs" / name, spec)
        made.append(run)
        if launch:
            jobs.launch(run.path, worker=SAMPLE_WORKER, queue=queue)
        return run

    yield begin
    for run in reversed(made):  # else the next one would begin
        jobs.stop(run.path)


def worker_of(run: RunFolder) -> Process:
    found = until(lambda: [p for p in mentioning(run.path) if p.pid == p.session])
    assert len(found) == 1
    return found[0]


def searches(run: RunFolder) -> bool:
    return bool(until(lambda: jobs.state(run.path).state == "searching"))


def waits(run: RunFolder) -> bool:
    return jobs.state(run.path).waits


def test_the_next_one_begins_when_the_first_has_ended(start: Start) -> None:
    first = start("first")
    assert not waits(first)
    second, third = start("second", 0.3), start("third", 0.3)
    assert waits(second)
    assert waits(third)
    assert jobs.state(second.path).state == "queued"
    assert not second.trial_ids()
    assert jobs.cancel(first.path)
    end = jobs.wait(third.path, timeout=30)
    assert end.state == "finished"
    ended = [run.status["updated"] for run in (first, second, third)]
    assert ended == sorted(ended), "they took turns, in the order in which they came"
    began = [run.status["launched"] for run in (first, second, third)]
    assert began[1] >= ended[0], "a budget begins with the turn"
    assert not list((first.path.parent.parent / "queue").glob("second.json*")), "its ticket is cleared away"


def test_places_say_who_is_waited_for_and_how_long(start: Start) -> None:
    first, second, third = start("first", 100), start("second", 40), start("third", 10)
    assert jobs.place(first.path) is None
    one, two = jobs.place(second.path), jobs.place(third.path)
    assert one is not None
    assert two is not None
    assert (one.number, one.waiting, one.after) == (1, 2, "First")
    assert 80 < one.seconds <= 100
    assert (two.number, two.after) == (2, "Second")
    assert two.seconds == pytest.approx(one.seconds + 40, abs=3)


def test_to_the_front_and_now_anyway(start: Start) -> None:
    first, second, third = start("first", 100), start("second"), start("third", 0.3)
    assert jobs.to_front(third.path)
    moved = jobs.place(third.path)
    assert moved is not None
    assert moved.number == 1
    assert not jobs.to_front(first.path), "it does not wait"
    assert jobs.start_now(third.path)
    assert jobs.wait(third.path, timeout=30).state == "finished"
    assert waits(second), "one that goes first takes nobody else along"
    assert searches(first)
    assert not jobs.start_now(third.path)


def test_a_cancelled_one_leaves_the_line_and_can_come_back(start: Start) -> None:
    start("first", 100)
    second, third = start("second"), start("third")
    assert jobs.cancel(second.path)
    end = jobs.wait(second.path, timeout=30)
    assert (end.state, end.can_resume) == ("cancelled", True)
    assert "while it waited" in end.message
    assert second.events()[-1]["kind"] == "cancelled"
    place = jobs.place(third.path)
    assert place is not None
    assert place.number == 1
    jobs.resume(second.path, worker=SAMPLE_WORKER, queue=True)
    back = jobs.place(second.path)
    assert back is not None
    assert back.number == 2


@pytest.mark.parametrize("killed", ["running", "waiting"])
def test_the_death_of_one_holds_nobody_up(start: Start, killed: str) -> None:
    first, second, third = start("first", 100), start("second", 100), start("third", 0.3)
    os.kill(worker_of(first if killed == "running" else second).pid, signal.SIGKILL)
    if killed == "running":
        assert searches(second)
        assert waits(third)
        assert jobs.state(first.path).state == "interrupted"
        return
    assert until(lambda: jobs.state(second.path).state == "interrupted")
    place = jobs.place(third.path)
    assert place is not None
    assert (place.number, place.after) == (1, "First")
    jobs.stop(first.path)
    assert jobs.wait(third.path, timeout=30).state == "finished"


def test_it_begins_though_whoever_asked_for_it_is_gone(start: Start) -> None:
    first = start("first")
    second = start("second", 0.3, launch=False)
    script = (
        "import sys, time; from automl import jobs\n"
        f"jobs.launch({str(second.path)!r}, worker={SAMPLE_WORKER!r}, queue=True)\n"
        "print('launched', flush=True); time.sleep(600)"
    )
    server = subprocess.Popen(
        [sys.executable, "-c", script], start_new_session=True, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    assert server.stdout.readline() == "launched\n"
    os.killpg(server.pid, signal.SIGKILL)
    server.wait()
    server.stdout.close()
    assert waits(second)
    assert jobs.cancel(first.path)
    assert jobs.wait(second.path, timeout=30).state == "finished"


def test_a_search_that_does_not_queue_counts(start: Start) -> None:
    first = start("first", 100, queue=False)
    also = start("also", 100, queue=False)
    third = start("third", 0.3)
    assert searches(first)
    assert searches(also), "who does not ask for a turn does not wait for one"
    assert waits(third)
    jobs.stop(first.path)
    time.sleep(1.2)
    assert waits(third), "one of the two is still at work"
    jobs.stop(also.path)
    assert jobs.wait(third.path, timeout=30).state == "finished"


def test_a_search_in_somebodys_own_process_counts(start: Start) -> None:
    own = start("own", launch=False)
    queue = Queue.of(own)
    assert queue is not None
    with own.hold():  # as `run_search` does
        assert queue.enter(own, waits=False)
        other = start("other", 0.3)
        assert waits(other)
    assert jobs.wait(other.path, timeout=30).state == "finished"


def test_a_turn_lasts_until_the_jobs_at_its_end_are_over(start: Start) -> None:
    first = start("first", launch=False)
    queue = Queue.of(first)
    assert queue is not None
    with first.hold():
        assert queue.enter(first, waits=False)
        go = first.path / "go"
        job = jobs.launch(first.path, "explain", worker=SAMPLE_WORKER, until=str(go))
        queue.keep_for(first, [job.name])
    second = start("second", 0.3)
    assert waits(second), "the model of the first one is still being explained"
    go.touch()
    assert jobs.wait(second.path, timeout=30).state == "finished"
    assert second.status["launched"] >= jobs.state(job).status["updated"]


def test_several_at_once_is_one_setting(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(AT_ONCE, "2")
    first, second, third = start("first", 100), start("second", 50), start("third", 10)
    assert not waits(first)
    assert not waits(second)
    place = jobs.place(third.path)
    assert place is not None
    assert place.after == "Second", "the one that ends first"
    monkeypatch.setenv(AT_ONCE, "many")
    with pytest.raises(SettingError, match="how many searches"):
        jobs.resume(start("fourth", launch=False).path, queue=True)


def test_a_folder_outside_of_a_home_waits_for_nobody(tmp_path: Path, start: Start) -> None:
    start("first", 100)
    spec = {"version": 1, "id": "alone", "name": "alone", "created": time.time(), "budget": 0.3}
    alone = RunFolder.create(tmp_path / "alone", spec)
    jobs.launch(alone.path, worker=SAMPLE_WORKER, queue=True)
    assert jobs.wait(alone.path, timeout=30).state == "finished"


def test_waiting_takes_next_to_nothing(start: Start) -> None:
    start("first", 100)
    second = start("second")
    process = worker_of(second)
    assert until(lambda: "begins" in (second.path / "worker.log").read_text())
    # The real worker imports more than the sample one; neither loads the engine before its turn.
    code = (
        "import sys, automl.jobs.worker\n"
        "print([name for name in ('pandas', 'sklearn', 'lightgbm', 'optuna') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

    def used() -> float:
        fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    before = used()
    time.sleep(2.0)
    assert used() - before < 0.1
