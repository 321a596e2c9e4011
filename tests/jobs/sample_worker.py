"""A worker whose jobs do simple things, so that the machinery around them is tested in fractions of a second.

Run as `python tests/jobs/sample_worker.py FOLDER`; the spec's `name` (search) or the job's parameters say
what to do. It goes through the same `main` as the real worker.
"""

from __future__ import annotations

import ctypes
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from automl.errors import RunError
from automl.jobs import worker
from automl.store import RunFolder


def search(path: Path) -> None:
    """Count to the spec's budget, each tenth of a second a trial; go on where it stopped."""
    run = RunFolder.open(path)
    with run.hold():
        what = run.spec["name"]
        session = run.status["session"] + 1
        run.set_status("searching", session=session)
        if what == "crash":
            raise ZeroDivisionError("secret detail of a library")
        if what == "refuse":
            raise RunError("The table has no rows.", fix="Give one that has.")
        if what == "segfault":
            ctypes.string_at(0)
        if what == "children":
            for _ in range(2):  # one that dies of SIGTERM and one that does not want to
                subprocess.Popen([sys.executable, "-c", _CHILD, str(path)])
        for number in range(len(run.trial_ids()), int(run.spec["budget"] * 10)):
            if run.is_cancel_asked():
                run.set_status("cancelled")
                return
            run.write(f"trials/t{number:04}.json", {"id": f"t{number:04}", "session": session})
            time.sleep(0.1)
        run.set_status("finished")


_CHILD = """
import pathlib, signal, sys, time
mark = pathlib.Path(sys.argv[1], "first-child")
try:
    mark.touch(exist_ok=False)
except FileExistsError:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
time.sleep(600)
"""


def explain(
    run: Path,
    job: Path,
    *,
    seconds: float = 0.0,
    until: str | None = None,
    fail: bool = False,
    model: str | None = None,
) -> dict[str, Any]:
    """Sleep, or wait until a file is there, then say where it was done."""
    print("to standard output", flush=True)  # noqa: T201
    time.sleep(seconds)
    while until is not None and not Path(until).exists():
        time.sleep(0.02)
    if fail:
        raise OSError(28, "No space left on device", "x.json")
    return {"run": str(run), "job": str(job)}


if __name__ == "__main__":
    raise SystemExit(worker.main(search=search, others={"explain": explain}))
