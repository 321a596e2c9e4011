"""The desk of a model, as pages use it: ready, on its way and saying what it is doing, or not to be had.

A desk (:mod:`automl.desk`) is a process that keeps a model at hand and answers questions about rows at once.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from automl.desk import Desk, NotReadyError
from automl.errors import GlassbenchError
from automl.store import RunFolder
from automl.workbench import components, navigation
from automl.workbench.reading import Standing

__all__ = ["ask", "desk_for"]

_EVERY = 0.7  # seconds between looks at a desk that is being made ready


def desk_for(run: RunFolder, model: Standing, *, key: str = "desk") -> Desk | None:
    """The desk of a model, once it is ready; until then the page says how far it is, or what is wrong.

    Parameters
    ----------
    run : RunFolder
    model : Standing
    key : str
        Tells several places on a page apart.
    """
    desk = Desk(run.path, model.id)
    try:
        now = desk.wake()
    except GlassbenchError as error:
        _failed(desk, error, key)
        return None
    if now.error is not None:
        _failed(desk, now.error, key)
        return None
    if now.name == "ready":
        return desk
    components.busy(
        f"Getting {model.label} ready",
        "A process of its own loads the model and keeps it at hand. It takes some seconds, once; after that "
        "answers come at once.",
    )
    st.fragment(_wait, run_every=_EVERY)(run.id, model.id)
    return None


def ask(desk: Desk, question: str, *, seconds: float | None = None, **params: Any) -> dict[str, Any]:
    """Put a question to a desk that was ready a moment ago; the page begins anew where it has gone since.

    Raises
    ------
    GlassbenchError
        When the question makes no sense.
    """
    try:
        return desk.ask(question, seconds=seconds, **params)
    except NotReadyError:
        st.rerun()


def _wait(run_id: str, model_id: str) -> None:
    now = Desk(navigation.home().run(run_id).path, model_id).state()
    if now.name != "starting":
        st.rerun()
    told = components.text(now.message)
    st.html(f'<p class="gb gb-muted gb-small" style="text-align:center;margin:0">{told} …</p>')


def _failed(desk: Desk, error: GlassbenchError, key: str) -> None:
    components.problem(error.message, error.fix)
    with st.container(horizontal=True, horizontal_alignment="center"):
        st.button(
            "Try again", type="primary", icon=":material/refresh:", key=f"{key}-again", on_click=desk.close
        )
