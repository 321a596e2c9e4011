"""What the catalogue remembers of watches: by one database constraint, whoever watches."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from sqlalchemy import insert

from automl.errors import CatalogueError
from automl.store.catalogue import Catalogue, Place, open_catalogue
from automl.store.catalogue.database import Database
from automl.store.catalogue.tables import alerts
from automl.store.catalogue.upgrade import upgrade

from ..conftest import make_model

CHECK: dict[str, Any] = {
    "model": None, "run_id": "run-1", "table": "march.csv", "digest": "a" * 64, "rows": 3, "level": "fine",
    "headline": "Fine.", "columns": [], "at": 1.0,
}  # fmt: skip

# What a watch does with a table, without the comparison: both look at it at the same moment.
WATCH = """
import sys
from automl.monitoring.alerting.judging import About, judge
from automl.monitoring.alerting.machine import Seen
from automl.monitoring.alerting.observing import Observed
from automl.monitoring.alerting.rule import Rule
from automl.store.catalogue import open_catalogue
rule = Rule.from_json({"name": "drift", "what": "drift"})
about = About("churn/3", None, "run-1", (rule,), sinks={"file": "look"})
facts = {
    "model": None, "run_id": "run-1", "table": "t", "digest": None, "rows": 3, "level": "act",
    "headline": "Act.", "columns": [], "at": 1.0,
}
with open_catalogue() as catalogue:
    sys.stdin.readline()
    done = 0
    for number in range(20):
        over = () if number % 4 == 3 else ("age",)
        seen = Observed(Seen(float(number), over, over), {"age": {"column": "age"}}, lambda _: "Drift.")
        with catalogue.watching.turn("daily") as turn:
            if turn.knows(f"table-{number}"):
                continue
            check = turn.check(f"watch:daily:table-{number}", **facts)
            turn.arrive(f"table-{number}", "t", check=check, at=float(number))
            judge(turn, about, {"drift": seen}, check=check, at=float(number))
        done += 1
    print(done)
"""


def test_of_a_rule_one_alert_is_open_whoever_opens_it(catalogue: Catalogue) -> None:
    row = {
        "rule": "drift", "level": "act", "message": "x", "columns": [], "opened": 1.0,
        "subject": "watch:daily",
    }  # fmt: skip
    with catalogue.database.writing() as connection:
        connection.execute(insert(alerts).values(row))
        connection.execute(insert(alerts).values(row | {"closed": 2.0}))
        connection.execute(insert(alerts).values(row | {"closed": 3.0}))
        connection.execute(insert(alerts).values(row | {"subject": "watch:other"}))
    with pytest.raises(CatalogueError, match=r"(?i)unique"), catalogue.database.writing() as connection:
        connection.execute(insert(alerts).values(row))


def test_two_watches_at_once_open_nothing_twice(place: Place) -> None:
    open_catalogue().close()
    watches = [
        subprocess.Popen(
            [sys.executable, "-c", WATCH], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    came = []
    try:
        for each in watches:
            assert each.stdin is not None
            each.stdin.write("go\n")
            each.stdin.flush()
        for each in watches:
            out, said = each.communicate(timeout=120)
            assert (each.returncode, said) == (0, "")
            came.append(int(out))
    finally:
        for each in watches:
            each.kill()
            each.communicate()
    assert sum(came) == 20
    with open_catalogue() as catalogue:
        known = catalogue.watching
        assert [each.key for each in known.arrivals("daily")] == [f"table-{number}" for number in range(20)]
        assert len(known.checks("daily")) == 20
        found = known.alerts("daily")
        assert len(found) == 5
        assert all(each.closed is not None for each in found)
        assert len(known.waiting("daily")) == 10
        actions = [entry.action for entry in catalogue.audit.entries()]
        assert actions.count("batch_predicted") == 20
        assert actions.count("alert_opened") == actions.count("alert_closed") == 5
        assert catalogue.audit.flaws() == []


def test_a_window_counts_once_somebody_approves_it(catalogue: Catalogue) -> None:
    with catalogue.watching.turn("daily") as turn:
        check = turn.check("watch:daily:1", **CHECK)
        turn.arrive("1", "march.csv", check=check, size=7, modified=1_764_300_000_123_456_789, at=1.0)
        turn.keep_window(check, "b" * 64)
        other = turn.check("watch:daily:2", **CHECK)
    (waiting,) = catalogue.watching.windows("daily", accepted=False)
    assert (waiting.check_id, waiting.accepted) == (check.id, None)
    assert catalogue.watching.windows("daily", accepted=True) == []
    made = catalogue.watching.accept(check.id, reason="Looked at.")
    assert catalogue.watching.windows("daily", accepted=True) == [made]
    assert (made.accepted_by is not None, made.reason) == (True, "Looked at.")
    with pytest.raises(CatalogueError, match="approved the window of check"):
        catalogue.watching.accept(check.id)
    with pytest.raises(CatalogueError, match="has no window"):
        catalogue.watching.accept(other.id)
    assert catalogue.watching.renewed("daily", "c" * 64, [check.id])
    assert not catalogue.watching.renewed("daily", "c" * 64, [check.id])
    told = catalogue.audit.entries(subject="daily")
    assert [entry.action for entry in told] == ["window_accepted", "reference_renewed"]
    assert told[0].facts()["objects"] == {"window": "b" * 64}


def test_alerts_of_an_earlier_catalogue_are_kept(place: Place) -> None:
    database = Database(place)
    upgrade(database, "0002")
    with open_old(database) as connection:
        for closed in ("NULL", "2.0"):
            connection.exec_driver_sql(
                "INSERT INTO alerts (rule, level, message, columns, opened, closed) "
                f"VALUES ('drift', 'act', 'Old.', '[]', 1.0, {closed})"
            )
    upgrade(database)
    database.close()
    with open_catalogue() as catalogue:
        assert [each.subject for each in catalogue.life.alerts()] == ["", ""]
        model = make_model(catalogue)
        made = catalogue.life.open_alert("drift", "act", "New.", model=model)
        assert made.subject == f"model:{model.id}"
        assert catalogue.life.alert(made.id) == made
        with pytest.raises(CatalogueError, match="no alert 99"):
            catalogue.life.alert(99)


def open_old(database: Database) -> Any:
    """A transaction on tables of an earlier version."""
    return database.writing()
