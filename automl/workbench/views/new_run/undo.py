"""The last change and the button that takes it back."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from automl.workbench import components
from automl.workbench.drafts import Draft

__all__ = ["button", "show"]


def show(draft: Draft) -> None:
    """A line with the last change, if there is one to take back."""
    if draft.last_change is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="gb-undo"):
        st.markdown(
            f":gray[:material/history: Changed: {components.plain(draft.last_change)}]", width="content"
        )
        button(draft)


def button(draft: Draft) -> None:
    """The button alone."""
    if draft.last_change is not None:
        st.button(
            "Undo",
            type="tertiary",
            icon=":material/undo:",
            key="undo",
            on_click=_undo,
            args=(str(draft.path),),
            help=f"Take back: {components.plain(draft.last_change)}",
        )


def _undo(path: str) -> None:
    Draft(Path(path)).undo()
