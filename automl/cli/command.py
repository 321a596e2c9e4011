"""From the typed words to an exit code."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper

from automl.cli.parser import build_parser
from automl.errors import GlassbenchError

__all__ = ["main"]

_MODULES = {
    "fit": "automl.cli.search",
    "resume": "automl.cli.search",
    "track": "automl.cli.tracking",
    "runs": "automl.cli.look",
    "leaderboard": "automl.cli.look",
    "front": "automl.cli.look",
    "compare": "automl.cli.choose",
    "pick": "automl.cli.choose",
    "threshold": "automl.cli.look",
    "explain": "automl.cli.explain",
    "inspect": "automl.cli.inspect",
    "report": "automl.cli.ship",
    "export": "automl.cli.ship",
    "predict": "automl.cli.ship",
    "monitor": "automl.cli.monitor",
    "timeline": "automl.cli.timeline",
    "bless": "automl.cli.bless",
    "serve": "automl.cli.serve",
    "onnx": "automl.cli.onnx",
    "publish": "automl.cli.publish",
    "verify": "automl.cli.trust",
    "keygen": "automl.cli.trust",
    "sign": "automl.cli.trust",
    "upgrade": "automl.cli.trust",
    "app": "automl.cli.app",
    "data": "automl.cli.data",
    "models": "automl.cli.models",
    "alias": "automl.cli.models",
    "approve": "automl.cli.models",
    "retrain": "automl.cli.retrain",
    "audit": "automl.cli.audit",
    "catalogue": "automl.cli.catalogue",
    "watch": "automl.cli.watch",
    "alerts": "automl.cli.alerts",
    "schema": "automl.cli.schema",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Parameters
    ----------
    arguments : sequence of str, optional
        Default: the command line.

    Returns
    -------
    int
        Exit code: 0 done, 1 could not be done, 2 wrong usage, 130 interrupted.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a terminal that cannot show "–" gets "?", not a traceback
            stream.reconfigure(errors="replace")
    parser = build_parser()
    try:
        options = parser.parse_args(arguments)
    except SystemExit as leaving:  # --help (0) and wrong usage (2)
        return int(leaving.code or 0)
    if options.version:
        from automl.cli.console import Console
        from automl.cli.version import version

        Console(options).say(f"glassbench {version()}")
        return 0
    if options.command is None:
        parser.print_help(sys.stderr)
        return 2
    try:
        return _run(options)
    except BrokenPipeError:  # `automl leaderboard RUN | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _run(options: Namespace) -> int:
    from automl.cli.console import Console

    console = Console(options)
    try:
        code: int = getattr(import_module(_MODULES[options.command]), options.command)(options, console)
    except GlassbenchError as error:
        console.error(error)
        return 1
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        console.error(error)
        return 1
    except KeyboardInterrupt:
        console.note("Interrupted.")
        return 130
    return code
