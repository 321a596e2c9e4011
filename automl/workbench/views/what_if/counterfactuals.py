"""What would have to be different for another prediction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from automl.desk import Desk
from automl.errors import GlassbenchError
from automl.workbench import asking, components
from automl.workbench.views.what_if import question, state
from automl.workbench.views.what_if.decided import Decider
from automl.workbench.views.what_if.question import Question
from automl.workbench.views.what_if.question_form import QuestionForm
from automl.workbench.views.what_if.state import Asked
from explain import formats
from explain.frames import plain_cell
from explain.row.counterfactuals import Counterfactuals

__all__ = ["section"]

_SECONDS = 3.0
_FOUND = "what-if-found"


def section(desk: Desk, facts: Mapping[str, Any], asked: Asked, name: str, decider: Decider | None) -> None:
    """The question, and what was found.

    Parameters
    ----------
    desk : Desk
    facts : mapping
        The desk's answer to `about`.
    asked : Asked
    name : str
        Tells the widgets of this model from those of others.
    decider : Decider or None
        Of the run's labels, where those of the model are others.
    """
    opened = st.expander(
        "What would have to change?", icon=":material/alt_route:", key="changes", bind="query-params"
    )
    if not opened.open:
        return
    with opened:
        st.markdown(
            "The nearest changes after which the model would say something else, made of values that other "
            "rows have. They describe the model; whether they can be made in the world it does not know."
        )
        if decider is not None:
            components.note("What the model says is the most probable class here; costs are not weighed.")
        wanted = QuestionForm(facts, name).show()
        token = question.token_of(desk.model, asked.now, wanted)
        st.button(
            "Find changes", type="primary", icon=":material/search:", key="find-ways",
            on_click=question.write_asked, args=(token,),
        )  # fmt: skip
        if not question.is_asked(token):
            if "found" in st.query_params:
                components.note("The row or the question has changed since the last search. Search again.")
            return
        found = _found(desk, asked, wanted, token)
        if found is not None:
            _show(found, facts)


def _found(desk: Desk, asked: Asked, wanted: Question, token: str) -> Counterfactuals | None:
    """What was found, searched for where it is not known yet: pressed just now, or come by a link."""
    kept = st.session_state.get(_FOUND)
    if kept is None or kept[0] != token:
        try:
            with st.spinner("Looking for the nearest changes …"):
                answer = asking.ask(
                    desk, "counterfactuals", seconds=_SECONDS, **asked.now.asked(), **wanted.asked()
                )
        except GlassbenchError as error:
            components.problem(error.message, error.fix)
            return None
        kept = token, answer["result"]
        st.session_state[_FOUND] = kept
    return Counterfactuals.from_json(kept[1])


def _show(found: Counterfactuals, facts: Mapping[str, Any]) -> None:
    st.html(f'<p class="gb gb-sentence">{components.text(found.sentence())}</p>')
    for k, option in enumerate(found.options):
        with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"way-{k}"):
            steps = "".join(
                f"<li><b>{components.text(name)}</b>: {components.text(old)} → {components.text(new)}</li>"
                for name, old, new in found.changes(k)
            )
            after = formats.level(option.output, found.scale)
            says = "" if option.label is None else f", says “{option.label}”"
            st.html(
                f'<div class="gb"><ul class="wi-steps">{steps}</ul><span class="gb-muted gb-small">'
                f"{components.text(_noun(found))} {components.text(after)}{components.text(says)} · "
                f"{components.text(_usual(option.as_far))}</span></div>",
                width="stretch",
            )
            st.button(
                "Use this", key=f"use-{k}", icon=":material/check:", on_click=_use, args=(found, k, facts)
            )
    if not found.complete:
        components.note("The search ran out of time: there may be nearer ones.")


def _use(found: Counterfactuals, k: int, facts: Mapping[str, Any]) -> None:
    """Put the changes of an option into the row."""
    asked = state.read(facts)
    row = found.rows.iloc[1 + k]
    new = {name: plain_cell(row[name]) for name in found.options[k].changed}
    state.write(asked.edited({**asked.now.edits, **new}))


def _noun(found: Counterfactuals) -> str:
    return "prediction" if found.goal.label is None else f"{found.scale} of “{found.goal.label}”"


def _usual(as_far: float) -> str:
    """How unusual a changed row is."""
    if as_far < 0.01:
        return "unlike any row it learned from"
    if as_far < 0.1:
        return f"unusual: {formats.percent(as_far)} of rows are as far from others"
    return "not unusual"
