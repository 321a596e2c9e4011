"""The folder of one run: the names of its files, and how each is read and written.

    spec.json         what was asked; written once, but that the run may get another name, and a resumed
                      search other workers
    written_like.json the schema that later rows are written as, where the table was coerced by it already
    reviewed_schema.json   what the table must be like, where that was said
    read_report.json, schema.json, findings.json, profile.json, task.json    what was understood
    data.parquet      the canonical rows, target included
    data_version.json hash of the rows where they came from no file; read_report.json has a file's
    split.npz         sealed holdout and folds
    prep.joblib, encoded.npy, target.npy   the fitted preprocessor, the training rows as numbers, their target
    weights.npy       how much each row of the table counts, where that differs
    prepared.json     how many rows, columns and folds; written when all of the above is there
    trials/t0007.json one finished trial; .npz its out-of-fold predictions, .joblib its fold models
    status.json, events.jsonl   where the work stands, and how it came there
    cancel, lock                a marker that asks the worker to stop; the worker's lock
    leakage.json      what the search for leakage found; its findings are in findings.json, too
    final/            after the holdout was opened: all rows, and the members' fold models of them
    holdout.npz       what the chosen model predicted for the sealed rows, once they were opened
    result.json       which trials make the chosen model, and its honest scores
    decisions.jsonl   what people decided afterwards: the model to use, the costs of errors
    explanations/, inspections/, jobs/, bundles/, reports/
    references/       what new rows are compared with, by model; columns.json: the columns alone
    tracking.jsonl, tracking.lock   what a tracking server has acknowledged; held by who tells it
    scorings/<id>/    new rows that were scored: scoring.json, report.json, preview.json, predictions.csv

Everything is written atomically. A trial exists exactly when its JSON file does, and that file is written
last.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any

from automl.errors import RunError, SettingError
from automl.store import files, lock

__all__ = ["ACTIVE_STATES", "END_STATES", "REVIEWED_SCHEMA", "WORKER_LOCK", "RunFolder", "is_id"]

ACTIVE_STATES = ("preparing", "searching", "finishing")
END_STATES = ("finished", "cancelled", "failed")
REVIEWED_SCHEMA = "reviewed_schema.json"
WORKER_LOCK = "worker.lock"
"""Held by a process of the job from before it starts until the last of its children has gone."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_LONGEST_NAME = 120


def is_id(text: str) -> bool:
    """Whether `text` can name a run, trial or job: letters, digits, `_` and `-` only, so never a path."""
    return _ID.fullmatch(text) is not None


class RunFolder:
    """The files of one run.

    Parameters
    ----------
    path : Path
        The folder. It need not exist before `create`.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    def __repr__(self) -> str:
        return f"RunFolder({str(self.path)!r})"

    @property
    def id(self) -> str:
        """The run's id, which is the folder's name."""
        return self.path.name

    @classmethod
    def create(cls, path: Path | str, spec: dict[str, Any]) -> RunFolder:
        """Make the folder and write its specification; the folder must not exist."""
        folder = cls(path)
        folder.path.mkdir(parents=True)
        for name in ("trials", "explanations", "jobs", "bundles"):
            (folder.path / name).mkdir()
        files.write_json(folder.path / "spec.json", spec)
        folder.set_status(
            "queued",
            created=spec["created"],
            budget=spec["budget"],
            seconds=0.0,
            trials=0,
            failed=0,
            session=0,
        )
        return folder

    @classmethod
    def open(cls, path: Path | str) -> RunFolder:
        """Open an existing run folder.

        Raises
        ------
        RunError
            When there is no run at `path`.
        """
        folder = cls(path)
        if not (folder.path / "spec.json").is_file():
            raise RunError(
                f"There is no run at {folder.path}.",
                fix="Give the folder that `automl fit` printed; it holds a spec.json.",
            )
        return folder

    # -- facts ---------------------------------------------------------------------------------------------

    def has(self, name: str) -> bool:
        """Whether the file `name` is there."""
        return (self.path / name).exists()

    def read(self, name: str, default: Any = None) -> Any:
        """Read a JSON file of the folder, `default` when it is not there (yet)."""
        try:
            return files.read_json(self.path / name)
        except FileNotFoundError:
            return default

    def write(self, name: str, content: Any) -> None:
        """Write a JSON file of the folder, atomically."""
        files.write_json(self.path / name, content)

    @property
    def spec(self) -> dict[str, Any]:
        """What was asked for."""
        spec: dict[str, Any] = files.read_json(self.path / "spec.json")
        return spec

    @property
    def result(self) -> dict[str, Any] | None:
        """The chosen model and its scores, None before the run has finished or was cancelled."""
        result: dict[str, Any] | None = self.read("result.json")
        return result

    # -- state ---------------------------------------------------------------------------------------------

    @property
    def status(self) -> dict[str, Any]:
        """The last written status. A dead worker shows as state `interrupted`, from its free lock."""
        status: dict[str, Any] = self.read("status.json", {})
        if status.get("state") in ACTIVE_STATES and not self.is_busy():
            # The worker writes its last state before it lets go of the lock: look once more before
            # calling a run that has just ended interrupted.
            status = self.read("status.json", {})
            if status.get("state") in ACTIVE_STATES:
                status["state"] = "interrupted"
                status["message"] = "The worker has gone. Everything finished so far is kept."
        return status

    def rename(self, name: str) -> None:
        """Give the run another name; whatever was exported before keeps the old one.

        Raises
        ------
        SettingError
            When nothing is left of the name without blanks, or it is too long.
        """
        name = " ".join(name.split())
        if not 0 < len(name) <= _LONGEST_NAME:
            raise SettingError(
                f"The name has {len(name)} characters.", fix=f"Give it 1 to {_LONGEST_NAME} characters."
            )
        self.write("spec.json", self.spec | {"name": name})

    def set_status(self, state: str | None = None, **fields: Any) -> dict[str, Any]:
        """Change fields of the status; only the holder of the lock does this."""
        status: dict[str, Any] = self.read("status.json", {})
        status.update(fields)
        if state is not None:
            status["state"] = state
        status["updated"] = time.time()
        self.write("status.json", status)
        return status

    def add_event(self, kind: str, **fields: Any) -> None:
        """Append to the run's history."""
        files.append_json_line(self.path / "events.jsonl", {"t": time.time(), "kind": kind, **fields})

    def events(self) -> list[dict[str, Any]]:
        """The run's history, oldest first."""
        return files.read_json_lines(self.path / "events.jsonl")

    def hold(self, *, wait: float = 1.0) -> AbstractContextManager[None]:
        """Hold the run's lock for a block; see `automl.store.lock.hold`."""
        return lock.hold(self.path / "lock", wait=wait)

    def is_busy(self) -> bool:
        """Whether a worker holds the run."""
        return lock.is_held(self.path / "lock")

    def has_worker(self) -> bool:
        """Whether somebody is at work in the run, on the way, or waiting for a turn."""
        return lock.is_held(self.path / WORKER_LOCK) or self.is_busy()

    def ask_to_cancel(self) -> None:
        """Leave the marker that a running search looks for."""
        (self.path / "cancel").touch()

    def is_cancel_asked(self) -> bool:
        """Whether the marker is there."""
        return (self.path / "cancel").exists()

    def clear_cancel(self) -> None:
        """Take the marker away."""
        (self.path / "cancel").unlink(missing_ok=True)

    # -- trials --------------------------------------------------------------------------------------------

    def trial_ids(self) -> list[str]:
        """Ids of the finished trials, in their order."""
        return sorted(path.stem for path in (self.path / "trials").glob("t*.json"))

    def trials(self) -> Iterator[dict[str, Any]]:
        """The finished trials, in their order."""
        for trial_id in self.trial_ids():
            yield files.read_json(self.path / "trials" / f"{trial_id}.json")

    def trial_path(self, trial_id: str, suffix: str) -> Path:
        """Path of a trial's file; `suffix` is `.json`, `.npz` or `.joblib`."""
        if not is_id(trial_id):
            raise RunError(f"{trial_id!r} is not the id of a trial.", fix="Ids look like t0007.")
        return self.path / "trials" / f"{trial_id}{suffix}"

    # -- size ----------------------------------------------------------------------------------------------

    def disk_bytes(self) -> int:
        """Bytes that the folder takes."""
        return _bytes_in(self.path)

    def delete(self) -> None:
        """Delete the folder and all that is in it; refused while a worker holds it."""
        with self.hold():
            shutil.rmtree(self.path)


def _bytes_in(folder: Path | str) -> int:
    """Bytes of all files below a folder; what is removed meanwhile does not count."""
    total = 0
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                total += _bytes_in(entry.path)
                continue
            with suppress(FileNotFoundError):
                total += entry.stat(follow_symlinks=False).st_size
    return total
