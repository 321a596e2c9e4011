"""The verdict on a model as it is now: is it fine, since when, and what to do next."""

from __future__ import annotations

import streamlit as st

from automl.monitoring.timeline.records import Timeline
from automl.workbench import components
from automl.workbench import format as fmt
from automl.workbench.health import Health
from automl.workbench.views.score.levels import badge

__all__ = ["card"]


def card(timeline: Timeline, health: Health) -> None:
    """Draw the card at the top of the page."""
    last = timeline.windows[-1]
    rows = sum(each.rows for each in timeline.windows)
    labelled = sum(each.labelled for each in timeline.windows)
    with st.container(border=True, key="gb-verdict"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            badge(health.level)
            st.markdown(f"**{components.plain(timeline.model)}**", width="content")
        st.html(
            f'<p class="gb gb-sentence" role="status">{components.text(fmt.smoothed(health.headline))}</p>'
        )
        steps = "".join(f"<li>{components.text(step)}</li>" for step in health.steps)
        st.html(
            '<dl class="gb gb-asked">'
            f"<div><dt>Last looked at</dt><dd>{components.text(last.label)}</dd></div>"
            f"<div><dt>{_state(last.level)}</dt><dd>{components.text(health.since)}</dd></div>"
            f"<div><dt>What to do next</dt><dd><ul>{steps}</ul></dd></div></dl>"
        )
        facts = [
            fmt.smoothed(timeline.source),
            f"{fmt.plural(len(timeline.windows), 'window')} by {timeline.period}",
            fmt.plural(rows, "row"), f"{fmt.count(labelled)} with a label",
            f"made {fmt.ago(timeline.created)}",
        ]  # fmt: skip
        components.note(" · ".join(facts))


def _state(level: str) -> str:
    return "Its rows have been fine" if level == "fine" else "Something has been odd"
