"""A bundle to watch, a catalogue to write to, and servers that can be told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from automl.bundle import Subject, write_bundle
from automl.bundle.keys import make_keys, sign_bundle
from automl.monitoring import Watched
from automl.store.catalogue import Catalogue, open_catalogue

from ...bundle.conftest import facts
from ...customers import FEATURES, customers


@pytest.fixture(scope="session")
def customers_zip(binary: Watched, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of a small classifier of customers."""
    return write_bundle(
        tmp_path_factory.mktemp("bundle") / "customers.zip",
        model=binary.scorer.model,
        subject=Subject(schema=binary.schema, task=binary.task, facts=facts(binary.task)),
        sample=binary.known.head(20),
        background=binary.background,
        reference=binary.reference,
    )


@pytest.fixture(scope="session")
def signed_zip(customers_zip: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same bundle, signed: another file with another hash."""
    folder = tmp_path_factory.mktemp("signed")
    make_keys(folder / "maker.key", folder / "maker.pem")
    sign_bundle(customers_zip, folder / "maker.key", folder / "customers.zip")
    return folder / "customers.zip"


@pytest.fixture
def catalogue() -> Iterator[Catalogue]:
    """An empty catalogue in the home of this test."""
    with open_catalogue() as opened:
        yield opened


def new_rows(rows: int = 400, seed: int = 7, *, drifted: bool = False) -> pd.DataFrame:
    """New customers; `drifted`: older, and nearly all of one plan."""
    frame = customers(rows, seed)[list(FEATURES)]
    return frame.assign(age=frame["age"] + 15, plan="pro") if drifted else frame


@dataclass
class Receiver:
    """A web server that notes what it is told, and answers as it is told to."""

    answers: list[int] = field(default_factory=list)
    requests: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    port: int = 0

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}/alerts"

    @property
    def payloads(self) -> list[dict[str, Any]]:
        """What it was told."""
        return [json.loads(body) for _, body in self.requests]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A web server of this machine."""
    receiver = Receiver()
    with serving(receiver, lambda server: None):
        yield receiver


class serving:  # noqa: N801 - used as a function
    """Serve for a block."""

    def __init__(self, receiver: Receiver, wrap: Callable[[ThreadingHTTPServer], None]) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                told = {name.lower(): value for name, value in self.headers.items()}
                receiver.requests.append((told, body))
                self.send_response(receiver.answers.pop(0) if receiver.answers else 204)
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        receiver.port = self._server.server_address[1]
        wrap(self._server)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
