"""The way to a newer model, where the one in use is no longer what it was."""

from __future__ import annotations

import shlex

import streamlit as st

from automl.monitoring.timeline.records import Timeline
from automl.store import RunFolder
from automl.workbench import navigation

__all__ = ["anew"]


def anew(run: RunFolder, timeline: Timeline) -> None:
    """Say how it is learned anew; nothing where nothing speaks for that."""
    measured = [each.performance for each in timeline.windows if each.performance is not None]
    broken = any(each.kept is False for each in timeline.ledger)
    if not broken and not (measured and measured[-1].level != "fine"):
        return
    name = shlex.quote(str(run.spec["name"]))
    with st.expander("Learn it anew", icon=":material/model_training:"):
        st.markdown(
            "A search on the rows that are known and on new ones makes a challenger. Both are compared "
            "on the latest rows, which neither has learned from; the challenger takes over if it is better, "
            "at once or when somebody approves it. A change can be taken back."
        )
        with st.container(key="gb-open"):
            navigation.link(
                "registry", "Bring new rows", icon=":material/arrow_forward:", name=str(run.spec["name"])
            )
        st.caption("Or in a terminal, where a policy can decide whether it is time:")
        st.code(f"automl retrain {name} new-rows.csv --policy retrain.toml", language="bash", wrap_lines=True)
