"""`automl onnx`."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict

import automl
from automl.bundle.onnx import export_onnx
from automl.cli.console import Console
from automl.data import read_table

__all__ = ["onnx"]


def onnx(options: Namespace, console: Console) -> int:
    """Write the model of a bundle as ONNX, if that predicts the same."""
    bundle = automl.load_bundle(options.bundle)
    rows = None
    if options.rows is not None:
        rows = bundle.coerce(read_table(options.rows)).frame
    done = export_onnx(bundle, options.out.absolute(), rows=rows, tolerance=options.tolerance)
    console.note(*bundle.notes)
    console.document({"onnx": str(done.path), "bytes": done.bytes, "parity": asdict(done.parity)})
    console.say(
        f"{done.path}  ({done.bytes / 1e6:.1f} MB)",
        f"The same predictions on {done.parity.rows:,} rows, odd ones among them (largest difference "
        f"{done.parity.largest_difference:.1e}).",
    )
    return 0
