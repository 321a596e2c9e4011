"""Using another model than the search chose: said, recorded with its reason, and taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from automl.store import (
    RunFolder,
    decided_words,
    decision_line,
    decisions,
    pick_model,
    picked,
    unpick_model,
)
from automl.workbench import components, reading
from automl.workbench.reading import Standing

__all__ = ["can_be_picked", "pick_form", "record_of_decisions", "told"]


def told(run: RunFolder, rows: Sequence[Standing]) -> None:
    """Which model is used and why, where somebody picked one."""
    taken = picked(run)
    if taken is None:
        return
    names = {row.id: row.label for row in rows}
    first, *rest = decided_words(taken, names)
    with st.container(border=True, key="gb-picked"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown(
                f":material/how_to_reg: **{components.plain(names.get(taken['model'], taken['model']))}** is "
                f"used. {components.plain(first)}",
                width="stretch",
            )
            st.button(
                "Undo", icon=":material/undo:", key="unpick", on_click=unpick_model, args=(run,),
                help="Use the model that the search chose again. That a model was picked stays in the run's "
                "record.",
            )  # fmt: skip
        if rest:
            with st.expander("Why, and what was ruled out", type="compact"):
                st.markdown("\n".join(f"- {components.plain(line)}" for line in rest))


def can_be_picked(run: RunFolder, model: str) -> bool:
    """Whether the search has ended and the model was kept."""
    result = run.result
    if result is None:
        return False
    if model == reading.ENSEMBLE:
        return bool(result["chosen"] == reading.ENSEMBLE)
    return run.trial_path(model, ".joblib").exists()


def pick_form(
    run: RunFolder,
    model: Standing,
    *,
    key: str,
    beside: bool = False,
    answers: Sequence[str] = (),
    ruled_out: Mapping[str, str] | None = None,
) -> None:
    """Reason and name, both optional, and the button that records them."""
    wide, narrow = st.columns([2, 1]) if beside else (st.container(), st.container())
    reason = wide.text_input(
        "Reason", key=f"{key}-reason", max_chars=1000,
        placeholder="Shown on the model card and in the report",
    )  # fmt: skip
    who = narrow.text_input("Decided by", key=f"{key}-who", max_chars=100, placeholder="Optional")
    if st.button(f"Use {model.label}", type="primary", icon=":material/how_to_reg:", key=f"{key}-pick"):
        pick_model(run, model.id, reason=reason or "", who=who or "", answers=answers, ruled_out=ruled_out)
        st.query_params["model"] = model.id
        st.rerun()


def record_of_decisions(run: RunFolder, rows: Sequence[Standing]) -> None:
    """All that was decided about the run, newest first; nothing where nothing was."""
    made = decisions(run)
    if not made:
        return
    names = {row.id: row.label for row in rows}
    with st.expander("What was decided about this run", icon=":material/history_edu:"):
        st.markdown("\n".join(f"- {components.plain(decision_line(entry, names))}" for entry in made[::-1]))
