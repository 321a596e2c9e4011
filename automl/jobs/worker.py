"""The process that does a job: `python -m automl.jobs.worker FOLDER`.

It takes the worker lock (or gets it from `launch`), puts a watchdog beside itself, sends all output to
`worker.log` of its folder, and does what the folder's specification asks for. An error never gets lost: it
ends in state `failed` with a message and an id, under which the log holds the traceback.
"""

from __future__ import annotations

import argparse
import faulthandler
import logging
import os
import secrets
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from automl.errors import GlassbenchError
from automl.jobs import kinds, watchdog, worker_lock
from automl.jobs.folder import LOG, JobFolder, open_folder
from automl.jobs.turn import await_turn
from automl.store import RunFolder

__all__ = ["main"]

logger = logging.getLogger("automl.jobs")


def main(
    arguments: Sequence[str] | None = None,
    *,
    search: Callable[[Path], None] = kinds.search,
    others: Mapping[str, Callable[..., dict[str, Any]]] = kinds.OTHERS,
) -> int:
    """Do the job of a folder.

    Parameters
    ----------
    arguments : sequence of str, optional
        Default: the command line.
    search : callable
        What a search does with its run folder.
    others : mapping
        The other kinds: run folder, job folder and the parameters in, result as JSON out.

    Returns
    -------
    int
        Exit code: 0 done or cancelled, 1 failed or refused.
    """
    parser = argparse.ArgumentParser(prog="python -m automl.jobs.worker", description=__doc__)
    parser.add_argument("folder", type=Path, help="run folder, or folder of an explain or export job")
    parser.add_argument("--lock", type=int, help="open file that holds the worker lock already")
    options = parser.parse_args(arguments)
    try:
        folder = open_folder(options.folder)
        if options.lock is None:
            worker_lock.take(folder.path, wait=1.0)  # held until the process ends
        else:
            os.set_inheritable(options.lock, False)  # for this process alone
    except GlassbenchError as error:
        print(error, file=sys.stderr)  # noqa: T201 - there is no log yet
        return 1
    watchdog.guard(folder.path)
    _write_to(folder.path / LOG)
    logger.info("worker %d begins in %s", os.getpid(), folder.path)
    began = time.monotonic()
    done = _do_search(folder, search) if isinstance(folder, RunFolder) else _do_other(folder, others)
    logger.info(
        "worker %d ends after %.1f s: %s", os.getpid(), time.monotonic() - began, "done" if done else "failed"
    )
    return 0 if done else 1


def _write_to(log: Path) -> None:
    """Send everything to the log: what Python logs, warns and prints, and what native libraries write."""
    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    for stream in (1, 2):
        os.dup2(output, stream)
    os.close(output)
    os.close(nothing)
    faulthandler.enable()  # a crash in native code leaves its traceback too
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        force=True,
    )
    logging.captureWarnings(True)


def _do_search(folder: RunFolder, search: Callable[[Path], None]) -> bool:
    try:
        if not await_turn(folder):
            return True
        search(folder.path)
    except Exception as error:
        known = folder.read("status.json", {}).get("error") or {}
        error_id = str(known.get("id") or secrets.token_hex(4))
        logger.exception("error %s", error_id)
        try:
            with folder.hold(wait=5.0):
                status = folder.read("status.json", {})
                if status.get("state") != "failed" or not (status.get("error") or {}).get("id"):
                    folder.set_status("failed", **_failure(error, error_id))
                    folder.add_event("failed", message=str(error), id=error_id)
        except GlassbenchError:
            logger.exception("error %s is not in the status, which belongs to another process", error_id)
        return False
    return True


def _do_other(folder: JobFolder, others: Mapping[str, Callable[..., dict[str, Any]]]) -> bool:
    try:
        spec = folder.spec
        folder.set_status("running", message="", started=time.time())
        result = others[spec["kind"]](folder.run.path, folder.path, **spec["params"])
        folder.set_status("finished", result=result)
    except Exception as error:
        error_id = secrets.token_hex(4)
        logger.exception("error %s", error_id)
        folder.set_status("failed", **_failure(error, error_id))
        return False
    return True


def _failure(error: Exception, error_id: str) -> dict[str, Any]:
    if isinstance(error, GlassbenchError):
        message = str(error)
    elif isinstance(error, MemoryError):
        message = "The machine ran out of memory."
    elif isinstance(error, OSError) and error.strerror:  # disk full, no permission
        message = f"The operating system refused: {error.strerror} ({error.filename or 'no file named'})."
    else:  # the text of a foreign error is for the log: it explains nothing to the reader of a page
        message = f"Something went wrong that Glassbench does not know ({type(error).__name__})."
    return {"message": message, "error": {"message": message, "id": error_id}}


if __name__ == "__main__":
    raise SystemExit(main())
