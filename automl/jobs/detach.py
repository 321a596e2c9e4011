"""Start a process that outlives the one that asks for it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import automl
from automl.errors import RunError
from automl.store.who import USER, who

__all__ = ["start_detached", "worker_environment"]

# The intermediate forks, the parent leaves at once, and the child becomes the command in a session of its
# own: adopted by init, so that nobody has to wait for it (no zombie) and no terminal can hang it up. Until it
# has that session it is in the intermediate's, which is not the caller's either: whoever ends the caller's
# process group just then does not take it along. The server itself never forks: its threads and sockets would
# come along. `-I -S` keeps the intermediate to a few milliseconds and free of the caller's environment.
_INTERMEDIATE = (
    "import os, sys\nif os.fork():\n    os._exit(0)\nos.setsid()\nos.execv(sys.argv[1], sys.argv[1:])"
)


def start_detached(
    command: Sequence[str],
    *,
    log: Path,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    pass_fds: Sequence[int] = (),
) -> None:
    """Start `command` in a session of its own and return at once.

    Standard input is empty, standard output and error are appended to `log`, and of the caller's open files
    only `pass_fds` are handed down.

    Parameters
    ----------
    command : sequence of str
        Absolute path of a program, then its arguments.
    log : Path
        Created when it is missing.
    cwd : Path
        Working directory.
    env : mapping, optional
        The whole environment; default: the caller's.
    pass_fds : sequence of int
        File descriptors that the command keeps, under the same numbers.

    Raises
    ------
    RunError
        When the process could not be started.
    """
    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        intermediate = subprocess.run(  # returns when the intermediate has left, not when the command ends
            [sys.executable, "-I", "-S", "-c", _INTERMEDIATE, *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=cwd,
            env=env,
            pass_fds=pass_fds,
            close_fds=True,
            start_new_session=True,
            check=False,
        )
    except OSError as error:
        raise RunError(
            f"A worker process could not be started: {error}.",
            fix="Free some memory or processes and try again.",
        ) from error
    finally:
        os.close(output)
    if intermediate.returncode != 0:
        raise RunError(
            f"A worker process could not be started (exit code {intermediate.returncode}).",
            fix=f"The reason is at the end of {log}.",
        )


def worker_environment() -> dict[str, str]:
    """The caller's environment, in which the worker finds this very package and nothing by accident.

    The workbench may run from a source folder that is not installed; and a file like `random.py` in the
    working directory must not take the place of a module.
    """
    root = Path(automl.__path__[0]).absolute().parent
    paths = [Path(entry).absolute() for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]
    if root.name not in (
        "site-packages",
        "dist-packages",
    ):  # found without help, and must not precede the library
        paths.insert(0, root)
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(map(str, paths))),
        "PYTHONSAFEPATH": "1",
        USER: who(),  # the audit log names whoever asked for the job
        "PYTHONUNBUFFERED": "1",
    }
