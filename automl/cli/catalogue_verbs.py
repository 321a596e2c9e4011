"""What can be typed about data, models, aliases, approvals and the audit log. Imports argparse alone."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from automl.cli import values

__all__ = ["add_catalogue_verbs"]

_MODEL = "NAME/VERSION, NAME@ALIAS, or NAME for the newest version"
_VERSION = "NAME/VERSION, NAME for the newest, or the first digits of its SHA-256"
_LATE: dict[str, Any] = {"formatter_class": argparse.RawDescriptionHelpFormatter}

Adds = Callable[[argparse.ArgumentParser], None]


def add_catalogue_verbs(verbs: Any, add_home: Adds, add_output: Adds) -> None:
    """Give a parser the verbs of the catalogue.

    Parameters
    ----------
    verbs : subparsers action
    add_home, add_output : callable
        Give a parser `--home`, and `--json`.
    """

    def finish(parser: argparse.ArgumentParser) -> None:
        add_home(parser)
        add_output(parser)

    _add_data(verbs, finish)
    _add_models(verbs, finish)
    _add_alias(verbs, finish)
    _add_approve(verbs, finish)
    _add_audit(verbs, finish)
    _add_catalogue(verbs, finish)


def _parts(verbs: Any, name: str, brief: str, description: str) -> Any:
    parser = verbs.add_parser(name, help=brief, description=description)
    return parser.add_subparsers(dest="part", metavar="PART", title="parts", required=True)


def _part(parts: Any, name: str, description: str, finish: Adds) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = parts.add_parser(
        name, help=f"{description[0].lower()}{description[1:].rstrip('.')}", description=description
    )
    finish(parser)
    return parser


def _add_data(verbs: Any, finish: Adds) -> None:
    parts = _parts(
        verbs, "data", "list the versions of datasets, and what differs between two of them",
        "Versions of datasets, by the hash of their content: each run registers the one it learned from.",
    )  # fmt: skip
    _part(parts, "list", "List the versions of all datasets.", finish)
    show = _part(
        parts, "show", "Show a version: its columns, where it came from, what learned from it.", finish
    )
    show.add_argument("of", metavar="VERSION", help=_VERSION)
    diff = _part(
        parts, "diff", "Show what differs between two versions: rows, columns, distributions.", finish
    )
    diff.add_argument("before", metavar="BEFORE", help=f"a file, or a version: {_VERSION}")
    diff.add_argument("after", metavar="AFTER", help="the same")
    diff.add_argument(
        "--key", metavar="COLUMN", help="tells which rows are the same (default: an identifier)"
    )
    add = _part(parts, "add", "Register a file as a version and keep a copy of it.", finish)
    add.add_argument("table", type=Path, metavar="FILE", help="CSV, TSV (also .gz), Excel or Parquet")
    add.add_argument("--name", help="of the dataset (default: the file's name)")


def _add_models(verbs: Any, finish: Adds) -> None:
    parts = _parts(
        verbs, "models", "list the registered models, and what became of them",
        "Registered models: every finished run and every export registers one.",
    )  # fmt: skip
    listed = _part(parts, "list", "List the registered models.", finish)
    listed.add_argument("name", nargs="?", metavar="NAME", help="only versions of this name")
    show = _part(parts, "show", "Show a model: its run, data, approvals, bundles and verdicts.", finish)
    show.add_argument("model", metavar="MODEL", help=_MODEL)
    get = _part(parts, "get", "Write the bundle of a model that is kept, checked against its hash.", finish)
    get.add_argument("model", metavar="MODEL", help=_MODEL)
    get.add_argument("bundle", type=Path, metavar="BUNDLE.zip")
    describe = _part(parts, "describe", "Say what a model is for, and what it is not for.", finish)
    describe.add_argument("model", metavar="MODEL", help=_MODEL)
    describe.add_argument("--purpose", metavar="TEXT", help="what it is meant to be used for")
    describe.add_argument("--limits", metavar="TEXT", help="what it must not be used for")
    describe.add_argument("--comment", metavar="TEXT", help="anything else")


def _add_alias(verbs: Any, finish: Adds) -> None:
    parts = _parts(
        verbs, "alias", "let a name such as champion point to a version of a model, and back",
        "Names such as champion, challenger and archived that point to one version of a model.",
    )  # fmt: skip
    listed = _part(parts, "list", "List the aliases.", finish)
    listed.add_argument("name", nargs="?", metavar="NAME", help="only those of this model")
    put = _part(parts, "set", "Let an alias point to a version, in one step.", finish)
    put.add_argument("alias", metavar="ALIAS", help="such as champion, challenger or archived")
    put.add_argument("model", metavar="MODEL", help=_MODEL)
    put.add_argument(
        "--expect",
        metavar="MODEL",
        help="only if it points there now; `none`: only if there is no such alias",
    )
    put.add_argument("--approved", action="store_true", help="only if the version has been approved")
    put.add_argument("--reason", default="", metavar="TEXT", help="why; kept with the change")
    for name, description in (
        ("rollback", "Let an alias point where it did before."),
        ("remove", "Take an alias away; the versions stay."),
        ("history", "Show how an alias was moved."),
    ):
        part = _part(parts, name, description, finish)
        part.add_argument("name", metavar="NAME", help="of the model")
        part.add_argument("alias", metavar="ALIAS")
        if name != "history":
            part.add_argument("--reason", default="", metavar="TEXT", help="why; kept with the change")


def _add_approve(verbs: Any, finish: Adds) -> None:
    approve = verbs.add_parser(
        "approve",
        help="approve or reject a model",
        description="Approve or reject a model, by the name of whoever runs this ($GLASSBENCH_USER, else the "
        "user of the operating system). The last word counts; all are kept.",
    )
    approve.add_argument("model", metavar="MODEL", help=_MODEL)
    approve.add_argument("--reject", action="store_true", help="reject it instead")
    approve.add_argument("--reason", default="", metavar="TEXT", help="why")
    finish(approve)


def _add_audit(verbs: Any, finish: Adds) -> None:
    parts = _parts(
        verbs, "audit", "show and verify the log of who did what, and write a model's compliance sheet",
        "The audit log: who did what, when and with what, each entry with the hash of the one before it.",
    )  # fmt: skip
    show = _part(parts, "show", "Show the log, or what is about one run or model.", finish)
    show.add_argument("subject", nargs="?", metavar="SUBJECT", help="a run's id, NAME/VERSION, NAME@ALIAS …")
    show.add_argument("--action", metavar="ACTION", help="only entries of this kind, such as holdout_opened")
    show.add_argument(
        "--last", type=values.count, default=50, metavar="N", help="so many at most (default 50)"
    )
    verify = _part(
        parts, "verify", "Say whether the log is as it was written; exit code 2 where it is not.", finish
    )
    verify.add_argument(
        "--head",
        action="append",
        default=[],
        metavar="NUMBER:HASH",
        help="a head that was noted earlier: shows a log that was cut off or written anew; may be repeated",
    )
    verify.add_argument("--file", type=Path, metavar="LOG.jsonl", help="a log that was exported, instead")
    verify.add_argument(
        "--log", type=Path, action="append", default=[], metavar="DIR",
        help="also the prediction logs in this folder: are they as they were sealed?",
    )  # fmt: skip
    _part(parts, "head", "Write the head of the log, to be noted where nobody can change it.", finish)
    export = _part(parts, "export", "Write the whole log as JSON lines.", finish)
    export.add_argument("out", type=Path, metavar="LOG.jsonl")
    seal = _part(parts, "seal", "Put the hashes of prediction logs on record.", finish)
    seal.add_argument("log", type=Path, metavar="DIR", help="folder of the logs")
    forget = _part(parts, "forget", "Take a person's rows out of prediction logs, on record.", finish)
    forget.add_argument("log", type=Path, metavar="DIR", help="folder of the logs")
    forget.add_argument(
        "--where", type=values.change, action="append", default=[], metavar="COLUMN=VALUE",
        help="rows with this value; of several, those that have all of them",
    )  # fmt: skip
    forget.add_argument(
        "--id", action="append", default=[], metavar="ID", help="of a prediction; may be repeated"
    )
    forget.add_argument("--reason", default="", metavar="TEXT", help="kept on record: name nobody in it")
    sheet = _part(parts, "sheet", "Write the compliance sheet of a model, with its gaps.", finish)
    sheet.add_argument("model", metavar="RUN|MODEL", help=f"a run's id or folder, or {_MODEL}")
    sheet.add_argument(
        "--out", type=Path, metavar="FILE", help="ending in .html or .md (default: Markdown, to the terminal)"
    )


def _add_catalogue(verbs: Any, finish: Adds) -> None:
    parts = _parts(
        verbs, "catalogue", "look after the database of data, models and the audit log",
        "The database of data, models and the audit log: a file in the home folder, or the PostgreSQL that "
        "GLASSBENCH_CATALOGUE is the address of.",
    )  # fmt: skip
    _part(parts, "show", "Show where it is and what it knows.", finish)
    _part(parts, "upgrade", "Bring its tables up to date.", finish)
    rebuild = _part(parts, "rebuild", "Fill it again from the run folders; nothing is told twice.", finish)
    rebuild.add_argument("run", nargs="*", metavar="RUN", help="folders of runs outside of the home, as well")
