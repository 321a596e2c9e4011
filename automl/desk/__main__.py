"""The process: `python -m automl.desk RUN MODEL --socket PATH --trying PATH --lock FD [--idle SECONDS]`.

`automl.desk.Desk` starts it. It listens before it has loaded anything, so that whoever asks is told how far
it is.
"""

from __future__ import annotations

import argparse
import faulthandler
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from automl.desk.server import Answers, Server, bind

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Answer for one model until it is time to leave.

    Parameters
    ----------
    arguments : sequence of str, optional
        Default: the command line.
    """
    parser = argparse.ArgumentParser(prog="python -m automl.desk", description=__doc__)
    parser.add_argument("run", type=Path, help="folder of the run")
    parser.add_argument("model", help="id of a trial, or ensemble")
    parser.add_argument("--socket", type=Path, required=True, help="where to answer")
    parser.add_argument("--trying", type=Path, required=True, help="a mark: removed when loading is over")
    parser.add_argument("--lock", type=int, required=True, help="open file that holds the desk's lock")
    parser.add_argument("--idle", type=float, default=600.0, help="seconds without a question to leave after")
    options = parser.parse_args(arguments)
    os.set_inheritable(options.lock, False)  # for this process alone
    faulthandler.enable()
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.INFO,
        format=f"%(asctime)s %(levelname)s {options.model} %(name)s: %(message)s",
        force=True,
    )
    logging.captureWarnings(True)

    if not options.trying.exists():
        return  # whoever started it does not want it any more

    def load(say: Callable[[str], None]) -> Answers:
        say("Loading the engine")
        from automl.desk.engine import Engine  # takes seconds

        return Engine(options.run, options.model, say)

    Server(
        bind(options.socket),
        options.run,
        load,
        idle=options.idle,
        loaded=lambda: options.trying.unlink(missing_ok=True),
    ).serve()


if __name__ == "__main__":
    main()
