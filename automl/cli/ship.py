"""`automl report`, `automl export` and `automl predict`."""

from __future__ import annotations

import hashlib
import sys
from argparse import Namespace
from pathlib import Path

from automl import jobs
from automl.bundle.batch import predict_table
from automl.bundle.manifest import open_files
from automl.bundle.scoring import predictions_to_csv
from automl.bundle.versions import differences
from automl.cli.console import Console, find_run
from automl.data import read_table
from automl.errors import SettingError
from automl.run import load_run
from automl.store.files import file_sha256, replacing

__all__ = ["export", "predict", "report"]


def report(options: Namespace, console: Console) -> int:
    """Write the report of a model."""
    run = load_run(find_run(options.run, options.home))
    name = options.model or run.used
    jobs.await_explanation(run.folder.path, name)
    out = (options.out or Path(f"{run.folder.id}-report.html")).absolute()
    path = run.report(out, model=options.model, fairness=options.fairness)
    size = path.stat().st_size
    console.document({"run": str(run.folder.path), "model": name, "report": str(path), "bytes": size})
    console.say(f"{path}  ({size / 1e6:.1f} MB, one file that loads nothing from anywhere)")
    return 0


def export(options: Namespace, console: Console) -> int:
    """Write a model as a bundle."""
    run = load_run(find_run(options.run, options.home))
    jobs.await_explanation(run.folder.path, options.model or run.used)
    path = run.export(options.bundle.absolute(), model=options.model)
    size, digest = path.stat().st_size, file_sha256(path)
    console.document({"run": str(run.folder.path), "bundle": str(path), "bytes": size, "sha256": digest})
    console.say(f"{path}  ({size / 1e6:.1f} MB, checked in a process of its own)", f"sha256 {digest}")
    return 0


def predict(options: Namespace, console: Console) -> int:
    """Predict the rows of a table with a bundle; the same as `predict.py` in the bundle does."""
    if console.json and options.out is None:
        raise SettingError("--json and the predictions both want standard output.", fix="Add -o OUT.csv.")
    files, manifest = open_files(options.bundle)
    console.note(*differences(manifest))
    table = read_table(options.table)
    batch = predict_table(files, table, missing_columns=options.missing_columns, interval=options.interval)
    predictions = batch.predictions
    text = predictions_to_csv(predictions).encode()  # UTF-8, whatever the terminal's encoding
    console.note(*(f.line for f in batch.findings))
    if options.out is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(text)
        sys.stdout.buffer.flush()
        _note(options, console, table.report.sha256, hashlib.sha256(text).hexdigest(), len(predictions))
        return 0
    out = options.out.absolute()
    with replacing(out) as stream:
        stream.write(text)
    _note(options, console, table.report.sha256, hashlib.sha256(text).hexdigest(), len(predictions))
    console.document(
        {
            "out": str(out),
            "rows": len(predictions),
            "columns": list(predictions.columns),
            "findings": [finding.to_json() for finding in batch.findings],
        }
    )
    console.say(f"{len(predictions):,} rows predicted: {options.out}")
    return 0


def _note(options: Namespace, console: Console, table: str | None, predictions: str, rows: int) -> None:
    """Tell the audit log of a batch, where the catalogue knows the bundle."""
    from automl.store.catalogue.noting import note_bundle

    problem = note_bundle(
        options.bundle,
        lambda catalogue, model, digest: catalogue.audit.append(
            "batch_predicted",
            model.label,
            objects={"bundle": digest, "table": table, "predictions": predictions},
            details={"table": options.table.name, "rows": rows},
        ),
    )
    console.note(*([f"note: {problem}"] if problem else []))
