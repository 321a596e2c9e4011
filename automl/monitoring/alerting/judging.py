"""Take a check into account for all rules of a watch, in one turn: states, alerts, and who is to be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from automl.monitoring.alerting.evidence import columns_of, evidence, notice
from automl.monitoring.alerting.machine import Event, State, settled, step
from automl.monitoring.alerting.observing import TABLE, Observed
from automl.monitoring.alerting.rule import Rule
from automl.monitoring.alerting.simulated import Simulated
from automl.monitoring.rules import RANK, Level
from automl.store.catalogue import Alert, Check, ModelVersion
from automl.store.catalogue.watching import Turn

__all__ = ["About", "Told", "judge"]

_LONGEST = 2000  # characters of a message: columns may be called anything


@dataclass(frozen=True)
class About:
    """What alerts of a watch are about, and who is told.

    Attributes
    ----------
    model : str
        In words, such as ``churn/3``.
    version : ModelVersion or None
        Where the catalogue knows it.
    run_id : str or None
    rules : tuple of Rule
    sinks : mapping of str to {"look", "act"}
        By its name, from which severity on each is told.
    links : mapping of str to str
        Where to look.
    """

    model: str
    version: ModelVersion | None
    run_id: str | None
    rules: tuple[Rule, ...]
    sinks: Mapping[str, Level] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Told:
    """That an alert was opened or closed.

    Attributes
    ----------
    event : Event
    alert : Alert
        As it was opened.
    rule : str
    message : str
        What it says, or why it was closed.
    """

    event: Event
    alert: Alert
    rule: str
    message: str


def judge(
    turn: Turn,
    about: About,
    observed: Mapping[str, Observed],
    *,
    check: Check | None = None,
    at: float,
    simulated: Mapping[str, Simulated] | None = None,
) -> list[Told]:
    """Take what rules see in a check into account.

    Parameters
    ----------
    turn : Turn
    about : About
    observed : mapping of str to Observed
        By the names of the rules; those that see nothing are left out.
    check : Check, optional
        None for what the clock says.
    at : float
        When, in seconds since 1970.
    simulated : mapping, optional
        By the names of rules, what they did on tables without any change.

    Returns
    -------
    list of Told
        What was opened and closed.
    """
    told = _without_rule(turn, about, at)
    states = turn.states()
    for rule in about.rules:
        state, more = _remembered(turn, rule, about, states.get(rule.name), at)
        told += more
        if (found := observed.get(rule.name)) is not None:
            state, more = _judged(turn, rule, about, state, found, check, (simulated or {}).get(rule.name))
            told += more
        if rule.name in observed or rule.name in states:
            turn.remember(rule.name, {"model": about.model, **state.to_json()})
    return told


def _judged(
    turn: Turn,
    rule: Rule,
    about: About,
    before: State,
    found: Observed,
    check: Check | None,
    simulated: Simulated | None,
) -> tuple[State, list[Told]]:
    state, events = step(rule, before, found.seen)
    alert = turn.open_alert(rule.name)
    if not events:
        if alert is not None and state.names != before.names:
            turn.widen(alert, columns_of(state.names))
        return state, []
    (event,) = events
    if event.kind == "opened":
        told = evidence(rule, found, event.names, state.checks, simulated)
        alert = _opened(turn, rule, about, event, found, check, told)
        return state, [Told(event, alert, rule.name, alert.message)]
    assert alert is not None  # `_remembered` sees to that
    reason = (
        "It is fine again." if rule.closes_after == 1 else f"Fine in {rule.closes_after} checks in a row."
    )
    turn.settle(alert, reason=reason, at=event.at)
    return state, [Told(event, alert, rule.name, reason)]


def _opened(
    turn: Turn,
    rule: Rule,
    about: About,
    event: Event,
    found: Observed,
    check: Check | None,
    told: dict[str, Any],
) -> Alert:
    columns = columns_of(event.names)
    message = found.message(event.names)[:_LONGEST]
    alert = turn.raise_alert(
        rule.name, rule.severity, message, columns=columns, evidence=told, model=about.version, check=check,
        at=event.at,
    )  # fmt: skip
    payload = notice(
        "opened", watch=turn.watch, model=about.model, rule=rule.name, severity=rule.severity,
        message=message, columns=columns, opened=event.at, at=event.at, told=told, alert=alert.id,
        run=about.run_id, check=_facts(check), links=dict(about.links) | _commands(alert),
    )  # fmt: skip
    for sink, least in about.sinks.items():
        if RANK.index(rule.severity) >= RANK.index(least):
            turn.put_out(alert, sink, "opened", payload)
    return alert


def _remembered(
    turn: Turn, rule: Rule, about: About, kept: Mapping[str, Any] | None, at: float
) -> tuple[State, list[Told]]:
    """What a rule remembers, in agreement with whether its alert is open: a person may have closed it."""
    alert = turn.open_alert(rule.name)
    state = State() if kept is None else State.from_json(kept)
    if kept is not None and kept["model"] != about.model:  # what was seen was about another one
        if alert is None:
            return State(), []
        reason = f"{about.model} is watched now, in place of {kept['model']}."
        return State(), [_settled(turn, alert, rule.name, reason, at)]
    if state.opened is not None and alert is None:
        return settled(turn.last_closed(rule.name) or at), []
    if state.opened is None and alert is not None:
        return State(opened=alert.opened, names=tuple(alert.columns) or (TABLE,)), []
    return state, []


def _without_rule(turn: Turn, about: About, at: float) -> list[Told]:
    """Close alerts whose rule was taken away: nothing would ever close them."""
    names = {rule.name for rule in about.rules}
    return [
        _settled(turn, alert, alert.rule, "The watch has this rule no more.", at)
        for alert in turn.open_alerts()
        if alert.rule not in names
    ]


def _settled(turn: Turn, alert: Alert, rule: str, reason: str, at: float) -> Told:
    turn.settle(alert, reason=reason, at=at)
    return Told(Event("closed", at, tuple(alert.columns) or (TABLE,)), alert, rule, reason)


def _facts(check: Check | None) -> dict[str, Any] | None:
    if check is None:
        return None
    return {
        "id": check.id, "table": check.table_name, "rows": check.rows, "level": check.level,
        "sha256": check.digest,
    }  # fmt: skip


def _commands(alert: Alert) -> dict[str, str]:
    return {"show": f"automl alerts show {alert.id}", "close": f"automl alerts close {alert.id} --reason WHY"}
