from __future__ import annotations

import pytest

from automl import jobs
from automl.errors import RunError

from .conftest import NewRun
from .processes import mentioning, until

Worker = tuple[str, ...]


def test_has_a_folder_of_its_own_and_a_result(new_run: NewRun, worker: Worker) -> None:
    run = new_run()
    folder = jobs.launch(run.path, "explain", worker=worker)
    assert folder.parent == run.path / "jobs"
    end = jobs.wait(folder, timeout=30)
    assert (end.kind, end.state, end.params) == ("explain", "finished", {})
    assert end.result == {"run": str(run.path), "job": str(folder)}
    assert "to standard output" in (folder / "worker.log").read_text()
    assert jobs.state(run.path).state == "queued"  # the search is another matter
    assert [job.id for job in jobs.jobs(run.path)] == [folder.name]
    assert jobs.jobs(run.path, "export") == []


def test_two_clicks_make_one_job_and_other_parameters_another(new_run: NewRun, worker: Worker) -> None:
    run = new_run()
    first = jobs.launch(run.path, "explain", worker=worker, seconds=60)
    assert jobs.launch(run.path, "explain", worker=worker, seconds=60) == first
    other = jobs.launch(run.path, "explain", worker=worker, seconds=0)
    assert other != first
    assert jobs.wait(other, timeout=30).state == "finished"
    assert jobs.launch(run.path, "explain", worker=worker, seconds=0) != other  # that one is over


def test_an_explanation_that_is_being_made_is_waited_for(new_run: NewRun, worker: Worker) -> None:
    run = new_run()
    folder = jobs.launch(run.path, "explain", worker=worker, model="t0001")
    jobs.await_explanation(run.path, "t0001")
    assert jobs.state(folder).state == "finished"
    other = jobs.launch(run.path, "explain", worker=worker, seconds=60)
    jobs.await_explanation(run.path, "t0001")  # what others explain is not waited for
    assert not jobs.state(other).is_over
    jobs.stop(other)


def test_cancel_ends_it_where_it_stands(new_run: NewRun, worker: Worker) -> None:
    run = new_run()
    folder = jobs.launch(run.path, "explain", worker=worker, seconds=60)
    assert until(lambda: jobs.state(folder).state == "running")
    assert jobs.cancel(folder)
    assert jobs.wait(folder, timeout=30).state == "cancelled"
    assert until(lambda: not mentioning(folder))
    assert not jobs.cancel(folder)
    with pytest.raises(RunError, match="cannot go on"):
        jobs.resume(folder)


def test_failure(new_run: NewRun, worker: Worker) -> None:
    run = new_run()
    folder = jobs.launch(run.path, "explain", worker=worker, fail=True)
    end = jobs.wait(folder, timeout=30)
    assert end.state == "failed"
    assert end.error is not None
    assert end.message == "The operating system refused: No space left on device (x.json)."
    assert end.error["id"] in (folder / "worker.log").read_text()


def test_unknown_parameter_is_a_failure_and_not_a_silence(new_run: NewRun, worker: Worker) -> None:
    run = new_run()
    folder = jobs.launch(run.path, "explain", worker=worker, colour="red")
    assert jobs.wait(folder, timeout=30).state == "failed"


def test_a_job_has_no_jobs(new_run: NewRun, worker: Worker) -> None:
    run = new_run()
    folder = jobs.launch(run.path, "explain", worker=worker)
    with pytest.raises(RunError, match="folder of a job"):
        jobs.launch(folder, "export")
    jobs.wait(folder, timeout=30)
