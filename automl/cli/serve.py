"""`automl serve`."""

from __future__ import annotations

from argparse import Namespace

from automl.cli.console import Console
from automl.serving.command import serve as serve_bundle
from automl.serving.options import settings

__all__ = ["serve"]


def serve(options: Namespace, console: Console) -> int:
    """Answer over HTTP with a bundle, until told to stop; the same as `serve.py` in the bundle does."""
    return serve_bundle(options.bundle, settings(options), console.note, hint="glassbench[serve]")
