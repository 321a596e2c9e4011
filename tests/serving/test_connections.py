"""Connections that keep others out: heads that never end, and too many at once."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from .conftest import Case, Client, Server, served

SECONDS = 2.0


@pytest.fixture(scope="module")
def limited(binary: Case, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that waits for little and lets few in."""
    folder = tmp_path_factory.mktemp("limited")
    options = ("--no-log", "--timeout", SECONDS, "--connections", 20)
    with served("-m", "automl", "serve", binary.path, *options, folder=folder) as started:
        yield started


def drip(raw: socket.socket, text: bytes) -> tuple[bytes, float]:
    """Send byte by byte until the server has enough; what it says, and after how many seconds."""
    begun = time.monotonic()
    raw.settimeout(0.1)
    answer = b""
    for place in range(600):
        try:
            raw.sendall(text[place : place + 1] or b"a")
        except OSError:
            break
        try:
            part = raw.recv(4096)
        except TimeoutError:
            continue
        except ConnectionError:
            break
        answer += part
        if not part:
            break
    return answer, time.monotonic() - begun


def test_a_head_that_never_ends(limited: Server) -> None:
    with socket.create_connection(("127.0.0.1", limited.port)) as raw:
        answer, seconds = drip(raw, b"POST /predict HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert SECONDS * 0.9 < seconds < SECONDS + 20
    with socket.create_connection(("127.0.0.1", limited.port), timeout=SECONDS + 20) as silent:
        assert silent.recv(100).startswith(b"HTTP/1.1 408 "), "not a single byte"


def is_healthy(raw: socket.socket) -> None:
    """Ask, and read the whole answer."""
    raw.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
    answer = b""
    while not answer.endswith(b"}"):
        part = raw.recv(4096)
        assert part, "the connection was closed"
        answer += part
    assert answer.startswith(b"HTTP/1.1 200 ")


def test_a_second_head_that_never_ends(limited: Server) -> None:
    with socket.create_connection(("127.0.0.1", limited.port)) as raw:
        is_healthy(raw)
        answer, _ = drip(raw, b"GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    assert answer.startswith(b"HTTP/1.1 408 ")


def test_who_asks_and_waits_stays(limited: Server) -> None:
    """A connection that idles between whole requests is a client that thinks."""
    with socket.create_connection(("127.0.0.1", limited.port), timeout=20) as raw:
        for _ in range(2):
            is_healthy(raw)
            time.sleep(1.5 * SECONDS)


def test_too_many_at_once(limited: Server) -> None:
    held = [socket.create_connection(("127.0.0.1", limited.port), timeout=20) for _ in range(30)]
    try:
        for raw in held[25:]:
            assert raw.recv(4096).startswith(b"HTTP/1.1 503 ")
    finally:
        for raw in held:
            raw.close()
    time.sleep(0.5)
    with Client(limited.port) as client:
        assert client.get("/health").status == 200
