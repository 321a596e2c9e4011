"""A search under way: the part of the page that is looked at every other second."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import streamlit as st

from automl import jobs
from automl.search.forecast import outlook_words
from automl.store import RunFolder
from automl.workbench import components, reading, watching
from automl.workbench import format as fmt
from automl.workbench.reasons import origin_words, why_words
from automl.workbench.views.run import figures, look, tracking, trials

__all__ = ["draw"]

_MOST_SHOWN = 6  # candidates at work


def draw(run_id: str, seen: look.Signature) -> None:
    """Draw how a search goes."""
    run, now = look.again(run_id, seen)
    told = watching.story(run)
    seconds = watching.spent(now)
    if not told.trials:
        components.busy(f"{_doing(now, told)} …", "The first score appears within seconds.")
        _progress(run, now, seconds)
        return
    figures.draw(run, now, told, seconds, doing=_doing(now, told))
    _progress(run, now, seconds)
    if now.state == "searching":
        _at_work(now)
    with st.container(key="gb-notices"):  # what comes and goes in it moves nothing else to another place
        _notices(now)
        if told.ahead is not None and now.state == "searching":
            components.note(outlook_words(told.ahead))
        tracking.draw(run)
        figures.asked(run)
        components.suspicions(run)
    figures.chart(run, now, seconds)
    trials.draw(run, told)


def _doing(now: jobs.JobState, told: watching.Story) -> str:
    if now.state == "queued":
        return "Starting"
    if now.state == "preparing":
        phase = watching.PHASES.get(str(now.status.get("phase")))
        return phase or "Reading and preparing the table"
    if now.state == "searching":
        return "Training the first models" if told.trials <= 1 else "Searching"
    return now.message or "Choosing the model"


def _progress(run: RunFolder, now: jobs.JobState, seconds: float) -> None:
    """How much of the budget is spent; the bar moves by itself until the next look."""
    budget = float(run.spec["budget"])
    share = min(1.0, seconds / budget) if budget else 1.0
    left = max(budget - seconds, 0.0)
    st.html(
        f'<div class="gb gb-bar" role="progressbar" aria-label="Search time" aria-valuemin="0" '
        f'aria-valuemax="100" aria-valuenow="{100 * share:.0f}">'
        f'<i style="--gb-from:{100 * share:.2f}%;--gb-left:{left:.1f}s"></i></div>'
        + figures.phases_html(now, seconds)
    )


def _at_work(now: jobs.JobState) -> None:
    """What is being tried right now, and why; the place keeps its height, so that nothing below it jumps."""
    at_work: list[Mapping[str, Any]] = [
        each for each in now.status.get("running") or () if isinstance(each, Mapping)
    ]
    shown = at_work[:_MOST_SHOWN]
    most = f"at-work-{now.id}"
    lines = st.session_state[most] = max(st.session_state.get(most, 1), len(shown))
    moment = time.time()
    items = "".join(_item(each, moment) for each in shown)
    items += "<li class='gb-idle' aria-hidden='true'></li>" * (lines - len(shown))
    more = len(at_work) - len(shown)
    rest = f'<p class="gb-muted gb-small">and {more} more</p>' if more > 0 else ""
    title = "Being tried now" if at_work else "Choosing what to try next"
    st.html(f'<div class="gb gb-now"><h3>{title}</h3><ul>{items}</ul>{rest}</div>')


def _item(each: Mapping[str, Any], moment: float) -> str:
    since = max(moment - float(each["since"]), 0.0)
    facts = f"{each['id']} · {origin_words(str(each['origin']))} · for {fmt.duration(round(since))}"
    return (
        f"<li><b>{components.text(reading.family_label(str(each['family'])))}</b> "
        f'<span class="gb-muted gb-small">{components.text(facts)}</span>'
        f'<span class="gb-why gb-muted gb-small">{components.text(why_words(each))}</span></li>'
    )


def _notices(now: jobs.JobState) -> None:
    """What the machine does to the search, where that matters."""
    for icon, words in (
        (":material/hourglass_top:", watching.crowding_words(now.status)),
        (":material/memory:", watching.memory_words(now.status.get("memory"))),
    ):
        if words:
            st.markdown(f":orange[{icon}] {components.plain(words)}")
