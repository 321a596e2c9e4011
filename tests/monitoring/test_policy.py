"""When to learn anew: each condition with its figures, both ways of joining them, and what forbids it."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from automl.errors import SettingError
from automl.monitoring.policy import Facts, Policy, decide
from automl.monitoring.policy_file import SECTIONS, read_policy

DAY = 86_400.0
FACTS = Facts(
    now=100 * DAY,
    trained=0.0,
    drift="look",
    drift_words="age has drifted.",
    performance="act",
    performance_words="RMSE is 3 on 200 labelled rows; 2 was promised: far worse than promised.",
    worse_by=3.4,
    new_rows=1500,
    retrained=(70 * DAY, 95 * DAY),
)


@pytest.mark.parametrize(
    ("condition", "met", "figure"),
    [
        ({"drift": "look"}, True, "“look”"),
        ({"drift": "act"}, False, "age has drifted"),
        ({"performance": "act"}, True, "3.4 standard deviations worse"),
        ({"age_days": 100.0}, True, "100.0 days old (limit: 100)"),
        ({"age_days": 101.0}, False, "100.0 days"),
        ({"new_rows": 1500}, True, "1,500 labelled rows"),
        ({"new_rows": 1501}, False, "limit: 1,501"),
    ],
)
def test_each_condition_tells_its_figures(condition: dict[str, Any], met: bool, figure: str) -> None:
    found = decide(Policy(**condition), FACTS)
    assert found.retrain is met
    told, other = (found.reasons, found.not_yet) if met else (found.not_yet, found.reasons)
    assert len(told) == 1
    assert figure in told[0]
    assert other == ()


def test_any_is_one_and_all_are_all() -> None:
    policy = Policy(drift="act", age_days=90.0)
    found = decide(policy, FACTS)
    assert (found.retrain, len(found.reasons), len(found.not_yet)) == (True, 1, 1)
    assert not decide(replace(policy, match="all"), FACTS).retrain
    assert decide(replace(policy, match="all"), replace(FACTS, drift="act")).retrain


def test_what_is_not_known_is_no_reason() -> None:
    unknown = replace(FACTS, drift=None, performance=None)
    found = decide(Policy(drift="look", performance="look"), unknown)
    assert not found.retrain
    assert ["not known" in each for each in found.not_yet] == [True, True]


def test_limits_forbid_whatever_speaks_for_it() -> None:
    policy = Policy(performance="look", cool_down_days=14.0)
    found = decide(policy, FACTS)
    assert not found.retrain
    assert found.reasons
    assert "5.0 days ago" in found.not_yet[0]
    assert decide(policy, replace(FACTS, now=109 * DAY)).retrain  # 14 days after the last one
    assert decide(policy, replace(FACTS, retrained=())).retrain
    often = Policy(performance="look", most=2, period_days=31.0)
    assert "2 retrainings in the last 31 days" in decide(often, FACTS).not_yet[0]
    assert decide(replace(often, period_days=29.0), FACTS).retrain


def test_a_decision_is_kept_as_json() -> None:
    policy, found = Policy(drift="look", most=2, period_days=30.0), decide(Policy(drift="look"), FACTS)
    assert type(found).from_json(found.to_json()) == found
    assert Policy.from_json(policy.to_json()) == policy
    assert Facts.from_json(FACTS.to_json()) == FACTS


def test_a_policy_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "retrain.toml"
    path.write_text(
        '[when]\nmatch = "all"\ndrift = "act"\nage_days = 90\n[limits]\ncool_down_days = 7\n'
        '[then]\napproval = false\nwindow = "12months"\nholdout = "month"\nbudget = 300\n'
    )
    assert read_policy(path) == Policy(
        match="all", drift="act", age_days=90, cool_down_days=7, approval=False, window="12months",
        holdout="month", budget=300,
    )  # fmt: skip


def test_every_setting_has_its_section() -> None:
    named = [name for names in SECTIONS.values() for name in names]
    assert sorted(named) == sorted(field.name for field in fields(Policy))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "needs a condition"),
        ("[when\n", "no TOML"),
        ('[when]\ndrfit = "act"\n', "'drfit' under [when]"),
        ('[if]\ndrift = "act"\n', "'if', which is no section"),
        ("drift = 3\n", "'drift', which is no section"),
        ('[when]\ndrift = "fine"\n', "'look' or 'act'"),
        ("[when]\nnew_rows = 1.5\n", "whole number"),
        ("[when]\nnew_rows = true\n", "whole number"),
        ("[when]\nage_days = -1\n", "positive number"),
        ("[when]\nage_days = 1\nmatch = 'some'\n", "'any' or 'all'"),
        ("[when]\nage_days = 1\n[limits]\nmost = 3\n", "go together"),
        ("[when]\nage_days = 1\n[then]\nsure = 1.0\n", "between 0 and 1"),
        ("[when]\nage_days = 1\n[then]\napproval = 'no'\n", "true or false"),
        ("[when]\nage_days = 1\n[then]\nwindow = 'some'\n", "window of rows"),
        ("[when]\nage_days = 1\n[then]\nholdout = '0%'\n", "latest rows"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "retrain.toml"
    path.write_text(text)
    with pytest.raises(SettingError) as refused:
        read_policy(path)
    assert says in str(refused.value)


def test_a_policy_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="no policy"):
        read_policy(tmp_path / "gone.toml")
