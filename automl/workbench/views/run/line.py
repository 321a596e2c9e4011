"""A run that waits for its turn."""

from __future__ import annotations

import streamlit as st

from automl import jobs
from automl.workbench import components
from automl.workbench import format as fmt
from automl.workbench.views.run import look

__all__ = ["draw"]

_SOON_SECONDS = 2.0


def draw(run_id: str, seen: look.Signature) -> None:
    """Draw its place, and when it begins."""
    run, _ = look.again(run_id, seen)
    place = jobs.place(run.path)
    if place is None:  # its turn has just come; the next look draws the search
        components.busy("Starting …", "It is its turn.")
        return
    title = "Next in the queue" if place.number == 1 else f"{fmt.ordinal(place.number)} in the queue"
    components.busy(title, _words(place))
    budget = fmt.duration(float(run.spec["budget"]))
    st.html(
        '<p class="gb gb-muted gb-small" style="text-align: center">'
        f"Its time, {budget}, begins when it starts. You can close this page: it starts by itself.</p>"
    )


def _words(place: jobs.Place) -> str:
    if place.seconds < _SOON_SECONDS:
        return f"It starts as soon as “{place.after}” has ended and its model is explained: any moment now."
    return f"It starts when “{place.after}” has ended, in about {fmt.duration(place.seconds)}."
