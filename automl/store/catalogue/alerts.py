"""Open alerts and close them, in the transaction of the one who writes, and put out who is to be told."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from automl.errors import CatalogueError
from automl.store.audit.log import append
from automl.store.catalogue.records import Alert, Check, ModelVersion
from automl.store.catalogue.rows import add, checked, first
from automl.store.catalogue.tables import alerts, deliveries
from automl.store.who import who

__all__ = ["event_id", "moment", "open_alert_of", "put_out", "raise_alert", "settle_alert"]


def raise_alert(
    connection: Connection,
    rule: str,
    level: str,
    message: str,
    *,
    subject: str,
    columns: Sequence[str] = (),
    evidence: Mapping[str, Any] | None = None,
    model: ModelVersion | None = None,
    check: Check | None = None,
    at: float | None = None,
) -> Alert:
    """Open an alert; the one that is open already where this rule has one about the subject.

    Parameters
    ----------
    connection : Connection
        Of `Database.writing`.
    rule, level, message : str
    subject : str
        What it is about: a watch, or a model.
    columns : sequence of str
    evidence : mapping, optional
        JSON values.
    model : ModelVersion, optional
    check : Check, optional
    at : float, optional
        In seconds since 1970; default now.
    """
    known = open_alert_of(connection, subject, rule)
    if known is not None:
        return known
    opened = time.time() if at is None else at
    made = add(
        connection, Alert, alerts,
        model_id=model and model.id, check_id=check and check.id, rule=rule, level=level,
        message=checked(message, needed=True), columns=list(columns), opened=opened,
        closed=None, closed_by=None, reason=None, subject=subject,
        evidence=None if evidence is None else dict(evidence),
    )  # fmt: skip
    append(
        connection, "alert_opened", model.label if model else subject or rule,
        details={
            "alert": made.id, "rule": rule, "level": level, "message": made.message, "columns": list(columns),
            "check": check and check.id,
        },
    )  # fmt: skip
    return made


def settle_alert(
    connection: Connection, alert: Alert, *, reason: str = "", at: float | None = None
) -> dict[str, Any]:
    """Close an alert; whoever was told of its opening is to be told of this.

    Returns
    -------
    dict
        When and by whom it was closed, and why.

    Raises
    ------
    CatalogueError
        When it is closed already.
    """
    closed = time.time() if at is None else at
    facts = {"closed": closed, "closed_by": who(), "reason": checked(reason)}
    done = connection.execute(
        update(alerts).where(alerts.c.id == alert.id, alerts.c.closed.is_(None)).values(facts)
    )
    if not done.rowcount:
        raise CatalogueError(f"The alert {alert.id} is closed already.", fix="There is nothing to do.")
    append(connection, "alert_closed", alert.rule, details={"alert": alert.id, "reason": facts["reason"]})
    told = select(deliveries.c.watch, deliveries.c.sink, deliveries.c.payload).where(
        deliveries.c.alert_id == alert.id, deliveries.c.event == "opened"
    )
    for row in connection.execute(told).all():
        payload = {
            **row.payload, "event": "closed", "at": moment(closed), "reason": facts["reason"],
            "closed_by": facts["closed_by"],
            "id": event_id(alert.subject, alert.rule, alert.opened, "closed"),
        }  # fmt: skip
        put_out(connection, alert, row.watch, row.sink, "closed", payload)
    return facts


def put_out(
    connection: Connection, alert: Alert, watch: str, sink: str, event: str, payload: Mapping[str, Any]
) -> None:
    """Put out what a sink is to be told; it is delivered later, by whoever watches."""
    now = time.time()
    connection.execute(
        insert(deliveries).values(
            key=f"{alert.id}:{event}:{sink}", watch=watch, alert_id=alert.id, sink=sink, event=event,
            payload=dict(payload), made=now, due=now, tries=0, sent=None, problem=None,
        )
    )  # fmt: skip


def open_alert_of(connection: Connection, subject: str, rule: str) -> Alert | None:
    """The open alert of a rule about a subject."""
    query = select(alerts).where(
        alerts.c.subject == subject, alerts.c.rule == rule, alerts.c.closed.is_(None)
    )
    return first(connection, Alert, query)


def event_id(subject: str, rule: str, opened: float, event: str) -> str:
    """Names an event wherever and however often it is told."""
    return hashlib.sha256(f"{subject}\0{rule}\0{opened!r}\0{event}".encode()).hexdigest()[:32]


def moment(at: float) -> str:
    """A time as it is told to others: ISO 8601, UTC."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
