"""One verdict from all that is known, with its reasons."""

from __future__ import annotations

from dataclasses import replace

import pytest

from automl.data import Finding
from automl.monitoring.apart import Apart
from automl.monitoring.chart import Chart
from automl.monitoring.drift import ColumnDrift
from automl.monitoring.estimate import Estimated, EstimatedMetric
from automl.monitoring.performance import Measured, Performance
from automl.monitoring.verdict import judge

COLUMN = ColumnDrift(
    "fee", "number", "Kolmogorov–Smirnov", 0.4, 1e-9, 1e-8, 0.4, 0.03, 0.5, 0.8, (0.0, 0.0), None, None,
    (1.0, 2.0), 0.0, Chart(), "look",
)  # fmt: skip
APART = Apart(0.9, 0.85, 0.95, 1e-9, (100, 100), (), 1e-8)


def finding(severity: str) -> Finding:
    return Finding("code", severity, "plan", f"An {severity} of plan.")  # type: ignore[arg-type]


def performance(level: str) -> Performance:
    main = Measured("roc_auc", "ROC AUC", 0.6, 0.55, 0.65, 0.8, 0.77, 0.83, 4.0)
    return Performance(200, 0, (main,), level)  # type: ignore[arg-type]


def test_nothing_is_fine() -> None:
    verdict = judge(rows=10, findings=[])
    assert (verdict.level, verdict.reasons) == ("fine", ())
    assert "these 10 rows" in verdict.headline
    assert "this row" in judge(rows=1, findings=[]).headline
    assert judge(rows=10, findings=[finding("info")]).level == "fine"


@pytest.mark.parametrize(
    ("known", "level", "says"),
    [
        ({"findings": [finding("warning")]}, "look", "An warning of plan."),
        ({"findings": [finding("error")]}, "act", "An error of plan."),
        ({"columns": [COLUMN]}, "look", "fee has drifted: at least 40 % of the rows"),
        (
            {"outputs": [replace(COLUMN, column="spend", level="act")]},
            "act",
            "Predictions of spend have moved",
        ),
        ({"apart": APART}, "look", "columns no longer go together"),
        ({"performance": performance("act")}, "act", "0.8 was promised: far worse"),
        ({"performance": performance("fine")}, "fine", ""),
    ],
)
def test_each_part_has_its_say(known: dict[str, object], level: str, says: str) -> None:
    verdict = judge(rows=10, **{"findings": [], **known})  # type: ignore[arg-type]
    assert verdict.level == level
    assert says in verdict.headline
    assert len(verdict.reasons) == (level != "fine")


def test_the_most_serious_reason_leads() -> None:
    verdict = judge(rows=10, findings=[finding("warning")], columns=[COLUMN], performance=performance("act"))
    assert verdict.level == "act"
    assert verdict.reasons[0].startswith("ROC AUC is 0.6")
    assert "Do not rely on" in verdict.headline
    assert len(verdict.reasons) == 3


def test_the_classifier_is_silent_where_columns_have_spoken() -> None:
    verdict = judge(rows=10, findings=[], columns=[COLUMN], apart=APART)
    assert len(verdict.reasons) == 1


def test_an_estimate_alone_calls_for_a_look_at_most() -> None:
    main = EstimatedMetric(
        "roc_auc", "ROC AUC", 0.55, 0.5, 0.6, 0.8, 0.77, 0.83, 9.0, below=True, tested=(0.81, 0.8)
    )
    found = Estimated(500, "confidence", True, 900, "the sealed holdout", (main,), "look")
    verdict = judge(rows=10, findings=[], estimated=found)
    assert verdict.level == "look"
    assert "is estimated at 0.55 (0.5 to 0.6); 0.8 was promised: worse" in verdict.headline
    assert judge(rows=10, findings=[], estimated=replace(found, level="fine")).level == "fine"
