"""Alerts of a model: those that are open with what is to be done about them, and those that were closed."""

from __future__ import annotations

import streamlit as st

from automl.errors import GlassbenchError
from automl.monitoring.rules import RANK, Level
from automl.store.catalogue import Alert
from automl.workbench import acting, components, watch_book
from automl.workbench import format as fmt
from automl.workbench.views.score.levels import badge
from automl.workbench.watch_book import Alerts

__all__ = ["closed_alerts", "open_alerts"]

_SHOWN = 10


def open_alerts(found: Alerts) -> None:
    """Draw the open alerts, each with a way to close it; nothing where none is open."""
    if found.problem:
        st.warning(
            f"Alerts cannot be shown: {components.plain(found.problem)}", icon=":material/database_off:"
        )
    if (told := st.session_state.pop("alert-closed", None)) is not None:
        st.toast(told, icon=":material/check_circle:")
    if not found.open:
        return
    st.subheader("Open alerts", anchor=False)
    for alert in found.open[:_SHOWN]:
        _open(alert, found)
    if len(found.open) > _SHOWN:
        st.caption(f"{len(found.open) - _SHOWN} more are listed by `automl alerts`.")


def _open(alert: Alert, found: Alerts) -> None:
    with st.container(border=True, key=f"gb-alert-{alert.id}"):
        left, right = st.columns([6, 2], vertical_alignment="center")
        with left:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                badge(_level(alert.level))
                st.markdown(components.plain(alert.message), width="stretch")
            components.note(_facts(alert, found))
        with right, st.container(horizontal=True, horizontal_alignment="right"):
            closing = st.popover("Close it", icon=":material/task_alt:")
        with closing:
            _closing(alert)


def _closing(alert: Alert) -> None:
    with st.form(f"close-{alert.id}", border=False):
        reason = st.text_area(
            "What did you find?",
            key=f"reason-{alert.id}",
            max_chars=500,
            height=90,
            placeholder="Such as: the new booking system writes another code; the import was mended.",
            help="Goes into the audit log with your name and the time.",
        )
        acting.told()
        if st.form_submit_button("Close the alert", type="primary"):
            _close(alert, reason.strip())


def _close(alert: Alert, reason: str) -> None:
    if not reason:
        st.error("Say in a few words what you found: whoever looks later will want to know.")
        return
    try:
        with acting.as_person():
            watch_book.close(alert.id, reason)
    except GlassbenchError as error:
        components.problem(error.message, error.fix)
        return
    st.session_state["alert-closed"] = "The alert is closed."
    st.rerun()


def closed_alerts(found: Alerts) -> None:
    """The alerts that were closed, with why and by whom."""
    if not found.closed:
        return
    with st.expander(f"Closed alerts: {len(found.closed)}", icon=":material/task_alt:"):
        for alert in found.closed[:_SHOWN]:
            st.markdown(f"**{components.plain(alert.message)}**")
            why = alert.reason or "no reason was given"
            by = alert.closed_by or "nobody"
            components.note(f"{_facts(alert, found)} · closed {fmt.ago(alert.closed)} by {by}: {why}")
        if len(found.closed) > _SHOWN:
            st.caption(f"The last {_SHOWN} of {len(found.closed)}.")


def _facts(alert: Alert, found: Alerts) -> str:
    facts = [f"opened {fmt.ago(alert.opened)}", f"rule {alert.rule}"]
    model = (found.models or {}).get(alert.model_id or -1)
    if model:
        facts.append(model)
    if alert.columns:
        named = list(alert.columns)
        more = f" and {len(named) - 4} more" if len(named) > 4 else ""
        facts.append(f"columns: {', '.join(named[:4])}{more}")
    if chance := _by_chance(alert):
        facts.append(chance)
    return " · ".join(facts)


def _level(text: str) -> Level:
    return next((each for each in RANK if each == text), "look")


def _by_chance(alert: Alert) -> str:
    """How often chance alone would have opened it by then; empty where its rule was none of a watch."""
    told = (alert.evidence or {}).get("false_alarms")
    if told is None:
        return ""
    if told.get("chance") is None:
        return "not by chance"
    return f"by chance: at most {fmt.percent(told['chance'])}"
