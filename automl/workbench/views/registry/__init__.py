"""Models & registry: every model that came of a run, who decided what of it, and what became of it."""

from __future__ import annotations

import streamlit as st

from automl.store.catalogue import Catalogue
from automl.workbench import catalogued, components, lists, told
from automl.workbench.views.registry import anew
from automl.workbench.views.registry.listed import names
from automl.workbench.views.registry.name import name_page
from automl.workbench.views.registry.version import version_page

__all__ = ["show"]


def show() -> None:
    """Draw the page."""
    told.now()
    components.operate_header(
        "registry", "Every model that came of a run: which one is used, who decided so, what became of it."
    )
    catalogued.draw(
        _draw,
        nothing="No model is registered yet",
        soon="Each finished run and each export registers its model, with its data and its score.",
    )


def _draw(catalogue: Catalogue) -> None:
    name = st.query_params.get("name")
    if not name:
        names(catalogue)
        return
    found = catalogue.models.versions(name)
    if not found:
        catalogued.not_here(f"model {name}", "registry", "All models")
        return
    if (rows := st.query_params.get("rows")) is not None:
        anew.ask(catalogue, name, rows)
        return
    if (retraining := st.query_params.get("retraining")) is not None:
        anew.follow(catalogue, name, retraining)
        return
    asked = st.query_params.get("version")
    if asked is None:
        name_page(catalogue, name, found)
        return
    number = lists.number(asked)
    one = next((each for each in found if each.version == number), None)
    if one is None:
        catalogued.not_here(f"version {asked} of {name}", "registry", "All models")
        return
    version_page(catalogue, one, found)
