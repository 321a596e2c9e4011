"""The beginning of a scoring: a table and what is wanted beside the predictions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from automl import jobs
from automl.store import RunFolder
from automl.workbench import components, navigation, table_field
from automl.workbench.drafts import Draft
from automl.workbench.reading import Standing

__all__ = ["again", "begin", "start", "wanted"]

_LEVEL = 0.9
_REASONS = 3
_KEPT = ("interval", "reasons")  # choices that the address keeps


def start(run: RunFolder, model: Standing) -> None:
    """Ask for a table; it is looked at before anything is predicted."""
    target = str(run.spec["target"])
    components.lead(
        "Give new rows. First you see what is wrong with the file; then you get a prediction for each row, "
        f"and a verdict whether they can be relied on. Where the rows have {target} as well, the predictions "
        "are compared with it."
    )

    def look(draft: Draft) -> None:
        kept = {name: st.query_params[name] for name in _KEPT if name in st.query_params}
        navigation.go("score", run=run.id, model=model.id, table=draft.id, **kept)

    table_field.ask("score-upload", look)
    with st.expander("The same from the terminal", icon=":material/terminal:"):
        st.caption("For cron and CI: the exit code is 0 if all is fine, 2 if there are findings.")
        st.code(f"automl monitor {run.id} new.csv --out report.json", language="bash")


def begin(run: RunFolder, params: Mapping[str, Any]) -> None:
    """Start the job, and show it."""
    folder = jobs.launch(run.path, "score", **params)
    navigation.go("score", run=run.id, model=str(params["model"]), scoring=folder.name)


def again(
    run: RunFolder, params: Mapping[str, Any], *, label: str, icon: str, primary: bool = True, **changes: Any
) -> None:
    """A button that scores the same file once more, where it is still on the disk."""
    if not Path(params["table"]).is_file():
        return
    if st.button(label, icon=icon, type="primary" if primary else "secondary", key=f"again-{label}"):
        begin(run, {**params, **changes})


def wanted(run: RunFolder) -> dict[str, Any]:
    """Ask what is to be written beside each prediction."""
    values = (run.read("task.json") or {}).get("kind") == "regression"
    with st.container(horizontal=True, vertical_alignment="center", key="gb-score-wanted"):
        st.markdown("Write beside each prediction:", width="content")
        interval = st.checkbox(
            "how far off it may be" if values else "the classes it may be",
            key="interval",
            bind="query-params",
            help=(
                "An interval that holds the true value in nine of ten rows like those of your table."
                if values
                else "A set of classes that holds the true one in nine of ten rows like those of your table."
            ),
            width="content",
        )
        reasons = st.checkbox(
            "its three main reasons",
            key="reasons",
            bind="query-params",
            help="The columns that moved it most, in words, for the first 2,000 rows. It takes longer.",
            width="content",
        )
    found: dict[str, Any] = {}
    if interval:
        found["interval"] = _LEVEL
    if reasons:
        found["reasons"] = _REASONS
    return found
