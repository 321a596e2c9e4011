"""The answering side: one thread listens, one for each asker waits, and one alone does the work.

What a desk knows is touched by a single thread, so nothing of it needs a lock. A quick question does not wait
for a slow one: the slow one looks up between its steps and lets it pass. When nobody asks, the working thread
goes on with what it had answered in haste.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from automl.desk import wire
from automl.desk.client import LOG
from automl.desk.wire import WireError
from automl.errors import GlassbenchError, RunError

__all__ = ["Answers", "Server", "bind"]

_LOOK_SECONDS = 0.5
_TALK_SECONDS = 10.0  # that an asker may take to say what it wants
_FAILED_SECONDS = 30.0  # that a desk which could not be made ready stays, to say why
_MOST_ASKERS = 32

logger = logging.getLogger("automl.desk")


class Answers(Protocol):
    """What a desk is asked; see :class:`automl.desk.engine.Engine`."""

    def answer(
        self,
        question: str,
        params: dict[str, Any],
        seconds: float | None,
        progress: Callable[[float], None] | None,
    ) -> dict[str, Any]:
        """The answer, as JSON."""
        ...

    def is_slow(self, question: str) -> bool:
        """Whether quick questions may pass this one."""
        ...

    def is_stale(self) -> bool:
        """Whether the model has become another since it was loaded."""
        ...

    def is_refining(self) -> bool:
        """Whether something was answered in haste and will be better soon."""
        ...

    def refine(self, wanted: Callable[[], bool]) -> bool:
        """Go on with something answered in haste, until somebody asks; whether there was something."""
        ...


@dataclass
class _Asked:
    question: str
    params: dict[str, Any]
    seconds: float | None
    answer: dict[str, Any] = field(default_factory=dict)
    done: threading.Event = field(default_factory=threading.Event)


def bind(path: Path) -> socket.socket:
    """A listening socket that only this user can reach, in the place of one that a dead desk has left."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listener.bind(str(path))
    finally:
        os.umask(before)
    listener.listen(_MOST_ASKERS)
    listener.settimeout(_LOOK_SECONDS)
    return listener


class Server:
    """A desk.

    Parameters
    ----------
    listener : socket
        As :func:`bind` makes it.
    run_folder : Path
        When it is gone, so is the desk.
    load : callable
        Makes the answering part, telling what it is doing; it may take long.
    idle : float
        Seconds without a question after which the desk leaves.
    loaded : callable
        Called when loading is over, well or not.
    """

    def __init__(
        self,
        listener: socket.socket,
        run_folder: Path,
        load: Callable[[Callable[[str], None]], Answers],
        *,
        idle: float,
        loaded: Callable[[], None] = lambda: None,
    ) -> None:
        self._listener, self._run, self._load, self._loaded = listener, run_folder, load, loaded
        self._socket = Path(listener.getsockname())
        self._own = self._socket.stat().st_ino
        self._idle = idle
        self._state, self._message = "starting", "Loading the engine"
        self._cause: GlassbenchError | None = None
        self._engine: Answers | None = None
        self._used = time.monotonic()
        self._leaving = False
        self._askers = threading.BoundedSemaphore(_MOST_ASKERS)
        self._waiting: deque[_Asked] = deque()
        self._news = threading.Condition()

    def serve(self) -> None:
        """Answer until it is time to leave."""
        threading.Thread(target=self._work, name="work", daemon=True).start()
        while self._should_stay():
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            if self._askers.acquire(blocking=False):
                threading.Thread(target=self._talk, args=(connection,), daemon=True).start()
            else:
                connection.close()
        self._leave()

    def _should_stay(self) -> bool:
        limit = _FAILED_SECONDS if self._state == "failed" else self._idle
        if self._leaving or self._idle_for() > limit or not (self._run / "spec.json").exists():
            return False
        try:
            return self._socket.stat().st_ino == self._own  # else another desk has taken the place
        except OSError:
            return False

    def _idle_for(self) -> float:
        with self._news:
            return 0.0 if self._waiting or self._state == "starting" else time.monotonic() - self._used

    def _leave(self) -> None:
        """End the process now, whatever it is doing."""
        logger.info("the desk leaves")
        self._loaded()
        try:
            if self._socket.stat().st_ino == self._own:
                self._socket.unlink()
        except OSError:
            pass
        logging.shutdown()
        os._exit(0)

    # -- askers --------------------------------------------------------------------------------------------

    def _talk(self, connection: socket.socket) -> None:
        try:
            with connection:
                connection.settimeout(_TALK_SECONDS)
                try:
                    asked = wire.receive(connection, most=wire.MOST_ASKED)
                except WireError as error:
                    refused = RunError(f"Expected one line with a JSON object. {error}")
                    self._send(connection, {"state": self._state, "error": wire.failure(refused)})
                    return
                if asked.get("version") != wire.VERSION:
                    self._send(connection, {"state": self._state})  # the asker sees that we are of another
                    if asked.get("question") != "leave":
                        return
                if asked.get("question") == "leave":
                    self._leave()
                self._send(connection, self._answer(asked))
                if self._leaving:
                    self._leave()
        finally:
            self._askers.release()

    def _send(self, connection: socket.socket, answer: dict[str, Any]) -> None:
        try:
            wire.send(connection, {"version": wire.VERSION, **answer})
        except WireError:
            logger.info("an asker went away before its answer")

    def _answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked.get("question") == "state":
            if self._engine is not None and self._engine.is_stale():
                self._leaving = True
                return {"state": "leaving"}
            return self._told()
        if self._engine is None:
            return self._told()
        self._used = time.monotonic()
        if self._engine.is_stale():
            self._leaving = True
            return {"state": "leaving"}
        question, params, seconds = (asked.get(name) for name in ("question", "params", "seconds"))
        job = _Asked(str(question), params if isinstance(params, dict) else {}, None)
        if seconds is not None and (
            isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds <= 600
        ):
            wrong = RunError(f"Expected seconds as a number above 0 and at most 600, found {seconds!r}.")
            return {"state": self._state, "error": wire.failure(wrong)}
        job.seconds = None if seconds is None else float(seconds)
        with self._news:
            self._waiting.append(job)
            self._news.notify()
        job.done.wait()
        self._used = time.monotonic()
        return {"state": self._state, **job.answer}

    def _told(self) -> dict[str, Any]:
        cause = None if self._cause is None else wire.failure(self._cause)
        return {
            "state": self._state, "message": self._message, "cause": cause, "idle": self._idle_for(),
            "refining": self._engine is not None and self._engine.is_refining(),
        }  # fmt: skip

    # -- work ----------------------------------------------------------------------------------------------

    def _work(self) -> None:
        began = time.monotonic()
        try:
            engine = self._load(self._say)
        except GlassbenchError as error:
            self._fail(error)
            return
        except Exception as error:
            identity = secrets.token_hex(4)
            logger.exception("error %s", identity)
            self._fail(self._unknown(error, identity))
            return
        finally:
            self._loaded()
        self._used = time.monotonic()
        self._engine, self._state, self._message = engine, "ready", ""
        logger.info("ready after %.1f s", time.monotonic() - began)
        while True:
            job = self._next(quick=False)
            if job is not None:
                self._do(job)
            elif not self._refine():
                with self._news:
                    self._news.wait_for(lambda: bool(self._waiting))

    def _say(self, what: str) -> None:
        self._message = what
        logger.info("%s", what)

    def _fail(self, error: GlassbenchError) -> None:
        logger.error("could not be made ready: %s", error)
        self._used = time.monotonic()
        self._cause, self._state = error, "failed"

    def _next(self, *, quick: bool) -> _Asked | None:
        assert self._engine is not None
        with self._news:
            for job in self._waiting:
                if not (quick and self._engine.is_slow(job.question)):
                    self._waiting.remove(job)
                    return job
        return None

    def _do(self, job: _Asked) -> None:
        assert self._engine is not None
        slow = self._engine.is_slow(job.question)
        try:
            made = self._engine.answer(
                job.question, job.params, job.seconds, self._let_pass if slow else None
            )
            job.answer = {"result": made}
        except GlassbenchError as error:
            job.answer = {"error": wire.failure(error)}
        except Exception as error:
            identity = secrets.token_hex(4)
            logger.exception("error %s", identity)
            job.answer = {"error": wire.failure(self._unknown(error, identity))}
        finally:
            job.done.set()

    def _let_pass(self, share: float) -> None:
        """Between two steps of a slow question: answer the quick ones that have come."""
        while (job := self._next(quick=True)) is not None:
            self._do(job)

    def _refine(self) -> bool:
        assert self._engine is not None
        try:
            return self._engine.refine(lambda: bool(self._waiting))
        except Exception:
            logger.exception("what was answered in haste could not be refined")
            return False

    def _unknown(self, error: Exception, identity: str) -> GlassbenchError:
        if isinstance(error, MemoryError):
            return RunError("The machine ran out of memory.", fix="Close other programs, and try again.")
        return RunError(
            f"Something went wrong that Glassbench does not know ({type(error).__name__}).",
            fix=f"Look for error {identity} in {self._run / LOG}: the details are there.",
        )
