"""The state machine of a rule: a pure function that never flaps."""

from __future__ import annotations

import json
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from automl.monitoring.alerting.machine import Event, Seen, State, settled, step
from automl.monitoring.alerting.rule import Rule

COLUMNS = ("age", "fee", "plan")


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """Rules about the drift of columns, with any hysteresis."""
    of = draw(st.integers(1, 6))
    return Rule(
        "drift", "drift", opens_at=0.2, closes_at=0.1, opens_after=draw(st.integers(1, of)), of=of,
        closes_after=draw(st.integers(1, 4)), quiet=draw(st.sampled_from([0.0, 2.5, 20.0])),
    )  # fmt: skip


@st.composite
def histories(draw: st.DrawFn) -> list[Seen]:
    """What was seen in some checks: what is over a limit is not fine either."""
    seen = []
    for at in range(draw(st.integers(0, 40))):
        still = draw(st.lists(st.sampled_from(COLUMNS), unique=True))
        over = [name for name in still if draw(st.booleans())]
        seen.append(Seen(float(at), tuple(over), tuple(still)))
    return seen


def play(rule: Rule, history: list[Seen], state: State | None = None) -> tuple[State, list[Event]]:
    """Take a history into account."""
    state, events = state or State(), []
    for seen in history:
        state, found = step(rule, state, seen)
        events += found
    return state, events


@settings(max_examples=40)
@given(rules(), histories())
def test_events_alternate_and_say_what_the_state_says(rule: Rule, history: list[Seen]) -> None:
    state, events = play(rule, history)
    assert [event.kind for event in events] == ["opened", "closed"] * (len(events) // 2) + ["opened"] * (
        len(events) % 2
    )
    assert (state.opened is not None) == (len(events) % 2 == 1)
    assert len(state.recent) <= rule.of


@settings(max_examples=40)
@given(rules(), histories(), st.integers(0, 40))
def test_a_restart_changes_nothing(rule: Rule, history: list[Seen], at: int) -> None:
    before, first = play(rule, history[:at])
    kept = State.from_json(json.loads(json.dumps(before.to_json())))
    assert kept == before
    after, second = play(rule, history[at:], kept)
    assert (after, first + second) == play(rule, history)


@settings(max_examples=40)
@given(rules(), histories())
def test_it_opens_when_a_column_is_over_often_enough_and_not_before(rule: Rule, history: list[Seen]) -> None:
    _, events = play(rule, history)
    begin = 0
    closed_at = None
    for event in events:
        place = int(event.at)
        if event.kind == "opened":
            recent = history[max(begin, place - rule.of + 1) : place + 1]
            times = Counter(name for seen in recent for name in seen.over)
            assert event.names
            assert all(
                times[name] >= rule.opens_after and name in history[place].over for name in event.names
            )
            assert closed_at is None or event.at >= closed_at + rule.quiet
        else:
            last = history[place - rule.closes_after + 1 : place + 1]
            assert len(last) == rule.closes_after
            assert not any(seen.still for seen in last)
            begin, closed_at = place + 1, event.at


@settings(max_examples=40)
@given(rules(), histories())
def test_what_is_always_over_opens_at_once_and_stays(rule: Rule, history: list[Seen]) -> None:
    always = [Seen(float(at), ("age",), ("age",)) for at in range(30)]
    state, events = play(rule, always)
    assert [(event.kind, event.at) for event in events] == [("opened", rule.opens_after - 1.0)]
    assert state.names == ("age",)
    fine = [Seen(30.0 + at) for at in range(rule.closes_after)]
    assert play(rule, fine, state) == (
        settled(fine[-1].at), [Event("closed", fine[-1].at, ("age",))]
    )  # fmt: skip


def test_a_value_between_the_limits_neither_opens_nor_closes() -> None:
    rule = Rule("drift", "drift", opens_at=0.2, closes_at=0.1)
    between = [Seen(float(at), (), ("age",)) for at in range(5)]
    assert play(rule, between)[1] == []
    open_now, _ = step(rule, State(), Seen(0.0, ("age",), ("age",)))
    assert play(rule, between, open_now)[1] == []


def test_a_value_that_swings_around_the_limit_does_not_flap() -> None:
    rule = Rule("drift", "drift", opens_at=0.2, closes_at=0.1, opens_after=2, of=3, closes_after=2)
    swinging = [Seen(float(at), ("age",) if at % 2 else (), ("age",) if at % 2 else ()) for at in range(40)]
    assert [event.kind for event in play(rule, swinging)[1]] == ["opened"]
    naive = Rule("drift", "drift", opens_at=0.2, closes_at=0.2)
    assert len(play(naive, swinging)[1]) == 39


def test_an_open_alert_takes_in_columns_that_follow() -> None:
    rule = Rule("drift", "drift", opens_at=0.2, closes_at=0.1, opens_after=1, of=1, closes_after=1)
    state, _ = step(rule, State(), Seen(0.0, ("age",), ("age",)))
    state, events = step(rule, state, Seen(1.0, ("fee",), ("fee",)))
    assert (state.names, events) == (("age", "fee"), ())
