"""The end of a search, told in the title of the tab, and by the browser if the person asked for it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from automl.jobs import JobState
from automl.workbench import format as fmt

__all__ = ["offer", "page_title"]

_ASSETS = Path(__file__).with_name("assets")

_component = st.components.v2.component(
    "glassbench_notify",
    html='<button type="button" hidden></button><p class="note" hidden>This browser blocks notifications of '
    "this page. Its tab's title says when the search has ended.</p>",
    css=(_ASSETS / "notify.css").read_text(encoding="utf-8"),
    js=(_ASSETS / "notify.js").read_text(encoding="utf-8"),
)

_SIGNS = {
    "finished": "✓ Finished",
    "cancelled": "■ Cancelled",
    "failed": "✕ Failed",
    "interrupted": "✕ Interrupted",
}


def page_title(name: str, now: JobState) -> str:
    """The title of a tab that shows a run: first what has come of it, since tabs are narrow."""
    if now.is_over:
        return f"{_SIGNS[now.state]} – {name}"
    if now.waits:
        return f"Waiting – {name}"
    return f"{'Finishing' if now.state == 'finishing' else 'Searching'} – {name}" if now.alive else name


def offer(name: str, now: JobState, *, score: str) -> None:
    """A button that asks for a notification at the end; once the end has come, the notification.

    Parameters
    ----------
    name : str
        Of the run.
    now : JobState
    score : str
        What was reached, in a few words; empty where there is nothing.
    """
    ended = page_title(name, now)
    body = score or now.message or ""
    seconds = float(now.status.get("seconds") or 0.0)
    _component(
        key="notify",
        data={
            "run": now.id,
            "over": now.is_over,
            "title": ended,
            "body": f"{body} · {fmt.duration(seconds)} of search" if body else fmt.duration(seconds),
        },
    )
