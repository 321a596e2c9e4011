"""`automl schema infer`, `show`, `edit`, `diff`, `check` and `history`."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

from automl.cli.console import Console
from automl.cli.opened import day
from automl.cli.reviewed import read_reviewed, reviewed_of
from automl.data import Finding, RawTable, read_table
from automl.data.review import (
    Edit,
    ReviewedSchema,
    check_table,
    compare_tables,
    differences,
    edited,
    infer_reviewed,
)
from automl.data.review.listing import HEADERS, NUMERIC, listed
from automl.errors import SettingError
from automl.store import Home
from automl.store.catalogue import open_catalogue
from automl.store.files import replacing, write_document

__all__ = ["schema"]


def schema(options: Namespace, console: Console) -> int:
    """Reviewed schemas."""
    parts = {
        "infer": _infer, "show": _show, "edit": _edit, "diff": _diff, "check": _check, "history": _history,
    }  # fmt: skip
    return parts[options.part](options, console)


def _infer(options: Namespace, console: Console) -> int:
    table = _read(options.table)
    drafted = infer_reviewed(table, target=options.target, kinds=dict(options.kind))
    if options.out is not None:
        write_document(options.out, drafted.to_json())
        label = named = str(options.out)
        console.document({"schema": drafted.to_json(), "out": str(options.out.absolute())})
    else:
        name = options.name or options.table.name.split(".")[0]
        label = _keep(
            options, console, name, drafted, options.reason or f"inferred from {options.table.name}"
        )
        named = name
    console.say(f"{label}: {len(drafted.columns)} columns, from {len(table.frame):,} rows")
    _say_columns(drafted, console)
    console.note(f"Look it through, and change what is not meant: automl schema edit {named} --set …")
    return 0


def _show(options: Namespace, console: Console) -> int:
    found, label = reviewed_of(options.schema, options.home)
    if options.tfx is not None:
        from automl.bundle.targets._tfreviewed import reviewed_pbtxt  # it loads scikit-learn

        with replacing(options.tfx.absolute()) as stream:
            stream.write(reviewed_pbtxt(found).encode())
    console.document({"label": label, "schema": found.to_json()})
    rows = (
        f"{found.min_rows or 1:,} or more"
        if found.max_rows is None
        else f"{found.min_rows or 1:,} to {found.max_rows:,}"
    )
    console.say(
        f"{label}: {len(found.columns)} columns; target {found.target or '–'}; rows to learn from {rows}; "
        f"unknown columns: {found.unknown_columns}"
    )
    _say_columns(found, console)
    return 0


def _edit(options: Namespace, console: Console) -> int:
    if not options.changes and options.source is None:
        raise SettingError("There is nothing to change.", fix="Give --set COLUMN.NAME=VALUE, or --from FILE.")
    before, label = reviewed_of(options.schema, options.home)
    after = before if options.source is None else read_reviewed(options.source)
    after = edited(after, options.changes)
    found = differences(before, after)
    reads_differ = before.reads != after.reads
    changes = [*map(str, found), *(["how cells are read"] if reads_differ else [])]
    if Path(options.schema).is_file():
        write_document(Path(options.schema), after.to_json())
        console.document({"schema": after.to_json(), "out": label, "changes": changes})
    elif changes:
        name, _, number = label.rpartition("/")
        label = _keep(options, console, name, after, options.reason, changes, expected=int(number))
    else:
        console.document({"label": label, "changes": [], "schema": after.to_json()})
    console.say(*([*changes, label] if changes else ["Nothing differs."]))
    return 0


def _diff(options: Namespace, console: Console) -> int:
    before, _ = reviewed_of(options.before, options.home)
    after, _ = reviewed_of(options.after, options.home)
    found = differences(before, after)
    console.document({"differences": [_edit_facts(each) for each in found]})
    console.say(*(map(str, found) if found else ["Nothing differs."]))
    return 0


def _check(options: Namespace, console: Console) -> int:
    found, label = reviewed_of(options.schema, options.home)
    table = _read(options.table)
    anomalies = list(check_table(found, table, purpose="scoring" if options.scoring else "training"))
    if options.previous is not None:
        anomalies += compare_tables(found, _read(options.previous), table, "drift")
    if options.training is not None:
        anomalies += compare_tables(found, _read(options.training), table, "skew")
    serious = [each for each in anomalies if each.severity != "info"]
    console.document(
        {
            "schema": label,
            "table": options.table.name,
            "sha256": table.report.sha256,
            "rows": len(table.frame),
            "anomalies": [each.to_json() for each in anomalies],
        }
    )
    console.say(
        f"{options.table.name}: {len(table.frame):,} rows against {label}: "
        + (f"{len(serious)} anomalies" if serious else "no anomalies")
    )
    for each in anomalies:
        _say_anomaly(each, console)
    return 2 if serious else 0


def _history(options: Namespace, console: Console) -> int:
    with open_catalogue(Home(options.home).path) as catalogue:
        found = catalogue.reviews.history(options.name)
        if options.name is not None and not found:
            catalogue.reviews.find(options.name)  # says which there are
    told, before = [], dict[str, ReviewedSchema]()
    for version in found:
        now = ReviewedSchema.from_json(version.schema)
        changes = differences(before[version.dataset], now) if version.dataset in before else []
        before[version.dataset] = now
        told.append((version, changes))
    console.document(
        {
            "versions": [
                {
                    "label": version.label, "sha256": version.digest, "who": version.who, "at": version.at,
                    "reason": version.reason, "changes": [_edit_facts(each) for each in changes],
                }
                for version, changes in told
            ]
        }
    )  # fmt: skip
    if not told:
        console.say("No schema has been reviewed yet: automl schema infer TABLE.csv")
        return 0
    console.table(
        ("version", "when (UTC)", "who", "why", "changes"),
        [
            (version.label, day(version.at), version.who, version.reason or "–", "; ".join(map(str, changes)))
            for version, changes in told
        ],
    )
    return 0


def _keep(
    options: Namespace,
    console: Console,
    name: str,
    found: ReviewedSchema,
    reason: str,
    changes: list[str] | None = None,
    *,
    expected: int | None = None,
) -> str:
    """Keep a schema in the catalogue, and return what it is called there."""
    with open_catalogue(Home(options.home).path) as catalogue:
        kept = catalogue.reviews.add(name, found.to_json(), reason=reason, changes=changes, expected=expected)
    console.document(
        {"label": kept.label, "sha256": kept.digest, "changes": changes or [], "schema": dict(kept.schema)}
    )
    return kept.label


def _read(path: Path) -> RawTable:
    if not path.is_file():
        raise SettingError(f"There is no file {path}.", fix="Check the path.")
    return read_table(path)


def _edit_facts(edit: Edit) -> dict[str, Any]:
    return {"column": edit.column, "name": edit.name, "before": edit.before, "after": edit.after}


def _say_anomaly(found: Finding, console: Console) -> None:
    console.say("", f"{found.severity}: {found.code}", f"  {found.message}")
    if rows := found.evidence.get("rows"):
        shown = ", ".join(f"{row:,}" for row in rows)
        more = found.evidence.get("count", 0) - len(rows)
        console.say(f"  data rows: {shown}" + (f" and {more:,} more" if more > 0 else ""))
    if found.fix:
        console.say(f"  {found.fix}")


def _say_columns(found: ReviewedSchema, console: Console) -> None:
    console.table(HEADERS, list(listed(found)), right=NUMERIC)
