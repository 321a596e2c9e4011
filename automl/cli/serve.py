"""`automl serve`."""

from __future__ import annotations

from argparse import Namespace

from automl.cli.console import Console
from automl.cli.labelled import bundle_at
from automl.serving.command import serve as serve_bundle
from automl.serving.options import settings

__all__ = ["serve"]


def serve(options: Namespace, console: Console) -> int:
    """Answer over HTTP with a bundle, until told to stop; the same as `serve.py` in the bundle does."""
    bundle = bundle_at(options.bundle)
    if bundle != options.bundle:
        console.note(f"The bundle of {options.bundle} is {bundle}")
    return serve_bundle(bundle, settings(options), console.note, hint="glassbench[serve]")
