"""What goes with an alert: the figures behind it, where to look, and how often chance does the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from automl.monitoring.alerting.chance import false_alarms, opens_within, percent
from automl.monitoring.alerting.observing import TABLE, Observed
from automl.monitoring.alerting.rule import Rule
from automl.monitoring.alerting.simulated import Simulated
from automl.store.catalogue.alerts import event_id, moment
from automl.store.catalogue.watching import subject_of

__all__ = ["columns_of", "evidence", "notice"]

_MOST_FIGURES = 20


def columns_of(names: Sequence[str]) -> list[str]:
    """Columns that an alert is about; none where it is about the table."""
    return [name for name in names if name != TABLE]


def evidence(
    rule: Rule,
    observed: Observed,
    names: Sequence[str],
    checks: int,
    simulated: Simulated | None = None,
) -> dict[str, Any]:
    """What an alert is based on, as JSON values without any value of a row.

    Parameters
    ----------
    rule : Rule
    observed : Observed
        What it saw in the check that opened the alert.
    names : sequence of str
        Columns that the alert is about.
    checks : int
        So many were judged until it was opened.
    simulated : Simulated, optional
        What the rule did on tables without any change.
    """
    return {
        "rule": rule.to_json(),
        "figures": [dict(each) for each in observed.about(names)[:_MOST_FIGURES]],
        "false_alarms": _false_alarms(rule, checks, observed.shared, simulated),
    }


def _false_alarms(rule: Rule, checks: int, shared: float, simulated: Simulated | None) -> dict[str, Any]:
    """How often chance does the same: by the level of the tests, and where it can be, as simulated."""
    chance = false_alarms(rule, checks, shared)
    told: dict[str, Any] = chance.to_json()
    if simulated is None:
        return told
    ends = [
        max(opens_within(share, rule.opens_after, rule.of, checks, each) for each in (0.0, shared))
        for share in (simulated.share, simulated.high)
    ]
    told["simulated"] = simulated.to_json() | {"chance": ends[0], "chance_high": ends[1]}
    told["words"] = (
        f"{chance.words} Of {simulated.tables:,} simulated tables of {simulated.rows:,} rows without any "
        f"change {simulated.over:,} were over the limit: that makes {percent(ends[0])} in as many checks, "
        f"at most {percent(ends[1])}."
    )
    return told


def notice(
    kind: str,
    *,
    watch: str,
    model: str,
    rule: str,
    severity: str,
    message: str,
    columns: Sequence[str],
    opened: float,
    at: float,
    told: Mapping[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """What a sink is told of an event, as JSON values.

    Parameters
    ----------
    kind : {"opened", "closed", "test"}
    watch, model, rule, severity, message : str
    columns : sequence of str
    opened, at : float
        When the alert was opened, and when this happened, in seconds since 1970.
    told : mapping, optional
        The evidence.
    **more
        What else there is, such as the check, the alert's number, or the reason why it was closed.
    """
    return {
        "id": event_id(subject_of(watch), rule, opened, kind), "event": kind, "watch": watch, "model": model,
        "rule": rule, "severity": severity, "message": message, "columns": list(columns),
        "opened": moment(opened), "at": moment(at), "evidence": dict(told or {}), **more,
    }  # fmt: skip
