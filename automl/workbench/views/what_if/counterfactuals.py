"""What would have to be different for another prediction."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from automl.desk import Desk
from automl.errors import GlassbenchError
from automl.workbench import asking, components
from automl.workbench import format as fmt
from automl.workbench.views.what_if import state
from automl.workbench.views.what_if.state import Asked
from explain import formats
from explain.frames import plain_cell
from explain.row.counterfactuals import Counterfactuals

__all__ = ["section"]

_SECONDS = 3.0
_FOUND, _WANTED = "what-if-found", "what-if-search"


def section(desk: Desk, facts: Mapping[str, Any], asked: Asked) -> None:
    """The question, and what was found."""
    opened = st.expander(
        "What would have to change?", icon=":material/alt_route:", key="what-if-ways", on_change="rerun"
    )
    if not opened.open:
        return
    with opened:
        st.markdown(
            "The nearest changes after which the model would say something else, made of values that other "
            "rows have. They describe the model; whether they can be made in the world it does not know."
        )
        question = _question(facts)
        token = json.dumps([desk.model, asked.now.asked(), question], sort_keys=True)
        st.button("Find changes", type="primary", icon=":material/search:", key="find-ways", on_click=_want)
        if st.session_state.get(_WANTED):
            _find(desk, asked, question, token)
        kept = st.session_state.get(_FOUND)
        if kept is None:
            return
        if kept[0] != token:
            components.note("The row or the question has changed since the last search. Search again.")
            return
        _show(Counterfactuals.from_json(kept[1]), facts, asked)


def _question(facts: Mapping[str, Any]) -> dict[str, Any]:
    names = [column["name"] for column in facts["columns"]]
    question: dict[str, Any] = {}
    first, second, third = st.columns([2, 2, 3], gap="medium", vertical_alignment="bottom")
    with first:
        if facts["classes"] is not None:
            goal = st.selectbox(
                "The model should say",
                facts["classes"],
                index=None,
                placeholder="something else",
                key="wi-goal",
            )
            if goal is not None:
                question["goal"] = goal
        else:
            low = st.number_input("Prediction of at least", value=None, placeholder="any", key="wi-low")
            high = st.number_input("Prediction of at most", value=None, placeholder="any", key="wi-high")
            question |= {name: value for name, value in (("low", low), ("high", high)) if value is not None}
    with second:
        most = st.selectbox(
            "By changing at most", [1, 2, 3, 4], index=2, format_func=lambda n: fmt.plural(n, "column"),
            key="wi-most",
        )  # fmt: skip
        question["max_changes"] = most
    with third:
        fixed = st.multiselect(
            "Columns that stay as they are", names, key="wi-fixed", placeholder="none",
            help="What cannot or must not change, such as age.",
        )  # fmt: skip
        if fixed:
            question["immutable"] = sorted(fixed)
    if limits := _limits(facts):
        question["ranges"] = limits
    return question


def _limits(facts: Mapping[str, Any]) -> dict[str, list[float | None]]:
    """Least and highest values of numbers, where they are asked for."""
    numbers = {column["name"]: column for column in facts["columns"] if column["kind"] == "number"}
    if not numbers:
        return {}
    limited = st.multiselect(
        "Limit the values of", list(numbers), key="wi-limited", placeholder="no column",
        help="Numbers that may only change within a range.",
    )  # fmt: skip
    found: dict[str, list[float | None]] = {}
    for name in limited:
        column, label = numbers[name], components.plain(name)
        low, high = st.columns(2)
        step = 1.0 if column["whole"] else None
        found[name] = [
            low.number_input(
                f"{label}: at least", value=column["low"], step=step, format="%.10g", key=f"wi-low-{name}"
            ),
            high.number_input(
                f"{label}: at most", value=column["high"], step=step, format="%.10g", key=f"wi-high-{name}"
            ),
        ]
    return found


def _want() -> None:
    # Kept until it is done: a run of the page that is cut short by another must not lose it.
    st.session_state[_WANTED] = True


def _find(desk: Desk, asked: Asked, question: Mapping[str, Any], token: str) -> None:
    try:
        with st.spinner("Looking for the nearest changes …"):
            answer = asking.ask(desk, "counterfactuals", seconds=_SECONDS, **asked.now.asked(), **question)
            st.session_state[_FOUND] = token, answer["result"]
            st.session_state.pop(_WANTED, None)
    except GlassbenchError as error:
        st.session_state.pop(_WANTED, None)
        st.session_state.pop(_FOUND, None)
        components.problem(error.message, error.fix)


def _show(found: Counterfactuals, facts: Mapping[str, Any], asked: Asked) -> None:
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
