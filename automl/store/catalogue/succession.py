"""Who follows whom: a challenger takes the champion's place, waits for an approval, or is put aside.

Each of these is one transaction, with its entry in the audit log: whoever looks sees the aliases as they were
before or as they are afterwards. A champion is only replaced while it is the one that the challenger was
compared with. What has been decided once for a retraining is not decided again, so a job that was killed may
ask as often as it likes.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from sqlalchemy import Connection, select

from automl.errors import CatalogueError
from automl.store.audit.log import append
from automl.store.catalogue.aliases import move, target_of
from automl.store.catalogue.database import Database
from automl.store.catalogue.models import approval_of
from automl.store.catalogue.records import ModelVersion, Statement
from automl.store.catalogue.rows import LONGEST, add
from automl.store.catalogue.tables import audit, models, statements
from automl.store.who import who

__all__ = ["ARCHIVED", "CHALLENGER", "CHAMPION", "Outcome", "Pending", "Succession", "go_on"]

CHAMPION, CHALLENGER, ARCHIVED = "champion", "challenger", "archived"

Wish = Literal["swap", "wait", "keep"]
Outcome = Literal["swapped", "waits", "kept", "overtaken", "rejected"]

_ACTIONS: Mapping[Outcome, str] = {
    "swapped": "champion_replaced",
    "waits": "challenger_waits",
    "kept": "challenger_put_aside",
    "overtaken": "challenger_overtaken",
    "rejected": "challenger_rejected",
}
_BY_WISH: Mapping[Wish, Outcome] = {"swap": "swapped", "wait": "waits", "keep": "kept"}


@dataclass(frozen=True)
class Pending:
    """A challenger that waits for an approval.

    Attributes
    ----------
    challenger, champion : ModelVersion
        The champion is the one that it was compared with.
    approver : str
        Whose approval it waits for; empty: anybody's.
    reason : str
        Why it may take the champion's place.
    retraining : str
    """

    challenger: ModelVersion
    champion: ModelVersion
    approver: str
    reason: str
    retraining: str


class Succession:
    """Champions and challengers of a catalogue.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def challenge(self, challenger: ModelVersion, *, reason: str) -> None:
        """Let the alias `challenger` point to a model that is to be compared with the champion."""
        with self._database.writing() as connection:
            before = target_of(connection, challenger.name, CHALLENGER)
            if before is None or before.id != challenger.id:
                move(connection, challenger.name, CHALLENGER, before, challenger, _short(reason))

    def decide(
        self,
        challenger: ModelVersion,
        champion: ModelVersion,
        wish: Wish,
        *,
        retraining: str,
        reason: str,
        approver: str = "",
    ) -> Outcome:
        """Decide what becomes of a challenger; what was decided before where that is so.

        Parameters
        ----------
        challenger, champion : ModelVersion
            The champion is the one that it was compared with.
        wish : {"swap", "wait", "keep"}
            Take the champion's place, wait for an approval, or be put aside.
        retraining : str
            Names the retraining; it is decided once.
        reason : str
        approver : str
            Whose approval it waits for; empty: anybody's.

        Returns
        -------
        {"swapped", "waits", "kept", "overtaken"}
            `overtaken` where the champion has become another one meanwhile: nothing is changed then.
        """
        event = f"retraining:{retraining}:decided"
        with self._database.writing() as connection:
            known = _told(connection, event)
            if known is not None:
                return known
            outcome = _BY_WISH[wish]
            if wish != "keep" and not _is_champion(connection, champion):
                outcome, reason = "overtaken", _overtaken(connection, champion, reason)
            if outcome == "swapped":
                _replace(connection, champion, challenger, reason)
            elif outcome != "waits":
                _put_aside(connection, challenger, reason)
            _tell(connection, outcome, challenger, champion, event, retraining, reason, approver)
            return outcome

    def pending(self, name: str) -> Pending | None:
        """The challenger of this name that waits for an approval; None where none does."""
        with self._database.reading() as connection:
            return _pending(connection, name)

    def outcome_of(self, retraining: str) -> Outcome | None:
        """What has become of a retraining's challenger; None while that is open."""
        with self._database.reading() as connection:
            return _told(connection, f"retraining:{retraining}:completed") or _told(
                connection, f"retraining:{retraining}:decided"
            )


def go_on(connection: Connection, model: ModelVersion) -> Outcome | None:
    """Go on with a challenger that waits, after somebody has approved or rejected it.

    Parameters
    ----------
    connection : Connection
        Of `Database.writing`: what was said and what follows from it are there together, or neither.
    model : ModelVersion

    Returns
    -------
    {"swapped", "rejected", "overtaken", "waits"} or None
        `waits` where it was approved by somebody else than it waits for; None where it does not wait.
    """
    waiting = _pending(connection, model.name)
    if waiting is None or waiting.challenger.id != model.id:
        return None
    said = approval_of(connection, model.id)
    if said is None or (said.kind == "approved" and waiting.approver not in ("", said.who)):
        return "waits"
    outcome: Outcome = "swapped"
    reason = f"Approved by {said.who}. {waiting.reason}"
    if said.kind == "rejected":
        outcome, reason = "rejected", f"Rejected by {said.who}. {said.text}".strip()
    elif not _is_champion(connection, waiting.champion):
        outcome, reason = "overtaken", _overtaken(connection, waiting.champion, waiting.reason)
    if outcome == "swapped":
        _replace(connection, waiting.champion, model, reason)
    else:
        _put_aside(connection, model, reason)
    _tell(
        connection, outcome, model, waiting.champion, f"retraining:{waiting.retraining}:completed",
        waiting.retraining, reason, waiting.approver,
    )  # fmt: skip
    return outcome


def _is_champion(connection: Connection, model: ModelVersion) -> bool:
    found = target_of(connection, model.name, CHAMPION)
    return found is not None and found.id == model.id


def _overtaken(connection: Connection, champion: ModelVersion, reason: str) -> str:
    found = target_of(connection, champion.name, CHAMPION)
    now = f"it is {found.label}" if found else "there is none"
    return f"It was compared with {champion.label}, which is the champion no more: {now} now. {reason}"


def _replace(connection: Connection, champion: ModelVersion, challenger: ModelVersion, reason: str) -> None:
    """The challenger becomes the champion, and that one archived, at once."""
    name, reason = champion.name, _short(reason)
    move(connection, name, CHAMPION, champion, challenger, reason)
    archived = target_of(connection, name, ARCHIVED)
    if archived is None or archived.id != champion.id:
        move(connection, name, ARCHIVED, archived, champion, f"{challenger.label} took its place.")
    standing = target_of(connection, name, CHALLENGER)
    if standing is not None and standing.id == challenger.id:
        move(connection, name, CHALLENGER, standing, None, "It is the champion now.")


def _put_aside(connection: Connection, challenger: ModelVersion, reason: str) -> None:
    """The challenger stays in the catalogue with the reasons, but challenges nobody any more."""
    standing = target_of(connection, challenger.name, CHALLENGER)
    if standing is not None and standing.id == challenger.id:
        move(connection, challenger.name, CHALLENGER, standing, None, _short(reason))
    add(
        connection, Statement, statements,
        model_id=challenger.id, kind="comment", text=_short(reason), who=who(), at=time.time(),
    )  # fmt: skip


def _tell(
    connection: Connection,
    outcome: Outcome,
    challenger: ModelVersion,
    champion: ModelVersion,
    event: str,
    retraining: str,
    reason: str,
    approver: str,
) -> None:
    append(
        connection, _ACTIONS[outcome], challenger.label,
        objects={"model": challenger.state, "champion": champion.state},
        details={
            "outcome": outcome, "champion": champion.label, "champion_id": champion.id, "reason": reason,
            "approver": approver, "retraining": retraining,
        },
        event=event,
    )  # fmt: skip


def _told(connection: Connection, event: str) -> Outcome | None:
    found = connection.execute(select(audit.c.details).where(audit.c.event == event)).scalar()
    return None if found is None else cast(Outcome, json.loads(found)["outcome"])


def _pending(connection: Connection, name: str) -> Pending | None:
    challenger = target_of(connection, name, CHALLENGER)
    if challenger is None:
        return None
    query = (
        select(audit.c.action, audit.c.details)
        .where(audit.c.subject == challenger.label, audit.c.action.in_(_ACTIONS.values()))
        .order_by(audit.c.number.desc())
        .limit(1)
    )
    last = connection.execute(query).first()
    if last is None or last.action != _ACTIONS["waits"]:
        return None
    told: dict[str, Any] = json.loads(last.details)
    champion = connection.execute(select(models).where(models.c.id == told["champion_id"])).first()
    if champion is None:
        raise CatalogueError(f"The champion {told['champion']} is gone from the catalogue.")
    return Pending(
        challenger, ModelVersion(**champion._mapping), told["approver"], told["reason"], told["retraining"]
    )


def _short(text: str) -> str:
    """As much of a text as the catalogue keeps."""
    most = LONGEST["text"]
    return text if len(text) <= most else f"{text[: most - 1]}…"
