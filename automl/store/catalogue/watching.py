"""What a watch has seen, what its rules remember, and what is to be told to whom.

Whoever takes a turn is alone: what has come is registered, judged, and told in one transaction. So two
watches of one name may run at once, and what one of them has looked at the other leaves alone.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, func, insert, select, update

from automl.errors import CatalogueError
from automl.store.audit.log import append
from automl.store.catalogue.alerts import open_alert_of, put_out, raise_alert, settle_alert
from automl.store.catalogue.database import Database
from automl.store.catalogue.life import add_check
from automl.store.catalogue.records import Alert, Check, ModelVersion
from automl.store.catalogue.rows import checked, every, first
from automl.store.catalogue.tables import (
    accepted_windows,
    alerts,
    arrivals,
    checks,
    deliveries,
    rule_states,
)
from automl.store.catalogue.watch_records import AcceptedWindow, Arrival, Delivery, Summary
from automl.store.who import who

__all__ = ["Turn", "Watching", "subject_of"]

_BEGAN = "(began)"
"""Where it stands when a watch began: no rule can be called so."""


class Watching:
    """Watches of a catalogue.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def arrivals(self, watch: str, *, after: int = 0) -> list[Arrival]:
        """What a watch has looked at, or only what came after some arrival, oldest first."""
        query = (
            select(arrivals).where(arrivals.c.watch == watch, arrivals.c.id > after).order_by(arrivals.c.id)
        )
        with self._database.reading() as connection:
            return every(connection, Arrival, query)

    def checks(self, watch: str) -> list[Check]:
        """The verdicts of a watch, oldest first."""
        query = (
            select(checks)
            .join(arrivals, arrivals.c.check_id == checks.c.id)
            .where(arrivals.c.watch == watch)
            .order_by(checks.c.id)
        )
        with self._database.reading() as connection:
            return every(connection, Check, query)

    def alerts(self, watch: str, *, only_open: bool = False) -> list[Alert]:
        """The alerts of a watch, newest first."""
        query = select(alerts).where(alerts.c.subject == subject_of(watch)).order_by(alerts.c.id.desc())
        if only_open:
            query = query.where(alerts.c.closed.is_(None))
        with self._database.reading() as connection:
            return every(connection, Alert, query)

    def summary(self, watch: str) -> Summary:
        """What became of a watch, in numbers."""
        mine = arrivals.c.watch == watch
        is_refused = arrivals.c.status == "refused"
        looked_at = select(arrivals.c.check_id).where(mine)
        newest = select(checks).where(checks.c.id.in_(looked_at)).order_by(checks.c.id.desc())
        about = alerts.c.subject == subject_of(watch)
        unsent = (deliveries.c.watch == watch) & deliveries.c.sent.is_(None)
        with self._database.reading() as connection:
            return Summary(
                levels=_counted(connection, checks.c.level, checks.c.id.in_(looked_at)),
                refused=sum(_counted(connection, arrivals.c.status, mine & is_refused).values()),
                last=first(connection, Check, newest),
                opened=_counted(connection, alerts.c.rule, about),
                open_now=_counted(connection, alerts.c.rule, about & alerts.c.closed.is_(None)),
                waiting=_counted(connection, deliveries.c.sink, unsent),
            )

    @contextmanager
    def turn(self, watch: str) -> Iterator[Turn]:
        """A transaction in which nobody else watches; what it did is there at its end, or nothing."""
        with self._database.writing() as connection:
            yield Turn(connection, watch)

    # -- what is to be told --------------------------------------------------------------------------------

    def waiting(self, watch: str | None = None) -> list[Delivery]:
        """What was not delivered yet, oldest first."""
        query = select(deliveries).where(deliveries.c.sent.is_(None)).order_by(deliveries.c.id)
        if watch is not None:
            query = query.where(deliveries.c.watch == watch)
        with self._database.reading() as connection:
            return every(connection, Delivery, query)

    def deliveries(self, alert: Alert) -> list[Delivery]:
        """What was, or is to be, told of an alert."""
        query = select(deliveries).where(deliveries.c.alert_id == alert.id).order_by(deliveries.c.id)
        with self._database.reading() as connection:
            return every(connection, Delivery, query)

    def take(self, watch: str, sinks: Sequence[str], *, lease: float, most: int = 20) -> list[Delivery]:
        """Deliveries to be tried now, by this process alone for as long as the lease says.

        Of what one sink is told of one alert, the earlier goes first.

        Parameters
        ----------
        watch : str
        sinks : sequence of str
            Those that this process can reach.
        lease : float
            Seconds after which another one may try as well: a process may die on the way.
        most : int
        """
        now = time.time()
        earlier = deliveries.alias()
        goes_first = (
            select(earlier.c.id)
            .where(
                earlier.c.alert_id == deliveries.c.alert_id, earlier.c.sink == deliveries.c.sink,
                earlier.c.id < deliveries.c.id, earlier.c.sent.is_(None),
            )
            .exists()
        )  # fmt: skip
        query = (
            select(deliveries)
            .where(
                deliveries.c.watch == watch, deliveries.c.sink.in_(list(sinks)), deliveries.c.sent.is_(None),
                deliveries.c.due <= now, ~goes_first,
            )
            .order_by(deliveries.c.id)
            .limit(most)
        )  # fmt: skip
        with self._database.writing() as connection:
            found = every(connection, Delivery, query)
            if found:
                connection.execute(
                    update(deliveries)
                    .where(deliveries.c.id.in_([each.id for each in found]))
                    .values(due=now + lease, tries=deliveries.c.tries + 1)
                )
        return found

    def delivered(self, delivery: Delivery) -> None:
        """Write down that a sink was told."""
        self._say(delivery, sent=time.time(), problem=None)

    def undelivered(self, delivery: Delivery, problem: str, *, again_in: float) -> None:
        """Write down that a sink could not be told, and when to try again."""
        self._say(delivery, due=time.time() + again_in, problem=problem[:1000])

    def _say(self, delivery: Delivery, **values: Any) -> None:
        with self._database.writing() as connection:
            connection.execute(
                update(deliveries)
                .where(deliveries.c.id == delivery.id, deliveries.c.sent.is_(None))
                .values(values)
            )

    # -- what new rows are compared with -------------------------------------------------------------------

    def windows(self, watch: str, *, accepted: bool) -> list[AcceptedWindow]:
        """Windows that were fine, those that somebody approved or those that wait for it, oldest first."""
        is_accepted = accepted_windows.c.accepted
        query = (
            select(accepted_windows)
            .where(
                accepted_windows.c.watch == watch,
                is_accepted.is_not(None) if accepted else is_accepted.is_(None),
            )
            .order_by(accepted_windows.c.check_id)
        )
        with self._database.reading() as connection:
            return every(connection, AcceptedWindow, query)

    def accept(self, check_id: int, *, reason: str = "") -> AcceptedWindow:
        """Approve a window: from now on new rows are compared with it as well.

        Raises
        ------
        CatalogueError
            When there is none of this check, as it was not fine or no watch asked for it; or it was approved.
        """
        query = select(accepted_windows).where(accepted_windows.c.check_id == check_id)
        with self._database.writing() as connection:
            found = first(connection, AcceptedWindow, query)
            if found is None:
                raise CatalogueError(
                    f"The check {check_id} has no window that could be approved.",
                    fix='Only checks of a watch with reference = "last N accepted windows" have one, and '
                    "only fine ones.",
                )
            if found.accepted is not None:
                raise CatalogueError(
                    f"{found.accepted_by} has approved the window of check {check_id} already.",
                    fix="There is nothing to do.",
                )
            connection.execute(
                update(accepted_windows)
                .where(accepted_windows.c.id == found.id)
                .values(accepted=time.time(), accepted_by=who(), reason=checked(reason))
            )
            append(
                connection, "window_accepted", found.watch, objects={"window": found.digest},
                details={"check": check_id, "reason": reason},
            )  # fmt: skip
            made = first(connection, AcceptedWindow, query)
        assert made is not None  # it was there a moment ago, and nobody else writes
        return made

    def renewed(self, watch: str, digest: str, checks_of: Sequence[int]) -> bool:
        """Put on record that a watch compares with these windows from now on; said once.

        Parameters
        ----------
        watch : str
        digest : str
            SHA-256 of the new reference.
        checks_of : sequence of int
            Checks whose windows it is made of.
        """
        with self._database.writing() as connection:
            entry = append(
                connection, "reference_renewed", watch, objects={"reference": digest},
                details={"checks": list(checks_of)}, event=f"reference:{watch}:{digest}",
            )  # fmt: skip
        return entry is not None


class Turn:
    """What a watch does while it is alone.

    Parameters
    ----------
    connection : Connection
        Of `Database.writing`.
    watch : str
    """

    def __init__(self, connection: Connection, watch: str) -> None:
        self._connection = connection
        self.watch = watch

    def knows(self, key: str) -> bool:
        """Whether something was looked at already."""
        query = select(arrivals.c.id).where(arrivals.c.watch == self.watch, arrivals.c.key == key)
        return self._connection.execute(query).first() is not None

    def arrive(
        self,
        key: str,
        name: str,
        *,
        check: Check | None,
        refused: str | None = None,
        size: int | None = None,
        modified: int | None = None,
        at: float,
    ) -> None:
        """Write down what was looked at, by its key."""
        self._connection.execute(
            insert(arrivals).values(
                watch=self.watch, key=key, name=name, bytes=size, modified=modified,
                status="checked" if refused is None else "refused", reason=refused or "",
                check_id=check and check.id, at=at, who=who(),
            )
        )  # fmt: skip

    def check(self, key: str, **facts: Any) -> Check:
        """Register a verdict; see `add_check`."""
        return add_check(self._connection, key, **facts)

    def keep_window(self, check: Check, digest: str) -> None:
        """Keep a window that was fine, until somebody approves it."""
        self._connection.execute(
            insert(accepted_windows).values(watch=self.watch, check_id=check.id, digest=digest)
        )

    def last_arrival(self) -> float | None:
        """When something came last; None while nothing has."""
        query = select(func.max(arrivals.c.at)).where(arrivals.c.watch == self.watch)
        found: float | None = self._connection.execute(query).scalar()
        return found

    def began(self, now: float) -> float:
        """When the watch began, as far as anybody remembers; now, where it does so now."""
        known = self.states().get(_BEGAN)
        if known is not None:
            return float(known["at"])
        self.remember(_BEGAN, {"at": now})
        return now

    def states(self) -> dict[str, Mapping[str, Any]]:
        """What the rules remember, by their names."""
        query = select(rule_states.c.rule, rule_states.c.state).where(rule_states.c.watch == self.watch)
        return {row.rule: row.state for row in self._connection.execute(query)}

    def remember(self, rule: str, state: Mapping[str, Any]) -> None:
        """Keep what a rule remembers."""
        here = (rule_states.c.watch == self.watch) & (rule_states.c.rule == rule)
        values = {"state": dict(state), "at": time.time()}
        done = self._connection.execute(update(rule_states).where(here).values(values))
        if not done.rowcount:
            self._connection.execute(insert(rule_states).values(watch=self.watch, rule=rule, **values))

    def open_alert(self, rule: str) -> Alert | None:
        """The open alert of a rule."""
        return open_alert_of(self._connection, subject_of(self.watch), rule)

    def open_alerts(self) -> list[Alert]:
        """All open alerts of the watch."""
        query = select(alerts).where(alerts.c.subject == subject_of(self.watch), alerts.c.closed.is_(None))
        return every(self._connection, Alert, query)

    def last_closed(self, rule: str) -> float | None:
        """When an alert of a rule was last closed."""
        query = select(func.max(alerts.c.closed)).where(
            alerts.c.subject == subject_of(self.watch), alerts.c.rule == rule
        )
        found: float | None = self._connection.execute(query).scalar()
        return found

    def raise_alert(
        self,
        rule: str,
        level: str,
        message: str,
        *,
        columns: Sequence[str],
        evidence: Mapping[str, Any],
        model: ModelVersion | None,
        check: Check | None,
        at: float,
    ) -> Alert:
        """Open an alert."""
        return raise_alert(
            self._connection, rule, level, message, subject=subject_of(self.watch), columns=columns,
            evidence=evidence, model=model, check=check, at=at,
        )  # fmt: skip

    def widen(self, alert: Alert, columns: Sequence[str]) -> None:
        """Let an open alert name more columns."""
        self._connection.execute(update(alerts).where(alerts.c.id == alert.id).values(columns=list(columns)))

    def settle(self, alert: Alert, *, reason: str, at: float) -> None:
        """Close an alert."""
        settle_alert(self._connection, alert, reason=reason, at=at)

    def put_out(self, alert: Alert, sink: str, event: str, payload: Mapping[str, Any]) -> None:
        """Put out what a sink is to be told."""
        put_out(self._connection, alert, self.watch, sink, event, payload)


def _counted(connection: Connection, column: Column[str], where: ColumnElement[bool]) -> dict[str, int]:
    """How often each value of a column occurs."""
    query = select(column, func.count()).where(where).group_by(column)
    return {value: number for value, number in connection.execute(query)}


def subject_of(watch: str) -> str:
    """What alerts of a watch are about."""
    return f"watch:{watch}"
