"""The tables that this run has scored before, with their verdicts."""

from __future__ import annotations

import streamlit as st

from automl.monitoring.history import Scoring, scorings
from automl.store import RunFolder
from automl.workbench import components, navigation
from automl.workbench import format as fmt
from automl.workbench.reading import ENSEMBLE, family_label
from automl.workbench.views.score.levels import badge

__all__ = ["history"]

_SHOWN = 20


def history(run: RunFolder, *, shown: str | None = None) -> None:
    """List earlier scorings, newest first.

    Parameters
    ----------
    run : RunFolder
    shown : str, optional
        Id of the one that the page shows.
    """
    found = scorings(run)
    others = [each for each in found if each.id != shown]
    if not others:
        if shown is None:
            components.empty(
                "Nothing scored yet",
                "Every table that you score is kept here with its verdict, so that you see when things "
                "change.",
            )
        return
    st.subheader("Scored before" if shown is None else "Other tables", anchor=False)
    for each in others[:_SHOWN]:
        _line(run, each)
    if len(others) > _SHOWN:
        st.caption(f"{len(others) - _SHOWN} earlier ones are in the run's folder, under scorings.")


def _line(run: RunFolder, one: Scoring) -> None:
    with st.container(border=True, key=f"gb-name-{one.id}"):
        left, middle, right = st.columns([3, 5, 2], vertical_alignment="center")
        with left, st.container(gap=None):
            navigation.link("score", components.plain(one.name), run=run.id, model=one.model, scoring=one.id)
            model = family_label(one.model) if one.model == ENSEMBLE else one.model
            components.note(f"{fmt.plural(one.rows, 'row')} · {fmt.ago(one.created)} · {model}")
        with middle:
            components.note(one.headline)
        with right:
            badge(one.level)
