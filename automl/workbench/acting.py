"""In whose name a page acts: of whoever has logged in, else of the user that runs the server."""

from __future__ import annotations

from contextlib import AbstractContextManager

import streamlit as st

from automl.store.who import acting_as, who
from automl.workbench import components

__all__ = ["as_person", "name", "told"]


def _logged_in() -> str | None:
    """The e-mail address or name that a login or a trusted proxy has vouched for."""
    found = st.user.to_dict()
    if not (found.get("is_logged_in") or st.get_option("server.trustedUserHeaders")):
        return None
    for key in ("email", "preferred_username", "name"):
        value = found.get(key)
        if isinstance(value, str) and value.strip():
            return value
    return None


def as_person() -> AbstractContextManager[None]:
    """Let what is done within the block carry the name of the person at the page."""
    return acting_as(_logged_in())


def name() -> str:
    """What the audit log will call the person."""
    with as_person():
        return who()


def told() -> None:
    """Say in whose name a decision will be written down, where it is made."""
    known = _logged_in() is not None
    others = (
        ""
        if known
        else " That is whoever runs this server (or GLASSBENCH_USER there): all who open this page act "
        "in that name, unless the server asks them to log in."
    )
    st.caption(f"Goes on record in the name of **{components.plain(name())}**.{others}")
