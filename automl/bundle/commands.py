"""What ``predict.py``, ``explain.py`` and ``verify.py`` of a bundle do."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ..data import RawTable, read_table
from ..errors import GlassbenchError, SettingError
from .batch import predict_table
from .explaining import document, explained, text
from .manifest import open_files
from .scoring import Scorer, predictions_to_csv
from .signing import read_public_key
from .verifying import verified
from .versions import differences

__all__ = ["explain_command", "predict_command", "verify_command"]


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
        table = read_table(options.table)
        kept = _kept(table, options.keep)
        batch = predict_table(
            files, table, missing_columns=options.missing_columns, interval=options.interval
        )
        for finding in batch.findings:
            _say(finding.line)
        text = predictions_to_csv(batch.predictions, kept)
        if options.output is None:
            sys.stdout.write(text)
        else:
            Path(options.output).write_text(text, encoding="utf-8", newline="")
    except (GlassbenchError, OSError) as error:
        _say(f"error: {error}")
        return 1
    return 0


def _kept(table: RawTable, names: Sequence[str]) -> dict[str, list[Any]]:
    """Columns of the input as they were."""
    unknown = [name for name in names if name not in table.frame.columns]
    if unknown:
        raise GlassbenchError(f"There is no column {unknown[0]!r} to keep.", fix="Check its spelling.")
    return {
        name: [
            "" if gone else cell
            for cell, gone in zip(table.frame[name], table.frame[name].isna(), strict=True)
        ]
        for name in names
    }


def explain_command(bundle: Path, arguments: Sequence[str] | None = None) -> int:
    """Explain the rows of a file with a bundle.

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
        prog="explain.py",
        description="Say why this bundle's model predicts what it predicts: what each column of a row "
        "contributes, compared with the rows of background.csv. Base and contributions add up to the "
        "prediction.",
    )
    parser.add_argument("table", help="CSV or TSV file (also .gz) with the columns of schema.json")
    parser.add_argument(
        "--row", type=int, metavar="N", help="only this row, in full; counted from 1 below the header"
    )
    parser.add_argument(
        "--output",
        metavar="CLASS",
        help="the class whose probability is explained (default: of two the second, of more the likeliest)",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="print everything as one JSON document, in which rows are counted from 0",
    )
    parser.add_argument(
        "--seconds", type=float, metavar="S", help="end about then: what is sampled becomes less certain"
    )
    parser.add_argument(
        "--missing-columns",
        choices=("error", "missing"),
        default="error",
        help="what to do about columns that the table lacks: refuse, or take them as missing",
    )
    options = parser.parse_args(arguments)
    try:
        files, manifest = open_files(bundle)
        for note in differences(manifest):
            _say(f"note: {note}")
        scorer = Scorer.from_files(files)
        table = read_table(options.table)
        dataset = scorer.coerce(table, missing_columns=options.missing_columns)
        for finding in (*table.report.findings, *dataset.findings):
            if finding.severity != "info":
                _say(finding.line)
        frame, rows = dataset.frame, list(range(len(dataset.frame)))
        if options.row is not None:
            if not 1 <= options.row <= len(frame):
                raise SettingError(
                    f"There is no row {options.row}.", fix=f"Rows are counted from 1 to {len(frame)}."
                )
            rows = [options.row - 1]
            frame = frame.iloc[rows]
        explanation = explained(files, scorer, frame, options.seconds)
        if not explanation.exact and find_spec("numba") is None:
            _say(
                "note: contributions are sampled, since numba is not installed; with "
                "requirements-explain.txt those of trees are exact."
            )
        told = document(explanation, rows, options.output)
    except (GlassbenchError, OSError) as error:
        _say(f"error: {error}")
        return 1
    if options.json:
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    else:
        sys.stdout.write(text(told, table=options.row is not None))
        _say(f"method: {explanation.method}")
    return 0


def verify_command(bundle: Path, arguments: Sequence[str] | None = None) -> int:
    """Check a bundle's files, signature, predictions and explanations.

    Returns
    -------
    int
        0 when all is well, else 1.
    """
    parser = argparse.ArgumentParser(
        prog="verify.py",
        description="Check this bundle: its files are as exported and signed by whom you trust, predictions "
        "of its sample are reproduced, and explanations agree with brute force as its certificate says.",
    )
    parser.add_argument("--json", action="store_true", help="print the outcome as JSON")
    parser.add_argument(
        "--without-numba",
        action="store_true",
        help="explain as where numba is not installed: nothing is compiled, values of trees are sampled",
    )
    parser.add_argument(
        "--key",
        action="append",
        default=[],
        type=Path,
        metavar="PUBLIC.pem",
        help="a public key that you trust: one of those given must have signed the bundle; may be repeated "
        "(needs the package cryptography)",
    )
    options = parser.parse_args(arguments)
    if options.without_numba:
        sys.modules["numba"] = None  # type: ignore[assignment]
    try:
        keys = [read_public_key(path) for path in options.key]
    except SettingError as error:
        parser.error(str(error))
    outcome = verified(bundle, keys)
    if options.json:
        sys.stdout.write(json.dumps(outcome.facts) + "\n")
    else:
        for note in outcome.notes:
            _say(f"note: {note}")
        sys.stdout.write("".join(f"{line}\n" for line in outcome.lines))
    return 0 if outcome.ok else 1


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
