"""The image, built as far as that goes without an engine: the commands of the Dockerfile, run in folders."""

from __future__ import annotations

import http.client
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from automl.bundle.targets.docker import USER

from .probing import Unpacked, largest_difference

pytestmark = pytest.mark.platform


def instructions(dockerfile: Path) -> list[tuple[str, str]]:
    """The instructions of a Dockerfile: comments gone, continued lines joined."""
    lines = [line for line in dockerfile.read_text().splitlines() if not line.startswith("#")]
    whole = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    found = [line.partition(" ") for line in whole.splitlines() if line.strip()]
    return [(name, rest.strip()) for name, _, rest in found]


class Image:
    """A Dockerfile's commands in a folder that stands for the root of the file system.

    The system's Python stands for the base image's; packages of the distribution and users are there already.
    """

    def __init__(self, bundle: Path, root: Path) -> None:
        self.root, self.bundle = root, bundle
        self.instructions = instructions(bundle / "Dockerfile")
        for folder in ("opt", "tmp", "logs"):
            (root / folder).mkdir()

    def of(self, name: str) -> list[str]:
        """What stands behind an instruction, wherever it occurs."""
        return [rest for each, rest in self.instructions if each == name]

    def build(self) -> None:
        """Run what can be run here, in its order."""
        for name, rest in self.instructions:
            if name == "COPY" and rest.startswith("requirements"):
                for file in rest.split()[:-1]:
                    shutil.copy(self.bundle / file, self.root / "tmp" / file)
            elif name == "COPY" and rest == ". /opt/bundle":
                shutil.copytree(self.bundle, self.root / "opt/bundle")
            elif name == "RUN" and not rest.startswith(("apt-get", "useradd")):
                self._run(rest)

    def _run(self, command: str) -> None:
        command = self.here(command).replace("pip --python", f"{shlex.quote(sys.executable)} -m pip --python")
        base = shutil.which("python3.11", path="/usr/bin") or sys.executable
        command = command.replace("python -m venv", f"{shlex.quote(base)} -m venv")
        done = subprocess.run(
            ["sh", "-ec", command], capture_output=True, text=True, check=False, timeout=570
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]

    def here(self, text: str) -> str:
        """Paths of the image as paths in the folder."""
        return re.sub(r"(?<![\w.])/(opt|logs|tmp)(?=[/\"\s]|$)", rf"{self.root}/\1", text)

    def environment(self) -> dict[str, str]:
        """The variables that the image sets, and no others."""
        (line,) = self.of("ENV")
        pairs = [pair.split("=", 1) for pair in shlex.split(line)]
        return {name: self.here(value.replace("$PATH", os.defpath)) for name, value in pairs} | {
            "TMPDIR": str(self.root / "tmp")
        }

    def megabytes(self, path: str) -> float:
        """The size of a folder on the disk, in units of a million bytes."""
        done = subprocess.run(["du", "-sk", self.root / path], capture_output=True, text=True, check=True)
        return int(done.stdout.split()[0]) * 1024 / 1e6


@pytest.fixture(scope="module")
def image(unpacked: Callable[[str], Unpacked]) -> Iterator[Image]:
    """The image of a bundle, read-only; in a folder that others than root can reach."""
    root = Path(tempfile.mkdtemp(prefix="glassbench-image-"))
    try:
        root.chmod(0o755)
        made = Image(unpacked("binary").folder, root)
        made.build()
        subprocess.run(["chmod", "-R", "a-w,a+rX", root / "opt"], check=True)
        for folder in ("tmp", "logs"):
            (root / folder).chmod(0o777)
        yield made
    finally:
        subprocess.run(["chmod", "-R", "u+w", root], check=True)
        shutil.rmtree(root)


@contextmanager
def running(image: Image, port: int) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """Start what the image starts, as its user; give the process and the seconds until it is ready."""
    (entry,), (command,) = image.of("ENTRYPOINT"), image.of("CMD")
    words = [image.here(word) for word in json.loads(entry)] + json.loads(command)
    words[words.index("8080")] = str(port)
    words += ["--host", "127.0.0.1"]
    started = time.monotonic()
    someone: dict[str, Any] = {}
    if os.geteuid() == 0:
        someone = {"user": USER, "group": USER, "extra_groups": []}
    process = subprocess.Popen(
        words, cwd=image.root / "logs", env=image.environment(), stderr=subprocess.PIPE, **someone
    )
    try:
        while not is_ready(port):
            assert process.poll() is None, process.communicate()[1]
            assert time.monotonic() < started + 120
            time.sleep(0.05)
        yield process, time.monotonic() - started
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def is_ready(port: int) -> bool:
    """What the load balancer asks."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def test_it_serves_without_root_and_writes_nothing(
    image: Image, unpacked: Callable[[str], Unpacked], record_property: Callable[[str, object], None]
) -> None:
    found, port = unpacked("binary"), 18080 + os.getpid() % 1000
    before = sorted((image.root / "opt/bundle").rglob("*"))
    with running(image, port) as (process, seconds):
        who = Path(f"/proc/{process.pid}/status").read_text()
        assert int(re.search(r"^Uid:\s+(\d+)", who, re.MULTILINE)[1]) == (
            USER if os.geteuid() == 0 else os.geteuid()
        )  # type: ignore[index]
        (check,) = image.of("HEALTHCHECK")
        words = json.loads(check[check.index("[") :].replace("8080", str(port)))
        probe = [image.here(words[0]), *words[1:]]
        assert subprocess.run(probe, check=False, timeout=30).returncode == 0
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request(
            "POST", "/predict", json.dumps(found.case.rows), {"content-type": "application/json"}
        )
        told = json.loads(connection.getresponse().read())
        connection.close()
        process.send_signal(getattr(signal, image.of("STOPSIGNAL")[0]))
        said = process.communicate(timeout=60)[1].decode()
        assert process.returncode == 0, said
        assert said.endswith("Stopped.\n")
    assert subprocess.run(probe, check=False, capture_output=True, timeout=30).returncode != 0
    answers = told["predictions"]
    columns: dict[str, list[Any]] = {"prediction": [row["prediction"] for row in answers]}
    for label in found.case.bundle.task.classes or ():
        columns[f"probability_{label}"] = [row["probabilities"][label] for row in answers]
    assert largest_difference(columns, found.case.expected) <= 1e-9
    assert sorted((image.root / "opt/bundle").rglob("*")) == before
    (log,) = (image.root / "logs").rglob("predictions.jsonl")
    assert len(log.read_text().splitlines()) == len(found.case.expected)
    sizes = {path: round(image.megabytes(path)) for path in ("opt/venv", "opt/bundle")}
    record_property("seconds to ready", round(seconds, 2))
    record_property("megabytes", sizes)
    print(f"\nimage without its base: {sizes} MB; ready after {seconds:.2f} s")  # noqa: T201
    assert sizes["opt/venv"] < 900


def test_a_bundle_that_was_changed_is_not_built(image: Image, unpacked: Callable[[str], Unpacked]) -> None:
    folder = image.root / "changed"
    shutil.copytree(unpacked("binary").folder, folder)
    sample = pd.read_csv(folder / "sample_predictions.csv")
    sample["probability_yes"] += 1e-6
    sample.to_csv(folder / "sample_predictions.csv", index=False)
    verify = [image.root / "opt/venv/bin/python", folder / "verify.py"]
    done = subprocess.run(verify, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 1
    assert "sample_predictions.csv" in done.stdout
