"""`automl watch` as it is used: real files, a real bundle, real processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import automl
from automl.bundle import read_bundle
from automl.cli import main
from automl.errors import CatalogueError
from automl.monitoring.alerting.metrics_server import MetricsServer
from automl.monitoring.alerting.watch import watcher as watching
from automl.monitoring.alerting.watch.settings import WatchSettings, watch_from
from automl.monitoring.alerting.watch.watcher import Pass, Watcher, WatchStoppedError
from automl.serving.log import records
from automl.store.catalogue import Catalogue, open_catalogue

from ...store.conftest import make_model
from .conftest import new_rows

RULES = [
    {"name": "drift", "what": "drift", "severity": "act", "opens_after": 2, "of": 3, "closes_after": 2},
    {"name": "unreadable", "what": "unreadable"},
]


@pytest.fixture
def arriving(tmp_path: Path) -> Path:
    """The folder that tables come to."""
    folder = tmp_path / "arriving"
    folder.mkdir()
    return folder


@pytest.fixture
def settings(tmp_path: Path, arriving: Path, customers_zip: Path) -> Callable[..., WatchSettings]:
    """Return a function: changes → settings."""

    def make(**changes: Any) -> WatchSettings:
        content: dict[str, Any] = {
            "name": "daily", "model": str(customers_zip), "folder": str(arriving), "settle": 0, "budget": 0,
            "rule": RULES, "sink": [{"kind": "file", "path": "alerts.jsonl"}],
        }  # fmt: skip
        return watch_from(content | changes, tmp_path)

    return make


def come(folder: Path, name: str, *, seed: int, drifted: bool = False, rows: int = 400) -> None:
    """Let a table come, whole."""
    part = folder / f".{name}"
    new_rows(rows, seed, drifted=drifted).to_csv(part, index=False)
    part.rename(folder / name)


def lines(path: Path) -> list[dict[str, Any]]:
    """What a file of alerts holds."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_from_drift_to_alert_and_back(
    catalogue: Catalogue, settings: Callable[..., WatchSettings], arriving: Path, tmp_path: Path
) -> None:
    said: list[str] = []
    watcher = Watcher(catalogue, settings(), say=said.append)
    assert watcher.look() == Pass()
    came = []
    for number, drifted in enumerate([False, True, True, False, False]):
        come(arriving, f"day-{number}.csv", seed=50 + number, drifted=drifted)
        came.append(watcher.look())
    assert [len(each.checks) for each in came] == [1] * 5
    assert [each.checks[0].level for each in came] == ["fine", "act", "act", "fine", "fine"]
    assert [[t.event.kind for t in each.told if t.rule == "drift"] for each in came] == [
        [], [], ["opened"], [], ["closed"]
    ]  # fmt: skip
    told = [each for each in lines(tmp_path / "alerts.jsonl") if each["rule"] == "drift"]
    assert [each["event"] for each in told] == ["opened", "closed"]
    assert {"age", "plan"} <= set(told[0]["columns"])
    assert told[0]["check"]["table"] == "day-2.csv"
    chance = told[0]["evidence"]["false_alarms"]
    assert chance["checks"] == 3
    assert chance["shared"] == pytest.approx(400 / 3400)
    assert 0.0073 < chance["chance"] < 0.03  # of independent checks 0.73 %
    assert chance["simulated"]["tables"] >= 100
    assert chance["simulated"]["share"] <= 0.05
    checks = catalogue.watching.checks("daily")
    assert [check.table_name for check in checks] == [f"day-{number}.csv" for number in range(5)]
    assert len(catalogue.audit.entries(action="batch_predicted")) == 5
    assert any(line.startswith("alert 1 opened: drift: ") for line in said)


def test_a_restart_looks_at_nothing_twice(
    catalogue: Catalogue, settings: Callable[..., WatchSettings], arriving: Path
) -> None:
    come(arriving, "one.csv", seed=1, drifted=True)
    assert len(Watcher(catalogue, settings()).look().checks) == 1
    come(arriving, "two.csv", seed=2, drifted=True)
    again = Watcher(catalogue, settings()).look()  # another process, later
    assert [check.table_name for check in again.checks] == ["two.csv"]
    assert [told.rule for told in again.told if told.event.kind == "opened"] == ["drift"]
    assert Watcher(catalogue, settings()).look().checks == []


def test_a_file_that_cannot_be_read_is_refused_by_name_and_the_others_are_not(
    catalogue: Catalogue, settings: Callable[..., WatchSettings], arriving: Path, tmp_path: Path
) -> None:
    (arriving / "a.csv").write_bytes(b"%PDF-1.7 no table at all \x00\x01\x02")
    come(arriving, "b.csv", seed=3)
    said: list[str] = []
    done = Watcher(catalogue, settings(), say=said.append).look()
    assert list(done.refused) == ["a.csv"]
    assert (arriving / "a.csv").exists()  # nobody has asked for it to be moved
    assert sorted(check.table_name for check in done.checks) == ["a.csv", "b.csv"]
    assert any("refused, a.csv" in line for line in said)
    (first, _) = sorted(catalogue.watching.arrivals("daily"), key=lambda each: each.name)
    assert first.status == "refused"
    # The next table that can be read closes it: here it came in the same look.
    assert [told.event.kind for told in done.told if told.rule == "unreadable"] == ["opened", "closed"]
    (arriving / "c.csv").write_bytes(b"%PDF-1.7 another one \x00\x01\x02")
    aside = tmp_path / "aside"
    Watcher(catalogue, settings(move_refused=str(aside))).look()
    assert (aside / "c.csv").exists()
    assert not (arriving / "c.csv").exists()


def test_a_table_that_is_written_to_while_it_is_read_is_looked_at_later(
    catalogue: Catalogue,
    settings: Callable[..., WatchSettings],
    arriving: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    come(arriving, "one.csv", seed=4)
    score = watching.score

    def slow(*arguments: Any, **more: Any) -> Any:
        found = score(*arguments, **more)
        with (arriving / "one.csv").open("a") as stream:
            stream.write("\n")
        return found

    monkeypatch.setattr(watching, "score", slow)
    watcher = Watcher(catalogue, settings())
    done = watcher.look()
    assert (done.checks, done.waiting) == ([], ("one.csv",))
    monkeypatch.setattr(watching, "score", score)
    assert len(watcher.look().checks) == 1


def test_a_watch_that_is_told_to_end_leaves_the_table_for_the_next_one(
    catalogue: Catalogue, settings: Callable[..., WatchSettings], arriving: Path
) -> None:
    come(arriving, "one.csv", seed=5)
    asked = iter([False, False, *[True] * 1000])
    with pytest.raises(WatchStoppedError):
        Watcher(catalogue, settings(), stopping=lambda: next(asked)).look()
    assert catalogue.watching.arrivals("daily") == []
    assert len(Watcher(catalogue, settings()).look().checks) == 1


def test_silence_is_told_by_the_clock(
    catalogue: Catalogue, settings: Callable[..., WatchSettings], arriving: Path
) -> None:
    clock = {"now": time.time()}
    rule = [{"name": "silence", "what": "silence", "opens_at": "36h", "severity": "look"}]
    watcher = Watcher(catalogue, settings(rule=rule), clock=lambda: clock["now"])
    assert watcher.look().told == []
    clock["now"] += 37 * 3600
    (told,) = watcher.look().told
    assert (told.event.kind, told.message) == ("opened", "Nothing has come for 37.0 hours.")
    assert watcher.look().told == []
    come(arriving, "one.csv", seed=6)
    (ended,) = watcher.look().told
    assert ended.event.kind == "closed"


def test_only_fine_windows_that_somebody_approves_renew_the_reference(
    catalogue: Catalogue,
    settings: Callable[..., WatchSettings],
    arriving: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Two are asked for: while there are fewer, new rows are compared with the rows learned from."""
    chosen = settings(reference="last 2 accepted windows")
    watcher = Watcher(catalogue, chosen)
    come(arriving, "drifted.csv", seed=20, drifted=True)
    come(arriving, "fine-1.csv", seed=21, rows=600)
    come(arriving, "fine-2.csv", seed=22, rows=600)
    checks = {check.table_name: check for check in watcher.look().checks}
    waiting = catalogue.watching.windows("daily", accepted=False)
    assert {each.check_id for each in waiting} == {checks["fine-1.csv"].id, checks["fine-2.csv"].id}
    come(arriving, "fine-3.csv", seed=23)
    assert "rows that the model was learned from" not in _notes(watcher)
    assert main(["alerts", "accept", str(waiting[0].check_id), "--reason", "As it should be."]) == 0
    assert main(["alerts", "windows", "daily"]) == 0
    told = capsys.readouterr().out
    assert "the watch daily uses it from now on" in told
    assert (told.count("not yet"), told.count(" by ")) == (2, 1)
    come(arriving, "fine-4.csv", seed=24)
    watcher.look()
    assert catalogue.audit.entries(action="reference_renewed") == []  # two were asked for
    catalogue.watching.accept(waiting[1].check_id)
    come(arriving, "fine-5.csv", seed=25)
    come(arriving, "drifted-2.csv", seed=26, drifted=True)
    levels = {check.table_name: check.level for check in watcher.look().checks}
    assert levels == {"fine-5.csv": "fine", "drifted-2.csv": "act"}
    (entry,) = catalogue.audit.entries(action="reference_renewed")
    assert entry.facts()["details"]["checks"] == [each.check_id for each in waiting]
    report = watcher._report
    assert report is not None
    assert report.known_rows == 1200
    assert "the last 2 accepted windows" in report.predicted
    assert report.apart is not None  # whole rows of the windows are kept as well


def _notes(watcher: Watcher) -> str:
    watcher.look()
    assert watcher._report is not None
    return " ".join(watcher._report.notes)


def test_metrics_are_as_prometheus_reads_them(
    catalogue: Catalogue, settings: Callable[..., WatchSettings], arriving: Path, tmp_path: Path
) -> None:
    parser = pytest.importorskip("prometheus_client.parser")
    chosen = settings(prometheus={"textfile": "churn.prom"})
    with MetricsServer(0) as server:
        with pytest.raises(urllib.error.HTTPError, match="503"):
            urllib.request.urlopen(f"http://127.0.0.1:{server.port}/health").close()
        watcher = Watcher(catalogue, chosen, server=server)
        come(arriving, "one.csv", seed=30, drifted=True)
        come(arriving, "two.csv", seed=31, drifted=True)
        watcher.look()
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/metrics") as answer:
            assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
            text = answer.read().decode()
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/health") as answer:
            assert answer.status == 200
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"http://127.0.0.1:{server.port}/").close()
    assert (tmp_path / "churn.prom").read_text() == text
    assert (tmp_path / "churn.prom").stat().st_mode & 0o777 == 0o644
    samples = {
        (s.name, s.labels.get("rule") or s.labels.get("level") or s.labels.get("column") or ""): s.value
        for family in parser.text_string_to_metric_families(text)
        for s in family.samples
    }
    assert samples["glassbench_alert_open", "drift"] == 1
    assert samples["glassbench_alert_open", "unreadable"] == 0
    assert samples["glassbench_watch_checks_total", "act"] == 2
    assert samples["glassbench_watch_last_check_level", ""] == 2
    assert samples["glassbench_watch_failing", ""] == 0
    assert samples["glassbench_column_moved_ratio", "plan"] > 0.5


def environment(home: Path) -> dict[str, str]:
    """Of a process that watches."""
    return {**os.environ, "PYTHONPATH": str(Path(automl.__path__[0]).parent), "GLASSBENCH_HOME": str(home)}


@pytest.fixture
def watch_file(tmp_path: Path, customers_zip: Path, arriving: Path) -> Path:
    """Settings as a person writes them."""
    path = tmp_path / "watch.toml"
    path.write_text(
        f"""
name = "daily"
model = {json.dumps(str(customers_zip))}
folder = "arriving"
settle = "0s"
interval = "1s"
budget = 0

[[rule]]
name = "drift"
what = "drift"

[[sink]]
kind = "file"
path = "alerts.jsonl"
"""
    )
    return path


@pytest.mark.slow
def test_two_watches_at_once_tell_it_once(
    watch_file: Path, arriving: Path, home: Path, tmp_path: Path
) -> None:
    come(arriving, "one.csv", seed=40, drifted=True)
    open_catalogue().close()
    command = [sys.executable, "-m", "automl", "watch", str(watch_file), "--once", "--json"]
    watches = [
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(home),
            cwd=tmp_path,
        )
        for _ in range(2)
    ]  # fmt: skip
    came = []
    for each in watches:
        out, said = each.communicate(timeout=300)
        assert each.returncode == 2, said
        came.append(json.loads(out))
    assert sorted(len(each["checks"]) for each in came) == [0, 1]
    assert sum(len(each["events"]) for each in came) == 1
    assert sum(each["delivered"] for each in came) == 1
    assert [each["open"][0]["rule"] for each in came] == ["drift", "drift"]
    assert len(lines(tmp_path / "alerts.jsonl")) == 1
    with open_catalogue() as catalogue:
        assert len(catalogue.watching.checks("daily")) == 1


def test_it_runs_until_it_is_told_to_end(
    watch_file: Path, arriving: Path, home: Path, tmp_path: Path
) -> None:
    watch = subprocess.Popen(
        [sys.executable, "-m", "automl", "watch", str(watch_file)], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, env=environment(home), cwd=tmp_path,
    )  # fmt: skip
    try:
        assert watch.stdout is not None
        assert watch.stdout.readline().startswith("Watching ")
        come(arriving, "one.csv", seed=41, drifted=True)
        for line in watch.stdout:
            if line.startswith("check "):
                break
        watch.send_signal(signal.SIGTERM)
        out, said = watch.communicate(timeout=60)
    finally:
        watch.kill()
        watch.communicate()
    assert (watch.returncode, said) == (0, "")
    assert out.rstrip().endswith("Ended; what it knows is in the catalogue.")
    assert main(["watch", str(watch_file), "--once"]) == 2  # what nobody was told of yet is told now
    assert len(lines(tmp_path / "alerts.jsonl")) == 1
    with open_catalogue() as catalogue:
        assert len(catalogue.watching.checks("daily")) == 1


def test_an_alias_is_followed_to_another_model(
    catalogue: Catalogue, settings: Callable[..., WatchSettings], arriving: Path, customers_zip: Path,
    signed_zip: Path,
) -> None:  # fmt: skip
    models = []
    for number, path in enumerate((customers_zip, signed_zip)):
        model = make_model(catalogue, run=f"run-{number}")
        digest, address = catalogue.artefacts.keep(path)
        catalogue.life.add_bundle(
            model, digest=digest, path="/gone.zip", size=path.stat().st_size, artefact=address
        )
        models.append(model)
    chosen = settings(model="churn@champion", rule=[{"name": "drift", "what": "drift", "closes_after": 3}])
    watcher = Watcher(catalogue, chosen)
    with pytest.raises(CatalogueError, match="no model 'churn@champion'"):
        watcher.look()
    catalogue.aliases.set("champion", models[0])
    come(arriving, "one.csv", seed=60, drifted=True)
    (opened,) = watcher.look().told
    assert (opened.event.kind, opened.alert.model_id) == ("opened", models[0].id)
    catalogue.aliases.set("champion", models[1])
    come(arriving, "two.csv", seed=61)
    done = watcher.look()
    assert [told.message for told in done.told] == ["churn/2 is watched now, in place of churn/1."]
    assert done.checks[0].model_id == models[1].id
    assert catalogue.watching.checks("daily")[0].model_id == models[0].id


def test_windows_of_a_prediction_log_are_compared(
    catalogue: Catalogue, settings: Callable[..., WatchSettings], customers_zip: Path, tmp_path: Path
) -> None:
    manifest = read_bundle(customers_zip).manifest
    sha256 = manifest["files"]["model/model.skops"]["sha256"]
    log = tmp_path / "log"
    log.mkdir()
    rows = [records(new_rows(300, seed, drifted=seed == 71)) for seed in (70, 71)]
    with (log / "predictions.jsonl").open("w") as stream:
        for number, row in enumerate(row for window in rows for row in window):
            moment = datetime.fromtimestamp(1.77e9 + number, UTC).isoformat(timespec="milliseconds")
            told = {"id": str(number), "time": moment, "model": sha256, "route": "/", "row": row}
            stream.write(
                json.dumps(told | {"prediction": "yes", "probabilities": {"no": 0.4, "yes": 0.6}}) + "\n"
            )
    content = {
        "name": "served", "model": str(customers_zip), "log": str(log), "every": "300 rows",
        "rule": [{"name": "drift", "what": "drift"}], "budget": 0,
    }  # fmt: skip
    watcher = Watcher(catalogue, watch_from(content, tmp_path))
    done = watcher.look()
    assert [(check.level, check.rows) for check in done.checks] == [("fine", 300), ("act", 300)]
    (told,) = done.told
    assert {"age", "plan"} <= set(told.event.names)
    assert watcher.look().checks == []


def test_a_column_that_moves_the_predictions_is_told_by_that(
    catalogue: Catalogue, settings: Callable[..., WatchSettings], arriving: Path
) -> None:
    come(arriving, "one.csv", seed=80, drifted=True)
    effect = [{"name": "effect", "what": "effect"}]
    (told,) = Watcher(catalogue, settings(rule=effect, budget=20)).look().told
    assert told.event.names[0] == "age"
    assert "standard deviations of the predictions" in told.message


def test_one_look_says_by_its_exit_code_whether_an_alert_is_open(
    watch_file: Path, arriving: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def once(*more: str) -> tuple[int, str]:
        code = main(["watch", str(watch_file), "--once", *more])
        return code, capsys.readouterr().out

    assert once() == (0, "Nothing new has come.\n")
    come(arriving, "one.csv", seed=90)
    code, said = once()
    assert code == 0
    assert said.startswith("check 1: fine, one.csv, 400 rows")
    come(arriving, "two.csv", seed=91, drifted=True)
    code, said = once("--json")
    told = json.loads(said)
    assert code == 2
    assert [each["event"] for each in told["events"]] == ["opened"]
    assert (told["delivered"], told["undelivered"], told["waiting"]) == (1, {}, [])
    assert once()[0] == 2  # it is still open
    assert main(["alerts", "close", "daily", "--reason", "Meant to be."]) == 0
    capsys.readouterr()
    assert once()[0] == 0
    assert main(["watch", str(watch_file), "--check-config"]) == 0
    assert "problem" not in capsys.readouterr().out
    assert [each["event"] for each in lines(watch_file.parent / "alerts.jsonl")] == ["opened", "closed"]
