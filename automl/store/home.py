"""The home folder: where runs live."""

from __future__ import annotations

import os
import re
import secrets
import time
from pathlib import Path

from automl.errors import RunError
from automl.store.run_folder import RunFolder, is_id

__all__ = ["Home"]


class Home:
    """A folder of runs.

    Parameters
    ----------
    path : Path, optional
        Default: the environment variable `GLASSBENCH_HOME`, else `./glassbench-home`.
    """

    def __init__(self, path: Path | str | None = None) -> None:
        self.path = Path(path or os.environ.get("GLASSBENCH_HOME") or "glassbench-home").absolute()

    @property
    def runs_path(self) -> Path:
        """The folder that holds one folder per run."""
        return self.path / "runs"

    @property
    def uploads_path(self) -> Path:
        """The folder that uploaded files are copied to; made when it is missing."""
        path = self.path / "uploads"
        path.mkdir(parents=True, exist_ok=True)
        return path

    def work(self) -> RunFolder:
        """The folder of jobs that belong to no run; made when it is missing."""
        folder = RunFolder(self.path / "work")
        if not folder.has("spec.json"):
            folder.path.mkdir(parents=True, exist_ok=True)
            folder.write("spec.json", {"version": 1, "id": folder.id, "work": True})
        return folder

    def runs(self) -> list[RunFolder]:
        """All runs, newest first."""
        if not self.runs_path.is_dir():
            return []
        found = [RunFolder(path.parent) for path in self.runs_path.glob("*/spec.json")]
        return sorted(found, key=lambda run: run.id, reverse=True)

    def run(self, run_id: str) -> RunFolder:
        """The run with this id.

        Raises
        ------
        RunError
            When the id is malformed (it may come from a URL) or unknown.
        """
        if not is_id(run_id):
            raise RunError(f"{run_id!r} is not the id of a run.", fix="Open the list of runs.")
        return RunFolder.open(self.runs_path / run_id)

    def new_run_path(self, name: str) -> Path:
        """A free folder for a new run; ids sort by time."""
        slug = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-").lower()[:40] or "table"
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
        return self.runs_path / f"{stamp}-{slug}-{secrets.token_hex(2)}"
