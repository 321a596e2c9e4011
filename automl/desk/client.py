"""The asking side: finds the desk of a model, starts it where there is none, and puts questions to it."""

from __future__ import annotations

import os
import socket
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from automl.desk import wire
from automl.desk.place import Place
from automl.desk.wire import WireError
from automl.errors import GlassbenchError, RunError
from automl.jobs.detach import start_detached, worker_environment
from automl.store import RunFolder, is_id, lock

__all__ = ["IDLE_SECONDS", "LOG", "MOST_DESKS", "Desk", "DeskState", "NotReadyError"]

IDLE_SECONDS = 600.0
"""A desk that nobody has asked for so long leaves."""
MOST_DESKS = 2
"""Desks of one home: each holds a model and its rows in memory."""
LOG = "desk.log"
"""In the run's folder."""

_HOW_IS_IT = {"version": wire.VERSION, "question": "state"}
_LOG_BYTES = 1_000_000
_CONNECT_SECONDS = 2.0
_LET_GO_SECONDS = 15.0  # a process that is just starting has to come so far that it sees it
_PATIENCE = 60.0  # beyond what a question is given: another one may be under way


class NotReadyError(RunError):
    """The desk is still loading the model; the same question can be asked again soon."""


@dataclass(frozen=True)
class DeskState:
    """Where a desk stands.

    Attributes
    ----------
    name : {"away", "starting", "ready", "failed"}
    message : str
        What it is doing, in a few words.
    error : GlassbenchError or None
        Why it could not be made ready.
    idle : float
        Seconds since it was last asked.
    refining : bool
        Whether something was answered in haste and will be better soon.
    """

    name: str
    message: str = ""
    error: GlassbenchError | None = None
    idle: float = 0.0
    refining: bool = False


class Desk:
    """The desk of one model of a run, whether it is there already or not.

    Parameters
    ----------
    run_folder : Path or str
    model : str
        Id of a trial, or `ensemble`.
    idle : float
        Seconds after which a desk that this one starts leaves.

    Raises
    ------
    RunError
        When there is no such run, or the id is none.

    Examples
    --------
    >>> desk = Desk(run.path, "ensemble")  # doctest: +SKIP
    >>> desk.ask("what_if", row=3, changes={"Contract": "Two year"}, seconds=0.2, wait=30)  # doctest: +SKIP
    """

    def __init__(self, run_folder: Path | str, model: str, *, idle: float = IDLE_SECONDS) -> None:
        self.run = RunFolder.open(Path(run_folder).absolute())
        if not is_id(model):
            raise RunError(f"{model!r} is not the id of a model.", fix="Ids look like t0007, or `ensemble`.")
        self.model = model
        self._idle = idle
        self._place = Place.of(self.run.path, model)

    def ask(
        self, question: str, *, seconds: float | None = None, wait: float = 0.0, **params: Any
    ) -> dict[str, Any]:
        """Put a question; see :mod:`automl.desk.questions` for what can be asked.

        Parameters
        ----------
        question : str
        seconds : float, optional
            That the answer may take; with few it is wider.
        wait : float
            Seconds to wait for a desk that is not ready.
        **params
            What is asked, as JSON.

        Raises
        ------
        NotReadyError
            When it is still not ready then. It is on its way.
        GlassbenchError
            When the question makes no sense, or the desk could not be made ready.
        """
        asked = {"version": wire.VERSION, "question": question, "seconds": seconds, "params": params}
        ends = time.monotonic() + wait
        gone = 0
        while True:
            try:
                answer = _exchange(self._place, asked, (seconds or 0.0) + _PATIENCE)
            except TimeoutError as error:
                raise RunError(
                    f"The process that answers for {self.model} does not answer.",
                    fix="The machine may be very busy. Try again.",
                ) from error
            if answer is None:  # nobody there, or gone in the middle of it
                now = self.wake()
                gone += now.name == "ready"
                if gone > 3:
                    raise RunError(
                        f"The process that answers for {self.model} goes away whenever it is asked this.",
                        fix=f"{self.run.path / LOG} may say why.",
                    )
            elif "result" in answer or "error" in answer:
                if "error" in answer:
                    raise wire.raised(answer["error"])
                result: dict[str, Any] = answer["result"]
                return result
            else:
                now = _state(answer)
            if now.error is not None:
                raise now.error
            if time.monotonic() >= ends and now.name != "ready":
                raise NotReadyError(now.message or "The model is being loaded.", fix="Ask again in a moment.")
            time.sleep(0.0 if now.name == "ready" else 0.03)

    def state(self) -> DeskState:
        """Where the desk stands; starts nothing."""
        try:
            answer = _exchange(self._place, _HOW_IS_IT, _CONNECT_SECONDS)
        except TimeoutError:  # it compiles, or the machine is very busy
            return DeskState("starting", "Waiting for the process of this model")
        if answer is not None:
            return _state(answer)
        if lock.is_held(self._place.lock):
            return DeskState("starting", "Starting a process for this model")
        return DeskState("away")

    def wake(self) -> DeskState:
        """Start the desk if there is none, and return at once.

        Raises
        ------
        RunError
            When it cannot be started, or the last one died while it was loading.
        """
        now = self.state()
        if now.name != "away":
            return now
        place = self._place
        with lock.hold(place.starting, wait=2 * _LET_GO_SECONDS):  # two tabs make one desk
            now = self.state()
            if now.name != "away":
                return now
            if place.trying.exists():
                place.trying.unlink(missing_ok=True)
                raise RunError(
                    "The process that was to answer for this model ended while it was loading it.",
                    fix=f"The machine may be short of memory; {self.run.path / LOG} may say more. Try again.",
                )
            self._make_room()
            self._start()
        return DeskState("starting", "Starting a process for this model")

    def close(self) -> None:
        """Ask the desk to leave, if there is one, and wait until it has."""
        _dismiss(self._place)

    def _start(self) -> None:
        place, log = self._place, self.run.path / LOG
        if log.exists() and log.stat().st_size > _LOG_BYTES:
            log.unlink()
        handle = lock.take(place.lock, wait=_LET_GO_SECONDS)
        try:
            place.trying.touch(mode=0o600)
            start_detached(
                [
                    sys.executable, "-m", "automl.desk", str(self.run.path), self.model,
                    "--socket", str(place.socket), "--trying", str(place.trying),
                    "--lock", str(handle), "--idle", str(self._idle),
                ],
                log=log,
                cwd=self.run.path,
                env=worker_environment(),
                pass_fds=(handle,),
            )  # fmt: skip
        except BaseException:
            place.trying.unlink(missing_ok=True)
            raise
        finally:
            os.close(handle)  # the desk has its copy: the lock stays taken

    def _make_room(self) -> None:
        """Let the longest idle desks of this home leave until there is room for one more."""
        others = [each for each in self._place.all() if each != self._place and lock.is_held(each.lock)]
        idle = {place: _idle_seconds(place) for place in others}
        others.sort(key=lambda place: -idle[place])
        for place in others[: max(0, len(others) - MOST_DESKS + 1)]:
            try:
                _dismiss(place)
            except RunError as error:
                raise RunError(
                    "Other models are just being loaded, and there is room for two at once.",
                    fix="Wait a moment, then try again.",
                ) from error


def _exchange(place: Place, asked: dict[str, Any], patience: float) -> dict[str, Any] | None:
    """What the desk answers; None where there is none, or it is about to leave.

    Raises
    ------
    TimeoutError
        When it is there and does not answer.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(_CONNECT_SECONDS)
        try:
            connection.connect(str(place.socket))
        except BlockingIOError as error:  # more are waiting to be heard than it has room for
            raise TimeoutError from error
        except OSError:
            return None
        connection.settimeout(patience)
        try:
            wire.send(connection, asked)
            answer = wire.receive(connection, most=wire.MOST_ANSWERED)
        except WireError as error:
            if isinstance(error.__cause__, TimeoutError):
                raise TimeoutError from error
            return None
    if answer.get("version") != wire.VERSION:  # of another Glassbench
        _dismiss(place)
        return None
    return None if answer.get("state") == "leaving" else answer


def _state(answer: dict[str, Any]) -> DeskState:
    error = wire.raised(answer["cause"]) if answer.get("cause") else None
    return DeskState(
        name=str(answer.get("state")),
        message=str(answer.get("message") or ""),
        error=error,
        idle=float(answer.get("idle") or 0.0),
        refining=bool(answer.get("refining")),
    )


def _idle_seconds(place: Place) -> float:
    try:
        answer = _exchange(place, _HOW_IS_IT, _CONNECT_SECONDS)
    except TimeoutError:
        return 0.0
    return 0.0 if answer is None else float(answer.get("idle") or 0.0)


def _dismiss(place: Place) -> None:
    """Let a desk leave.

    Raises
    ------
    RunError
        When it is still there after some seconds.
    """
    place.trying.unlink(missing_ok=True)  # one that has no socket yet leaves when it does not find this
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(_CONNECT_SECONDS)
        with suppress(OSError, WireError):
            connection.connect(str(place.socket))
            wire.send(connection, {"version": wire.VERSION, "question": "leave"})
    os.close(lock.take(place.lock, wait=_LET_GO_SECONDS))
