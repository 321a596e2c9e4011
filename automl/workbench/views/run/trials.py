"""The latest trials, and why some have no model."""

from __future__ import annotations

from typing import Any

import streamlit as st

from automl.store import RunFolder
from automl.workbench import components, navigation, reading
from automl.workbench import format as fmt
from automl.workbench.causes import Cause
from automl.workbench.watching import Story

__all__ = ["draw"]

_MOST_REASONS = 3


def draw(run: RunFolder, told: Story) -> None:
    """Draw both, beside each other where there is room."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.subheader("Latest trials", anchor=False)
        rows = "".join(map(_row, told.latest))
        st.html(f'<table class="gb gb-files"><tbody>{rows}</tbody></table>')
        if told.trials > len(told.latest):
            navigation.link("models", f"All {fmt.count(told.trials)} on the leaderboard", run=run.id)
    with right:
        st.subheader("Failures by cause", anchor=False)
        if told.causes:
            st.html("".join(map(_cause, told.causes)))
        else:
            components.note("None: every model that was tried could be trained.")


def _row(trial: dict[str, Any]) -> str:
    outcome = {"ok": fmt.score(trial["score"]), "beaten": "stopped early"}.get(
        trial["status"], trial["status"]
    )
    reason = ""
    if trial["status"] != "ok":
        reason = f'<div class="gb-muted gb-small">{components.text(str(trial["reason"]))}</div>'
    return (
        f"<tr><td>{components.text(trial['id'])}</td>"
        f"<td>{components.text(reading.family_label(trial['family']))}{reason}</td>"
        f"<td>{fmt.duration(trial['fit_seconds'] or None)}</td><td>{components.text(outcome)}</td></tr>"
    )


def _cause(cause: Cause) -> str:
    shown = "".join(f"<li>{components.text(reason)}</li>" for reason in cause.reasons[:_MOST_REASONS])
    details = f"<details><summary>What was said</summary><ul>{shown}</ul></details>" if shown else ""
    return (
        f'<div class="gb gb-cause"><b>{cause.number} × {components.text(cause.title)}</b>'
        f"<p>{components.text(cause.todo)}</p>"
        f'<div class="gb-muted gb-small">{components.text(", ".join(cause.families))}</div>{details}</div>'
    )
