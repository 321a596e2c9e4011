"""What serving costs: one row, batches and many connections over HTTP on this machine.

    python tests/benchmarks/bench_serving.py [BUNDLE.zip TABLE.csv]
    python tests/benchmarks/bench_serving.py --mlflow VENV/bin/python   # beside `mlflow models serve`
    python tests/benchmarks/bench_serving.py --rate 500 --minutes 1     # a steady load, and memory

Beside the server, in the same run, a bare ASGI application under the same uvicorn that reads a body and
answers with as many bytes: what is above it is the model and what surrounds it. Times depend on the machine;
ratios less so. Without arguments, a small model of the telco table is trained and exported first.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

_SECONDS = 8.0
ROOT = Path(__file__).parents[2]
ECHO = """
import asyncio, socket, sys, uvicorn
SIZE = int(sys.argv[1])
BODY = b"x" * SIZE
HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(SIZE).encode())]
async def app(scope, receive, send):
    more = True
    while more:
        more = (await receive()).get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": BODY})
listener = socket.create_server(("127.0.0.1", 0))
print("Serving echo on http://127.0.0.1:%d " % listener.getsockname()[1], file=sys.stderr, flush=True)
config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", ws="none")
uvicorn.Server(config).run(sockets=[listener])
"""
SAVE = """
import sys, mlflow.sklearn, skops.io
path = sys.argv[1]
model = skops.io.load(path, trusted=skops.io.get_untrusted_types(file=path))
mlflow.sklearn.save_model(model, sys.argv[2], pip_requirements=[], serialization_format="cloudpickle")
"""


class Connection:
    """One kept connection that sends a request made beforehand."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> bytes:
        """Send a request, and return the body of the answer."""
        self._socket.sendall(request)
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._socket.recv(1 << 20)
        head, _, body = data.partition(b"\r\n\r\n")
        if b" 200 " not in head[:20]:
            raise RuntimeError(head.decode() + body.decode())
        length = int(re.search(rb"content-length: (\d+)", head)[1])
        parts, size = [body], len(body)
        while size < length:
            parts.append(self._socket.recv(1 << 20))
            size += len(parts[-1])
        return b"".join(parts)


@dataclass(frozen=True)
class Started:
    """A server that listens."""

    port: int
    process: int

    def memory(self) -> float:
        """Megabytes that it holds."""
        pages = int(Path(f"/proc/{self.process}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def started(*command: str) -> Iterator[Started]:
    """Start a server."""
    process = subprocess.Popen(
        [sys.executable, *command], stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    try:
        assert process.stderr is not None
        for line in process.stderr:
            match = re.match(r"Serving \S+ on http://[^ ]*:(\d+) ", line)
            if match:
                yield Started(int(match[1]), process.pid)
                return
        raise RuntimeError("the server did not start")
    finally:
        process.terminate()
        process.wait()


def request(path: str, body: bytes) -> bytes:
    """A whole request."""
    head = f"POST {path} HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
    head += f"Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def latencies(port: int, message: bytes, times: int) -> np.ndarray[Any, Any]:
    """Milliseconds of requests one after the other: so many, or what there is time for."""
    connection = Connection(port)
    for _ in range(3):
        connection.ask(message)
    found: list[float] = []
    ends = time.perf_counter() + _SECONDS
    while len(found) < times and time.perf_counter() < ends:
        begun = time.perf_counter()
        connection.ask(message)
        found.append(1000 * (time.perf_counter() - begun))
    return np.array(found)


def throughput(port: int, message: bytes, seconds: float, connections: int = 8) -> float:
    """Requests a second over some connections."""
    ends = time.perf_counter() + seconds
    counts = [0] * connections

    def work(k: int) -> None:
        connection = Connection(port)
        while time.perf_counter() < ends:
            connection.ask(message)
            counts[k] += 1

    threads = [threading.Thread(target=work, args=(k,)) for k in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds


def bundle_of_telco(folder: Path) -> tuple[Path, Path]:
    """A bundle of the telco table, and the table."""
    import automl

    table = ROOT / "sample_data" / "telco_churn.csv"
    run = automl.fit(table, target="Churn", budget=60, max_trials=6, home=folder / "home")
    return run.export(folder / "churn.zip"), table


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle", type=Path, nargs="?")
    parser.add_argument("table", type=Path, nargs="?")
    parser.add_argument("--seconds", type=float, default=5.0, help="of the run with 8 connections")
    parser.add_argument("--mlflow", type=Path, metavar="PYTHON", help="of an environment with mlflow")
    parser.add_argument("--rate", type=float, help="requests a second of a steady load")
    parser.add_argument("--minutes", type=float, default=1.0, help="that it lasts")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if options.bundle is None:
            bundle, table = bundle_of_telco(folder)
        else:
            bundle, table = options.bundle, options.table
        load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
        sys.stdout.write(f"{bundle.name}, {load}\n")
        measure(bundle, table, folder, options)
        sys.stdout.write(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")


def measure(bundle: Path, table: Path, folder: Path, options: argparse.Namespace) -> None:
    """Print latencies and throughput of the server beside those of the echo."""
    from automl.bundle import read_bundle
    from automl.bundle.rows import rows_to_csv
    from automl.data import Kind, read_table

    opened = read_bundle(bundle)
    text = rows_to_csv(opened.coerce(read_table(table)).frame.head(10_000), opened.schema).decode()
    numbers = set(opened.schema.of_kind(Kind.NUMBER))
    rows: list[dict[str, Any]] = [
        {name: None if cell == "" else _cell(cell, name in numbers) for name, cell in row.items()}
        for row in csv.DictReader(io.StringIO(text))
    ]
    while len(rows) < 10_000:
        rows += rows
    served = ("-m", "automl", "serve", str(bundle), "--port", "0", "--log", str(folder / "log"))
    write = sys.stdout.write
    write(f"{'rows':>7} {'p50 ms':>9} {'p99 ms':>9} {'rows/s':>10} {'echo p50':>9} {'ratio':>7}\n")
    with started(*served) as server:
        port = server.port
        # What a server does in its first seconds (compiling what explains) is over after this.
        Connection(port).ask(request("/explain", json.dumps(rows[0]).encode()))
        for count, times in ((1, 1000), (100, 100), (1000, 30), (10_000, 8)):
            body = json.dumps(rows[:count] if count > 1 else rows[0]).encode()
            message = request("/predict", body)
            answer = Connection(port).ask(message)
            with started("-c", ECHO, str(len(answer))) as other:
                echo = other.port
                own, bare = latencies(port, message, times), latencies(echo, message, times)
                if count == 1:
                    one = (
                        throughput(port, message, options.seconds),
                        throughput(echo, message, options.seconds),
                    )
            p50, p99 = np.percentile(own, [50, 99])
            base = float(np.median(bare))
            write(f"{count:>7,} {p50:>9.2f} {p99:>9.2f} {1000 * count / p50:>10,.0f} ")
            write(f"{base:>9.2f} {p50 / base:>7.1f}\n")
        write(f"8 connections, one row each: {one[0]:,.0f} requests/s; echo {one[1]:,.0f}\n")
        message = request("/invocations", json.dumps({"dataframe_records": rows[:1]}).encode())
        if options.mlflow is not None:
            beside_mlflow(options.mlflow, bundle, folder, message, port)
        if options.rate is not None:
            steady(server, message, options.rate, 60 * options.minutes)


def beside_mlflow(python: Path, bundle: Path, folder: Path, message: bytes, port: int) -> None:
    """One row at `mlflow models serve` of the same model, and here."""
    model, place = folder / "unpacked", folder / "model"
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(model)
    if not (model / "MLmodel").exists():
        subprocess.run(
            [str(python), "-c", SAVE, str(model / "model" / "model.skops"), str(place)], check=True
        )
        model = place
    with socket.create_server(("127.0.0.1", 0)) as free:
        taken = free.getsockname()[1]
    environment = {**os.environ, "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"}
    command = [str(python), "-m", "mlflow", "models", "serve", "-m", str(model), "--env-manager", "local"]
    process = subprocess.Popen(
        [*command, "--port", str(taken)], env=environment, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        ends = time.monotonic() + 300
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{taken}/ping", timeout=5):
                    break
            except OSError:
                if time.monotonic() > ends or process.poll() is not None:
                    raise
                time.sleep(0.5)
        theirs, ours = latencies(taken, message, 500), latencies(port, message, 500)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()
    (p50, p99), (own50, own99) = np.percentile(theirs, [50, 99]), np.percentile(ours, [50, 99])
    sys.stdout.write(
        f"one row of /invocations: mlflow p50 {p50:.2f} ms, p99 {p99:.2f}; here {own50:.2f}, {own99:.2f}: "
        f"{p50 / own50:.1f} and {p99 / own99:.1f} times\n"
    )


def steady(server: Started, message: bytes, rate: float, seconds: float, connections: int = 4) -> None:
    """So many requests a second for a while: latencies counted from when each was due, and memory."""
    begins = time.perf_counter() + 1
    waits: list[list[float]] = [[] for _ in range(connections)]

    def work(k: int) -> None:
        connection = Connection(server.port)
        for number in range(k, int(rate * seconds), connections):
            due = begins + number / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            connection.ask(message)  # raises for anything but 200
            waits[k].append(1000 * (time.perf_counter() - due))

    threads = [threading.Thread(target=work, args=(k,)) for k in range(connections)]
    before = server.memory()
    for thread in threads:
        thread.start()
    time.sleep(1 + seconds / 6)
    early = server.memory()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - begins
    answered = np.concatenate(waits)
    p50, p99 = np.percentile(answered, [50, 99])
    sys.stdout.write(
        f"{rate:g} requests/s for {seconds:g} s: {len(answered):,} answered with 200 in {took:.1f} s, p50 "
        f"{p50:.2f} ms, p99 {p99:.2f}; memory {before:.0f} MB, {early:.0f} after a sixth of the time, "
        f"{server.memory():.0f} at the end\n"
    )


def _cell(text: str, number: bool) -> Any:
    try:
        return float(text) if number else text
    except ValueError:  # with a decimal comma: as text
        return text


if __name__ == "__main__":
    main()
