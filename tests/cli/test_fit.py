"""`automl fit` and `automl resume` as a person meets them: real processes, a real terminal."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import automl
from automl import jobs
from automl.store import Home, RunFolder

from ..jobs.processes import until
from .conftest import Automl


@pytest.fixture(autouse=True)
def stop_everything(home: Path) -> Iterator[None]:
    """End what a test has left at work."""
    yield
    for run in Home(home).runs():
        for job in [jobs.state(run.path), *jobs.jobs(run.path)]:
            jobs.stop(job.folder)


class Terminal:
    """A command at a terminal of its own."""

    def __init__(self, *arguments: object, cwd: Path) -> None:
        self._screen, inside = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "automl", *map(str, arguments)],
            stdin=inside,
            stdout=inside,
            stderr=inside,
            cwd=cwd,
            env={
                **os.environ,
                "PYTHONPATH": str(Path(automl.__path__[0]).parent),
                "TERM": "xterm",
                "COLUMNS": "100",
            },
            start_new_session=True,
            # Where the tests themselves run under nohup, a hang-up would be ignored.
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
        )
        os.close(inside)
        os.set_blocking(self._screen, False)
        self.shown = ""

    def look(self) -> str:
        """Everything shown so far."""
        try:
            while part := os.read(self._screen, 65536):
                self.shown += part.decode(errors="replace")
        except (BlockingIOError, OSError):  # nothing new; or the other side has gone
            pass
        return self.shown

    def press_ctrl_c(self) -> None:
        """What the terminal does on Ctrl-C: a signal to the whole foreground group."""
        os.killpg(self.process.pid, signal.SIGINT)

    def end(self) -> int:
        """Wait for the end and return the exit code."""
        assert until(lambda: (self.look(), self.process.poll())[1] is not None, seconds=120), self.shown
        self.look()
        os.close(self._screen)
        return self.process.returncode


def only_run(home: Path) -> RunFolder:
    (run,) = Home(home).runs()
    return run


def begin(sample_data: Path, tmp_path: Path, home: Path) -> Terminal:
    """Start a long search at a terminal, and wait for its second trial."""
    terminal = Terminal(
        "fit", sample_data / "penguins.csv", "--target", "species", "--budget", 300, cwd=tmp_path
    )
    assert until(lambda: (terminal.look(), Home(home).runs())[1], seconds=60), terminal.look()
    run = only_run(home)
    assert until(lambda: (terminal.look(), len(run.trial_ids()) >= 2)[1], seconds=120), terminal.look()
    return terminal


def test_first_ctrl_c_finishes_with_the_best_so_far(sample_data: Path, tmp_path: Path, home: Path) -> None:
    terminal = begin(sample_data, tmp_path, home)
    terminal.press_ctrl_c()
    assert terminal.end() == 130
    run = only_run(home)
    assert jobs.state(run.path).state == "cancelled"
    assert run.result is not None
    for words in (
        "s left",
        "dummy",
        "t000",
        "Finishing with the best model so far",
        "automl resume",
        "model ",
    ):
        assert words in terminal.shown
    assert "Traceback" not in terminal.shown + (run.path / "worker.log").read_text()


@pytest.mark.slow
def test_second_ctrl_c_stops_at_once(sample_data: Path, tmp_path: Path, home: Path) -> None:
    terminal = begin(sample_data, tmp_path, home)
    run = only_run(home)
    terminal.press_ctrl_c()
    assert until(lambda: "Ctrl-C again" in terminal.look())
    terminal.press_ctrl_c()
    assert terminal.end() == 130
    assert until(lambda: not jobs.state(run.path).alive)
    assert jobs.state(run.path).state in ("interrupted", "cancelled")  # cancelled, if it was that quick
    assert len(run.trial_ids()) >= 2


def test_closing_the_terminal_does_not_end_the_search_and_resume_watches_it(
    sample_data: Path, tmp_path: Path, home: Path, automl_command: Automl
) -> None:
    terminal = begin(sample_data, tmp_path, home)
    run = only_run(home)
    os.killpg(terminal.process.pid, signal.SIGHUP)
    terminal.end()
    assert jobs.state(run.path).state == "searching"
    later = threading.Timer(
        4.0, jobs.cancel, [run.path]
    )  # when it is watched; one that has ended would go on
    later.start()
    watched = automl_command("resume", run.id, "--home", home)
    later.join()
    assert watched.code == 0
    assert run.result is not None


@pytest.mark.slow
def test_plain_lines_then_the_summary(sample_data: Path, automl_command: Automl, tmp_path: Path) -> None:
    table = sample_data / "penguins.csv"
    line = (
        "--target",
        "species",
        "--budget",
        200,
        "--max-trials",
        3,
        "--n-jobs",
        1,
        "--out",
        "first",
        "--exclude",
        "island",
    )
    done = automl_command("fit", table, *line, "--kind", "sex=category", "--name", "birds")
    assert done.code == 0, done.err
    assert "baseline" in done.err
    assert "best" in done.err
    assert "\x1b" not in done.err + done.out  # no cursor movements in a pipe
    for words in ("model ", "log_loss", "dummy", "trials   3", "automl export first birds.zip"):
        assert words in done.out
    spec = RunFolder(tmp_path / "first").spec
    assert (spec["excluded"], spec["kinds"]) == (["island"], {"sex": "category"})
    again = automl_command("resume", "first")
    assert again.code == 1
    assert "is finished" in again.err
    assert automl_command("fit", table, *line).code == 1  # the folder is taken


@pytest.mark.slow
def test_a_search_without_its_cluster_is_resumed_here(
    sample_data: Path, automl_command: Automl, tmp_path: Path
) -> None:
    line = ("--target", "species", "--budget", 200, "--max-trials", 2, "--n-jobs", 1, "--out", "birds")
    nowhere = ("--executor", "tcp://127.0.0.1:9")
    failed = automl_command("fit", sample_data / "penguins.csv", *line, *nowhere)
    assert failed.code == 1
    assert "no Dask scheduler" in failed.err
    refused = automl_command("resume", "birds", "--executor", "there")
    assert refused.code == 1
    assert "not the address" in refused.err
    assert automl_command("resume", "birds", "--executor", "here", "--quiet").code == 0
    run = RunFolder(tmp_path / "birds")
    assert run.status["state"] == "finished"
    assert run.spec["executor"] is None


@pytest.mark.slow
def test_json_is_one_document_and_quiet_one_line(
    sample_data: Path, automl_command: Automl, tmp_path: Path
) -> None:
    line = ("fit", sample_data / "penguins.csv", "--target", "species", "--max-trials", 1, "--n-jobs", 1)
    done = automl_command(*line, "--json")
    assert (done.code, done.err) == (0, "")
    document = done.document
    assert document["state"] == "finished"
    assert document["trials"] == 1
    assert document["result"]["chosen"]
    assert Path(document["run"]).is_dir()
    quiet = automl_command(*line, "--quiet")
    assert (quiet.code, quiet.err) == (0, "")
    assert RunFolder(quiet.out.strip()).result is not None


@pytest.mark.slow
def test_failures_have_code_1_and_say_what_to_do(
    sample_data: Path, automl_command: Automl, tmp_path: Path
) -> None:
    (tmp_path / "page.csv").write_text("<!DOCTYPE html><html><body>Please log in</body></html>\n" * 20)
    table = sample_data / "penguins.csv"
    for arguments, says in (
        (("fit", "missing.csv", "--target", "y"), "no file"),
        (("fit", table, "--target", "colour"), "colour"),
        (("fit", "page.csv", "--target", "y"), "web page"),
        (("fit", table, "--target", "species", "--metric", "rmse"), "does not measure"),
        (("resume", "nothing"), "no run"),
    ):
        done = automl_command(*arguments, "--json")
        assert done.code == 1, (arguments, done)
        assert says in done.err
        assert "Traceback" not in done.err
        assert done.document["error"]["message"]
