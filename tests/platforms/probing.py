"""Running the programs that ask platforms, and comparing what comes back."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

__all__ = [
    "APART",
    "PROBES",
    "Asked",
    "Unpacked",
    "free_port",
    "largest_difference",
    "run_probe",
    "running",
    "tracking_server",
]

PROBES = Path(__file__).parent / "probes"
#: Programs whose servers listen on all addresses: they get a network of their own.
APART = {"azure_server", "sagemaker_server"}
SECONDS = 600
Columns = Mapping[str, Sequence[Any]]
Asked = Callable[[str, str, str], dict[str, dict[str, list[Any]]]]


@dataclass(frozen=True)
class Unpacked:
    """A bundle and rows to ask about, on paper.

    Attributes
    ----------
    case : Case
        The model and what its bundle predicts.
    folder : Path
        The unpacked bundle; ``model.tar.gz`` lies beside it.
    rows, table : Path
        The rows as JSON records and as CSV.
    """

    case: Any
    folder: Path
    rows: Path
    table: Path


def run_probe(
    python: Path, program: str, bundle: Path, rows: Path, table: Path, **variables: str
) -> dict[str, Any]:
    """Run a program of `probes` with the interpreter of an environment; return the document that it prints.

    Raises
    ------
    RuntimeError
        When it fails, with what it said.
    """
    command = [str(python), str(PROBES / f"{program}.py"), str(bundle), str(rows), str(table)]
    if program in APART:
        command = ["unshare", "--net", *([] if os.geteuid() == 0 else ["--map-root-user"]), *command]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | variables
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
        env=environment,
        cwd=rows.parent,
    )
    if done.returncode != 0:
        raise RuntimeError(
            f"{program} ended with {done.returncode}:\n{done.stdout[-3000:]}\n{done.stderr[-6000:]}"
        )
    told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return told


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def running(*command: object, url: str, folder: Path, **variables: str) -> Iterator[str]:
    """Run a server of a platform in a process group of its own; give its address once it answers there.

    Parameters
    ----------
    *command
        What starts it; its programs' folder is put on the path, where it looks for others.
    url : str
        An address that it answers with 200.
    folder : Path
        Where it runs; what it says is in ``server.log``.
    **variables
        Of its environment.
    """
    path = f"{Path(str(command[0])).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    log = folder / "server.log"
    with log.open("wb") as stream:
        server = subprocess.Popen(
            list(map(str, command)), cwd=folder, stdout=stream, stderr=stream, stdin=subprocess.DEVNULL,
            env=environment | {"PATH": path} | variables, start_new_session=True,
        )  # fmt: skip
    try:
        until = time.monotonic() + SECONDS / 3
        while True:
            if server.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{command[0]} does not answer:\n{log.read_text()[-4000:]}")
            try:
                with urllib.request.urlopen(url, timeout=5) as answer:
                    if answer.status == 200:
                        break
            except OSError:
                time.sleep(0.2)
        yield url
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait(20)


@contextmanager
def tracking_server(python: Path, folder: Path, port: int) -> Iterator[str]:
    """Run MLflow's tracking server with a registry, on SQLite; give its address.

    Parameters
    ----------
    python : Path
        Interpreter of the environment of MLflow.
    folder : Path
        That keeps what it is told, also for the next one.
    port : int
    """
    with running(
        python.parent / "mlflow", "server", "--host", "127.0.0.1", "--port", port, "--workers", "1",
        "--backend-store-uri", f"sqlite:///{folder / 'tracking.db'}",
        "--artifacts-destination", folder / "artifacts",
        url=f"http://127.0.0.1:{port}/health", folder=folder, MLFLOW_SERVER_ENABLE_JOB_EXECUTION="false",
    ):  # fmt: skip
        yield f"http://127.0.0.1:{port}"


def largest_difference(found: Columns, expected: pd.DataFrame) -> float:
    """Between predictions of a platform and those of the bundle: absolute, of large values relative.

    Parameters
    ----------
    found : mapping of name to list
        Of the columns that ``predict.py`` writes, all or some.
    expected : DataFrame

    Returns
    -------
    float
        Infinite where labels differ, or there is nothing to compare.
    """
    if not found:
        return float("inf")
    largest = 0.0
    for name, cells in found.items():
        wanted = expected[name]
        if wanted.dtype.kind != "f":
            if [str(cell) for cell in cells] != [str(cell) for cell in wanted]:
                return float("inf")
            continue
        values, truth = np.asarray(cells, dtype=np.float64), wanted.to_numpy(dtype=np.float64)
        if values.shape != truth.shape or not np.isfinite(values).all():
            return float("inf")
        gap = np.abs(values - truth) / np.maximum(1.0, np.abs(truth))
        largest = max(largest, float(gap.max(initial=0.0)))
    return largest
