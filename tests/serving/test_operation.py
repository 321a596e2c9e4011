"""Running a server: who may ask, how much, at once, and how it stops; from Glassbench and out of the zip."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from automl.errors import SettingError
from automl.serving.access import VARIABLE, find_token, is_token
from automl.serving.rate import RateLimiter

from .conftest import Case, Client, Server, served

TOKEN = "correct-horse-battery-staple"  # of a test


def test_token(binary: Case, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN + "\n")
    options = ("--token-file", tmp_path / "token", "--log", tmp_path / "log")
    with served("-m", "automl", "serve", binary.path, *options, folder=tmp_path) as started:
        client = started.client
        row = binary.rows[0]
        for path in ("/health", "/health/live", "/health/ready", "/ping", "/v2/health/ready", "/", "/docs"):
            reply = client.get(path)
            assert reply.status == 200
            assert "plan" not in reply.text
            assert started.name not in reply.text
        for path in ("/schema", "/metrics", "/openapi.json", "/v1/models", "/v2/models/x"):
            assert client.get(path).status == 401
        for given in (
            "",
            "Bearer",
            "Bearer ",
            f"Bearer {TOKEN}x",
            f"Bearer {TOKEN[:-1]}",
            f"Basic {TOKEN}",
            TOKEN,
        ):
            reply = client.post("/predict", row, authorization=given)
            assert reply.status == 401
            assert reply.headers["www-authenticate"] == "Bearer"
        assert client.post("/invocations", row).json["error_code"] == "BAD_REQUEST"
        assert client.post("/predict", row, authorization=f"Bearer {TOKEN}").status == 200
        assert client.post("/predict", row, authorization=f"bearer {TOKEN}").status == 200
        assert "security" in client.get("/openapi.json", authorization=f"Bearer {TOKEN}").text
        assert started.stop() == 0
    assert TOKEN not in "\n".join(started.said)
    assert TOKEN not in (tmp_path / "log" / "predictions.jsonl").read_text()


def test_where_a_token_comes_from(tmp_path: Path) -> None:
    assert find_token(None, {}) is None
    assert find_token(None, {VARIABLE: TOKEN}) == TOKEN
    (tmp_path / "t").write_text("another-token-than-that")
    assert find_token(tmp_path / "t", {VARIABLE: TOKEN}) == "another-token-than-that"
    for wrong in ("short", "with spaces in its middle", "ümläute-ümläute-ümläute", ""):
        with pytest.raises(SettingError, match="at least 16"):
            find_token(None, {VARIABLE: wrong})
    with pytest.raises(SettingError, match="cannot be read"):
        find_token(tmp_path / "nowhere", {})
    assert is_token(f"Bearer {TOKEN}", TOKEN)
    assert not is_token("Bearer ümläute", TOKEN)


def test_rate_limiter() -> None:
    now = [0.0]
    limiter = RateLimiter(2.0, lambda: now[0])
    assert [limiter.wait("a") for _ in range(4)] == [0.0] * 4
    assert limiter.wait("a") == pytest.approx(0.5)
    assert limiter.wait("b") == 0.0
    now[0] = 0.5
    assert limiter.wait("a") == 0.0
    assert limiter.wait("a") > 0
    now[0] = 1000.0
    assert [limiter.wait("a") for _ in range(5)][:4] == [0.0] * 4


def test_limits(binary: Case, tmp_path: Path) -> None:
    options = ("--max-body-mb", "0.05", "--max-rows", "5", "--timeout", "3", "--rate", "5", "--no-log")
    policies = ("--missing-columns", "missing", "--unknown-columns", "error")
    with served("-m", "automl", "serve", binary.path, *options, *policies, folder=tmp_path) as started:
        client = started.client
        assert client.post("/predict", binary.rows[:6]).json["error"]["code"] == "too_many_rows"
        assert client.post("/predict", b" " * 60_000).json["error"]["code"] == "too_large"
        assert client.post("/predict", {"age": 3}).json["warnings"]
        problem = client.post("/predict", {"agee": 3}).json["error"]["problems"][0]
        assert problem["code"] == "unknown_column"
        statuses = {client.get("/v1/models").status for _ in range(200)}
        assert statuses == {200, 429}
        assert client.get("/health").status == 200
        time.sleep(1.5)
        # Chunks without an end, and a body that never comes.
        connection = http.client.HTTPConnection("127.0.0.1", started.port, timeout=20)
        connection.request("POST", "/predict", iter([b" " * 30_000, b" " * 30_000]), encode_chunked=True)
        assert connection.getresponse().status == 413
        connection.close()
        with socket.create_connection(("127.0.0.1", started.port), timeout=20) as slow:
            slow.sendall(b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
            assert b" 408 " in slow.recv(4096)
        assert client.get("/health").status == 200


def resident(process_id: int) -> int:
    """Bytes of memory that a process holds."""
    pages = int(Path(f"/proc/{process_id}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.slow
def test_many_at_once_and_flat_memory(binary: Case, server: Server) -> None:
    """Threads that ask for different rows at the same time get each their own answers; nothing piles up."""
    expected = binary.expected["probability_yes"].tolist()

    def ask(first: int, times: int = 25) -> None:
        with Client(server.port) as client:
            for k in range(times):
                i = (first + k) % len(binary.rows)
                reply = client.post("/predict", binary.rows[i])
                assert reply.status == 200
                found = reply.json["predictions"][0]["probabilities"]["yes"]
                assert found == pytest.approx(expected[i], abs=1e-9)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(ask, range(8)))
        before = resident(server.process.pid)
        list(threads.map(ask, range(0, 80, 5)))
    assert resident(server.process.pid) - before < 30_000_000


@pytest.mark.slow
def test_memory_stays_flat_for_long(binary: Case, server: Server) -> None:
    """60 s of requests over 8 connections: no error, and not more memory at the end than after 10 s."""
    ends = time.monotonic() + 60
    failed, samples = [], []

    def ask() -> int:
        count = 0
        with Client(server.port) as client:
            while time.monotonic() < ends:
                status = client.post("/predict", binary.rows[count % 40]).status
                failed.extend([status] if status != 200 else [])
                count += 1
        return count

    with ThreadPoolExecutor(8) as threads:
        futures = [threads.submit(ask) for _ in range(8)]
        while time.monotonic() < ends:
            time.sleep(5)
            samples.append(resident(server.process.pid))
        asked = sum(future.result() for future in futures)
    assert not failed
    assert asked > 1000
    assert max(samples[2:]) - samples[1] < 30_000_000, samples


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_answers_what_is_in_flight(binary: Case, tmp_path: Path, number: int) -> None:
    with served("-m", "automl", "serve", binary.path, folder=tmp_path) as started:
        assert started.client.post("/predict", binary.rows[0]).status == 200
        # The server has the head and half of the body when it is told to stop.
        body = json.dumps(binary.rows).encode()
        with socket.create_connection(("127.0.0.1", started.port), timeout=30) as raw:
            head = f"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            raw.sendall(head + body[:1000])
            time.sleep(0.5)
            started.process.send_signal(number)
            time.sleep(0.7)
            with pytest.raises(OSError):  # noqa: PT011  (refused or reset: nobody new is let in)
                Client(started.port).get("/health")
            raw.sendall(body[1000:])
            answer = b""
            while part := raw.recv(65536):
                answer += part
        assert answer.startswith(b"HTTP/1.1 200")
        told = json.loads(answer.partition(b"\r\n\r\n")[2])
        assert len(told["predictions"]) == 40
        assert started.process.wait(30) == 0
    log = (tmp_path / "Customers-friends-log" / "predictions.jsonl").read_text().splitlines()
    assert len(log) == 41


def contents(folder: Path) -> set[Path]:
    """All files in a folder."""
    return {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}


def test_out_of_the_zip(binary: Case, tmp_path: Path) -> None:
    """``serve.py`` needs the zip alone: Glassbench is nowhere on the path, and nothing is written into it."""
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(binary.path) as archive:
        archive.extractall(folder)
    requirements = (folder / "requirements-serve.txt").read_text().splitlines()
    assert requirements[0] == "-r requirements.txt"
    assert any(line.startswith("uvicorn==") for line in requirements)
    before = contents(folder)
    work = tmp_path / "work"
    work.mkdir()
    with served("-P", folder / "serve.py", folder=work, environment={"PYTHONPATH": ""}) as started:
        client = started.client
        binary.check(client.post("/invocations", binary.rows).json["predictions"])
        assert client.post("/explain?seconds=1", binary.rows[:1]).status == 200
        changes = {"row": binary.rows[0], "changes": {"plan": "pro"}}
        assert client.post("/what-if?seconds=1", changes).status == 200
        assert client.post("/reasons?seconds=1", binary.rows[:1]).status == 200
        assert client.get("/docs").status == 200
        assert started.stop() == 0
    assert contents(folder) == before
    assert len((work / "Customers-friends-log" / "predictions.jsonl").read_text().splitlines()) == 40


@pytest.mark.slow
def test_as_a_container_starts_it(binary: Case, tmp_path: Path) -> None:
    """SageMaker starts a container with the word "serve": all addresses, and the port that it names."""
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(binary.path) as archive:
        archive.extractall(folder)
    with served("-P", folder / "serve.py", "serve", "--no-log", folder=tmp_path) as started:
        assert any("http://0.0.0.0:" in line for line in started.said)
        assert any("there is no token" in line for line in started.said)
        assert started.client.get("/ping").status == 200


def test_what_cannot_be_served(automl_command: Callable, binary: Case, tmp_path: Path) -> None:
    done = automl_command("serve", tmp_path / "none.zip", "--port", 0, "--no-log")
    assert done.code == 1
    assert "no readable zip" in done.err or "no file" in done.err.lower()
    done = automl_command("serve", binary.path, "--port", 0, "--redact", "nobody", "--no-log")
    assert done.code == 1
    assert "'nobody'" in done.err
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = automl_command("serve", binary.path, "--port", port, "--no-log")
    assert done.code == 1
    assert "Choose another --port" in done.err
