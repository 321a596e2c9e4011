"""Export: one zip that predicts and explains without Glassbench, and the report about the model in it."""

from __future__ import annotations

import streamlit as st

from automl.workbench import components
from automl.workbench.modelled import modelled_run
from automl.workbench.views.export.bundle import bundle
from automl.workbench.views.export.others import others
from automl.workbench.views.export.platforms import platforms
from automl.workbench.views.export.report import report
from automl.workbench.views.export.targets import how_to_use, safe_to_pass_on

__all__ = ["show"]


def show() -> None:
    """Draw the page."""
    found = modelled_run(
        nothing="Nothing to export",
        soon="The first one can be exported within seconds of its score.",
    )
    if found is None:
        return
    run, rows = found.run, found.rows
    model = components.choose_model(run, rows)
    left, right = st.columns([3, 2], gap="large")
    with left:
        built = bundle(run, model)
        report(run, model)
        others(run, model, rows)
    with right:
        how_to_use(built)
        platforms(run, model, built)
        safe_to_pass_on()
