"""The prediction log: what is in it, what never is, and that it is never in the way."""

from __future__ import annotations

import json
import stat
import time
from pathlib import Path

import pandas as pd
import pytest

from automl.serving.answer import Answer
from automl.serving.log import Entry, PredictionLog

from .conftest import Case, Client, Server, served


def entry(ids: list[str], **columns: list) -> Entry:
    """Rows of one request."""
    predicted = {"prediction": ["yes"] * len(ids), "probability_yes": [0.75] * len(ids)}
    return Entry(0.0, ids, "/predict", pd.DataFrame(columns), Answer(ids, predicted, ()))


def wait_for(log: PredictionLog, **wanted: float) -> None:
    """Wait until counts are as wanted."""
    until = time.monotonic() + 20
    while any(log.counts()[name] != value for name, value in wanted.items()):
        assert time.monotonic() < until, log.counts()
        time.sleep(0.01)


def lines(path: Path) -> list[dict]:
    """All lines of a log file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_line_a_row(tmp_path: Path) -> None:
    log = PredictionLog(tmp_path / "log", "abc", redact=["name"])
    day = pd.Timestamp("2024-05-31 10:00").as_unit("us")
    log.put(entry(["r-0", "r-1"], age=[1.5, None], day=[day, pd.NaT], name=["Ann", "Bob"], plan=["ü", None]))
    log.close()
    first, second = lines(tmp_path / "log" / "predictions.jsonl")
    assert first == {
        "id": "r-0",
        "time": "1970-01-01T00:00:00.000+00:00",
        "model": "abc",
        "route": "/predict",
        "redacted": ["name"],
        "row": {"age": 1.5, "day": "2024-05-31T10:00:00.000000", "plan": "ü"},
        "prediction": "yes",
        "probabilities": {"yes": 0.75},
    }
    assert second["row"] == {"age": None, "day": None, "plan": None}
    assert stat.S_IMODE((tmp_path / "log" / "predictions.jsonl").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "log").stat().st_mode) == 0o700


def test_rotation_keeps_everything(tmp_path: Path) -> None:
    log = PredictionLog(tmp_path, "abc", most_bytes=2000)
    for i in range(50):
        log.put(entry([f"r-{i}"], age=[float(i)]))
    log.close()
    files = sorted(tmp_path.glob("predictions-*.jsonl")) + list(tmp_path.glob("predictions.jsonl"))
    assert len(files) > 3
    assert [line["id"] for file in files for line in lines(file)] == [f"r-{i}" for i in range(50)]


def test_it_appends_and_mends_a_torn_line(tmp_path: Path) -> None:
    (tmp_path / "predictions.jsonl").write_text('{"id": "torn')
    log = PredictionLog(tmp_path, "abc")
    log.put(entry(["r-0"], age=[1.0]))
    log.close()
    torn, whole = (tmp_path / "predictions.jsonl").read_text().splitlines()
    assert torn == '{"id": "torn'
    assert json.loads(whole)["id"] == "r-0"


def test_a_full_disk_is_counted_and_gets_over(tmp_path: Path) -> None:
    (tmp_path / "predictions.jsonl").symlink_to("/dev/full")
    log = PredictionLog(tmp_path, "abc")
    log.put(entry(["r-0", "r-1"], age=[1.0, 2.0]))
    wait_for(log, write_failures_total=1, dropped_lines_total=2, failing=1)
    (tmp_path / "predictions.jsonl").unlink()
    time.sleep(1.1)
    log.put(entry(["r-2"], age=[3.0]))
    wait_for(log, lines_total=1, failing=0)
    log.close()
    assert [line["id"] for line in lines(tmp_path / "predictions.jsonl")] == ["r-2"]


def test_too_much_at_once_is_dropped_and_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("automl.serving.log._MOST_WAITING", 10)
    log = PredictionLog(tmp_path, "abc")
    log.put(entry([f"r-{i}" for i in range(11)], age=[1.0] * 11))
    assert log.counts()["dropped_lines_total"] == 11
    log.close()


def test_what_a_server_logs(binary: Case, server: Server, client: Client) -> None:
    path = log_of(server)
    reply = client.post("/predict", binary.rows)
    wanted = {each["id"]: each for each in reply.json["predictions"]}
    ids = (
        client.post("/v1/models/Customers-friends:predict", {"instances": binary.rows[:2]})
        .headers["x-prediction-ids"]
        .removesuffix("*")
    )
    until = time.monotonic() + 20
    while True:
        logged = {line["id"]: line for line in lines(path)}
        if set(wanted) | {f"{ids}0", f"{ids}1"} <= set(logged):
            break
        assert time.monotonic() < until
        time.sleep(0.05)
    for name, each in wanted.items():
        assert logged[name]["prediction"] == each["prediction"]
        assert logged[name]["probabilities"] == each["probabilities"]
        assert logged[name]["route"] == "/predict"
    # What is logged goes back through the gate and predicts the same: it can be monitored, and tried again.
    rows = pd.DataFrame([logged[name]["row"] for name in wanted])
    again = client.post("/predict", [logged[name]["row"] for name in wanted]).json["predictions"]
    assert [each["probabilities"] for each in again] == [each["probabilities"] for each in wanted.values()]
    rows["joined"] = pd.to_datetime(rows["joined"])
    pd.testing.assert_frame_equal(binary.bundle.predictions(rows), binary.expected, rtol=1e-12)


def log_of(server: Server) -> Path:
    """The file in which a server logs."""
    said = next(line for line in server.said if "predictions are logged in" in line)
    return Path(said.rpartition(" in ")[2]) / "predictions.jsonl"


@pytest.mark.slow
def test_redaction_and_a_full_disk_behind_a_server(binary: Case, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.mkdir()
    (log / "predictions.jsonl").symlink_to("/dev/full")
    options = ("--log", log, "--redact", "city", "--redact", "note")
    with served("-m", "automl", "serve", binary.path, *options, folder=tmp_path) as started:
        client = started.client
        for _ in range(5):
            assert client.post("/predict", binary.rows).status == 200
        until = time.monotonic() + 20
        while "glassbench_log_dropped_lines_total 200\n" not in (told := client.get("/metrics").text):
            assert time.monotonic() < until, told
            time.sleep(0.05)
        assert "glassbench_log_failing 1\n" in told
        (log / "predictions.jsonl").unlink()
        time.sleep(1.1)
        client.post("/predict", binary.rows)
        assert started.stop() == 0
    logged = lines(log / "predictions.jsonl")
    assert len(logged) == 40
    assert all(line["redacted"] == ["city", "note"] for line in logged)
    assert not any("city" in line["row"] or "note" in line["row"] for line in logged)
    assert "jagen Viktor" not in (log / "predictions.jsonl").read_text()
