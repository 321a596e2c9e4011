"""Widgets that are tied to a draft: they show what is chosen there, and write there what a person changes.

So a refresh, a second tab, an undo and a fix by a button all lead to the same page.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from automl.workbench.drafts import Draft

__all__ = ["change", "choose", "tie"]

Store = Callable[[Draft, Any], None]
_NEW = object()


def tie(draft: Draft, name: str, value: Any, store: Store) -> dict[str, Any]:
    """Arguments of a widget that shows `value` and gives what is chosen instead to `store`.

    Parameters
    ----------
    draft : Draft
    name : str
        Tells the widgets of a draft apart.
    value : object
        One of the widget's options.
    store : callable
        Takes the draft as it is then, and the new value.
    """
    key = f"{name}-{draft.id}"
    if st.session_state.get(key, _NEW) != value:
        st.session_state[key] = value
    return {"key": key, "on_change": _store, "args": (str(draft.path), key, store)}


def choose(draft: Draft, field: str, value: Any) -> dict[str, Any]:
    """Arguments of a widget for one choice that stands for itself."""
    return tie(draft, field, value, lambda now, new: now.put(**{field: new}))


def change(draft_path: str, what: str, choices: dict[str, Any]) -> None:
    """Change a draft in a way that can be taken back; for the callbacks of buttons."""
    Draft(Path(draft_path)).change(what, **choices)


def _store(draft_path: str, key: str, store: Store) -> None:
    store(Draft(Path(draft_path)), st.session_state[key])
