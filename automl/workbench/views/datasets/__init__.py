"""Data & versions: which tables were learned from, what has changed between them, and what came of each."""

from __future__ import annotations

import streamlit as st

from automl.store.catalogue import Catalogue
from automl.workbench import catalogued, components, lists
from automl.workbench.views.datasets.listed import datasets, versions
from automl.workbench.views.datasets.version import version

__all__ = ["show"]


def show() -> None:
    """Draw the page."""
    components.operate_header(
        "data", "Every table that a run has learned from, as a version by the hash of its content."
    )
    catalogued.draw(
        _draw,
        nothing="No data is registered yet",
        soon="Each run registers the table that it learned from when it has ended; `automl data add` in a "
        "terminal registers others.",
    )


def _draw(catalogue: Catalogue) -> None:
    name = st.query_params.get("dataset")
    if not name:
        datasets(catalogue)
        return
    found = catalogue.datasets.versions(name)
    if not found:
        catalogued.not_here(f"dataset {name}", "data", "All datasets")
        return
    asked = st.query_params.get("number")
    if asked is None and len(found) > 1:
        versions(catalogue, found)
        return
    number = found[-1].number if asked is None else lists.number(asked)
    one = next((each for each in found if each.number == number), None)
    if one is None:
        catalogued.not_here(f"version {asked} of {name}", "data", "All datasets")
        return
    version(catalogue, one, found)
