"""The decision of labels as it stands: told, kept anew with its reason, and taken back."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from automl import jobs
from automl.store import (
    RunFolder,
    confusion_words,
    decision_words,
    decisions,
    rule_words,
    threshold_words,
    ways,
)
from automl.workbench import components, working
from automl.workbench.weighing import Costs, Weighing

__all__ = ["decided", "decision_under_way", "keep"]


def decided(run: RunFolder, decision: Mapping[str, Any]) -> None:
    """Which label is given when, why, and what that was measured to be worth."""
    st.subheader("How it decides", anchor=False)
    st.markdown(components.plain(rule_words(decision)))
    if told := threshold_words(decisions(run)):
        components.note(told)
    st.caption(components.plain(f"{decision_words(decision)}."))
    st.dataframe(
        pd.DataFrame(
            [(name, *(figure.replace("-", "−") for figure in figures)) for name, *figures in ways(decision)],
            columns=["Decided", "All rows", "The model's way is better by"],
        ),
        hide_index=True,
        key="decision-ways",
        alt="What ways to decide are worth.",
    )
    for words in confusion_words(decision):
        components.note(f"{words[0].upper()}{words[1:]}.")
    if any(entry["kind"] == "threshold" for entry in decisions(run)) and not _as_asked(run):
        st.button(
            "Decide as at the start of the run", icon=":material/undo:", type="tertiary", key="restore-costs",
            on_click=_launch, args=(run, None, "Taken back.", ""),
        )  # fmt: skip


def _as_asked(run: RunFolder) -> bool:
    """Whether the costs are those that the run was started with."""
    last = next((entry for entry in reversed(decisions(run)) if entry["kind"] == "threshold"), None)
    return last is None or (last["costs"] is None and not run.spec.get("costs"))


def keep(run: RunFolder, costs: Costs, at: float, weighing: Weighing, task: Mapping[str, Any]) -> None:
    """A button that keeps the threshold for the run, with its reason."""
    if task.get("metric") == "cost":
        components.note(
            "This run chose its models by the cost of their errors. Other costs ask for another search."
        )
        return
    if abs(at - weighing.now) < 1e-6 and weighing.counts["costs"] is not None:
        components.note("This is the threshold that the model has.")
        return
    with st.popover("Keep this threshold", icon=":material/bookmark_add:"):
        reason = st.text_input(
            "Reason", key="threshold-reason", max_chars=1000, placeholder="Shown on the model card and in "
            "the report",
        )  # fmt: skip
        who = st.text_input("Decided by", key="threshold-who", max_chars=100, placeholder="Optional")
        components.note(
            "All models of this run then decide by these costs, in what is exported as well. Nothing is "
            "trained again, and it can be taken back."
        )
        if st.button("Keep", type="primary", icon=":material/bookmark_added:", key="keep-threshold"):
            given = {"false_positive": costs.false_alarm, "false_negative": costs.miss}
            _launch(run, given, reason or "", who or "")
            st.rerun()


def _launch(run: RunFolder, costs: dict[str, float] | None, reason: str, who: str) -> None:
    jobs.launch(run.path, "decide", costs=costs, reason=reason, who=who, asked=time.time())


def decision_under_way(run: RunFolder) -> bool:
    """Whether a decision is being kept; shows it, and why the last one could not be."""
    job = next(iter(jobs.jobs(run.path, "decide")), None)
    if job is None:
        return False
    if not job.is_over:
        working.show_progress(
            run, job, "Deciding the labels anew",
            "And measuring what that brings, on the sealed rows where they were opened.", key="decide",
        )  # fmt: skip
        return True
    if job.state == "failed":
        components.problem(job.message or "The threshold could not be kept.", "The one before holds.")
    return False
