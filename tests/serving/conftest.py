"""Real servers over real bundles, each in a process of its own on a free port of this machine."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import automl
from automl.bundle import Bundle, read_bundle
from automl.conformal import Conformal

from ..bundle.conftest import TARGETS, Trained, rows_as_csv, train
from ..cli.conftest import automl_command  # noqa: F401  (a fixture)

JSON = "application/json"
_READY = re.compile(r"Serving (\S+) on http://[^ ]*:(\d+) ")


@dataclass(frozen=True)
class Reply:
    """What a server answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8")

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass
class Client:
    """Asks one server over one connection."""

    port: int
    headers: dict[str, str] = field(default_factory=dict)
    connection: http.client.HTTPConnection | None = None
    patience: float = field(default_factory=lambda: time.monotonic() + 300)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        """Send a request; `body` is bytes as they are, else a JSON value."""
        sent = dict(self.headers)
        payload = body
        if body is not None and not isinstance(body, bytes):
            payload = json.dumps(body).encode()
            sent["content-type"] = JSON
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        kept = self.connection is not None
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            self.connection.request(method, path, payload, sent)
            answer = self.connection.getresponse()
            data = answer.read()
        except (http.client.RemoteDisconnected, BrokenPipeError):
            self.close()
            if not kept:
                raise
            return self.ask(method, path, body, **headers)  # idle for so long that the server let it go
        except OSError:
            self.close()
            raise
        found = {name.lower(): value for name, value in answer.getheaders()}
        if answer.will_close:
            self.close()
        if answer.status == 503 and "retry-after" in found and time.monotonic() < self.patience:
            time.sleep(float(found["retry-after"]))  # what explains is compiled when a server starts
            return self.ask(method, path, body, **headers)
        return Reply(answer.status, found, data)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def get(self, path: str, **headers: str) -> Reply:
        """Send a GET request."""
        return self.ask("GET", path, None, **headers)

    def post(self, path: str, body: Any, **headers: str) -> Reply:
        """Send a POST request."""
        return self.ask("POST", path, body, **headers)

    def close(self) -> None:
        """Drop the connection."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None


@dataclass
class Server:
    """A server in a process of its own."""

    process: subprocess.Popen[str]
    name: str
    port: int
    said: list[str]

    @cached_property
    def client(self) -> Client:
        """One connection that is kept."""
        return Client(self.port)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Tell it to stop; return its exit code."""
        self.process.send_signal(number)
        code = self.process.wait(60)
        assert self.process.stderr is not None
        self.said += self.process.stderr.read().splitlines()
        return code


@contextmanager
def served(*command: object, folder: Path, environment: dict[str, str] | None = None) -> Iterator[Server]:
    """Start a server with a command, and stop it at the end."""
    process = subprocess.Popen(
        [sys.executable, *map(str, command), "--port", "0"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(automl.__path__[0]).parent), **(environment or {})},
    )
    started: Server | None = None
    try:
        said: list[str] = []
        assert process.stderr is not None
        for line in process.stderr:
            said.append(line.rstrip("\n"))
            match = _READY.match(line)
            if match:
                started = Server(process, match[1], int(match[2]), said)
                yield started
                break
        else:
            pytest.fail("the server did not start: " + "\n".join(said))
    finally:
        if started is not None:
            started.client.close()
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
        if process.stderr is not None:
            process.stderr.close()


@dataclass(frozen=True)
class Case:
    """A trained model, its bundle, and rows to ask about."""

    trained: Trained
    path: Path
    table: Path

    @cached_property
    def bundle(self) -> Bundle:
        """The bundle as Glassbench reads it."""
        return read_bundle(self.path)

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """The table's rows as a client sends them: numbers as numbers, the rest as in the file."""
        frame = pd.read_csv(self.table, sep=";", dtype=str, keep_default_na=False)[
            list(self.trained.schema.names)
        ]
        return [
            {
                name: None if cell == "" else float(cell) if name == "age" else cell
                for name, cell in row.items()
            }
            for row in frame.to_dict("records")
        ]

    @cached_property
    def expected(self) -> pd.DataFrame:
        """What the bundle predicts for the table."""
        return self.bundle.predictions(self.table)

    def check(self, records: list[dict[str, Any]], rows: slice = slice(None)) -> None:
        """Compare predictions, by the names of predict.py, with those of the bundle: equal to 1e-9."""
        expected = self.expected[rows]
        assert len(records) == len(expected)
        for name in expected.columns:
            found = [record[name] for record in records]
            if name == "prediction" and self.bundle.task.classes is not None:
                assert found == expected[name].tolist()
            else:
                np.testing.assert_allclose(found, expected[name].to_numpy(float), rtol=1e-9, atol=1e-9)


@pytest.fixture(scope="session")
def case(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Case]:
    """Return a function: kind of task → a small model and its bundle, made once."""

    @lru_cache
    def made(kind: str) -> Case:
        folder = tmp_path_factory.mktemp(f"served-{kind}")
        learned = folder / "customers.csv"
        learned.write_text(rows_as_csv(), encoding="utf-8")
        trained = train(learned, kind, ["linear", "lightgbm"])
        target = pd.read_csv(learned, sep=";", dtype=str)[TARGETS[kind]]
        if kind == "regression":
            conformal = Conformal.of_values(target.to_numpy(float), trained.outputs(trained.frame)[:, 0])
        else:
            conformal = Conformal.of_classes(trained.task.encode(target), trained.outputs(trained.frame))
        path = trained.write(folder / f"{kind}.zip", conformal=conformal)
        table = folder / "new.csv"
        table.write_text(rows_as_csv(rows=40, seed=7, odd=kind == "binary"), encoding="utf-8")
        return Case(trained, path, table)

    return made


@pytest.fixture(scope="session")
def binary(case: Callable[[str], Case]) -> Case:
    """A binary model."""
    return case("binary")


@pytest.fixture(scope="session")
def server(binary: Case, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server over the binary model that keeps its log in its folder; shared, so do not stop it."""
    folder = tmp_path_factory.mktemp("server")
    with served("-m", "automl", "serve", binary.path, "--log", folder / "log", folder=folder) as started:
        yield started


@pytest.fixture
def client(server: Server) -> Client:
    """Asks the shared server."""
    return server.client
