"""What rules see in reports of real tables."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from automl.monitoring import DriftReport, Watched, score
from automl.monitoring.alerting.evidence import evidence, notice
from automl.monitoring.alerting.observing import TABLE, Observed, observe, unreadable
from automl.monitoring.alerting.rule import Rule

from ...customers import customers
from .conftest import new_rows

SECRET = "Ottilie Geheim"


def rule(what: str, **settings: Any) -> Rule:
    """A rule about something."""
    return Rule.from_json({"name": "it", "what": what} | settings)


def seen(report: DriftReport, what: str, **settings: Any) -> Observed:
    """What such a rule sees."""
    found = observe(rule(what, **settings), report, deviation=0.3)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def fine(binary: Watched) -> DriftReport:
    """Of rows like the old ones, with labels."""
    return score(binary, customers(500, 8), time_budget=10).report


@pytest.fixture(scope="module")
def drifted(binary: Watched) -> DriftReport:
    """Of rows that are not: one city has a person's name."""
    rows = new_rows(600, drifted=True)
    rows.loc[:40, "city"] = SECRET
    rows.loc[300:, "fee"] = None
    return score(binary, rows, time_budget=10).report


def test_rows_like_the_old_ones_are_fine(fine: DriftReport) -> None:
    for what in ("verdict", "drift", "missing", "effect", "predictions", "apart", "performance", "anomaly"):
        found = seen(fine, what)
        assert (found.seen.over, found.seen.still, found.message(("",))) == ((), (), ""), what


def test_drift_is_seen_by_column(drifted: DriftReport) -> None:
    found = seen(drifted, "drift")
    assert {"age", "plan"} <= set(found.seen.over)
    assert "note" not in found.seen.over
    assert set(found.seen.over) <= set(found.seen.still)
    message = found.message(found.seen.over)
    assert message.startswith(f"{found.seen.over[0]}")
    assert "have drifted" in message
    only = seen(drifted, "drift", columns=["plan", "note"])
    assert only.seen.over == ("plan",)
    assert only.message(only.seen.over).startswith("plan has drifted: of plan at least")
    high = seen(drifted, "drift", opens_at=1.0, closes_at=0.1)
    assert high.seen.over == ()
    assert {"age", "plan"} <= set(high.seen.still)


def test_other_rules_see_what_they_are_about(drifted: DriftReport) -> None:
    assert seen(drifted, "missing").seen.over == ("fee",)
    assert "missing values has changed" in seen(drifted, "missing").message(("fee",))
    assert seen(drifted, "predictions").seen.over == (TABLE,)
    effect = seen(drifted, "effect")
    assert effect.seen.over[0] == "age"
    assert "standard deviations" in effect.message(effect.seen.over)
    assert seen(drifted, "verdict").seen.over == (TABLE,)
    assert seen(drifted, "verdict").message((TABLE,)).startswith("The verdict on 600 new rows is “act”: ")
    anomaly = seen(drifted, "anomaly", codes=["unseen_category"])
    assert anomaly.seen.over == ("city",)
    assert anomaly.message(("city",)) == "Not as expected: city (unseen_category)."
    assert seen(drifted, "anomaly", codes=["missing_column"]).seen.over == ()


def test_what_a_report_says_nothing_about_is_not_judged(
    drifted: DriftReport, fine: DriftReport, binary: Watched
) -> None:
    assert observe(rule("performance"), drifted) is None  # no labels
    assert observe(rule("silence", opens_at="1d"), fine) is None
    assert observe(rule("effect"), replace(fine, shift=None), 0.3) is None
    assert observe(rule("apart"), replace(fine, apart=None)) is None
    unscored = score(binary, new_rows().drop(columns="age"), time_budget=None).report
    assert not unscored.scored
    assert observe(rule("drift"), unscored) is None
    lacks = seen(unscored, "anomaly", codes=["missing_column"])
    assert lacks.seen.over == ("age",)


def test_rows_and_files_are_facts(fine: DriftReport) -> None:
    assert seen(fine, "rows", opens_at=100).seen.over == ()
    few = seen(fine, "rows", opens_at=501, closes_at=600)
    assert few.seen.over == (TABLE,)
    assert few.message((TABLE,)) == "500 rows have come; at least 501 are expected."
    between = seen(fine, "rows", opens_at=400, closes_at=600)
    assert (between.seen.over, between.seen.still) == ((), (TABLE,))
    assert seen(fine, "unreadable").seen.still == ()
    broken = unreadable(rule("unreadable"), 1.0, "march.csv")
    assert broken is not None
    assert broken.seen.over == (TABLE,)
    assert unreadable(rule("drift"), 1.0, "march.csv") is None


def test_worse_predictions_are_seen(binary: Watched) -> None:
    rows = customers(600, 9)
    rows["left"] = rows["left"].map({"yes": "no", "no": "yes"})
    report = score(binary, rows, time_budget=None).report
    found = seen(report, "performance")
    assert found.seen.over == (TABLE,)
    assert "far worse than promised" in found.message((TABLE,))


def test_it_is_known_what_checks_have_in_common(drifted: DriftReport, fine: DriftReport) -> None:
    assert seen(drifted, "drift").shared == pytest.approx(600 / 3600)
    assert seen(drifted, "effect").shared == 0.5
    assert drifted.apart is not None
    old, new = drifted.apart.rows
    assert seen(drifted, "apart").shared == pytest.approx(new / (old + new))
    main = fine.performance and fine.performance.main
    assert main
    assert main.low is not None
    assert main.high is not None
    own, theirs = main.high - main.low, 0.06  # the promise's interval
    assert seen(fine, "performance").shared == pytest.approx(theirs**2 / (own**2 + theirs**2))


def test_nothing_that_is_told_holds_a_value_of_a_row(drifted: DriftReport, binary: Watched) -> None:
    assert SECRET in json.dumps(drifted.to_json())  # the report itself does
    for what in ("verdict", "drift", "missing", "effect", "predictions", "apart", "anomaly", "rows"):
        one = rule(what, **({"opens_at": 1e9} if what == "rows" else {}))
        found = observe(one, drifted, 0.3)
        assert found is not None
        names = found.seen.still
        told = notice(
            "opened", watch="w", model="m", rule="it", severity="act", message=found.message(names),
            columns=list(names), opened=1.0, at=1.0, told=evidence(one, found, names, 3),
        )  # fmt: skip
        text = json.dumps(told, ensure_ascii=False, allow_nan=False)
        assert SECRET not in text
        assert names
        assert found.message(names)
    assert pd.api.types.is_string_dtype(binary.known["city"])
