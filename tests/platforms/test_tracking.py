"""A run told to a real MLflow server: live, over its death, once, and with its model in the registry."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from automl.store import RunFolder

from ..tracking.grown import METRIC, add_trial, new_run, prepare
from .conftest import ROOT
from .probing import free_port, tracking_server

pytestmark = pytest.mark.platform

SECRET = "a-word-that-must-not-be-written-down"
SECONDS = 300


class Mlflow:
    """A tracking server that can be killed and started again, and what it knows."""

    def __init__(self, python: Path, folder: Path) -> None:
        self._python, self._folder, self._port = python, folder, free_port()
        self._running = ExitStack()
        self.uri = f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        self._running.enter_context(tracking_server(self._python, self._folder, self._port))

    def stop(self) -> None:
        self._running.close()

    def ask(self, path: str, **content: Any) -> Any:
        body = json.dumps(content).encode() if content else None
        request = urllib.request.Request(
            f"{self.uri}/api/2.0/mlflow/{path}", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())

    def runs(self, run: str) -> dict[str, dict[str, Any]]:
        """What it knows of a run, by trial; fails where something is there twice."""
        listed = self.ask("experiments/search", max_results=1000)["experiments"]
        ids = [each["experiment_id"] for each in listed]
        found: dict[str, dict[str, Any]] = {}
        page = None
        while True:
            asked = {"experiment_ids": ids, "filter": f"tags.`glassbench.run` = '{run}'", "max_results": 500}
            answer = self.ask("runs/search", **asked, **({"page_token": page} if page else {}))
            for each in answer.get("runs", ()):
                tags = {tag["key"]: tag["value"] for tag in each["data"].get("tags", ())}
                trial = tags["glassbench.trial"]
                assert trial not in found, f"{trial} is there twice"
                found[trial] = {
                    **each["info"],
                    "tags": tags,
                    "params": {p["key"]: p["value"] for p in each["data"].get("params", ())},
                    "metrics": {m["key"]: m["value"] for m in each["data"].get("metrics", ())},
                    "inputs": each.get("inputs", {}),
                }
            page = answer.get("next_page_token")
            if not page:
                return found

    def history(self, run_id: str, metric: str) -> list[dict[str, Any]]:
        return self.ask(f"metrics/get-history?run_id={run_id}&metric_key={metric}").get("metrics", [])

    def files(self, run_id: str, folder: str = "") -> set[str]:
        listed = self.ask(f"artifacts/list?run_id={run_id}&path={folder}").get("files", ())
        return {each["path"] for each in listed}


@pytest.fixture
def mlflow(environment: Callable[[str], Path], tmp_path: Path) -> Iterator[Mlflow]:
    """A tracking server on SQLite."""
    folder = tmp_path / "server"
    folder.mkdir()
    found = Mlflow(environment("mlflow"), folder)
    found.start()
    try:
        yield found
    finally:
        found.stop()


@contextmanager
def working(python: Path, folder: Path, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """A command of this checkout at work."""
    process = subprocess.Popen(
        [python, "-m", "automl", *map(str, arguments)],
        cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
        env=variables(),
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def variables() -> dict[str, str]:
    """Credentials that the server does not look at, and that nobody shall find anywhere."""
    return os.environ | {"PYTHONPATH": str(ROOT), "MLFLOW_TRACKING_TOKEN": SECRET, "OMP_NUM_THREADS": "1"}


def automl(python: Path, folder: Path, *arguments: object) -> Any:
    """The document that a command prints."""
    with working(python, folder, *arguments, "--json") as process:
        out, err = process.communicate(timeout=SECONDS)
        assert process.returncode == 0, out + err
        return json.loads(out)


def until(condition: Callable[[], Any]) -> Any:
    end = time.monotonic() + SECONDS
    while not (found := condition()):
        assert time.monotonic() < end
        time.sleep(0.1)
    return found


def fit(sample_data: Path, out: Path, *more: object) -> list[object]:
    """A search on a small table that makes a trial now and then."""
    return [
        "fit", sample_data / "penguins.csv", "--target", "species", "--n-jobs", 1, "--out", out, *more
    ]  # fmt: skip


def test_a_search_is_told_live_with_its_files_and_its_model(
    mlflow: Mlflow, environment: Callable[[str], Path], sample_data: Path, tmp_path: Path
) -> None:
    python, run = environment("tracking"), RunFolder(tmp_path / "home" / "runs" / "penguins-1")
    line = fit(
        sample_data, run.path, "--budget", 45, "--track", mlflow.uri, "--track-alias", "challenger", "--json"
    )
    counts = []
    with working(python, tmp_path, *line) as process:
        until(lambda: run.has("trials/t0000.json"))
        while process.poll() is None:
            found = mlflow.runs(run.id)
            if run.path.joinpath("result.json").exists():
                break
            if "run" in found:
                assert found["run"]["status"] == "RUNNING"
                counts.append((len(found) - 1, found["run"]["metrics"].get("best_log_loss")))
            time.sleep(0.5)
        out, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, err
    seen = sorted({count for count, best in counts if count and best is not None})
    assert len(seen) >= 3, f"trials came in one by one while it searched: {counts}"
    told = json.loads(out)["tracking"]
    assert told["url"].startswith(f"{mlflow.uri}/#/experiments/")
    assert told["sent"] == told["trials"]

    done = automl(python, tmp_path, "track", run.path)
    assert done["state"] == "finished", done
    assert done["result"]["refused"] == {}
    found, trials = mlflow.runs(run.id), {trial["id"]: trial for trial in run.trials()}
    whole = found.pop("run")
    assert set(found) == set(trials)
    for name, trial in trials.items():
        at = found[name]
        assert at["tags"]["mlflow.parentRunId"] == whole["run_id"]
        assert at["status"] == {"ok": "FINISHED", "probe": "FINISHED", "failed": "FAILED"}.get(
            trial["status"], "KILLED"
        )
        assert at["params"]["family"] == trial["family"]
        if trial["score"] is not None:
            assert at["metrics"]["log_loss"] == pytest.approx(trial["score"], rel=1e-12)
    assert whole["status"] == "FINISHED"
    result = run.result
    assert result is not None
    assert whole["metrics"]["log_loss"] == pytest.approx(result["metrics"]["log_loss"]["score"], rel=1e-12)
    (dataset,) = whole["inputs"]["dataset_inputs"]
    assert json.loads(dataset["dataset"]["source"])["sha256"] == run.read("read_report.json")["sha256"]
    best = mlflow.history(whole["run_id"], "best_log_loss")
    assert len(best) == sum(event["kind"] == "best" for event in run.events())
    assert [m["step"] for m in best] == sorted(m["step"] for m in best)
    assert mlflow.files(whole["run_id"]) == {
        "leaderboard.json", "report.html", "explanation.json", "MODEL_CARD.md", "model_card.html", "model"
    }  # fmt: skip

    (version,) = mlflow.ask("model-versions/search?filter=name%3D%27penguins%27")["model_versions"]
    assert version["run_id"] == whole["run_id"]
    assert version["source"].endswith(f"/{whole['run_id']}/artifacts/model")
    pointed = mlflow.ask("registered-models/alias?name=penguins&alias=challenger")["model_version"]
    assert pointed["version"] == version["version"] == "1"
    assert "model/MLmodel" in mlflow.files(whole["run_id"], "model")

    again = automl(python, tmp_path, "track", run.path, "--alias", "champion")
    pointed = mlflow.ask("registered-models/alias?name=penguins&alias=champion")["model_version"]
    assert pointed["version"] == "1"
    assert again["result"]["model"] == done["result"]["model"] == "models:/penguins/1"
    assert len(mlflow.runs(run.id)) == len(trials) + 1
    assert not [
        path for path in run.path.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()
    ]


def test_a_server_that_dies_and_comes_back_knows_everything_once(
    mlflow: Mlflow, environment: Callable[[str], Path], sample_data: Path, tmp_path: Path
) -> None:
    python, run = environment("tracking"), RunFolder(tmp_path / "home" / "runs" / "penguins-2")
    line = fit(
        sample_data, run.path, "--budget", 600, "--max-trials", 8, "--track", mlflow.uri, "--no-track-model"
    )
    with working(python, tmp_path, *line, "--json") as process:
        until(lambda: "t0000" in mlflow.runs(run.id))
        mlflow.stop()
        out, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, err
    assert json.loads(out)["state"] == "finished", "the search goes on without its server"
    told = json.loads(out)["tracking"]
    assert told["state"] == "running"
    assert told["message"].startswith("Waiting for the server")
    mlflow.start()
    done = automl(python, tmp_path, "track", run.path)
    assert done["state"] == "finished", done
    found = mlflow.runs(run.id)
    assert set(found) == {"run", *run.trial_ids()}
    assert found["run"]["status"] == "FINISHED"
    assert "model_versions" not in mlflow.ask("model-versions/search")
    assert done["result"]["model"] is None


def test_a_search_that_is_taken_up_again_goes_on_there(
    mlflow: Mlflow, environment: Callable[[str], Path], sample_data: Path, tmp_path: Path
) -> None:
    python, run = environment("tracking"), RunFolder(tmp_path / "home" / "runs" / "penguins-3")
    line = fit(
        sample_data, run.path, "--budget", 600, "--max-trials", 8, "--track", mlflow.uri, "--no-track-model"
    )
    with working(python, tmp_path, *line, "--quiet") as process:
        until(lambda: run.has("trials/t0001.json"))
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=SECONDS)
    before = mlflow.runs(run.id)
    assert before["run"]["status"] == "KILLED"
    automl(python, tmp_path, "resume", run.path)
    done = automl(python, tmp_path, "track", run.path)
    assert done["state"] == "finished", done
    found = mlflow.runs(run.id)
    assert found["run"]["run_id"] == before["run"]["run_id"]
    assert found["run"]["status"] == "FINISHED"
    assert set(found) == {"run", *run.trial_ids()}
    assert set(before) < set(found)


def test_a_search_from_python_is_told_as_well(
    mlflow: Mlflow, environment: Callable[[str], Path], sample_data: Path, tmp_path: Path
) -> None:
    python, run = environment("tracking"), RunFolder(tmp_path / "home" / "runs" / "penguins-4")
    code = (
        "import automl\n"
        f"automl.fit({str(sample_data / 'penguins.csv')!r}, 'species', budget=600, max_trials=3, n_jobs=1,\n"
        f"           out={str(run.path)!r}, track={{'uri': {mlflow.uri!r}, 'register': False}})"
    )
    subprocess.run([python, "-c", code], check=True, cwd=tmp_path, env=variables(), timeout=SECONDS)
    assert not [event for event in run.events() if event["kind"] == "tracking_failed"]
    done = automl(python, tmp_path, "track", run.path)
    assert done["state"] == "finished", done
    found = mlflow.runs(run.id)
    assert set(found) == {"run", *run.trial_ids()}
    assert "report.html" in mlflow.files(found["run"]["run_id"])


def test_three_hundred_trials_catch_up(
    mlflow: Mlflow, environment: Callable[[str], Path], tmp_path: Path
) -> None:
    run = new_run(tmp_path / "many", mlflow.uri, register=False)
    prepare(run)
    for number in range(300):
        add_trial(run, number, "failed" if number % 10 == 9 else "ok")
    run.set_status("cancelled")
    began = time.monotonic()
    done = automl(environment("tracking"), tmp_path, "track", run.path)
    seconds = time.monotonic() - began
    assert done["state"] == "finished", done
    found = mlflow.runs(run.id)
    assert len(found) == 301
    assert sum(each["status"] == "FAILED" for each in found.values()) == 30
    assert len(mlflow.history(found["run"]["run_id"], f"best_{METRIC}")) == 270
    sys.stdout.write(f"\n300 trials were told in {seconds:.1f} s, starting included\n")


def test_the_client_reports_to_nobody_else(environment: Callable[[str], Path], tmp_path: Path) -> None:
    code = (
        "from automl.tracking.mlflow import MlflowServer\n"
        "MlflowServer('http://127.0.0.1:9')\n"
        "from mlflow.telemetry.client import get_telemetry_client\n"
        "print(get_telemetry_client())"
    )
    # MLflow is silent wherever it believes to be tested.
    asked = {name: value for name, value in variables().items() if name not in ("PYTEST_CURRENT_TEST", "CI")}
    done = subprocess.run(
        [environment("tracking"), "-c", code],
        capture_output=True, text=True, cwd=tmp_path, env=asked, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "None"
