"""Start telling a run from a process of its own, where the caller is no job."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import automl
from automl.store import RunFolder

__all__ = ["start"]

_SECONDS = 60


def start(folder: RunFolder) -> threading.Thread:
    """Start `automl track --background` for a run, and return at once.

    That verb starts a job, which outlives this process. Where it cannot be started, the run's history says
    so: a search goes on without being told.

    Returns
    -------
    Thread
        That waits until the job is on its way.
    """
    waiting = threading.Thread(target=_start, args=(folder,), name="track")
    waiting.start()
    return waiting


def _start(folder: RunFolder) -> None:
    root = str(Path(automl.__path__[0]).absolute().parent)
    paths = [root, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    try:
        subprocess.run(
            [sys.executable, "-m", "automl", "track", str(folder.path), "--background"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            timeout=_SECONDS,
            check=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(dict.fromkeys(paths))},
        )
    except (OSError, subprocess.SubprocessError) as error:
        said = (getattr(error, "stderr", None) or str(error)).strip()
        folder.add_event("tracking_failed", reason=said[-2000:])
