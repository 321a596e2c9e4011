"""The kind of job that tells a tracking server of a run, beside its search and for a while after it.

It only reads what the search writes, has a low priority, and where it fails the search does not notice.
"""

from __future__ import annotations

import os
import shutil
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from automl.errors import GlassbenchError, PublishError
from automl.jobs.control import launch, wait
from automl.jobs.folder import JobFolder
from automl.jobs.state import JobState, jobs, state
from automl.run import load_run
from automl.store import RunFolder, files, lock, preferred_model, shipped_state
from automl.tracking import Tracker, follow
from automl.tracking.patience import PATIENCE, persist
from automl.tracking.server import RefusedError, State

__all__ = ["begin_tracking", "track", "tracked_files"]

LOCK = "tracking.lock"
_STATES: dict[str, State] = {
    "finished": "FINISHED", "cancelled": "KILLED", "interrupted": "KILLED", "failed": "FAILED"
}  # fmt: skip
_NICE = 10
_START_SECONDS = 60.0  # in which a search that was asked for has begun, or never will
_NEXT_SECONDS = 86_400.0  # that another tracker of this run may take
_CARDS = ("MODEL_CARD.md", "model_card.html")


def begin_tracking(folder: RunFolder, *, session: int) -> Path | None:
    """Launch the job, where the run is to be told to a server; None where it is not.

    Parameters
    ----------
    folder : RunFolder
    session : int
        Of the search: each has its job, since the one before may just be leaving.
    """
    asked = folder.spec.get("track")
    if not asked:
        return None
    try:
        return launch(folder.path, "track", asked=asked, session=session)
    except GlassbenchError as error:  # a search goes on without being told
        folder.add_event("tracking_failed", reason=str(error))
        return None


def tracked_files(folder: RunFolder, model: str) -> list[Path]:
    """Launch the jobs that make what a server shall have of a finished run; nothing where none is told."""
    if not folder.spec.get("track"):
        return []
    return [launch(folder.path, kind, model=model) for kind in ("report", "export")]


def track(
    run_folder: Path, job_folder: Path, *, asked: dict[str, Any], session: int, patience: float = PATIENCE
) -> dict[str, Any]:
    """Tell a server of a run until the search is over, and of its report and model then.

    Its status has a `message`, and `url`, `sent` (trials), `trials`, `searching` (whether something of the
    search itself may still be to be sent) and `waits_for_server`.

    Parameters
    ----------
    run_folder, job_folder : Path
    asked : dict
        Which server, and how; see `automl.tracking.checked_track`.
    session : int
        Of the search.
    patience : float
        Seconds for which a server that does not answer is waited for at the end.

    Returns
    -------
    dict
        `url` and `run` (where it is, and the server's id of it), `trials`, `artefacts` (names), `model` (its
        address in the registry, or None), `refused` (what the server did not take → why).

    Raises
    ------
    TrackingError
        When the server will not have the run, or does not answer for so long.
    """
    os.nice(_NICE)
    folder = RunFolder.open(run_folder)
    with lock.hold(folder.path / LOCK, wait=_NEXT_SECONDS):
        return _Telling(folder, JobFolder(job_folder), asked, patience).tell()


class _Telling:
    """One job's work."""

    def __init__(self, folder: RunFolder, job: JobFolder, asked: dict[str, Any], patience: float) -> None:
        from automl.tracking.mlflow import MlflowServer  # brings MLflow's client, which takes a second

        self.folder, self.job, self.asked, self.patience = folder, job, asked, patience
        self.tracker = Tracker(folder, asked, MlflowServer(asked["uri"]))
        self._began = time.monotonic()
        self._said: dict[str, Any] = {}

    def tell(self) -> dict[str, Any]:
        while True:
            ended = follow(self.tracker, self._over, patience=self.patience, tell=self._tell)
            self._say(self._progress(), searching=False)
            self._artefacts(ended)
            if self._over() is not None:  # else it was taken up again meanwhile
                break
        self._say(self._progress())
        ledger = self.tracker.ledger
        registered = ledger.registered
        return {
            "url": self.tracker.address,
            "run": ledger.run,
            "trials": self.tracker.counts()[0],
            "artefacts": sorted(ledger.artefacts),
            "model": None if registered is None else registered["model"],
            "refused": dict(ledger.refused),
        }

    def _over(self) -> State | None:
        now = state(self.folder.path)
        if now.is_over:
            return _STATES[now.state]
        waits_in_vain = not now.alive and time.monotonic() - self._began > _START_SECONDS
        return "KILLED" if waits_in_vain else None

    # -- after the search ----------------------------------------------------------------------------------

    def _artefacts(self, ended: State) -> None:
        """Store what says how good the model is and why; of a finished search, with the model itself."""
        if self.folder.result is None:
            return
        board = self.job.path / "leaderboard.json"
        files.write_json(board, files.json_records(load_run(self.folder.path).leaderboard()))
        self._store(board)
        model = preferred_model(self.folder)
        if ended != "FINISHED" or model is None:
            return
        report = self._made("report", model)
        if report is not None:
            self._store(self._copy(report, "report.html"))
        bundle = self._made("export", model)
        self._store(self._copy(self.folder.path / "explanations" / f"{model}.json", "explanation.json"))
        if bundle is not None:
            with zipfile.ZipFile(bundle) as archive:
                for name in _CARDS:
                    archive.extract(name, self.job.path)
                    self._store(self.job.path / name)
            if self.asked["register"]:
                self._register(bundle)

    def _made(self, kind: str, model: str) -> Path | None:
        """What a job of this kind has made of the model as it is; None where it could not."""
        folder = self.folder
        found = [job for job in jobs(folder.path, kind) if job.params == {"model": model}]
        job: JobState | None = next((j for j in found if j.alive or self._is_current(j, model)), None)
        if job is None or job.state != "finished":
            path = launch(folder.path, kind, model=model) if job is None else job.folder
            self._say(f"{self._progress()}; waiting for the {kind}")
            job = wait(path, every=0.5)
        if job.state == "finished" and job.result is not None:
            return Path(job.result["path"])
        self.tracker.ledger.note(refused=kind, why=f"It could not be made here. {job.message}".strip())
        return None

    def _is_current(self, job: JobState, model: str) -> bool:
        result = job.result
        return (
            job.state == "finished"
            and result is not None
            and result["state"] == shipped_state(self.folder, model)
            and Path(result["path"]).is_file()
        )

    def _copy(self, path: Path, name: str) -> Path:
        """The file under the name that it is to have there."""
        return Path(shutil.copyfile(path, self.job.path / name))

    def _store(self, path: Path) -> None:
        self._say(f"{self._progress()}; storing {path.name}")
        self._persist(lambda: self.tracker.store(path))

    def _register(self, bundle: Path) -> None:
        """Let the bundle become a version of a model in the registry, by the way of `automl publish`."""
        from automl.bundle.archive import sha256
        from automl.bundle.manifest import MANIFEST
        from automl.bundle.publish import publish
        from automl.tracking.mlflow import failure_of

        with zipfile.ZipFile(bundle) as archive:
            manifest = sha256(archive.read(MANIFEST))
        self._say(f"{self._progress()}; registering the model")

        def register() -> None:
            if self.tracker.registered(manifest, self.asked["alias"]) is not None:
                return
            settings = {"run": self.tracker.run, "alias": self.asked["alias"] or ""}
            try:
                done = publish(bundle, f"mlflow:{self.asked['uri']}", settings, really=True)
            except PublishError as error:
                meaning = failure_of(error.__cause__)
                if meaning is None:
                    raise
                raise meaning from error
            versions = [step.result["model"] for step in done if step.result and "model" in step.result]
            self.tracker.note_registered(versions[0], manifest, self.asked["alias"])

        try:
            self._persist(register)
        except RefusedError as error:
            self.tracker.ledger.note(refused="model", why=str(error))

    # -- telling others ------------------------------------------------------------------------------------

    def _persist(self, action: Callable[[], None]) -> None:
        persist(action, patience=self.patience, tell=lambda why: self._say("", why))

    def _progress(self) -> str:
        sent, trials = self.tracker.counts()
        return f"{sent:,} of {trials:,} trials sent"

    def _tell(self, why: str) -> None:
        self._say(self._progress(), why, searching=True)

    def _say(self, message: str, why_not: str = "", **more: Any) -> None:
        sent, trials = self.tracker.counts()
        said = {
            **self._said,
            "message": f"Waiting for the server: {why_not}" if why_not else message,
            "waits_for_server": bool(why_not),
            "url": self.tracker.address,
            "sent": sent,
            "trials": trials,
            **more,
        }
        if said != self._said:  # once a second nothing new would be written
            self.job.set_status("running", **said)
            self._said = said
