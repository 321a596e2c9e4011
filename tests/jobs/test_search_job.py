from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from timeit import repeat

import pytest

from automl import jobs
from automl.errors import RunError, SettingError
from automl.jobs import worker_lock
from automl.store import RunFolder

from .conftest import SAMPLE_WORKER, NewRun
from .processes import Process, in_session, mentioning, processes, until

Worker = tuple[str, ...]


def worker_of(run: RunFolder) -> Process:
    """The worker's own process: the leader of its session."""
    found = until(lambda: [p for p in mentioning(run.path) if p.pid == p.session])
    assert len(found) == 1
    return found[0]


def start_and_see_trials(run: RunFolder, worker: Worker) -> Process:
    jobs.launch(run.path, worker=worker)
    assert until(run.trial_ids)
    return worker_of(run)


def test_runs_to_its_end_and_leaves_nothing_behind(new_run: NewRun, worker: Worker) -> None:
    run = new_run()
    assert jobs.state(run.path).state == "queued"
    assert not jobs.state(run.path).alive
    assert jobs.launch(run.path, worker=worker) == run.path
    assert jobs.state(run.path).alive  # at once, long before the worker has imported anything
    end = jobs.wait(run.path, timeout=30)
    assert (end.kind, end.state, end.alive, end.is_over, end.can_resume) == (
        "search",
        "finished",
        False,
        True,
        False,
    )
    assert len(run.trial_ids()) == 3
    assert until(lambda: not mentioning(run.path))
    assert not [p for p in processes() if p.parent == os.getpid() and p.state == "Z"]
    log = (run.path / "worker.log").read_text()
    assert "begins" in log
    assert "done" in log


def test_second_start_is_refused_while_one_is_at_work(new_run: NewRun, worker: Worker) -> None:
    run = new_run(seconds=60)
    jobs.launch(run.path, worker=worker)
    with pytest.raises(RunError, match="at work"):
        jobs.launch(run.path, worker=worker)
    by_hand = subprocess.run([sys.executable, *worker, run.path], capture_output=True, text=True, check=False)
    assert by_hand.returncode == 1
    assert "at work" in by_hand.stderr
    assert jobs.state(run.path).state in ("queued", "searching")


def test_a_search_in_somebodys_own_process_is_not_disturbed(new_run: NewRun, worker: Worker) -> None:
    run = new_run()
    with run.hold():
        run.set_status("searching")
        assert jobs.state(run.path).alive
        with pytest.raises(RunError, match="Another process"):
            jobs.launch(run.path, worker=worker)
        assert run.status["state"] == "searching"
        with pytest.raises(RunError, match="still at work"):
            jobs.stop(run.path, timeout=0.3)
        assert not (run.path / "stop").exists()


def test_cancel_then_resume_at_once(new_run: NewRun, worker: Worker) -> None:
    run = new_run(seconds=4)
    start_and_see_trials(run, worker)
    assert jobs.cancel(run.path)
    assert until(lambda: jobs.state(run.path).state == "cancelled")
    before = len(run.trial_ids())
    assert before < 40
    jobs.resume(run.path, worker=worker)  # the first worker may still be leaving
    assert jobs.wait(run.path, timeout=30).state == "finished"
    sessions = [trial["session"] for trial in run.trials()]
    assert sessions == sorted(sessions)
    assert set(sessions) == {1, 2}
    assert len(sessions) == 40
    assert not jobs.cancel(run.path)  # nothing left to cancel, and no marker that would hit the next session
    assert not run.is_cancel_asked()
    with pytest.raises(RunError, match="is finished"):
        jobs.resume(run.path, worker=worker)


def test_killed_worker_shows_as_interrupted_and_resume_finishes(new_run: NewRun, worker: Worker) -> None:
    run = new_run(seconds=4)
    process = start_and_see_trials(run, worker)
    os.kill(process.pid, signal.SIGKILL)
    assert until(lambda: jobs.state(run.path).state == "interrupted")
    now = jobs.state(run.path)
    assert now.is_over
    assert now.can_resume
    assert now.message == now.message.strip() != ""
    jobs.resume(run.path, worker=worker)
    assert jobs.wait(run.path, timeout=30).state == "finished"
    assert len(run.trial_ids()) == 40


def test_worker_killed_before_it_could_say_anything(new_run: NewRun) -> None:
    run = new_run()
    jobs.launch(run.path, worker=("-c", "import os; os.kill(os.getpid(), 9)"))
    assert until(lambda: jobs.state(run.path).state == "interrupted")
    assert jobs.state(run.path).can_resume


@pytest.mark.parametrize("how", ["worker", "group"])
def test_children_do_not_outlive_a_killed_worker(new_run: NewRun, worker: Worker, how: str) -> None:
    run = new_run("children", seconds=60)
    process = start_and_see_trials(run, worker)
    assert until(lambda: len(in_session(process.session)) == 4)  # worker, watchdog, two children
    (os.kill if how == "worker" else os.killpg)(process.pid, signal.SIGKILL)
    assert until(lambda: not in_session(process.session), seconds=15)
    assert not worker_lock.is_held(run.path)


def test_lock_is_free_only_when_the_last_child_has_gone(new_run: NewRun, worker: Worker) -> None:
    run = new_run("children", seconds=60)
    process = start_and_see_trials(run, worker)
    assert until(lambda: (run.path / "first-child").exists() and len(in_session(process.session)) == 4)
    os.kill(process.pid, signal.SIGKILL)
    assert until(lambda: not worker_lock.is_held(run.path))
    assert not [p for p in in_session(process.session) if p.group == process.group]


def test_stop_ends_everything_now(new_run: NewRun, worker: Worker) -> None:
    run = new_run("children", seconds=60)
    process = start_and_see_trials(run, worker)
    assert jobs.stop(run.path).state == "interrupted"
    assert until(lambda: not in_session(process.session))
    assert not (run.path / "stop").exists()  # it would end the next worker at once
    assert jobs.stop(run.path).state == "interrupted"  # nothing to do


def test_survives_the_death_of_whoever_started_it(new_run: NewRun) -> None:
    run = new_run(seconds=1)
    script = (
        "import sys, time; from automl import jobs\n"
        f"jobs.launch({str(run.path)!r}, worker={SAMPLE_WORKER!r})\n"
        "time.sleep(600)"
    )
    server = subprocess.Popen([sys.executable, "-c", script], start_new_session=True)
    try:
        assert until(run.trial_ids)
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
    assert jobs.wait(run.path, timeout=30).state == "finished"
    assert len(run.trial_ids()) == 10


def test_unexpected_error_is_failed_with_an_id_that_finds_the_traceback(
    new_run: NewRun, worker: Worker
) -> None:
    run = new_run("crash")
    jobs.launch(run.path, worker=worker)
    end = jobs.wait(run.path, timeout=30)
    assert end.state == "failed"
    assert end.error is not None
    assert "secret detail" not in end.message
    log = (run.path / "worker.log").read_text()
    assert f"error {end.error['id']}" in log
    assert "Traceback" in log
    assert "secret detail" in log
    assert run.events()[-1]["kind"] == "failed"


def test_expected_error_says_what_to_do(new_run: NewRun, worker: Worker) -> None:
    run = new_run("refuse")
    jobs.launch(run.path, worker=worker)
    end = jobs.wait(run.path, timeout=30)
    assert end.state == "failed"
    assert end.message == "The table has no rows. Give one that has."


def test_crash_in_native_code_leaves_its_traceback_in_the_log(new_run: NewRun, worker: Worker) -> None:
    run = new_run("segfault")
    jobs.launch(run.path, worker=worker)
    assert jobs.wait(run.path, timeout=30).state == "interrupted"
    assert "Fatal Python error: Segmentation fault" in (run.path / "worker.log").read_text()


def test_works_where_the_package_is_not_installed_and_the_folder_holds_traps(
    new_run: NewRun, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = new_run()
    (run.path / "logging.py").write_text("raise SystemExit('a file of the working directory was imported')")
    monkeypatch.delenv("PYTHONPATH", raising=False)
    jobs.launch(run.path, worker=worker)
    assert jobs.wait(run.path, timeout=30).state == "finished"


def test_wait_gives_up_when_told_and_reports_each_look(new_run: NewRun, worker: Worker) -> None:
    run = new_run(seconds=60)
    assert jobs.wait(run.path, timeout=5).state == "queued"  # nobody has started it
    jobs.launch(run.path, worker=worker)
    seen: list[str] = []
    with pytest.raises(TimeoutError):
        jobs.wait(run.path, timeout=0.5, every=0.05, on_change=lambda now: seen.append(now.state))
    assert len(seen) > 2


def test_wrong_requests(new_run: NewRun, tmp_path: Path) -> None:
    run = new_run()
    with pytest.raises(RunError, match="no run"):
        jobs.launch(tmp_path / "nothing")
    with pytest.raises(SettingError, match="no kind of job"):
        jobs.launch(run.path, "dance")
    with pytest.raises(SettingError, match="no parameters"):
        jobs.launch(run.path, "search", seed=1)
    with pytest.raises(RunError, match="no run"):
        jobs.state(tmp_path / "nothing")
    assert not jobs.cancel(run.path)


def test_looking_is_cheap(new_run: NewRun, worker: Worker) -> None:
    run = new_run(seconds=60)
    start_and_see_trials(run, worker)
    # The quickest of many, each short enough to be done before somebody else gets the core.
    yardstick = min(repeat(lambda: run.spec, number=1, repeat=100))  # reading one small file
    assert min(repeat(lambda: jobs.state(run.path), number=1, repeat=100)) < 30 * yardstick
