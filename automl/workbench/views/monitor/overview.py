"""All models under watch: what each looked like last, and where something is open."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from automl.monitoring.history import Scoring, scorings
from automl.monitoring.rules import RANK
from automl.store import RunFolder
from automl.workbench import components, navigation, watch_book
from automl.workbench import format as fmt
from automl.workbench.views.score.levels import badge

__all__ = ["overview"]

_SHOWN = 40


@dataclass(frozen=True)
class _Watched:
    """A run whose models have scored something."""

    run: RunFolder
    last: Scoring
    tables: int
    open: int


def overview() -> None:
    """Draw the page where its address names no run."""
    components.operate_header(
        "monitor", "How your models do on new rows: are they still fine, since when, and what to do next."
    )
    found = _watched()
    if not found:
        components.empty(
            "No model is under watch yet",
            "A model is watched from the first table on that you score with it: each table is compared with "
            "the rows it was learned from, and kept.",
        )
        with st.container(horizontal=True, horizontal_alignment="center"):
            navigation.link("runs", "Choose a run to score with")
        return
    odd = sum(each.last.level != "fine" or each.open > 0 for each in found)
    st.markdown(
        f"{fmt.plural(odd, 'model')} of {len(found)} {'calls' if odd == 1 else 'call'} for a look."
        if odd
        else f"Nothing is odd about the last table of {'the one model' if len(found) == 1 else 'any model'}."
    )
    for each in found[:_SHOWN]:
        _line(each)
    if len(found) > _SHOWN:
        st.caption(f"{len(found) - _SHOWN} more: open their runs.")


def _watched() -> list[_Watched]:
    """What calls for a look first, then the newest."""
    alerts = watch_book.open_alerts()
    found = []
    for run in navigation.home().runs():
        scored = scorings(run)
        if scored:
            found.append(_Watched(run, scored[0], len(scored), alerts.get(run.id, 0)))
    return sorted(found, key=lambda each: (-each.open, -RANK.index(each.last.level), -each.last.created))


def _line(each: _Watched) -> None:
    with st.container(border=True, key=f"gb-name-{each.run.id}"):
        left, middle, right = st.columns([3, 5, 2], vertical_alignment="center")
        with left, st.container(gap=None):
            name = str(each.run.spec["name"])
            navigation.link("monitor", components.plain(name), run=each.run.id, model=each.last.model)
            components.note(f"predicts {each.run.spec['target']} · {fmt.plural(each.tables, 'scored table')}")
        with middle, st.container(gap=None):
            components.note(fmt.smoothed(each.last.headline))
            components.note(f"{each.last.name} · {fmt.ago(each.last.created)}")
        with right:
            badge(each.last.level)
            if each.open:
                st.badge(fmt.plural(each.open, "open alert"), icon=":material/notifications:", color="red")
