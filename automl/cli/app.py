"""`automl app`."""

from __future__ import annotations

import os
import sys
from argparse import Namespace

from automl.cli.console import Console

__all__ = ["app"]


def app(options: Namespace, console: Console) -> int:
    """Become the workbench's server; does not return."""
    command = [sys.executable, "-m", "automl.workbench", "--port", str(options.port)]
    if options.home is not None:
        command += ["--home", str(options.home.absolute())]
    if options.no_browser:
        command.append("--no-browser")
    console.note(f"Opening the workbench at http://127.0.0.1:{options.port} — Ctrl-C ends it.")
    os.execv(sys.executable, command)
