"""A Dask scheduler and its workers on this machine, as processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass
class Cluster:
    """A running cluster: the scheduler's address, its process, and the workers, of one thread each."""

    address: str
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]]


@contextmanager
def dask_cluster(n_workers: int, folder: Path) -> Iterator[Cluster]:
    """Start a scheduler and workers on the loopback; they end with the block."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "scheduler.json"
    with ExitStack() as stack:
        scheduler = stack.enter_context(
            _process(folder, "dask_scheduler", "--port", "0", "--scheduler-file", str(file))
        )
        worker = (
            "--scheduler-file",
            str(file),
            "--nthreads",
            "1",
            "--no-nanny",
            "--local-directory",
            str(folder),
        )
        workers = [stack.enter_context(_process(folder, "dask_worker", *worker)) for _ in range(n_workers)]
        yield Cluster(address=_address(file), scheduler=scheduler, workers=workers)


@contextmanager
def _process(folder: Path, module: str, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [
        sys.executable, "-m", f"distributed.cli.{module}", "--host", "127.0.0.1", "--no-dashboard", *options,
    ]  # fmt: skip
    with (folder / "log.txt").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=folder)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _address(file: Path) -> str:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            return str(json.loads(file.read_text())["address"])
        except (FileNotFoundError, json.JSONDecodeError):
            time.sleep(0.05)
    raise TimeoutError(f"The scheduler did not start: {(file.parent / 'log.txt').read_text()}")
