"""The setting about an MLflow server that is told of the run. Off by default."""

from __future__ import annotations

import streamlit as st

from automl.workbench import bound, components, tracked
from automl.workbench.drafts import Draft
from automl.workbench.run_settings import track_address

__all__ = ["ask"]


def ask(draft: Draft) -> None:
    """Ask for the server's address."""
    address = track_address(draft)
    st.text_input(
        "Address of an MLflow server",
        max_chars=300,
        placeholder="nothing is sent anywhere",
        help="Such as http://127.0.0.1:5000. It gets the settings, every trial while the search goes on, and "
        "at the end the leaderboard, the report, the model card, the explanation (these show values of some "
        "rows) and the model. A server that cannot be reached does not hold up the search.",
        **bound.tie(draft, "track", address, _store),
    )
    # The start says so as well, but it may be a page further up.
    wrong = tracked.problem_of(address)
    if wrong is not None:
        components.problem(wrong.message, wrong.fix)


def _store(draft: Draft, address: str) -> None:
    text = str(address or "").strip()
    # An empty field is a choice where the installation has a server of its own.
    draft.put(track=None if text == tracked.suggested() else text)
