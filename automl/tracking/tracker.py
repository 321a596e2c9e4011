"""Telling a server of a run: what is new is sent, and what was acknowledged is not sent again."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from automl.errors import TrackingError
from automl.store import RunFolder, files
from automl.tracking import told
from automl.tracking.ledger import Ledger
from automl.tracking.server import Metric, RefusedError, Server, State, UnreachableError, batches
from automl.tracking.tail import Tail

__all__ = ["Tracker"]


class Tracker:
    """What a server is told of a run.

    Parameters
    ----------
    folder : RunFolder
        It is only read, but for the ledger in it. One tracker at a time.
    asked : mapping
        As `checked_track` gives it.
    server : Server
    """

    def __init__(self, folder: RunFolder, asked: Mapping[str, Any], server: Server) -> None:
        self.folder = folder
        self.ledger = Ledger(folder, asked)
        self._experiment = asked["experiment"] or str(folder.spec["name"])
        self._server = server
        self._history = Tail(folder.path / "events.jsonl")
        self._events: list[dict[str, Any]] = []
        self._metric = ""  # that the run is judged by, once that is known
        self._there: dict[str, str] | None = None  # runs that the server has and the ledger may not know
        self._given_up: set[str] = set()  # what it has refused to this process: asked again by the next one

    # -- what is said --------------------------------------------------------------------------------------

    def send(self) -> None:
        """Send all that is new.

        Raises
        ------
        UnreachableError
            What was not acknowledged is sent again next time.
        TrackingError
            When the server will not have the run at all.
        """
        self._events += self._history.lines()
        try:
            self._begin()
            if self._knows_metric():
                self._understood()
                self._progress()
        except RefusedError as error:
            raise TrackingError(
                f"The tracking server refuses the run {self.folder.id}: {error}",
                fix="Look whether its experiment or the run was deleted there, and how this machine logs in.",
            ) from error
        for event in self._events:
            if event["kind"] == "trial":
                self._tell_trial(event["id"])

    def conclude(self, state: State) -> None:
        """Say that the search is over, with the final scores where there are any; follows `send`.

        Raises
        ------
        UnreachableError
        """
        for trial in self.folder.trial_ids():  # a crash may have left one without its line in the history
            self._tell_trial(trial)
        result = self.folder.result
        if result is None:
            ended = told.moment(float(self.folder.status.get("updated") or time.time()))
        else:
            ended = told.moment(float(result["finished"]))
            mark = f"result of {ended}"
            self._attempt(
                mark,
                lambda: self._log(
                    self.run, told.final_metrics(result, ended), tags=told.final_tags(result), done=mark
                ),
            )
        if self.ledger.state != state:
            self._attempt("state", lambda: self._say(state, ended))

    def store(self, path: Path) -> None:
        """Store a file as an artefact of the run, unless the server has it as it is.

        Raises
        ------
        UnreachableError
        """
        digest = files.file_sha256(path)
        if self.ledger.artefacts.get(path.name) != digest:
            self._attempt(path.name, lambda: self._upload(path, digest))

    def registered(self, manifest: str, alias: str | None = None) -> str | None:
        """Address in the registry of the version that a bundle has become; None where it has not.

        Parameters
        ----------
        manifest : str
            SHA-256 of the bundle's manifest.
        alias : str, optional
            That shall point at it.

        Raises
        ------
        UnreachableError, RefusedError
        """
        known = self.ledger.registered
        if known is not None and known["manifest"] == manifest:
            model = str(known["model"])
            if alias in (None, known["alias"]):
                return model
        else:
            versions = [
                f"models:/{version['name']}/{version['version']}"
                for version in self._server.registered(self.run)
                if version["tags"].get("glassbench_manifest_sha256") == manifest
            ]
            if not versions:
                return None
            model = versions[0]
        if alias:  # asked for since, or cut off in between
            name, _, number = model.removeprefix("models:/").rpartition("/")
            self._server.point(alias, name, number)
        self.note_registered(model, manifest, alias)
        return model

    def note_registered(self, model: str, manifest: str, alias: str | None) -> None:
        """Write down that a bundle has become a version in the registry, to which an alias points."""
        self.ledger.note(registered={"model": model, "manifest": manifest, "alias": alias})

    # -- how it stands -------------------------------------------------------------------------------------

    @property
    def run(self) -> str:
        """The server's id of the run."""
        if self.ledger.run is None:
            raise RuntimeError("Nothing has been sent yet.")
        return self.ledger.run

    @property
    def address(self) -> str | None:
        """Where people see the run; None while the server does not know it."""
        if self.ledger.run is None:
            return None
        return f"{self.ledger.uri}/#/experiments/{self.ledger.experiment}/runs/{self.ledger.run}"

    def counts(self) -> tuple[int, int]:
        """How many trials are told, and how many there are."""
        trials = self.folder.trial_ids()
        return sum(trial in self.ledger.done for trial in trials), len(trials)

    # -- steps ---------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        spec, ledger = self.folder.spec, self.ledger
        if ledger.experiment is None:
            ledger.note(experiment=self._server.experiment(self._experiment))
        if ledger.run is None:
            start = told.moment(float(spec["created"]))
            ledger.note(run=self._make(told.RUN_PART, str(spec["name"]), told.run_tags(spec), start))
            ledger.note(state="RUNNING")
        self._params("asked", lambda: told.asked_params(spec))
        if ledger.state != "RUNNING" and self.folder.is_busy():  # taken up again
            self._say("RUNNING", None)

    def _knows_metric(self) -> bool:
        if not self._metric and self.folder.has("prepared.json"):
            self._metric = str(self.folder.read("task.json")["metric"])
        return bool(self._metric)

    def _understood(self) -> None:
        self._params("understood", lambda: told.understood_params(self.folder))
        if "dataset" not in self.ledger.done:
            self._attempt("dataset", self._tell_dataset)

    def _params(self, what: str, params: Callable[[], Mapping[str, str]]) -> None:
        if what not in self.ledger.done:  # refused where the server has other values of them already
            self._attempt(what, lambda: self._log(self.run, params=params(), done=what))

    def _tell_dataset(self) -> None:
        dataset = told.dataset_of(self.folder)
        if dataset is not None:
            self._log(self.run, tags={"glassbench.data.sha256": dataset.sha256}, done="data")
            self._server.log_dataset(self.run, dataset)
            self.ledger.note(done="dataset")

    def _progress(self) -> None:
        """Tell what the history says about the search as a whole."""
        before, new = self._events[: self.ledger.events], self._events[self.ledger.events :]
        if new:
            tried = sum(event["kind"] == "trial" for event in before)
            for batch in batches(list(told.search_metrics(new, self._metric, tried))):
                self._server.log(self.run, batch)
            self.ledger.note(events=len(self._events))

    def _tell_trial(self, trial: str) -> None:
        if trial not in self.ledger.done:
            self._attempt(trial, lambda: self._trial(trial))

    def _trial(self, trial: str) -> None:
        content = self.folder.read(f"trials/{trial}.json")
        it = told.trial_of(content, self.folder.id, self.run, self._metric)
        run = self.ledger.trials.get(trial)
        if run is None:
            run = self._make(trial, it.name, it.tags, it.start)
            self.ledger.note(trial=trial, **{"is": run})
        for batch in batches(it.metrics, it.params):
            self._server.log(run, batch)
        self._server.set_state(run, it.state, it.end)
        self.ledger.note(done=trial)

    def _make(self, part: str, name: str, tags: Mapping[str, str], start: int) -> str:
        """Make a run on the server, unless it is there.

        That is asked when this process begins, since the one before may have been killed between the server's
        answer and the ledger; and after a failure that left open what the server has done.
        """
        assert self.ledger.experiment is not None
        if self._there is None:
            self._there = self._server.find(self.ledger.experiment, self.folder.id)
        if part in self._there:
            return self._there[part]
        try:
            return self._server.create(self.ledger.experiment, name, tags, start)
        except UnreachableError:
            self._there = None
            raise

    def _log(
        self,
        run: str,
        metrics: Sequence[Metric] = (),
        *,
        params: Mapping[str, str] | None = None,
        tags: Mapping[str, str] | None = None,
        done: str,
    ) -> None:
        if done not in self.ledger.done:
            for batch in batches(metrics, params, tags):
                self._server.log(run, batch)
            self.ledger.note(done=done)

    def _say(self, state: State, end: int | None) -> None:
        self._server.set_state(self.run, state, end)
        self.ledger.note(state=state)

    def _upload(self, path: Path, digest: str) -> None:
        self._server.upload(self.run, path)
        self.ledger.note(artefact=path.name, sha256=digest)

    def _attempt(self, what: str, action: Callable[[], None]) -> None:
        """Do something that may be refused without the rest being in vain; the ledger keeps why."""
        if what in self._given_up:
            return
        try:
            action()
        except RefusedError as error:
            self._given_up.add(what)
            if self.ledger.refused.get(what) != str(error):
                self.ledger.note(refused=what, why=str(error))
