"""`automl data list`, `show`, `diff` and `add`."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from automl.cli.console import Console, number
from automl.cli.opened import day, opened, short
from automl.errors import SettingError
from automl.store.catalogue import Catalogue

if TYPE_CHECKING:
    from automl.monitoring.between import Version

__all__ = ["data"]

_MOST = 20


def data(options: Namespace, console: Console) -> int:
    """Versions of datasets."""
    with opened(options, console) as catalogue:
        return {"list": _list, "show": _show, "diff": _diff, "add": _add}[options.part](
            options, console, catalogue
        )


def _list(_options: Namespace, console: Console, catalogue: Catalogue) -> int:
    found = catalogue.datasets.versions()
    runs = catalogue.summaries.runs_by_version()
    console.document({"versions": [asdict(each) | {"runs": runs.get(each.id, 0)} for each in found]})
    if not found:
        console.say(
            "No dataset is registered yet: a finished run registers its own, `automl data add` others."
        )
        return 0
    console.table(
        ("version", "sha256", "rows", "columns", "registered", "by", "runs", "source"),
        [
            (
                each.label, short(each.digest), f"{each.rows:,}", f"{each.columns:,}", day(each.created),
                each.who, str(runs.get(each.id, 0)), Path(each.source).name if each.source else "–",
            )
            for each in found
        ],
        right=("rows", "columns", "runs"),
    )  # fmt: skip
    return 0


def _show(options: Namespace, console: Console, catalogue: Catalogue) -> int:
    version = catalogue.datasets.find(options.of)
    parent = None if version.parent_id is None else catalogue.datasets.version(version.parent_id)
    runs, models = catalogue.datasets.runs_of(version), catalogue.datasets.models_of(version)
    console.document(
        {
            **asdict(version),
            "label": version.label,
            "after": parent.label if parent else None,
            "runs": [run.id for run in runs],
            "models": [model.label for model in models],
        }
    )
    of = "file" if version.digest_of == "file" else "rows"
    console.say(
        f"version    {version.label}, registered {day(version.created)} UTC by {version.who}",
        f"sha256     {version.digest}  (of the {of})",
        f"size       {version.rows:,} rows, {version.columns:,} columns",
        f"source     {version.source or 'no file: a table of Python'}",
    )
    if version.origin:
        console.say(f"query      {version.origin['query']}  (from {version.origin['connection']})")
    console.say(
        f"copy       {version.artefact or 'none is kept'}",
        f"after      {parent.label if parent else 'nothing: it is the first of its kind'}",
        f"runs       {', '.join(run.id for run in runs) or 'none'}",
        f"models     {', '.join(model.label for model in models) or 'none'}",
    )
    if version.schema:
        columns = version.schema["columns"]
        console.say("")
        console.table(
            ("column", "kind"), [(str(each["name"]), str(each["kind"])) for each in columns[:_MOST]]
        )
        if len(columns) > _MOST:
            console.say(f"and {len(columns) - _MOST} more: see --json")
    return 0


def _diff(options: Namespace, console: Console, catalogue: Catalogue) -> int:
    from automl.monitoring import words
    from automl.monitoring.between import difference

    before, after = (_version(catalogue, label) for label in (options.before, options.after))
    found = difference(before, after, key=options.key)
    rows = found.rows
    console.document(found.to_json())
    console.say(
        f"from {found.before} to {found.after}",
        "",
        f"rows       {rows.before:,} → {rows.after:,}: {rows.added:,} added, {rows.removed:,} removed, "
        + (f"{rows.changed:,} changed, " if rows.changed is not None else "")
        + f"{rows.same:,} the same"
        + (f" (by {rows.key})" if rows.key else ""),
    )
    if rows.changed_in:
        shown = ", ".join(f"{name} in {count:,}" for name, count in rows.changed_in[:_MOST])
        console.say(f"changed    {shown}")
    for what, names in (("added", found.added), ("removed", found.removed)):
        if names:
            console.say(f"columns    {what}: {', '.join(names)}")
    for name, was, is_now in found.retyped:
        console.say(f"columns    {name} was {was}, is {is_now}")
    for labels in found.labels:
        new = f"{labels.new_count:,} new ({', '.join(labels.new[:5])})" if labels.new else ""
        gone = f"{labels.gone_count:,} gone ({', '.join(labels.gone[:5])})" if labels.gone else ""
        console.say(f"labels     {labels.column}: {', '.join(filter(None, (new, gone)))}")
    moved = [each for each in found.drift if each.has_moved or each.misses_more]
    console.say(f"values     {len(moved)} of {len(found.drift)} columns have moved beyond chance")
    if moved:
        console.say("")
        console.table(
            ("column", "moved", "by chance", "PSI", "p (adjusted)", "missing"),
            [
                (
                    each.column, words.share(each.moved), words.share(each.chance), number(each.psi, 2),
                    number(each.adjusted, 2),
                    f"{words.share(each.missing[0])} → {words.share(each.missing[1])}",
                )
                for each in moved[:_MOST]
            ],
            right=("moved", "by chance", "PSI", "p (adjusted)", "missing"),
        )  # fmt: skip
    console.note(*(f"note: {note}" for note in found.notes))
    return 0


def _version(catalogue: Catalogue, label: str) -> Version:
    """A version as it is compared: a file by its path, else one of the catalogue."""
    from automl.monitoring.between import Version
    from automl.monitoring.versions import registered
    from automl.store.catalogue.kept_rows import read_rows

    path = Path(label)
    if path.is_file():
        rows = read_rows(path)
        return Version(path.name, rows.frame, rows.schema, rows.note)
    return registered(catalogue, catalogue.datasets.find(label))


def _add(options: Namespace, console: Console, catalogue: Catalogue) -> int:
    from automl.data import Schema, read_table
    from automl.store.catalogue.run_facts import origin_of, slim_schema

    if not options.table.is_file():
        raise SettingError(f"There is no file {options.table}.", fix="Check the path.")
    path = options.table.absolute()
    digest, artefact = catalogue.artefacts.keep(path)
    table = read_table(path)
    version = catalogue.datasets.add(
        options.name or path.name.split(".")[0], digest, rows=table.report.rows,
        columns=table.report.columns, source=str(path), size=table.report.bytes,
        schema=slim_schema(Schema.infer(table).to_json()), origin=origin_of(str(path)),
    )  # fmt: skip
    catalogue.datasets.keep(version, artefact)
    console.document(asdict(version) | {"label": version.label, "artefact": artefact})
    console.say(f"{version.label}  ({version.rows:,} rows, sha256 {digest}; a copy is kept at {artefact})")
    return 0
