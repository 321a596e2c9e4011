"""What a server has acknowledged of a run: lines in the run's folder, one for each thing that is settled.

A line is written when the server has answered. So whatever is killed in between was perhaps done and is not
in the ledger: before a run is made, the tracker therefore asks the server whether it is there, and what else
it sends is the same when it is sent twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from automl.store import RunFolder, files

__all__ = ["JOURNAL", "Ledger"]

JOURNAL = "tracking.jsonl"


class Ledger:
    """The ledger of a run.

    Parameters
    ----------
    folder : RunFolder
    asked : mapping
        `uri` and `experiment`: what was acknowledged elsewhere does not count here.

    Attributes
    ----------
    uri : str
        The server.
    experiment, run : str or None
        The server's ids.
    events : int
        How many lines of the run's history have been told.
    trials : dict of str to str
        Ids of trials → the server's ids of their runs.
    done : set of str
        Trials that are told completely, and other things that are: parts of the run itself.
    artefacts : dict of str to str
        Names → SHA-256 of the files that were stored.
    registered : dict or None
        `model`, its version's address in the registry, `manifest`, the SHA-256 of its bundle's, and `alias`.
    refused : dict of str to str
        What the server will not take → why.
    state : str or None
        How the run stands, as the server was told.
    """

    def __init__(self, folder: RunFolder, asked: Mapping[str, Any]) -> None:
        self._path = folder.path / JOURNAL
        self._mend()
        self.uri = str(asked["uri"])
        self._to = {"uri": asked["uri"], "experiment": asked["experiment"]}
        lines = files.read_json_lines(self._path)
        self._forget()
        here = False
        for line in lines:
            if "to" in line:
                here = line["to"] == self._to
                self._forget()
            elif here:
                self._take(line)
        if not here:
            self._forget()
            self._append({"to": self._to})

    def note(self, **line: Any) -> None:
        """Write down what the server has acknowledged; see the attributes for what there is."""
        self._append(line)
        self._take(line)

    def _mend(self) -> None:
        """Cut off a line that a power cut has left half written: the next one would become part of it."""
        if not self._path.exists():
            return
        with self._path.open("r+b") as stream:
            content = stream.read()
            stream.truncate(content.rfind(b"\n") + 1)

    def _append(self, line: Mapping[str, Any]) -> None:
        files.append_json_line(self._path, dict(line))

    def _forget(self) -> None:
        self.experiment: str | None = None
        self.run: str | None = None
        self.events = 0
        self.trials: dict[str, str] = {}
        self.done: set[str] = set()
        self.artefacts: dict[str, str] = {}
        self.registered: dict[str, Any] | None = None
        self.refused: dict[str, str] = {}
        self.state: str | None = None

    def _take(self, line: Mapping[str, Any]) -> None:
        match line:
            case {"experiment": experiment}:
                self.experiment = experiment
            case {"run": run}:
                self.run = run
            case {"events": events}:
                self.events = events
            case {"trial": trial, "is": run}:
                self.trials[trial] = run
            case {"done": what}:
                self.done.add(what)
                self.refused.pop(what, None)
            case {"artefact": name, "sha256": digest}:
                self.artefacts[name] = digest
                self.refused.pop(name, None)
            case {"registered": registered}:
                self.registered = registered
                self.refused.pop("model", None)
            case {"refused": what, "why": why}:
                self.refused[what] = why
            case {"state": state}:
                self.state = state
            case _:
                raise ValueError(f"The ledger has no such line: {dict(line)!r}.")
