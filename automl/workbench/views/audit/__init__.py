"""Audit: who did what, when and with what, and whether the log of it is as it was written."""

from __future__ import annotations

import streamlit as st

from automl.store.catalogue import Catalogue
from automl.workbench import catalogued, components
from automl.workbench.views.audit.entries import entries
from automl.workbench.views.audit.leaving import leaving
from automl.workbench.views.audit.verifying import verifying

__all__ = ["show"]


_NOTHING = "Nothing is on record yet"
_SOON = (
    "Data, runs, opened holdouts, exports, approvals and scored tables are written down here as they happen, "
    "from the first run on."
)


def show() -> None:
    """Draw the page."""
    components.operate_header(
        "audit", "Who did what, when and with what. Nothing can be changed here without leaving a trace."
    )
    catalogued.draw(_draw, nothing=_NOTHING, soon=_SOON)


def _draw(catalogue: Catalogue) -> None:
    if not catalogue.audit.head().number:
        components.empty(_NOTHING, _SOON)
        return
    left, right = st.columns([3, 2], gap="large")
    with left:
        verifying(catalogue)
    with right:
        leaving(catalogue)
    entries(catalogue)
