"""AWS's model server (Java) with its inference toolkit, as in AWS's images: model.tar.gz and /invocations.

It listens on all addresses, so this program is to be started in a network namespace of its own
(`unshare -n`).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.error
import urllib.request
from importlib import metadata
from pathlib import Path

from asked import Routes, Rows, columns, probe

PORT = 8080
PATIENCE = 240
# In an image the file is in /etc, which on this machine is not ours to write into.
START = """
import sys
from sagemaker_inference import model_server
model_server.MMS_CONFIG_FILE = sys.argv[1]
model_server.start_model_server()
"""


def ask(bundle: Path, rows: Rows, table: Path) -> tuple[str, Routes]:
    """Start the server over the archive beside the bundle's folder, send the rows, and stop it."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        with tarfile.open(bundle.parent / "model.tar.gz") as archive:
            archive.extractall(base / "model", filter="data")
        environment = os.environ | {
            "SAGEMAKER_BASE_DIR": folder,
            "SAGEMAKER_PROGRAM": "inference.py",
            "SAGEMAKER_MODEL_SERVER_WORKERS": "1",
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "OMP_NUM_THREADS": "1",
        }
        server = subprocess.Popen(
            [sys.executable, "-c", START, str(base / "mms.properties")],
            env=environment, cwd=base, stdout=sys.stderr, start_new_session=True,
        )  # fmt: skip
        try:
            return metadata.version("multi-model-server"), _answers(server, rows, table)
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)


def _answers(server: subprocess.Popen[bytes], rows: Rows, table: Path) -> Routes:
    until = time.monotonic() + PATIENCE
    while not _is_up():
        if server.poll() is not None or time.monotonic() > until:
            raise SystemExit("the server did not start")
        time.sleep(0.5)

    def send(body: bytes, kind: str) -> dict[str, list[object]]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{PORT}/invocations", body, {"Content-Type": kind, "Accept": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return columns(json.loads(answer.read())["predictions"])

    told = {
        "POST /invocations, CSV": send(table.read_bytes(), "text/csv"),
        "POST /invocations, JSON": send(json.dumps({"instances": rows}).encode(), "application/json"),
    }
    try:
        send(b'[{"nothing": 1}]', "application/json")
    except urllib.error.HTTPError as error:
        if error.code != 422:
            raise SystemExit(f"a row without columns: {error.code}") from None
    else:
        raise SystemExit("a row without columns was predicted")
    return told


def _is_up() -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/ping", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


if __name__ == "__main__":
    probe("SageMaker model server", ask)
