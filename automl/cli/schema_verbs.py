"""What can be typed about reviewed schemas. Imports argparse alone."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from automl.cli import values

__all__ = ["add_fit_options", "add_schema_verbs"]

_SCHEMA = "a name in the catalogue (NAME for the newest version, NAME/VERSION), or a file"
_TABLE = "CSV, TSV (also .gz), Excel or Parquet"
_EDITS = """\
changes, for --set:
  age.max=80                 whole numbers, numbers, dates (2026-01-31), true and false
  plan.domain+=gold          one more value; -= takes one away, = gives all (a,b,c or a JSON list)
  note.max_length=           nothing behind the sign takes the constraint away
  min_rows=1000              of the table: target, min_rows, max_rows, unknown_columns (allow, warn, refuse)
"""
_CODES = "exit codes: 0 fine, 2 anomalies, 1 could not run, wrong usage included\n"

Adds = Callable[[argparse.ArgumentParser], None]


def add_schema_verbs(verbs: Any, add_home: Adds, add_output: Adds) -> None:
    """Give a parser `schema` and its parts.

    Parameters
    ----------
    verbs : subparsers action
    add_home, add_output : callable
        Give a parser `--home`, and `--json`.
    """
    schema = verbs.add_parser(
        "schema",
        help="say what a table must be like, and hold tables against it",
        description="Reviewed schemas: types, domains, ranges, presence and more of each column, inferred "
        "from a table, edited by a person and kept in versions. `automl fit --schema NAME` refuses tables "
        "that break one; the model's bundle carries it.",
    )
    parts = schema.add_subparsers(dest="part", metavar="PART", title="parts", required=True)

    def part(name: str, description: str, **settings: Any) -> Any:
        parser = parts.add_parser(
            name,
            help=f"{description[0].lower()}{description[1:].rstrip('.')}",
            description=description,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            **settings,
        )
        add_home(parser)
        add_output(parser)
        return parser

    infer = part("infer", "Draft a schema from a table, with room for other rows like these.")
    infer.add_argument("table", type=Path, metavar="TABLE", help=_TABLE)
    infer.add_argument("--name", help="of the dataset in the catalogue (default: the file's name)")
    infer.add_argument("--target", metavar="COLUMN", help="that is predicted: rows to predict may lack it")
    infer.add_argument(
        "--kind", action="append", default=[], type=values.kind, metavar="COLUMN=KIND",
        help=f"what a column is, where that was inferred wrongly: {', '.join(values.KINDS)}; may be repeated",
    )  # fmt: skip
    infer.add_argument("--out", type=Path, metavar="FILE.json", help="write it there, not to the catalogue")
    _add_reason(infer)
    show = part("show", "Show a schema.")
    show.add_argument("schema", metavar="SCHEMA", help=_SCHEMA)
    show.add_argument(
        "--tfx", type=Path, metavar="SCHEMA.pbtxt", help="also write it for TensorFlow Data Validation"
    )
    edit = part("edit", "Change a schema: a new version, on record.", epilog=_EDITS)
    edit.add_argument("schema", metavar="NAME|FILE", help="the newest version of a name, or a file")
    edit.add_argument(
        "--set", action="append", default=[], dest="changes", metavar="CHANGE",
        help="such as age.max=80; may be repeated",
    )  # fmt: skip
    edit.add_argument(
        "--from", type=Path, dest="source", metavar="FILE.json", help="take the whole schema from this file"
    )
    _add_reason(edit)
    diff = part("diff", "Show what differs between two schemas.")
    diff.add_argument("before", metavar="BEFORE", help=_SCHEMA)
    diff.add_argument("after", metavar="AFTER", help="the same")
    check = part("check", "Hold a table against a schema; the exit code is the verdict.", epilog=_CODES)
    check.wrong_usage = 1
    check.add_argument("schema", metavar="SCHEMA", help=_SCHEMA)
    check.add_argument("table", type=Path, metavar="TABLE", help=_TABLE)
    check.add_argument(
        "--scoring", action="store_true", help="rows to predict: the target may be absent, rows may be few"
    )
    check.add_argument(
        "--previous", type=Path, metavar="TABLE", help="an earlier table, for the thresholds of drift"
    )
    check.add_argument(
        "--training", type=Path, metavar="TABLE",
        help="the table that was learned from, for the thresholds of skew",
    )  # fmt: skip
    history = part("history", "Show who changed a schema, when and why.")
    history.add_argument("name", nargs="?", metavar="NAME", help="of a dataset (default: all)")


def add_fit_options(fit: argparse.ArgumentParser) -> None:
    """Give `fit` the options of the schema that its table must keep to."""
    group = fit.add_argument_group("what the table must be like")
    group.add_argument("--schema", metavar="SCHEMA", help=f"a reviewed schema: {_SCHEMA}")
    group.add_argument(
        "--schema-check",
        choices=("refuse", "warn"),
        default="refuse",
        help="a table that breaks it: refuse it (default), or go on with findings in the run",
    )


def _add_reason(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reason", default="", metavar="TEXT", help="why; kept with the version")
