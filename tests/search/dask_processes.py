"""A Dask scheduler and its workers on this machine, as processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILE = "scheduler.json"


@dataclass
class Cluster:
    """A running cluster: the scheduler's address, its process, and the workers, of one thread each."""

    address: str
    scheduler: subprocess.Popen[bytes]
    folder: Path
    processes: ExitStack
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def add_worker(self, *, nanny: bool = False) -> None:
        """Start a worker; one with a nanny is started again when it dies."""
        options = (
            "--scheduler-file", str(self.folder / FILE), "--nthreads", "1",
            "--nanny" if nanny else "--no-nanny", "--local-directory", str(self.folder),
        )  # fmt: skip
        self.workers.append(self.processes.enter_context(_process(self.folder, "dask_worker", *options)))


@contextmanager
def dask_cluster(n_workers: int, folder: Path, *, nanny: bool = False) -> Iterator[Cluster]:
    """Start a scheduler and workers on the loopback; they end with the block."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / FILE
    with ExitStack() as stack:
        scheduler = stack.enter_context(
            _process(folder, "dask_scheduler", "--port", "0", "--scheduler-file", str(file))
        )
        address = _address(file)
        cluster = Cluster(address, scheduler, folder, stack)
        for _ in range(n_workers):
            cluster.add_worker(nanny=nanny)
        yield cluster


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
        process.terminate()  # a nanny takes its worker along
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
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
