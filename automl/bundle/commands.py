"""What ``predict.py`` and ``verify.py`` of a bundle do."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from ..data import read_table
from ..errors import GlassbenchError
from .checking import verify
from .manifest import open_files
from .scoring import Scorer, predictions_to_csv
from .versions import differences

__all__ = ["predict_command", "verify_command"]


def predict_command(bundle: Path, arguments: Sequence[str] | None = None) -> int:
    """Score a file with a bundle.

    Parameters
    ----------
    bundle : Path
        Folder or zip.
    arguments : sequence of str, optional
        Of the command line; default those of this process.

    Returns
    -------
    int
        0, or 1 when it could not be done; what was wrong is on the standard error.
    """
    parser = argparse.ArgumentParser(
        prog="predict.py",
        description="Score a table with this bundle's model: one prediction per row, in order.",
    )
    parser.add_argument("table", help="CSV or TSV file (also .gz) with the columns of schema.json")
    parser.add_argument("-o", "--output", help="CSV file to write; default: the standard output")
    parser.add_argument(
        "--keep",
        action="append",
        default=[],
        metavar="COLUMN",
        help="copy this column of the input to the output",
    )
    parser.add_argument(
        "--missing-columns",
        choices=("error", "missing"),
        default="error",
        help="what to do about columns that the table lacks: refuse, or take them as missing",
    )
    parser.add_argument(
        "--interval",
        type=float,
        metavar="LEVEL",
        help="such as 0.9: add low and high (for classes: the set, as JSON) that hold the truth with this "
        "probability",
    )
    options = parser.parse_args(arguments)
    try:
        files, manifest = open_files(bundle)
        for note in differences(manifest):
            _say(f"note: {note}")
        text = _predict(
            Scorer.from_files(files), options.table, options.keep, options.missing_columns, options.interval
        )
        if options.output is None:
            sys.stdout.write(text)
        else:
            Path(options.output).write_text(text, encoding="utf-8", newline="")
    except (GlassbenchError, OSError) as error:
        _say(f"error: {error}")
        return 1
    return 0


def _predict(
    scorer: Scorer, source: str, keep: Sequence[str], missing_columns: str, interval: float | None
) -> str:
    table = read_table(source)
    unknown = [name for name in keep if name not in table.frame.columns]
    if unknown:
        raise GlassbenchError(f"There is no column {unknown[0]!r} to keep.", fix="Check its spelling.")
    dataset = scorer.coerce(table, missing_columns="missing" if missing_columns == "missing" else "error")
    for finding in (*table.report.findings, *dataset.findings):
        if finding.severity != "info":
            _say(f"{finding.severity}: {finding.message} {finding.fix}".rstrip())
    kept = {
        name: [
            "" if gone else cell
            for cell, gone in zip(table.frame[name], table.frame[name].isna(), strict=True)
        ]
        for name in keep
    }
    return predictions_to_csv(scorer.predictions(dataset.frame, interval=interval), kept)


def verify_command(bundle: Path, arguments: Sequence[str] | None = None) -> int:
    """Check a bundle's files and predictions.

    Returns
    -------
    int
        0 when all is well, else 1.
    """
    parser = argparse.ArgumentParser(
        prog="verify.py", description="Check this bundle's files and predictions."
    )
    parser.add_argument("--json", action="store_true", help="print the outcome as JSON")
    options = parser.parse_args(arguments)
    notes: list[str] = []
    try:
        files, manifest = open_files(bundle)
        notes = differences(manifest)
        checked = verify(files, Scorer.from_files(files))
    except (GlassbenchError, OSError) as error:
        outcome = {"ok": False, "error": str(error), "notes": notes}
        message = f"failed: {error}"
    else:
        count = len(manifest["files"])
        outcome = {
            "ok": True,
            "files": count,
            "rows": checked.rows,
            "largest_difference": checked.largest_difference,
            "notes": notes,
        }
        message = (
            f"ok: {count} files as exported; {checked.rows} sample rows reproduced "
            f"(largest difference {checked.largest_difference:.1e})"
        )
    if options.json:
        message = json.dumps(outcome)
    else:
        for note in notes:
            _say(f"note: {note}")
    sys.stdout.write(f"{message}\n")
    return 0 if outcome["ok"] else 1


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
