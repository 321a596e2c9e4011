"""From what rules see to alerts, states and what is to be told, in the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from automl.errors import CatalogueError
from automl.monitoring.alerting.judging import About, Told, judge
from automl.monitoring.alerting.machine import Seen
from automl.monitoring.alerting.observing import Observed
from automl.monitoring.alerting.rule import Rule
from automl.store.catalogue import Catalogue

DRIFT = Rule.from_json({"name": "drift", "what": "drift", "opens_after": 2, "of": 3, "closes_after": 2})
ABOUT = About(model="churn/3", version=None, run_id="run-1", rules=(DRIFT,), sinks={"file": "look"})


def see(at: float, *names: str) -> Observed:
    """What a rule sees: some columns over the limit."""
    return Observed(
        Seen(at, names, names), {name: {"column": name, "moved": 0.4} for name in names},
        lambda told: " and ".join(each["column"] for each in told) + " drifted.",
    )  # fmt: skip


def check(catalogue: Catalogue, at: float, *names: str, about: About = ABOUT) -> list[Told]:
    """Take a check into account."""
    with catalogue.watching.turn("daily") as turn:
        return judge(turn, about, {rule.name: see(at, *names) for rule in about.rules}, at=at)


def events(told: Sequence[Told]) -> list[str]:
    """What happened."""
    return [each.event.kind for each in told]


def test_an_alert_is_opened_and_closed_once_with_its_evidence(catalogue: Catalogue) -> None:
    assert check(catalogue, 1.0, "age") == []
    (told,) = check(catalogue, 2.0, "age", "fee")
    assert (told.event.kind, told.event.names, told.message) == ("opened", ("age",), "age drifted.")
    (alert,) = catalogue.watching.alerts("daily", only_open=True)
    assert (alert.rule, alert.level, list(alert.columns), alert.opened) == ("drift", "act", ["age"], 2.0)
    assert alert.evidence is not None
    assert alert.evidence["figures"] == [{"column": "age", "moved": 0.4}]
    assert alert.evidence["rule"]["of"] == 3
    chance = alert.evidence["false_alarms"]
    assert (chance["level"], chance["checks"]) == (0.05, 2)
    assert chance["chance"] == pytest.approx(0.05**2)
    assert check(catalogue, 3.0, "fee") == []
    assert list(catalogue.life.alert(alert.id).columns) == ["age", "fee"]
    assert check(catalogue, 4.0) == []
    assert events(check(catalogue, 5.0)) == ["closed"]
    closed = catalogue.life.alert(alert.id)
    assert (closed.closed, closed.reason) == (5.0, "Fine in 2 checks in a row.")
    actions = [entry.action for entry in catalogue.audit.entries()]
    assert actions == ["alert_opened", "alert_closed"]
    opened, ended = catalogue.watching.deliveries(alert)
    assert (opened.event, ended.event) == ("opened", "closed")
    assert opened.payload["id"] != ended.payload["id"]
    assert opened.payload["links"]["show"] == f"automl alerts show {alert.id}"
    assert ended.payload["reason"] == "Fine in 2 checks in a row."


def test_what_a_person_closes_stays_closed_until_it_is_over_the_limit_anew(catalogue: Catalogue) -> None:
    for at in (1.0, 2.0):
        told = check(catalogue, at, "age")
    catalogue.life.close_alert(told[0].alert, reason="New prices.")
    with pytest.raises(CatalogueError, match="closed already"):
        catalogue.life.close_alert(told[0].alert)
    assert check(catalogue, 3.0, "age") == []  # the first one since
    assert events(check(catalogue, 4.0, "age")) == ["opened"]
    opened, closed = catalogue.watching.deliveries(told[0].alert)
    assert closed.payload["reason"] == "New prices."
    assert closed.payload["closed_by"] == closed.payload["closed_by"].strip() != ""
    assert opened.sink == closed.sink == "file"


def test_another_model_begins_anew(catalogue: Catalogue) -> None:
    for at in (1.0, 2.0):
        check(catalogue, at, "age")
    swapped = About(model="churn/4", version=None, run_id="run-2", rules=(DRIFT,))
    (told,) = check(catalogue, 3.0, "age", about=swapped)
    assert told.event.kind == "closed"
    assert told.message == "churn/4 is watched now, in place of churn/3."
    assert events(check(catalogue, 4.0, "age", about=swapped)) == ["opened"]


def test_an_alert_without_its_rule_is_closed(catalogue: Catalogue) -> None:
    for at in (1.0, 2.0):
        check(catalogue, at, "age")
    (told,) = check(catalogue, 3.0, about=About("churn/3", None, None, rules=()))
    assert (told.event.kind, told.message) == ("closed", "The watch has this rule no more.")


def test_sinks_are_told_from_their_level_on(catalogue: Catalogue) -> None:
    rules = tuple(
        Rule.from_json({"name": level, "what": "drift", "severity": level}) for level in ("look", "act")
    )
    about = About("churn/3", None, None, rules, sinks={"all": "look", "pager": "act"})
    check(catalogue, 1.0, "age", about=about)
    told = {(each.sink, each.payload["severity"]) for each in catalogue.watching.waiting("daily")}
    assert told == {("all", "look"), ("all", "act"), ("pager", "act")}


def test_a_turn_that_fails_leaves_nothing_behind(catalogue: Catalogue) -> None:
    check(catalogue, 1.0, "age")

    def fail(catalogue: Catalogue) -> None:
        with catalogue.watching.turn("daily") as turn:
            judge(turn, ABOUT, {"drift": see(2.0, "age")}, at=2.0)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail(catalogue)
    assert catalogue.watching.alerts("daily") == []
    assert catalogue.watching.waiting() == []
    assert events(check(catalogue, 2.0, "age")) == ["opened"]


def test_evidence_says_what_a_simulation_came_to(catalogue: Catalogue) -> None:
    from automl.monitoring.alerting.simulated import Simulated

    once = Rule.from_json({"name": "drift", "what": "drift"})
    about = About("churn/3", None, None, rules=(once,))
    simulated: dict[str, Any] = {"drift": Simulated(400, 200, 2, 0.0018, 0.03, 20, 2)}
    with catalogue.watching.turn("daily") as turn:
        judge(turn, about, {"drift": see(1.0, "age")}, at=1.0, simulated=simulated)
    (alert,) = catalogue.watching.alerts("daily")
    assert alert.evidence is not None
    found = alert.evidence["false_alarms"]
    assert found["simulated"]["chance"] == pytest.approx(0.01)
    assert found["simulated"]["chance_high"] == pytest.approx(0.03)
    assert "Of 200 simulated tables of 400 rows without any change 2 were over the limit" in found["words"]
