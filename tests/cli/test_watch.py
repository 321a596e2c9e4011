"""`automl watch` and `automl alerts` from the terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from automl.monitoring.alerting.judging import About, judge
from automl.monitoring.alerting.machine import Seen
from automl.monitoring.alerting.observing import Observed
from automl.monitoring.alerting.rule import Rule
from automl.store.catalogue import Catalogue, ModelVersion, open_catalogue

from ..store.conftest import make_model
from .conftest import Command

RULE = Rule.from_json({"name": "drift", "what": "drift"})


def alert(catalogue: Catalogue, model: ModelVersion | None, watch: str = "daily") -> int:
    """Open an alert, as a watch does; its number."""
    about = About("churn/1", model, "run-1", (RULE,), sinks={"pager": "look"})
    seen = Observed(
        Seen(1.0, ("age",), ("age",)),
        {"age": {"column": "age", "moved": 0.4123}},
        lambda _: "age has drifted.",
    )
    with catalogue.watching.turn(watch) as turn:
        (told,) = judge(turn, about, {"drift": seen}, at=1.0)
    return told.alert.id


def test_alerts_are_listed_shown_and_closed(command: Command) -> None:
    assert command("alerts", "list").out == "No alert is open.\n"
    with open_catalogue() as catalogue:
        model = make_model(catalogue)
        first, second = alert(catalogue, model), alert(catalogue, None, "hourly")
    listed = command("alerts", "list")
    assert "churn/1, daily" in listed.out
    assert "≤ 5 %" in listed.out
    assert "pager was not told that it was opened (not tried yet)" in listed.out
    for subject in ("churn", "churn/1", "run-1", "daily"):
        found = command("alerts", "list", subject, "--json").document["alerts"]
        assert [each["id"] for each in found] == [first], subject
    assert command("alerts", "list", "nobody").code == 1
    shown = command("alerts", "show", first)
    for text in ("age has drifted.", "column age, moved 0.412", "by chance  Chance alone", "pager: opened"):
        assert text in shown.out
    assert command("alerts", "show", 99).code == 1
    assert command("alerts", "close", first).code == 2  # without a reason
    closed = command("alerts", "close", "churn/1", "--reason", "New prices.", "--json")
    assert closed.document["closed"] == [first]
    assert command("alerts", "close", "churn/1", "--reason", "Again.").code == 1
    assert command("alerts", "close", second, "--reason", "Known.").code == 0
    assert command("alerts", "list").out.startswith("No alert is open.")
    everything = command("alerts", "list", "--all", "--json").document
    assert [each["reason"] for each in everything["alerts"]] == ["Known.", "New prices."]
    assert len(everything["undelivered"]) == 4
    assert "by " in command("alerts", "show", first).out
    assert "has no window to approve" in command("alerts", "windows", "daily").out
    assert "has no window" in command("alerts", "accept", 7).err


def test_settings_are_looked_at_without_watching(command: Command, tmp_path: Path) -> None:
    (tmp_path / "watch.toml").write_text(
        'name = "daily"\nmodel = "churn@champion"\nfolder = "arriving"\n'
        '[[sink]]\nkind = "webhook"\nurl_env = "NO_SUCH_HOOK"\n'
    )
    looked = command("watch", "watch.toml", "--check-config")
    assert looked.code == 1
    assert "once in 20 checks" in looked.out
    assert "not by chance" in looked.out
    problems = [line for line in looked.out.splitlines() if line.startswith("problem")]
    assert len(problems) == 3  # the secret, the folder, the model
    told = command("watch", "watch.toml", "--check-config", "--json").document
    assert {rule["name"] for rule in told["rules"]} >= {"drift", "predictions"}
    assert len(told["problems"]) == 3


def test_sinks_are_told_something_to_see_whether_they_work(command: Command, tmp_path: Path) -> None:
    (tmp_path / "arriving").mkdir()
    told = command(
        "watch", "--model", "churn@champion", "--folder", "arriving", "--alerts", "a.jsonl", "--test-sinks"
    )
    assert (told.code, told.out) == (0, "file: told\n")
    (line,) = (tmp_path / "a.jsonl").read_text().splitlines()
    assert json.loads(line)["event"] == "test"
    failing = command(
        "watch", "--model", "churn", "--folder", "arriving", "--alerts", "no/a.jsonl", "--test-sinks"
    )
    assert failing.code == 1
    assert "no folder" in failing.out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["watch"], "Expected a file of settings"),
        (["watch", "nothing.toml"], "no file"),
        (["watch", "--model", "x", "--folder", "a", "--log", "b"], "not allowed with"),
        (["watch", "watch.toml", "--alerts", "a.jsonl"], "without a file of settings"),
        (["watch", "--model", "nobody@champion", "--folder", ".", "--once"], "no model 'nobody@champion'"),
    ],
)
def test_what_cannot_be_watched_is_an_error(command: Command, words: list[str], says: str) -> None:
    done = command(*words)
    assert done.code == 1
    assert says in done.err
    assert "Traceback" not in done.err
