"""What was put out is told: at least once, in order, and after the sink was down."""

from __future__ import annotations

import time
from pathlib import Path

from automl.monitoring.alerting.delivering import deliver, pause
from automl.monitoring.alerting.judging import About, judge
from automl.monitoring.alerting.machine import Seen
from automl.monitoring.alerting.observing import Observed
from automl.monitoring.alerting.rule import Rule
from automl.monitoring.alerting.sinks import sinks_from
from automl.store.catalogue import Catalogue

from .conftest import Receiver

RULES = tuple(Rule.from_json({"name": name, "what": "unreadable"}) for name in ("one", "two"))
ABOUT = About("churn/3", None, None, RULES, sinks={"webhook": "look"})


def happen(catalogue: Catalogue, at: float, *over: str) -> None:
    """Let rules be over their limit, or fine."""
    seen = {
        rule.name: Observed(
            Seen(at, ("",), ("",)) if rule.name in over else Seen(at),
            {"": {"table": "x"}},
            lambda _: "Broken.",
        )
        for rule in RULES
    }
    with catalogue.watching.turn("daily") as turn:
        judge(turn, ABOUT, seen, at=at)


def test_nothing_is_lost_while_a_sink_is_down(
    catalogue: Catalogue, receiver: Receiver, tmp_path: Path
) -> None:
    (hook,) = sinks_from([{"kind": "webhook", "url": receiver.url}], tmp_path)
    happen(catalogue, 1.0, "one")
    receiver.answers += [503]
    done = deliver(catalogue, "daily", [hook], again=lambda tries: 0.0)
    assert (done.sent, list(done.problems)) == (0, ["webhook"])
    (waiting,) = catalogue.watching.waiting("daily")
    assert (waiting.tries, waiting.sent, "503" in (waiting.problem or "")) == (1, None, True)
    happen(catalogue, 2.0, "two")  # the first one closes, the second one opens
    receiver.answers += [503, 503]
    assert deliver(catalogue, "daily", [hook], again=lambda tries: 0.0).sent == 0
    assert len(receiver.requests) == 2  # one failure is enough for one pass
    receiver.answers.clear()
    done = deliver(catalogue, "daily", [hook])
    assert (done.sent, done.problems) == (3, {})
    assert catalogue.watching.waiting() == []
    told = receiver.payloads[2:]
    order = [(each["rule"], each["event"]) for each in told]
    assert order.index(("one", "opened")) < order.index(("one", "closed"))
    assert set(order) == {("one", "opened"), ("one", "closed"), ("two", "opened")}
    assert len({each["id"] for each in told}) == 3
    assert receiver.payloads[0]["id"] == told[order.index(("one", "opened"))]["id"]  # the same, again
    assert deliver(catalogue, "daily", [hook]).sent == 0


def test_what_failed_waits_for_its_time(catalogue: Catalogue, receiver: Receiver, tmp_path: Path) -> None:
    (hook,) = sinks_from([{"kind": "webhook", "url": receiver.url}], tmp_path)
    happen(catalogue, 1.0, "one")
    receiver.answers += [500]
    deliver(catalogue, "daily", [hook])
    deliver(catalogue, "daily", [hook])
    assert len(receiver.requests) == 1
    (waiting,) = catalogue.watching.waiting()
    assert 20 < waiting.due - time.time() < 40
    assert [pause(tries) for tries in (1, 2, 3, 8, 500)] == [30, 60, 120, 3600, 3600]


def test_who_has_taken_a_delivery_has_it_alone_for_a_while(catalogue: Catalogue) -> None:
    happen(catalogue, 1.0, "one")
    (taken,) = catalogue.watching.take("daily", ["webhook"], lease=60)
    assert catalogue.watching.take("daily", ["webhook"], lease=60) == []
    catalogue.watching.undelivered(taken, "It died.", again_in=0)
    (again,) = catalogue.watching.take("daily", ["webhook"], lease=60)
    assert (again.key, again.payload) == (taken.key, taken.payload)
    catalogue.watching.delivered(again)
    catalogue.watching.undelivered(again, "Too late.", again_in=0)  # what was sent stays sent
    assert catalogue.watching.waiting() == []


def test_a_sink_that_is_no_more_keeps_what_it_was_not_told(catalogue: Catalogue, tmp_path: Path) -> None:
    happen(catalogue, 1.0, "one")
    (file,) = sinks_from([{"kind": "file", "path": "alerts.jsonl"}], tmp_path)
    assert deliver(catalogue, "daily", [file]).sent == 0
    assert len(catalogue.watching.waiting("daily")) == 1


def test_a_watch_that_is_told_to_end_leaves_the_rest_for_later(
    catalogue: Catalogue, receiver: Receiver, tmp_path: Path
) -> None:
    (hook,) = sinks_from([{"kind": "webhook", "url": receiver.url}], tmp_path)
    happen(catalogue, 1.0, "one", "two")
    assert deliver(catalogue, "daily", [hook], stopping=lambda: len(receiver.requests) > 0).sent == 1
    assert len(catalogue.watching.waiting()) == 1
