"""Settings of a watch as a person writes them."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from automl.errors import SettingError
from automl.monitoring.alerting.rule import default_rules
from automl.monitoring.alerting.watch import settings as module
from automl.monitoring.alerting.watch.settings import Every, read_watch, watch_from

LEAST = {"name": "daily", "model": "churn@champion", "folder": "arriving"}


def test_the_example_in_the_code_can_be_read(tmp_path: Path) -> None:
    assert module.__doc__ is not None
    example = module.__doc__.partition("\n\n")[2]
    found = watch_from(tomllib.loads(example), tmp_path)
    assert (found.interval, found.port, found.folder) == (300.0, 9464, tmp_path / "arriving")
    (rule,) = found.rules
    assert (rule.opens_after, rule.of, rule.closes_at) == (2, 3, 0.07)
    (sink,) = found.sinks
    assert (sink.name, sink.level) == ("webhook", "act")


def test_what_is_left_out_is_sensible(tmp_path: Path) -> None:
    found = watch_from(LEAST, tmp_path)
    assert found.rules == default_rules()
    assert (found.reference, found.sinks, found.settle, found.budget) == (None, (), 5.0, 30.0)
    assert found.move_refused is None
    log = watch_from({"name": "daily", "model": "x.zip", "log": "logs", "every": "1000 rows"}, tmp_path)
    assert (log.every, log.log, log.folder) == (Every(rows=1000), tmp_path / "logs", None)
    assert watch_from(LEAST | {"reference": "last 5 accepted windows", "budget": 0}, tmp_path).reference == 5
    assert watch_from(LEAST | {"budget": 0}, tmp_path).budget is None


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": "a/b"}, "cannot be the name of a watch"),
        ({"model": ""}, "Expected a text as model"),
        ({"folder": None}, "a text as folder"),
        ({"log": "logs"}, "either folder or log"),
        ({"intervall": "5m"}, "Did you mean 'interval'"),
        ({"interval": 0}, "more than 0 s"),
        ({"every": "5s"}, "a minute or more"),
        ({"every": "0 rows"}, "number of rows"),
        ({"reference": "last 0 accepted windows"}, "accepted windows"),
        ({"reference": "yesterday"}, "accepted windows"),
        ({"missing_columns": "maybe"}, "one of error, missing"),
        ({"prometheus": {"port": 99999}}, "up to 65535"),
        ({"prometheus": {"file": "x"}}, "no setting 'file'"),
        ({"prometheus": 9464}, "settings by name"),
        ({"rules": "rules.toml", "rule": []}, "found both"),
        ({"rule": []}, "list of rules"),
        ({"sink": {}}, "Expected a list"),
        ({"workbench": "localhost"}, "Expected an address"),
    ],
)
def test_what_makes_no_sense_is_refused(change: dict[str, Any], says: str, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=says):
        watch_from(LEAST | change, tmp_path)
    with pytest.raises(SettingError, match="either folder or log"):
        watch_from({"name": "daily", "model": "x"}, tmp_path)


def test_rules_may_have_a_file_of_their_own_and_what_is_typed_counts(tmp_path: Path) -> None:
    (tmp_path / "rules.json").write_text(
        json.dumps({"rule": [{"name": "few", "what": "rows", "opens_at": 9}]})
    )
    (tmp_path / "watch.toml").write_text(
        'name = "daily"\nmodel = "x.zip"\nfolder = "arriving"\nsettle = "1s"\nrules = "rules.json"\n'
    )
    found = read_watch(tmp_path / "watch.toml")
    assert [rule.name for rule in found.rules] == ["few"]
    assert found.base == tmp_path
    typed = read_watch(tmp_path / "watch.toml", {"log": str(tmp_path / "logs"), "interval": "9s"})
    assert (typed.folder, typed.log, typed.interval) == (None, tmp_path / "logs", 9.0)
