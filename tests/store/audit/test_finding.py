"""Entries are found by what they are about, who did it, what was done, and when."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from automl.store.audit import Entry
from automl.store.audit import log as audit_log
from automl.store.audit.wanted import Wanted
from automl.store.catalogue import Catalogue
from automl.store.who import acting_as


@pytest.fixture
def log(catalogue: Catalogue) -> list[Entry]:
    """Twelve entries, oldest first."""
    for number in range(12):
        with acting_as("grace" if number % 3 == 0 else "ada"):
            catalogue.audit.append("seen" if number % 2 else "done", f"Churn_{number % 4}%/1")
    return catalogue.audit.entries()


def test_all_of_them_a_page_at_a_time(catalogue: Catalogue, log: list[Entry]) -> None:
    assert Wanted().is_all
    assert catalogue.audit.count(Wanted()) == 12
    assert catalogue.audit.count(Wanted(), after=9) == 3
    pages = [catalogue.audit.find(Wanted(), skip=skip, most=5) for skip in (0, 5, 10, 15)]
    assert [len(each) for each in pages] == [5, 5, 2, 0]
    assert [entry for each in pages for entry in each] == log[::-1]
    assert catalogue.audit.entry(7) == log[6]
    assert catalogue.audit.entry(13) is None
    assert catalogue.audit.actions() == ["done", "seen"]
    assert catalogue.audit.people() == ["ada", "grace"]


@pytest.mark.parametrize(
    ("wanted", "keep"),
    [
        (Wanted(who="grace"), lambda each: each.who == "grace"),
        (Wanted(action="seen"), lambda each: each.action == "seen"),
        (Wanted(subject="churn_2%"), lambda each: each.subject == "Churn_2%/1"),
        (Wanted(subject="%"), lambda each: True),
        (Wanted(subject="urn__"), lambda each: False),
        (Wanted(who="ada", action="done"), lambda each: each.who == "ada" and each.action == "done"),
        (Wanted(who="Robert'); DROP TABLE audit;--"), lambda each: False),
    ],
)
def test_only_some(catalogue: Catalogue, log: list[Entry], wanted: Wanted, keep: object) -> None:
    assert callable(keep)
    expected = [each for each in log[::-1] if keep(each)]
    assert catalogue.audit.find(wanted, most=100) == expected
    assert catalogue.audit.count(wanted) == len(expected)


def test_by_day(catalogue: Catalogue, log: list[Entry]) -> None:
    days = {date.fromisoformat(each.at[:10]) for each in log}
    first, last = min(days), max(days)
    assert catalogue.audit.count(Wanted(first=first, last=last)) == 12
    assert catalogue.audit.count(Wanted(last=first - timedelta(days=1))) == 0
    assert catalogue.audit.count(Wanted(first=last + timedelta(days=1))) == 0
    assert last <= datetime.now(UTC).date()


def test_a_look_through_the_log_says_where_it_ended_and_how_far_it_is(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_log, "_AT_ONCE", 100)
    for number in range(210):
        catalogue.audit.append("seen", "it", details={"n": number})
    told: list[float] = []
    found = catalogue.audit.verified(progress=told.append)
    assert found.head == catalogue.audit.head()
    assert found.flaws == []
    assert told == pytest.approx([100 / 210, 200 / 210])
