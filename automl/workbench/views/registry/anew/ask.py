"""How a model is to be learned anew from new rows: few choices, each with what is usual."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from automl import jobs
from automl.data import Kind, Schema
from automl.errors import GlassbenchError
from automl.jobs.retraining.asked import Asked
from automl.jobs.retraining.seen import KIND, champion_of
from automl.monitoring.policy import Policy
from automl.store import RunFolder
from automl.store.catalogue import Catalogue, ModelVersion
from automl.workbench import acting, components, drafts, lists, navigation
from automl.workbench import format as fmt
from automl.workbench.drafts import Draft

__all__ = ["ask"]

_WINDOWS: Mapping[str, str] = {
    "all": "all rows, old and new",
    "auto": "what predicts better: all, or the latest half",
}
_IN_ORDER = "in the order of the file"
_APPROVED, _AT_ONCE = "when somebody has approved it", "at once"


def ask(catalogue: Catalogue, name: str, draft_id: str) -> None:
    """Draw the form.

    Parameters
    ----------
    catalogue : Catalogue
    name : str
    draft_id : str
        Of the table with the new rows, from the address.
    """
    lists.back("registry", f"All versions of {components.plain(name)}", name=name)
    st.header(f"Learn {components.plain(name)} anew", anchor=False)
    try:
        draft = drafts.open_draft(navigation.home(), draft_id)
        champion, run = champion_of(catalogue, name)
    except GlassbenchError as error:
        components.problem(error.message, error.fix)
        return
    size = fmt.size(draft.table.stat().st_size)
    st.markdown(
        f":material/table: **{components.plain(draft.name)}** :gray[{size}], beside the rows that "
        f"{components.plain(champion.label)} was learned from"
    )
    _form(name, draft, champion, run)


def _form(name: str, draft: Draft, champion: ModelVersion, run: RunFolder) -> None:
    dates = _dates(run)
    with st.form("anew", border=True):
        left, right = st.columns(2)
        date = left.selectbox(
            "The latest rows are told by", [*dates, _IN_ORDER],
            help="They are kept from learning, and judge both models: newer rows are what a model is for.",
        )  # fmt: skip
        kept = right.slider(
            "Of the new rows, kept to compare on", 10, 50, 20, step=5, format="%d %%",
            help="Few make it hard to be sure which model is better; many are missing where it learns.",
        )  # fmt: skip
        left, right = st.columns(2)
        window = left.selectbox(
            "Learned from", list(_WINDOWS), format_func=lambda each: _WINDOWS[each],
            help="Old rows help while the world is as it was. To find out which are of use takes half of "
            "the time of the search.",
        )  # fmt: skip
        minutes = right.number_input(
            "Searched for, in minutes", min_value=0.2, max_value=1440.0, step=1.0, format="%.1f",
            value=min(1440.0, max(0.2, float(run.spec["budget"]) / 60)),
        )  # fmt: skip
        left, right = st.columns(2)
        takes_over = left.radio("If it is surely better, it takes over", [_APPROVED, _AT_ONCE])
        approver = right.text_input(
            "Who approves it", placeholder="anybody", max_chars=200,
            help="An approval by others is put on record, and does not decide it.",
        )  # fmt: skip
        needed = st.checkbox(
            "Only if these rows ask for it",
            help="They are looked at first. Where they are not seriously different from those known, and "
            "predicted as well as was promised, nothing is learned, and you are told why.",
        )
        acting.told()
        if not st.form_submit_button("Learn it anew", type="primary", icon=":material/model_training:"):
            return
    approval = takes_over == _APPROVED
    asked = Asked(
        name=name,
        home=str(navigation.home().path),
        table=str(draft.table),
        table_name=draft.name,
        policy=Policy(drift="act", performance="look", approval=approval) if needed else None,
        budget=60.0 * float(minutes),
        date=None if date == _IN_ORDER else str(date),
        holdout=f"{kept}%",
        window=str(window),
        approval=approval,
        approver=(approver or "").strip() if approval else "",
    )
    with acting.as_person():
        folder = jobs.launch(run.path, KIND, **asked.to_json())
    navigation.go("registry", name=name, retraining=folder.name)


def _dates(run: RunFolder) -> list[str]:
    """Columns that say when rows are from, that of the run's own split first."""
    schema = Schema.from_json(run.read("schema.json"))
    own = run.spec.get("time")
    found = [column.name for column in schema if column.kind is Kind.DATETIME]
    return list(dict.fromkeys([*([own] if own else []), *found]))
