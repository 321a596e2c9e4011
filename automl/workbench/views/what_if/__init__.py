"""What-if: pick a row, change its values, and see what the model makes of it."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping
from typing import Any

import streamlit as st

from automl.desk import Desk
from automl.errors import GlassbenchError
from automl.workbench import asking, components, navigation
from automl.workbench.modelled import modelled_run
from automl.workbench.views.what_if import compare, counterfactuals, result, state
from automl.workbench.views.what_if.decided import Decider, decider_of
from automl.workbench.views.what_if.state import Asked, Variant
from automl.workbench.views.what_if.widgets import Form
from explain.explanation import Explanation
from explain.frames import plain_cell
from explain.row.whatif import WhatIf

__all__ = ["HASTE_SECONDS", "show"]

HASTE_SECONDS = 0.15
"""What an edit is answered in; where that leaves wide errors, the desk goes on and the page follows."""
_EVERY = 0.8  # seconds between looks at whether it has
_BASE = "what-if-base"
_STARTS = {
    "typical": ("A typical row", "The row nearest to what is usual in every column."),
    "unsure": ("Most unsure", "The row whose prediction was the hardest to decide."),
    "highest": ("Highest prediction", "The row with the highest prediction."),
    "lowest": ("Lowest prediction", "The row with the lowest prediction."),
}


def show() -> None:
    """Draw the page."""
    found = modelled_run(
        nothing="Nothing to ask",
        soon="The first models are being trained. This page opens with them.",
    )
    if found is None:
        return
    run, rows = found.run, found.rows
    model = components.choose_model(run, rows)
    desk = asking.desk_for(run, model)
    if desk is None:
        return
    facts = asking.ask(desk, "about")
    st.fragment(_page)(run.id, model.id, facts)


def _page(run_id: str, model_id: str, facts: dict[str, Any]) -> None:
    """All that follows an edit; the rest of the page stays as it is."""
    run = navigation.home().run(run_id)
    desk, decider = Desk(run.path, model_id), decider_of(run)
    asked = state.read(facts)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        _choose_row(facts, asked)
        output = _choose_output(facts)
    if asked.left_out:
        components.note(
            f"{asked.left_out} of the edits in this address do not fit this model and were left out."
        )
    try:
        base = _base(desk, model_id, asked.now.row)
    except GlassbenchError as error:
        components.problem(error.message, error.fix)
        return
    left, right = st.columns([2, 3], gap="large")
    name = hashlib.sha256(f"{run_id}\0{model_id}\0{asked.now.row}".encode()).hexdigest()[:10]
    with left:
        st.subheader("The row", anchor=False)
        Form(facts, base, asked, f"wi-{name}").show()
    with right:
        st.subheader("What the model makes of it", anchor=False)
        final = _answer(desk, facts, asked, output, decider)
        _actions(run_id, model_id, facts, asked)
    counterfactuals.section(desk, facts, asked, f"wi-{run_id}-{model_id}", decider)
    compare.section(desk, facts, asked, decider)
    if not final:
        st.fragment(_follow, run_every=_EVERY)(run_id, model_id)


def _answer(desk: Desk, facts: Mapping[str, Any], asked: Asked, output: Any, decider: Decider | None) -> bool:
    """Prediction and contributions; whether they will not become more exact."""
    try:
        if asked.now.edits:
            answer = asking.ask(desk, "what_if", seconds=HASTE_SECONDS, **asked.now.asked())
            found = WhatIf.from_json(answer["result"])
            explanation = found.explanation
            result.with_edits(found, output, decider)
        else:
            answer = asking.ask(desk, "row", seconds=HASTE_SECONDS, row=asked.now.row)
            explanation = Explanation.from_json(answer["explanation"])
            result.as_it_is(answer, explanation, str(facts["target"]), output, decider)
    except GlassbenchError as error:
        components.problem(error.message, error.fix)
        return True
    final = bool(answer["final"])
    if explanation.exact:
        components.note("Exact: average and contributions add up to the prediction.")
    else:
        more = "" if final else " Getting more exact …"
        components.note(
            "Predictions are exact; contributions are sampled, and ± holds the true one 95 times in 100."
            + more
        )
    return final


def _base(desk: Desk, model_id: str, row: int) -> dict[str, Any]:
    """The row's values in the table, which the widgets start from."""
    token = str(desk.run.path), model_id, row
    kept = st.session_state.get(_BASE)
    if kept is None or kept[0] != token:
        answer = asking.ask(desk, "row", seconds=HASTE_SECONDS, row=row)
        data = Explanation.from_json(answer["explanation"]).data.iloc[0]
        kept = token, {str(name): plain_cell(value) for name, value in data.items()}
        st.session_state[_BASE] = kept
    values: dict[str, Any] = kept[1]
    return values


def _choose_row(facts: Mapping[str, Any], asked: Asked) -> None:
    rows, key = int(facts["rows"]), f"what-if-row-{asked.now.row}"

    def start_at(row: int) -> None:
        state.write(Asked(Variant(row, {}), asked.variants))

    st.number_input(
        "Row of your table", min_value=1, max_value=rows, value=asked.now.row + 1, key=key, width=150,
        help=f"From 1 to {rows:,}, among the rows that have a target. Another row starts without edits.",
        on_change=lambda: start_at(int(st.session_state[key]) - 1),
    )  # fmt: skip
    for name, (label, why) in _STARTS.items():
        if name in facts["starts"]:
            place = facts["starts"][name]
            st.button(label, key=f"start-{name}", type="tertiary", help=why, on_click=start_at, args=(place,))
    st.button(
        "Any row", key="start-any", type="tertiary", help="A row drawn at random.",
        on_click=lambda: start_at(random.randrange(rows)),
    )  # fmt: skip


def _choose_output(facts: Mapping[str, Any]) -> Any:
    """Which class is explained; only asked where there are more than two."""
    classes = facts["classes"]
    if classes is None or len(classes) <= 2:
        return None
    return st.pills("Probability of", classes, default=None, key="output", bind="query-params")


def _actions(run_id: str, model_id: str, facts: Mapping[str, Any], asked: Asked) -> None:
    now = asked.now
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button(
            "Undo all edits", icon=":material/undo:", disabled=not now.edits, key="undo-all",
            on_click=lambda: state.write(asked.edited({})),
        )  # fmt: skip
        there = now in asked.variants
        st.button(
            "Keep to compare", icon=":material/add:", disabled=there, key="keep",
            help="It is below." if there else "Puts the row as it is now into a comparison below.",
            on_click=lambda: state.write(asked.kept(*asked.variants, now)),
        )  # fmt: skip
        row = {"explain-view": "One row", "row": str(now.row + 1)}
        navigation.link("explain", "More about this row", run=run_id, model=model_id, **row)


def _follow(run_id: str, model_id: str) -> None:
    """Draw the page anew once the desk has gone on with what it answered in haste."""
    if not Desk(navigation.home().run(run_id).path, model_id).state().refining:
        st.rerun()
