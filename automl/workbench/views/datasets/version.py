"""A version of a dataset: what it is, whether its file is still there, what came of it, and what changed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import streamlit as st

from automl.store import RunFolder
from automl.store.catalogue import Catalogue, DatasetVersion
from automl.store.catalogue.sources import Source, source_of
from automl.store.files import file_sha256
from automl.workbench import components, drafts, lists, navigation, tables
from automl.workbench import format as fmt
from automl.workbench.views.datasets.changes import changes
from automl.workbench.views.datasets.reviewed import reviewed

__all__ = ["version"]

_MOST = 12  # runs and models that are shown at once


def version(catalogue: Catalogue, one: DatasetVersion, all_of_it: Sequence[DatasetVersion]) -> None:
    """Draw it."""
    if len(all_of_it) > 1:
        lists.back("data", f"All versions of {components.plain(one.dataset)}", dataset=one.dataset)
    else:
        lists.back("data", "All datasets")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.header(components.plain(one.label), anchor=False, width="content")
        if one.number == all_of_it[-1].number:
            st.badge("Newest", icon=":material/schedule:", color="gray")
    left, right = st.columns([3, 2], gap="large")
    with left:
        _facts(one)
    with right:
        _again(catalogue, one)
    _lineage(catalogue, one, all_of_it)
    changes(one, all_of_it)
    _columns(one)
    reviewed(catalogue, one.dataset)


def _facts(one: DatasetVersion) -> None:
    of = "" if one.digest_of == "file" else " (of the rows)"
    pairs = [
        ("Size", f"{fmt.plural(one.rows, 'row')}, {fmt.plural(one.columns, 'column')}"),
        ("Registered", f"{fmt.moment(one.created)} by {one.who}"),
        ("Came from", one.source or "a table of Python"),
    ]
    if one.bytes is not None:
        pairs.append(("File", fmt.size(one.bytes)))
    origin = one.origin or {}
    if "retraining" in origin:
        pairs.append(
            ("Put together", str(origin.get("query") or f"by the retraining {origin['retraining']}"))
        )
    elif "query" in origin:
        pairs.append(("Query", f"{origin['query']}  (of {origin['connection']})"))
    pairs += [("Copy", one.artefact or "none is kept"), (f"SHA-256{of}", one.digest)]
    components.definitions(pairs)


def _again(catalogue: Catalogue, one: DatasetVersion) -> None:
    """Whether the file is still what it was, and a new run with it."""
    source = source_of(one, _digest)
    kept = one.artefact is not None and catalogue.artefacts.has(one.digest)
    with st.container(border=True, key="gb-source"):
        if source.state == "same":
            st.markdown(":green[:material/check_circle:] **Its file is still there and unchanged.**")
        elif source.state == "none":
            st.markdown(f":gray[:material/info:] **It {components.plain(source.found)}.**")
        else:
            st.markdown(f":orange[:material/warning:] **Its file {components.plain(source.found)}.**")
            components.note(
                "A copy is kept, so that a run can still learn from this very version."
                if kept
                else "No copy is kept, so no run can learn from this very version any more: "
                "`automl data add FILE` keeps one of versions that will be needed."
            )
        if (source.state == "same" or kept) and st.button(
            "New run with this version", icon=":material/add:", key="run-again", type="primary"
        ):
            _start(catalogue, one, source)


def _start(catalogue: Catalogue, one: DatasetVersion, source: Source) -> None:
    """To the page of a new run, with the table and, where a run learned from it, that run's choices."""
    home = navigation.home()
    if source.state != "same" or source.path is None:
        folder = drafts.new_folder(home)
        table = folder / drafts.safe_name(Path(one.source or f"{one.dataset}.csv").name)
        with st.spinner("Fetching the copy …"), catalogue.artefacts.fetched(one.digest) as path:
            shutil.copyfile(path, table)
        navigation.go("new", upload=drafts.register_upload(folder, table).id)
        return
    for run in catalogue.datasets.runs_of(one):
        folder_of_run = RunFolder(run.path)
        if folder_of_run.has("spec.json"):
            draft = drafts.from_run(home, folder_of_run.spec | {"source": str(source.path)})
            if draft is not None:
                navigation.go("new", upload=draft.id)
    navigation.go("new", upload=drafts.from_version(home, source.path, one.label).id)


def _digest(path: Path) -> str:
    found = os.stat(path)
    return _remembered(path, (found.st_mtime_ns, found.st_ino, found.st_size))


@lru_cache(maxsize=256)
def _remembered(path: Path, _stamp: object) -> str:
    return file_sha256(path)


def _lineage(catalogue: Catalogue, one: DatasetVersion, all_of_it: Sequence[DatasetVersion]) -> None:
    """What it came after, which runs learned from it, and which models came of that."""
    st.subheader("Lineage", anchor=False)
    by_id = {each.id: each for each in all_of_it}
    before = by_id.get(one.parent_id or 0)
    after = [each for each in all_of_it if each.parent_id == one.id]
    runs, models = catalogue.datasets.runs_of(one), catalogue.datasets.models_of(one)
    with st.container(key="gb-lineage"):
        first, second, third = st.columns(3, gap="medium")
    with first, st.container(border=True, height="stretch", key="gb-name-versions"):
        st.markdown("**Before and after it**")
        for label, each in (("after", before), *(("before", each) for each in after)):
            if each is not None:
                navigation.link(
                    "data", f"{label} {components.plain(each.label)}", dataset=each.dataset,
                    number=str(each.number),
                )  # fmt: skip
        if before is None:
            components.note("It is the first of its kind.")
        if not after:
            components.note("Nothing has come after it yet.")
    with second, st.container(border=True, height="stretch", key="gb-name-runs"):
        st.markdown(f"**{fmt.plural(len(runs), 'run')} learned from it**" if runs else "**No run yet**")
        for run in runs[:_MOST]:
            known = (navigation.home().runs_path / run.id / "spec.json").is_file()
            shown = f"{components.plain(run.name)} · {fmt.ago(run.created)}"
            if known:
                navigation.link("run", shown, run=run.id)
            else:
                components.note(f"{run.name} · {fmt.ago(run.created)} (its folder is elsewhere, or gone)")
        _rest(len(runs))
    with third, st.container(border=True, height="stretch", key="gb-name-models"):
        title = f"{fmt.plural(len(models), 'registered model')} came of it" if models else "No model yet"
        st.markdown(f"**{title}**")
        for model in models[:_MOST]:
            score = f" · {fmt.score(model.score)} {fmt.metric_label(model.metric or '')}"
            navigation.link(
                "registry", components.plain(model.label) + (score if model.score is not None else ""),
                name=model.name, version=str(model.version),
            )  # fmt: skip
        _rest(len(models))


def _rest(many: int) -> None:
    if many > _MOST:
        components.note(f"and {many - _MOST:,} more")


def _columns(one: DatasetVersion) -> None:
    columns = (one.schema or {}).get("columns") or []
    if not columns:
        return
    with st.expander(f"Its {fmt.plural(len(columns), 'column')}", icon=":material/view_column:"):
        tables.table(
            ("Column", "Kind", "May be missing"),
            [
                (str(each["name"]), str(each["kind"]), "yes" if each.get("nullable") else "no")
                for each in columns
            ],
            label=f"Columns of {one.label}",
        )
