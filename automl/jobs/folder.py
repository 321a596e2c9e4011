"""The folder of a job.

A search lives in the run folder itself. Jobs of other kinds live in `jobs/<job id>/` of their run:

    spec.json      kind, parameters, when; written once
    status.json    state, message, error, result; replaced atomically
    stop           a marker that asks the watchdog to end the worker
    worker.log     all output of the worker
    worker.lock    held while the worker lives
"""

from __future__ import annotations

import secrets
import time
from pathlib import Path
from typing import Any

from automl.store import RunFolder, files

__all__ = ["LOG", "JobFolder", "open_folder"]

LOG = "worker.log"


def open_folder(path: Path | str) -> RunFolder | JobFolder:
    """Open the folder of a run, or that of one of its explain or export jobs.

    Raises
    ------
    RunError
        When `path` is neither.
    """
    path = Path(path).absolute()
    folder = RunFolder.open(path)
    return JobFolder(path) if folder.spec.keys() >= {"kind", "params"} else folder


class JobFolder:
    """The files of one explain or export job.

    Parameters
    ----------
    path : Path
        `<run folder>/jobs/<job id>`.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    @classmethod
    def create(cls, run: RunFolder, kind: str, params: dict[str, Any]) -> JobFolder:
        """Make the folder of a new job; ids sort by time."""
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
        folder = cls(run.path.absolute() / "jobs" / f"{stamp}-{kind}-{secrets.token_hex(3)}")
        folder.path.mkdir(parents=True)
        folder.set_status("queued", message="", error=None, result=None)
        spec = {"version": 1, "id": folder.path.name, "kind": kind, "params": params, "created": time.time()}
        files.write_json(folder.path / "spec.json", spec)  # last: a job exists when its specification does
        return folder

    @property
    def run(self) -> RunFolder:
        """The run that the job belongs to."""
        return RunFolder.open(self.path.parent.parent)

    @property
    def spec(self) -> dict[str, Any]:
        """What was asked for."""
        spec: dict[str, Any] = files.read_json(self.path / "spec.json")
        return spec

    @property
    def status(self) -> dict[str, Any]:
        """The last written status."""
        status: dict[str, Any] = files.read_json(self.path / "status.json")
        return status

    def set_status(self, state: str, **fields: Any) -> None:
        """Change the status; only the holder of the worker lock does this."""
        path = self.path / "status.json"
        status = files.read_json(path) if path.exists() else {}
        files.write_json(path, {**status, **fields, "state": state, "updated": time.time()})
