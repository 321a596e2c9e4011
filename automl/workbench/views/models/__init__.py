"""Models: which one to take. The leaderboard, side by side, what breaks a tie, the threshold, the history."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from automl.store import RunFolder, picked
from automl.workbench.modelled import modelled_run
from automl.workbench.reading import Standing
from automl.workbench.views.models.compare import compare
from automl.workbench.views.models.history import history
from automl.workbench.views.models.leaderboard import leaderboard
from automl.workbench.views.models.pick import told
from automl.workbench.views.models.threshold import threshold
from automl.workbench.views.models.tie import tie

__all__ = ["show"]

_TABS = ("Leaderboard", "Compare", "Break the tie", "Threshold", "History")


def show() -> None:
    """Draw the page."""
    found = modelled_run(
        nothing="No model to compare",
        soon="They appear here as soon as they have a score.",
        busy="The first models are being trained",
    )
    if found is None:
        return
    run, now, rows = found.run, found.now, found.rows
    selected = _selected(run, rows)
    metric = str(now.status.get("metric") or (run.read("task.json") or {}).get("metric") or "")
    if not now.is_over:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.info(
                f"The search is still under way; these are the {len(rows)} models so far.",
                icon=":material/pending:",
            )
            st.button("Refresh", icon=":material/refresh:")
    told(run, rows)
    board, side, breaker, cut, story = st.tabs(
        _TABS, key="models-view", on_change="rerun", bind="query-params"
    )
    if board.open:
        with board:
            leaderboard(run, rows, metric, selected)
    if side.open:
        with side:
            compare(run, rows, metric)
    if breaker.open:
        with breaker:
            tie(run, rows, metric)
    if cut.open:
        with cut:
            threshold(run, rows, selected)
    if story.open:
        with story:
            history(run, metric)


def _selected(run: RunFolder, rows: Sequence[Standing]) -> Standing:
    """The model that the address names, else the one that is used."""
    taken = picked(run)
    used = None if taken is None else taken["model"]
    named = {row.id: row for row in rows}
    chosen = next((row for row in rows if row.chosen), rows[0])
    return named.get(st.query_params.get("model", ""), named.get(used or "", chosen))
