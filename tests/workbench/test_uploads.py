"""The route that uploads go through: to the disk as they come, from our own page only, never half."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from automl.store import Home
from automl.workbench import drafts, uploads
from automl.workbench.uploads import PATH, ROUTES

OURS = {"x-glassbench-upload": "1", "host": "localhost:8501"}


def send(
    parts: Sequence[bytes], headers: dict[str, str], *, leave: bool = False, length: int | None = None
) -> tuple[int, dict[str, Any]]:
    """Status and answer to an upload in these parts; `leave` breaks the connection after the last."""
    messages = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    messages.append({"type": "http.disconnect"} if leave else {"type": "http.request", "body": b""})
    total = sum(map(len, parts)) if length is None else length
    fields = {"content-length": str(total), **headers}
    scope = {
        "type": "http", "http_version": "1.1", "method": "POST", "scheme": "http", "path": PATH,
        "raw_path": PATH.encode(), "root_path": "", "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in fields.items()],
        "server": ("127.0.0.1", 80),
    }  # fmt: skip
    sent: list[Any] = []

    async def receive() -> Any:
        return messages.pop(0)

    async def answer(message: Any) -> None:
        sent.append(message)

    with ThreadPoolExecutor(1) as apart:  # browser tests before it leave an event loop running in this thread
        apart.submit(lambda: asyncio.run(Starlette(routes=ROUTES)(scope, receive, answer))).result()
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0]["status"], json.loads(body) if body else {}


def left(home: Path) -> list[Path]:
    return list((home / "uploads").iterdir()) if (home / "uploads").exists() else []


def test_a_file_becomes_a_draft(home: Path) -> None:
    parts = [b"a,b\n", b"1,2\n" * 400_000, b"3,4\n"]
    status, told = send(parts, {**OURS, "x-file-name": "K%C3%B6ln%20(1).csv"})
    assert status == 201
    draft = drafts.open_draft(Home(home), told["draft"])
    assert draft.name == "Köln (1).csv"
    assert draft.table.read_bytes() == b"".join(parts)
    assert draft.source == {"kind": "upload"}


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "localhost:8501"},
        {**OURS, "sec-fetch-site": "cross-site"},
        {**OURS, "sec-fetch-site": "same-site"},
        {**OURS, "origin": "http://evil.example"},
        {**OURS, "origin": "http://localhost:9999"},
        {**OURS, "origin": "null"},
    ],
)
def test_other_pages_may_not_upload(home: Path, headers: dict[str, str]) -> None:
    status, told = send([b"a\n1\n"], headers)
    assert status == 403
    assert told["message"]
    assert not left(home)


@pytest.mark.parametrize(
    "headers",
    [{**OURS, "sec-fetch-site": "same-origin"}, {**OURS, "origin": "http://localhost:8501"}],
)
def test_our_own_page_may(home: Path, headers: dict[str, str]) -> None:
    assert send([b"a\n1\n"], headers)[0] == 201


def test_what_is_too_large_is_refused_before_and_while_it_comes(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "_limit", lambda: 1000)
    status, told = send([b"x" * 2000], OURS)
    assert (status, "larger" in told["message"], bool(told["fix"])) == (413, True, True)
    status, _ = send([b"x" * 600, b"x" * 600], OURS, length=10)  # a length that lies
    assert status == 413
    assert not left(home)


def test_a_connection_that_breaks_leaves_nothing(home: Path) -> None:
    status, _ = send([b"a,b\n1,2\n"], OURS, leave=True, length=100)
    assert status == 499
    assert not left(home)
    status, told = send([b"a,b\n1,2\n"], OURS, length=100)
    assert (status, told["message"]) == (400, "The upload was cut off.")
    assert not left(home)


def test_a_full_disk_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "_has_room", lambda *_: False)
    status, told = send([b"a\n1\n"], OURS)
    assert status == 507
    assert "no room" in told["message"]
    assert not left(home)


@pytest.mark.parametrize(
    "name", ["draft.json", "spec.json", "..%2F..%2Fevil.csv", "%00", "", "%ff%fe", "a" * 400]
)
def test_names_do_no_harm(home: Path, name: str) -> None:
    status, told = send([b"a,b\n1,2\n"], {**OURS, "x-file-name": name})
    assert status == 201
    draft = drafts.open_draft(Home(home), told["draft"])
    assert draft.table.parent == draft.path
    assert draft.table.read_bytes() == b"a,b\n1,2\n"
