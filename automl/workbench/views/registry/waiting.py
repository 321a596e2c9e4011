"""A challenger from a retraining that waits for somebody's approval to take the champion's place."""

from __future__ import annotations

import streamlit as st

from automl.store.catalogue import Catalogue
from automl.store.catalogue.succession import Pending
from automl.workbench import acting, components, navigation

__all__ = ["waiting_of", "waits", "what_follows"]


def waits(catalogue: Catalogue, name: str) -> None:
    """Say on the page of a name that one of its versions waits, and lead there."""
    found = catalogue.succession.pending(name)
    if found is None:
        return
    with st.container(border=True, key="gb-waits"):
        st.markdown(
            f":blue[:material/hourglass_top:] **{components.plain(found.challenger.label)} waits for an "
            f"approval** {_whose(found)}to take the place of {components.plain(found.champion.label)}."
        )
        components.note(found.reason)
        with st.container(key="gb-open"):
            navigation.link(
                "registry", "Look at it and decide", icon=":material/arrow_forward:", name=name,
                version=str(found.challenger.version),
            )  # fmt: skip


def waiting_of(catalogue: Catalogue, name: str, model_id: int) -> Pending | None:
    """What a version waits for; None where it does not wait."""
    found = catalogue.succession.pending(name)
    return found if found is not None and found.challenger.id == model_id else None


def what_follows(found: Pending) -> None:
    """What an approval or rejection will do, beside the buttons for it."""
    st.info(
        f"**It waits for an approval** {_whose(found)}to take the place of "
        f"{components.plain(found.champion.label)}. Approved, it is the champion at once, and that one "
        "archived; rejected, it is put aside.",
        icon=":material/hourglass_top:",
    )
    components.note(found.reason)
    me = acting.name()
    if found.approver and found.approver != me:
        components.note(f"An approval by {me} is put on record, and does not decide it.")


def _whose(found: Pending) -> str:
    return f"by {components.plain(found.approver)} " if found.approver else ""
