"""Azure ML's inference server, which runs score.py: JSON in several shapes, and CSV.

It listens on all addresses, so this program is to be started in a network namespace of its own
(`unshare -n`).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from importlib import metadata
from pathlib import Path
from typing import Any

from asked import Routes, Rows, columns, probe

PORT = 5001
PATIENCE = 120


def ask(bundle: Path, rows: Rows, table: Path) -> tuple[str, Routes]:
    """Start the server over the unpacked bundle, send the rows in each way, and stop it."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    command = [
        sys.executable, "-m", "azureml_inference_server_http.amlserver",
        "--entry_script", str(bundle / "deploy" / "azure" / "score.py"), "--port", str(PORT),
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as models:
        # As Azure ML does it: the folder that was registered lies below the model's name and version.
        shutil.copytree(bundle, Path(models) / "model" / "1" / "registered")
        environment = os.environ | {"AZUREML_MODEL_DIR": models, "OMP_NUM_THREADS": "1"}
        server = subprocess.Popen(command, env=environment, stdout=sys.stderr)
        try:
            told = _answers(server, rows, table)
        finally:
            server.terminate()
            server.wait(30)
    return metadata.version("azureml-inference-server-http"), told


def _answers(server: subprocess.Popen[bytes], rows: Rows, table: Path) -> Routes:
    _wait(server)
    told: Routes = {}
    for name, value in {
        "POST /score, a list": rows,
        "POST /score, input_data": {"input_data": rows},
        "POST /score, data": {"data": rows},
    }.items():
        told[name] = columns(_post(json.dumps(value).encode(), "application/json"))
    told["POST /score, CSV"] = columns(_post(table.read_bytes(), "text/csv"))
    _check_refusal(rows)
    return told


def _wait(server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if server.poll() is not None:
            raise SystemExit(f"the server ended with {server.returncode}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/", timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the server did not start")


def _post(body: bytes, kind: str) -> Any:
    request = urllib.request.Request(
        f"http://127.0.0.1:{PORT}/score", body, {"Content-Type": kind}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())


def _check_refusal(rows: Rows) -> None:
    """A row without its columns is the client's fault, and says so."""
    try:
        _post(json.dumps([{"nothing": 1}]).encode(), "application/json")
    except urllib.error.HTTPError as error:
        told = json.loads(error.read())
        if error.code != 422 or next(iter(rows[0])) not in told["error"]:
            raise SystemExit(f"refused with {error.code}: {told}") from None
    else:
        raise SystemExit("a row without columns was predicted")


if __name__ == "__main__":
    probe("Azure ML inference server", ask)
