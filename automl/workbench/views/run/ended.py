"""A search that is over: what came of it, how sure that is, and what more time would bring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from automl import jobs
from automl.search.forecast import outlook_words
from automl.store import RunFolder, tied_models
from automl.workbench import actions, components, navigation, reading, watching
from automl.workbench import format as fmt
from automl.workbench.views.run import figures, tracking, trials

__all__ = ["draw", "sure_words"]

_MOST_NAMED = 3
_WORTH_NAMING = 0.05  # a probability to be the best


def draw(run: RunFolder, now: jobs.JobState) -> None:
    """Draw how the search went."""
    told = watching.story(run)
    if now.state == "failed":
        _failure(now)
    elif now.state == "interrupted":
        st.warning(
            "The search was interrupted: its process is gone. Every finished trial is kept. Resume "
            "goes on from there.",
            icon=":material/power_off:",
        )
    if not told.trials:
        if now.state != "failed":
            components.empty("Nothing was tried yet", "Resume the search to begin.")
        return
    seconds = watching.spent(now)
    figures.draw(run, now, told, seconds)
    if words := sure_words(run.result, reading.trials(run)):
        components.note(words)
    _outlook(run, now)
    if words := watching.memory_words((run.result or {}).get("memory")):
        st.markdown(f":orange[:material/memory:] {components.plain(words)}")
    tracking.watch(run)
    figures.asked(run)
    components.suspicions(run)
    figures.chart(run, now, seconds)
    trials.draw(run, told)
    if phases := figures.phases_html(now, seconds):
        st.subheader("Where the time went", anchor=False)
        st.html(phases)


def _failure(now: jobs.JobState) -> None:
    error = now.error or {}
    message = str(error.get("message") or now.message or "The search failed.")
    components.problem(message)
    if error.get("id"):
        components.note(f"Error {error['id']}. The details stand in worker.log of the run's folder.")


def sure_words(result: Mapping[str, Any] | None, records: list[dict[str, Any]]) -> str:
    """How many models the data cannot tell apart, and which is how likely the best; empty if not known.

    Parameters
    ----------
    result : mapping or None
        `result.json` of the run.
    records : list of dict
        Its trials.
    """
    tied = tied_models(result)
    if result is None or tied is None:
        return ""
    trained = len(reading.successful(records))
    if not trained:
        return (
            "No model could be trained in this time. What is kept is the baseline, which looks at no column. "
            "Give the search more time."
        )
    if trained == 1:
        return "Only one model could be trained in this time, so there is nothing to compare it with."
    words = (
        "No other model comes close to the best one."
        if len(tied) == 1
        else f"The data cannot tell {len(tied)} models at the top apart: choosing another of them for "
        "its speed or size costs nothing that could be measured."
    )
    likely = sorted(result["confidence"].get("p_best", {}).items(), key=lambda item: -item[1])
    named = [item for item in likely[:_MOST_NAMED] if item[1] >= _WORTH_NAMING]
    if not named:
        return words
    families = {record["id"]: reading.family_label(record["family"]) for record in records}
    chances = ", ".join(
        f"{families.get(name, 'model')} {name} with a probability of {_chance(chance)}"
        for name, chance in named
    )
    return f"{words} Of the single models, the best is {chances}."


def _chance(share: float) -> str:
    """A probability that was found by drawing rows anew, which never makes it certain."""
    return "more than 99 %" if share > 0.99 else fmt.percent(share)


def _outlook(run: RunFolder, now: jobs.JobState) -> None:
    """What more time would bring, how far that could be foreseen at half time, and the click for it."""
    told = (run.result or {}).get("forecast")
    if not told and now.state != "finished":
        return
    with st.container(horizontal=True, vertical_alignment="center", key="gb-outlook"):
        if told:
            with st.container(width="stretch"):
                components.note(_forecast_words(told))
        if now.state == "finished":
            _search_more(run)


def _forecast_words(told: Mapping[str, Any]) -> str:
    text = outlook_words(told["next"])
    if earlier := told["earlier"]:
        came = fmt.score(earlier["came"])
        text += f" (At half time it foresaw at most {fmt.score(earlier['high'])}, and {came} came.)"
    return text


def _search_more(run: RunFolder) -> None:
    reason = actions.can_search_more(run)
    if st.button(
        f"Search {actions.MORE_SECONDS // 60} minutes more",
        icon=":material/more_time:",
        key="search-more",
        disabled=bool(reason),
        help=reason
        or "A new run with the same settings, which begins with the best models of this one and seals "
        "the same rows for its final score.",
    ):
        more = actions.search_more(navigation.home(), run)
        navigation.go("run", run=more.id)
