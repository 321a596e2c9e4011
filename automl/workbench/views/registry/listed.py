"""The names of models, as a list of links."""

from __future__ import annotations

import streamlit as st

from automl.store.catalogue import Catalogue
from automl.store.catalogue.summaries import NameSummary
from automl.workbench import components, lists, navigation
from automl.workbench import format as fmt
from automl.workbench.views.registry.looks import approval_words, score_of

__all__ = ["names"]


def names(catalogue: Catalogue) -> None:
    """All names, the one with the newest version first."""
    found = catalogue.summaries.models()
    if not found:
        components.empty(
            "No model is registered yet",
            "Each finished run registers its model, with its data and its score.",
        )
        with st.container(horizontal=True, horizontal_alignment="center"):
            navigation.link("new", "Start a run")
        return
    shown = lists.found(found, lambda each: each.name, "Search models", "Name")
    for each in lists.paged(shown, "names"):
        _line(each)


def _line(each: NameSummary) -> None:
    newest = each.newest
    with lists.line(f"model-{newest.id}") as (left, right):
        with left:
            navigation.link("registry", f"**{components.plain(each.name)}**", name=each.name)
            lists.under(fmt.plural(each.versions, "version"))
        with right:
            champion = each.aliases.get("champion")
            lists.facts(
                ("no champion", "")
                if champion is None
                else (score_of(champion), f"champion: {champion.label}"),
                (score_of(newest), f"newest: {newest.label}, {fmt.ago(newest.created)}"),
                (approval_words(each.approval), "the newest"),
                (
                    fmt.plural(each.alerts, "open alert") if each.alerts else "no open alert",
                    "of all versions",
                ),
                warn=(3,) if each.alerts else (),
            )
