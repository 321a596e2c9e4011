"""Rules as a person writes them."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from automl.errors import SettingError
from automl.monitoring.alerting.rule import Rule, default_rules, rules_from
from automl.monitoring.alerting.typed import duration, read_settings

TOML = """
[[rule]]
name = "drift"
what = "drift"
severity = "look"
opens_at = 0.15
opens_after = 2
of = 3
closes_after = 2
quiet = "36h"
columns = ["age", "fee"]

[[rule]]
name = "verdict"
what = "verdict"

[[rule]]
name = "few"
what = "rows"
opens_at = 100
closes_at = 120

[[rule]]
name = "silence"
what = "silence"
opens_at = "1d"
"""


def test_rules_are_read_from_toml_and_json(tmp_path: Path) -> None:
    found = rules_from(tomllib.loads(TOML))
    drift, verdict, few, silence = found
    assert (drift.opens_at, drift.quiet, drift.columns) == (0.15, 129_600.0, ("age", "fee"))
    assert drift.closes_at == pytest.approx(0.7 * 0.15)
    assert (verdict.severity, verdict.opens_at, verdict.closes_at) == ("act", 2.0, 2.0)
    assert (few.opens_at, few.closes_at) == (100.0, 120.0)
    assert silence.opens_at == 86_400.0
    (tmp_path / "rules.json").write_text(json.dumps({"rule": [rule.to_json() for rule in found]}))
    assert rules_from(read_settings(tmp_path / "rules.json")) == found


def test_the_default_rules_can_be_written_down_and_read_again() -> None:
    rules = default_rules()
    assert rules_from([rule.to_json() for rule in rules]) == rules
    assert len({rule.name for rule in rules}) == len(rules)
    for rule in rules:
        if rule.opens_at is not None and rule.what != "rows":
            assert rule.closes_at is not None
            assert rule.closes_at < rule.opens_at  # or a value at the limit would open and close it


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": "a b"}, "cannot be the name"),
        ({"name": ""}, "Expected a text as name"),
        ({"what": "weather"}, "one of verdict, drift"),
        ({"severity": "fine"}, "one of look, act"),
        ({"open_at": 0.1}, "Did you mean 'opens_at'"),
        ({"opens_at": -1}, "0 or more"),
        ({"opens_at": True}, "0 or more"),
        ({"opens_at": 0.1, "closes_at": 0.2}, "fine side"),
        ({"opens_after": 3, "of": 2}, "opens_after ≤ of"),
        ({"opens_after": 2, "of": 40}, "of ≤ 8"),
        ({"closes_after": 0}, "closes_after"),
        ({"quiet": "soon"}, "length of time"),
        ({"columns": [1]}, "list of texts"),
        ({"codes": ["missing_column"]}, "belong to anomaly"),
        ({"what": "apart", "columns": ["age"]}, "Expected no columns"),
        ({"what": "anomaly", "opens_at": 1}, "nothing to measure"),
        ({"what": "silence", "opens_at": "1d", "opens_after": 2}, "no check counts silence"),
        ({"what": "silence"}, "length of time"),
        ({"what": "rows"}, "found nothing"),
        ({"what": "rows", "opens_at": 10, "closes_at": 5}, "fine side"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(change: dict[str, Any], says: str) -> None:
    with pytest.raises(SettingError, match=says):
        Rule.from_json({"name": "drift", "what": "drift"} | change)


def test_lists_that_are_none_are_refused(tmp_path: Path) -> None:
    for content in ([], {}, {"rule": []}, "drift", [1]):
        with pytest.raises(SettingError, match="Expected a list of rules"):
            rules_from(content)
    with pytest.raises(SettingError, match="Two rules are called 'drift'"):
        rules_from([{"name": "drift", "what": "drift"}] * 2)
    (tmp_path / "rules.toml").write_text("[[rule")
    with pytest.raises(SettingError, match="Expected TOML"):
        read_settings(tmp_path / "rules.toml")
    with pytest.raises(SettingError, match="no file"):
        read_settings(tmp_path / "nothing.toml")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [(90, 90), ("90s", 90), ("5m", 300), ("1.5h", 5400), ("2d", 172_800), ("1 w", 604_800), ("5 min", 300),
     (-1, None), ("", None), ("5", None), ("5x", None), (True, None), (float("inf"), None), ("-5m", None)],
)  # fmt: skip
def test_lengths_of_time(value: Any, seconds: float | None) -> None:
    assert duration(value) == seconds
