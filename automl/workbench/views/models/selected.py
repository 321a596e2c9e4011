"""The selected model: what it is, and what can be done with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import streamlit as st

from automl.search.trial import Origin
from automl.store import RunFolder, preferred_model
from automl.workbench import components, navigation, reading
from automl.workbench import format as fmt
from automl.workbench.reading import Standing
from automl.workbench.views.models.pick import can_be_picked, pick_form

__all__ = ["about_model", "selected_model", "value"]

_ORIGINS: Mapping[Origin, str] = {
    "warm": "Taken over from an earlier run",
    "first": "First candidate of its family",
    "tpe": "Found by the search",
    "grown": "Did well on a sample, and learned from more rows",
    "halved": "Learned from half of the rows only",
}


def selected_model(run: RunFolder, rows: Sequence[Standing], selected: Standing) -> None:
    """Its card, with the ways on from here."""
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            with st.container(gap=None, width="content"):
                st.markdown(f"**{components.plain(selected.label)}**")
                components.note(about_model(selected))
            with st.container(horizontal=True, width="content"):
                if st.button("Explain this model", icon=":material/lightbulb:", key="explain-model"):
                    navigation.go("explain", run=run.id, model=selected.id)
                other = _other(rows, selected)
                if other is not None:
                    st.button(
                        "Compare", icon=":material/compare:", key="compare-model", on_click=_compare,
                        args=(selected.id, other.id),
                    )  # fmt: skip
                if selected.id != preferred_model(run) and can_be_picked(run, selected.id):
                    with st.popover("Use this one", icon=":material/how_to_reg:"):
                        pick_form(run, selected, key="selected")
                if st.button(
                    "Export this model", icon=":material/package_2:", type="primary", key="export-model"
                ):
                    navigation.go("export", run=run.id, model=selected.id)
        if selected.params:
            with st.expander("Parameters", type="compact"):
                components.definitions((name, value(found)) for name, found in selected.params.items())


def _compare(*models: str) -> None:
    st.query_params["compare"] = ",".join(models)
    st.session_state["models-view"] = "Compare"


def _other(rows: Sequence[Standing], selected: Standing) -> Standing | None:
    """What to compare a model with: the search's choice, or for that one the next best."""
    chosen = next((row for row in rows if row.chosen), rows[0])
    if chosen.id != selected.id:
        return chosen
    return next((row for row in rows if row.id != selected.id), None)


def about_model(row: Standing) -> str:
    """What a model is and costs, in a line."""
    cost = f"{fmt.duration(row.predict_ms / 1000)} for 1,000 rows, {fmt.size(row.bytes)}"
    if row.id == reading.ENSEMBLE:
        return f"A weighted vote of the models marked in the column “In vote”. {cost}"
    return f"{_ORIGINS[cast(Origin, row.origin)]}. {cost}"


def value(found: Any) -> str:
    """The value of a parameter."""
    return fmt.score(found) if isinstance(found, float) else str(found)
