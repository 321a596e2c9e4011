"""`python -m automl.workbench [--port 8501] [--address 127.0.0.1] [--home FOLDER] [--no-browser]`."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

from automl.workbench.server import start


def main(arguments: list[str] | None = None) -> int:
    """Start the workbench.

    Parameters
    ----------
    arguments : list of str, optional
        Command-line arguments; default `sys.argv[1:]`.

    Returns
    -------
    int
        The exit code.
    """
    parser = argparse.ArgumentParser(prog="python -m automl.workbench", description="Open the workbench.")
    parser.add_argument("--port", type=int, default=8501)
    parser.add_argument("--address", default="127.0.0.1", help="network address to listen on")
    parser.add_argument("--home", help="folder of runs (default: $GLASSBENCH_HOME or ./glassbench-home)")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser window")
    chosen = parser.parse_args(arguments)
    if chosen.home:
        os.environ["GLASSBENCH_HOME"] = os.path.abspath(chosen.home)
    options: dict[str, Any] = {"server.port": chosen.port, "server.address": chosen.address}
    if chosen.no_browser:
        options["server.headless"] = True
    if chosen.address not in ("127.0.0.1", "localhost"):
        # Whoever opens the workbench to a network names it by that network's names.
        options["server.allowedHosts"] = (
            ["*"] if chosen.address == "0.0.0.0" else [chosen.address, "localhost"]
        )
    sys.argv = sys.argv[:1]  # the rest is ours, not the script's
    start(options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
