"""Datasets, and the versions of one of them, as lists of links."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from automl.store.catalogue import Catalogue, DatasetVersion
from automl.store.catalogue.summaries import DatasetSummary
from automl.workbench import components, lists, navigation
from automl.workbench import format as fmt

__all__ = ["datasets", "versions"]


def datasets(catalogue: Catalogue) -> None:
    """All datasets, the one with the newest version first."""
    found = catalogue.summaries.datasets()
    if not found:
        components.empty(
            "No data is registered yet",
            "Each run registers the table that it learned from when it has ended.",
        )
        with st.container(horizontal=True, horizontal_alignment="center"):
            navigation.link("new", "Start a run")
        return
    shown = lists.found(found, lambda each: each.dataset, "Search datasets", "Name")
    for each in lists.paged(shown, "datasets"):
        _dataset(each)


def _dataset(each: DatasetSummary) -> None:
    newest = each.newest
    with lists.line(f"data-{newest.id}") as (left, right):
        with left:
            navigation.link("data", f"**{components.plain(each.dataset)}**", dataset=each.dataset)
            lists.under(_from(newest))
        with right:
            lists.facts(
                (fmt.plural(each.versions, "version"), f"newest {fmt.ago(newest.created)}"),
                (fmt.plural(newest.rows, "row"), "in the newest"),
                (fmt.plural(newest.columns, "column"), ""),
                (
                    fmt.plural(each.runs, "run"),
                    "learned from it" if each.runs else "none has learned from it",
                ),
            )


def versions(catalogue: Catalogue, found: Sequence[DatasetVersion]) -> None:
    """The versions of a dataset, the newest first."""
    name = found[0].dataset
    lists.back("data", "All datasets")
    st.header(components.plain(name), anchor=False)
    components.note(f"{fmt.plural(len(found), 'version')}, the newest first")
    runs = catalogue.summaries.runs_by_version(name)
    by_id = {each.id: each for each in found}
    for each in lists.paged(list(reversed(found)), "versions"):
        _version(each, by_id.get(each.parent_id or 0), runs.get(each.id, 0))


def _version(each: DatasetVersion, before: DatasetVersion | None, runs: int) -> None:
    with lists.line(f"data-{each.id}") as (left, right):
        with left:
            navigation.link(
                "data", f"**{components.plain(each.label)}**", dataset=each.dataset, number=str(each.number)
            )
            lists.under(_from(each))
        with right:
            lists.facts(
                (fmt.plural(each.rows, "row"), _more(each.rows, None if before is None else before.rows)),
                (
                    fmt.plural(each.columns, "column"),
                    _more(each.columns, None if before is None else before.columns),
                ),
                (fmt.ago(each.created), f"by {each.who}"),
                (fmt.plural(runs, "run") if runs else "no run", each.digest[:12]),
            )


def _from(version: DatasetVersion) -> str:
    """Where a version came from, in a few words."""
    origin = version.origin or {}
    if "retraining" in origin:
        return "put together by a retraining"
    if "connection" in origin:
        return f"a query of {origin['connection']}"
    return "a table of Python" if version.source is None else Path(version.source).name


def _more(now: int, before: int | None) -> str:
    """How many more there are than in the version before."""
    if before is None:
        return "the first of its kind"
    if now == before:
        return "as many as before"
    return f"{abs(now - before):,} {'more' if now > before else 'fewer'} than before"
