"""From checks to alerts: a rule's state and what it sees in a check give its next state and what happened.

A pure function, so that what was seen can be played again and gives the same. What is opened by several of
the last checks and closed by several fine ones in a row does not flap.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from automl.monitoring.alerting.rule import Rule

__all__ = ["Event", "Seen", "State", "settled", "step"]


@dataclass(frozen=True)
class Seen:
    """What a rule sees in a check.

    Attributes
    ----------
    at : float
        When, in seconds since 1970.
    over : tuple of str
        Columns over the limit; ``("",)`` where the rule is about no column.
    still : tuple of str
        Those that are not fine again, which may be more.
    """

    at: float
    over: tuple[str, ...] = ()
    still: tuple[str, ...] = ()


@dataclass(frozen=True)
class State:
    """What a rule remembers between checks.

    Attributes
    ----------
    recent : tuple of tuple of str
        What was over the limit in the last checks since an alert was last closed, the newest last.
    fine : int
        Checks in a row that were fine, while an alert is open.
    checks : int
        How many were judged since an alert was last closed, or ever.
    opened : float or None
        When the alert that is open was opened.
    names : tuple of str
        Columns that it is about.
    closed : float or None
        When an alert was last closed.
    """

    recent: tuple[tuple[str, ...], ...] = ()
    fine: int = 0
    checks: int = 0
    opened: float | None = None
    names: tuple[str, ...] = ()
    closed: float | None = None

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "recent": [list(each) for each in self.recent], "fine": self.fine, "checks": self.checks,
            "opened": self.opened, "names": list(self.names), "closed": self.closed,
        }  # fmt: skip

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> State:
        """Inverse of `to_json`."""
        return cls(
            recent=tuple(tuple(each) for each in content["recent"]), fine=content["fine"],
            checks=content["checks"], opened=content["opened"], names=tuple(content["names"]),
            closed=content["closed"],
        )  # fmt: skip


@dataclass(frozen=True)
class Event:
    """That an alert was opened or closed.

    Attributes
    ----------
    kind : {"opened", "closed"}
    at : float
    names : tuple of str
        Columns that it is about.
    """

    kind: Literal["opened", "closed"]
    at: float
    names: tuple[str, ...]


def step(rule: Rule, state: State, seen: Seen) -> tuple[State, tuple[Event, ...]]:
    """Take one check into account.

    Parameters
    ----------
    rule : Rule
    state : State
        Before the check.
    seen : Seen
        What the rule sees in it. A check that says nothing about the rule is no step.

    Returns
    -------
    State, tuple of Event
        Of two events in a row one is an opening and one a closing.
    """
    recent = (*state.recent, seen.over)[-rule.of :]
    state = replace(state, recent=recent, checks=state.checks + 1)
    times = Counter(name for each in recent for name in set(each))
    often = tuple(name for name in seen.over if times[name] >= rule.opens_after)
    if state.opened is None:
        is_quiet = bool(rule.quiet) and state.closed is not None and seen.at < state.closed + rule.quiet
        if not often or is_quiet:
            return state, ()
        return replace(state, opened=seen.at, names=often, fine=0), (Event("opened", seen.at, often),)
    names = tuple(dict.fromkeys((*state.names, *often)))
    state = replace(state, names=names, fine=0 if seen.still else state.fine + 1)
    if state.fine < rule.closes_after:
        return state, ()
    return settled(seen.at), (Event("closed", seen.at, names),)


def settled(at: float) -> State:
    """The state after an alert was closed, by a check or by a person."""
    return State(closed=at)
