"""`automl audit show`, `verify`, `head`, `export`, `seal`, `forget` and `sheet`."""

from __future__ import annotations

import json
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from typing import Any

from automl.cli.console import Console
from automl.cli.opened import opened
from automl.errors import CatalogueError, SettingError
from automl.store import RunFolder
from automl.store.audit import BEGINNING, Head, flaws
from automl.store.audit.erasing import forget, log_flaws, seal
from automl.store.audit.log import read_log
from automl.store.catalogue import Catalogue, ModelVersion
from automl.store.files import replacing

__all__ = ["audit"]


def audit(options: Namespace, console: Console) -> int:
    """The audit log, and what it says of a model."""
    parts = {
        "show": _show, "verify": _verify, "head": _head, "export": _export, "seal": _seal,
        "forget": _forget, "sheet": _sheet,
    }  # fmt: skip
    if options.part == "verify" and options.file is not None:
        return _verify_file(options, console)
    with opened(options, console) as catalogue:
        return parts[options.part](options, console, catalogue)


def _show(options: Namespace, console: Console, catalogue: Catalogue) -> int:
    found = catalogue.audit.entries(subject=options.subject, action=options.action, last=options.last)
    head = catalogue.audit.head()
    console.document({"entries": [each.facts() for each in found], "head": str(head)})
    if not found:
        console.say("There is no such entry.")
        return 0
    console.table(
        ("entry", "when (UTC)", "who", "action", "subject", "objects", "details"),
        [
            (
                str(each.number), each.at[:19].replace("T", " "), each.who, each.action, each.subject,
                _objects(each.objects), _details(each.details),
            )
            for each in found
        ],
        right=("entry",),
    )  # fmt: skip
    console.say(f"head {head}")
    return 0


def _objects(text: str) -> str:
    return ", ".join(f"{name} {digest[:8]}" for name, digest in json.loads(text).items())


def _details(text: str) -> str:
    told = {name: value for name, value in json.loads(text).items() if value not in (None, "", [], {})}
    shown = ", ".join(f"{name} {value}" for name, value in told.items())
    return shown if len(shown) <= 100 else f"{shown[:99]}…"


def _verify(options: Namespace, console: Console, catalogue: Catalogue) -> int:
    noted = [Head.of(text) for text in options.head]
    looked = catalogue.audit.verified(noted)
    found = [flaw.message for flaw in looked.flaws]
    for folder in options.log:
        found += log_flaws(catalogue.audit, folder)
    return _tell_flaws(console, found, looked.head, noted)


def _verify_file(options: Namespace, console: Console) -> int:
    noted = [Head.of(text) for text in options.head]
    entries = list(read_log(options.file))
    found = [flaw.message for flaw in flaws(entries, noted=noted)]
    head = entries[-1].head if entries else Head(0, BEGINNING)
    return _tell_flaws(console, found, head, noted)


def _tell_flaws(console: Console, found: list[str], head: Head, noted: list[Head]) -> int:
    console.document({"intact": not found, "flaws": found, "entries": head.number, "head": str(head)})
    if found:
        console.say(f"The record is not as it was written: {len(found)} flaws.", *found)
        return 2
    console.say(f"The log is as it was written: {head.number:,} entries, each linked to the one before it.")
    if not noted:
        console.note(
            "note: whoever can write the whole log could have written it anew, or cut off its end. Note the "
            "head elsewhere, and give it here with --head:",
            f"      {head}",
        )
    return 0


def _head(_options: Namespace, console: Console, catalogue: Catalogue) -> int:
    head = catalogue.audit.head()
    console.document({"head": str(head), "number": head.number, "hash": head.hash})
    console.say(str(head))
    return 0


def _export(options: Namespace, console: Console, catalogue: Catalogue) -> int:
    head = catalogue.audit.export(options.out.absolute())
    console.document({"out": str(options.out.absolute()), "entries": head.number, "head": str(head)})
    console.say(f"{head.number:,} entries: {options.out}", f"head {head}")
    return 0


def _seal(options: Namespace, console: Console, catalogue: Catalogue) -> int:
    found = seal(catalogue.audit, options.log)
    console.document({"files": [asdict(each) for each in found], "head": str(catalogue.audit.head())})
    console.say(*(f"{each.file}: {each.lines:,} lines, sha256 {each.sha256}" for each in found))
    return 0


def _forget(options: Namespace, console: Console, catalogue: Catalogue) -> int:
    done = forget(
        catalogue.audit, options.log, where=dict(options.where), ids=options.id, reason=options.reason
    )
    entry = None if done.entry is None else done.entry.number
    console.document({"rows": done.rows, "files": done.files, "entry": entry})
    if not done.rows:
        console.say("There is no such row in the logs; nothing was changed.")
        return 0
    console.say(f"{done.rows:,} rows taken out of {', '.join(done.files)}; entry {entry} of the audit log.")
    console.note("note: copies of these logs, and what was made from them, are not known to this command.")
    return 0


def _sheet(options: Namespace, console: Console, catalogue: Catalogue) -> int:
    from automl.jobs.accounting import sheet_of
    from explain.report import render_html, render_markdown

    model = _model(catalogue, options.model)
    made = sheet_of(catalogue, model)
    is_html = options.out is not None and options.out.suffix.lower() in (".html", ".htm")
    text = render_html(made.document) if is_html else render_markdown(made.document)
    told: dict[str, Any] = {"model": model.label, "run": made.folder}
    if options.out is not None:
        if options.out.suffix.lower() not in (".html", ".htm", ".md"):
            raise SettingError(
                f"Expected a file ending in .html or .md, found {options.out.name!r}.",
                fix="Give one of them.",
            )
        with replacing(options.out.absolute()) as stream:
            stream.write(text.encode("utf-8"))
        options.out.chmod(0o644)
        told["sheet"] = str(options.out.absolute())
    console.document({**told, "missing": made.missing, **({} if options.out else {"text": text})})
    if options.out is None:
        console.say(text.rstrip("\n"))
    else:
        console.say(f"{options.out}  ({len(made.missing)} things missing)")
    return 0


def _model(catalogue: Catalogue, label: str) -> ModelVersion:
    """The model that is meant: of a run the newest of the one that is used, else by its label."""
    from automl.store import preferred_model

    known = {run.id: run for run in catalogue.models.runs()}
    path = Path(label)
    run = known.get(label) or (known.get(path.name) if (path / "spec.json").is_file() else None)
    if run is None:
        return catalogue.models.find(label)
    used = preferred_model(RunFolder(run.path))
    found = [model for model in catalogue.models.versions(run_id=run.id) if model.model == used]
    if not found:
        raise CatalogueError(
            f"The run {run.id} has no registered model.", fix="Finish it, or export one of its models."
        )
    return found[0]
