"""``automl serve bundle.zip`` and the zip's own ``serve.py``: from typed words to a server that runs."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from ..errors import GlassbenchError
from .options import add_options, settings
from .settings import Settings

__all__ = ["serve", "serve_command"]

_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def serve_command(bundle: Path, arguments: Sequence[str] | None = None) -> int:
    """What ``serve.py`` of a bundle does.

    Parameters
    ----------
    bundle : Path
        Folder or zip.
    arguments : sequence of str, optional
        Of the command line; default those of this process. The word ``serve``, with which SageMaker starts a
        container, means all addresses and the port that SageMaker names, 8080 by default.

    Returns
    -------
    int
        0 after a stop, 1 when it could not be done; what was wrong is on the standard error.
    """
    parser = argparse.ArgumentParser(
        prog="serve.py", description="Serve this bundle's model over HTTP; /docs says what can be asked."
    )
    parser.add_argument("role", nargs="?", choices=("serve",), help="in a container: listen on all addresses")
    add_options(parser)
    options = parser.parse_args(arguments)
    host, port = "127.0.0.1", "8080"
    if options.role == "serve":
        host, port = "0.0.0.0", os.environ.get("SAGEMAKER_BIND_TO_PORT", port)
    try:
        return serve(bundle, settings(options, host=host, port=int(port)), _say)
    except (GlassbenchError, OSError, ValueError) as error:
        _say(f"error: {error}")
        return 1


def serve(
    bundle: Path, chosen: Settings, say: Callable[[str], None], *, hint: str = "requirements-serve.txt"
) -> int:
    """Serve a bundle until a signal says to stop.

    Parameters
    ----------
    bundle : Path
        Folder or zip.
    chosen : Settings
    say : callable
        Takes lines for the person who started it.
    hint : str
        What to install where the web server is missing.

    Returns
    -------
    int
        0 after a stop.

    Raises
    ------
    GlassbenchError
        When the bundle is not to be trusted, or a setting makes no sense.
    OSError
        When the address is taken.
    """
    # Before numpy is loaded: a row is predicted in one thread, several requests in several.
    for name in _VARIABLES:
        os.environ.setdefault(name, "1")
    from .server import run

    return run(bundle, chosen, say, hint)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
