"""Export: one zip that predicts and explains without Glassbench, and the report about the model in it."""

from __future__ import annotations

import streamlit as st

from automl import jobs
from automl.workbench import components, navigation, reading
from automl.workbench.views.export.bundle import bundle
from automl.workbench.views.export.others import others
from automl.workbench.views.export.report import report
from automl.workbench.views.export.targets import how_to_use

__all__ = ["show"]


def show() -> None:
    """Draw the page."""
    run = navigation.current_run()
    if run is None:
        components.no_run_chosen()
        return
    now = jobs.state(run.path)
    components.run_header(run, now.status)
    rows = reading.standings(reading.trials(run), run.result)
    if not rows:
        if now.is_over:
            components.empty("Nothing to export", "This run has no model. Its page says why.")
        else:
            components.busy("No model yet", "The first one can be exported within seconds of its score.")
        with st.container(horizontal=True, horizontal_alignment="center"):
            navigation.link("run", "See the progress", run=run.id)
        return
    model = components.choose_model(run, rows)
    left, right = st.columns([3, 2], gap="large")
    with left:
        built = bundle(run, model)
        report(run, model)
        others(run, model, rows)
    with right:
        how_to_use(built)
