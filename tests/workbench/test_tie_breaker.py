"""Three questions among models that are as good as each other: what each answer rules out, and why."""

from __future__ import annotations

from typing import Any

import pytest

from automl.workbench.tie_breaker import QUESTIONS, questions, rule_out


def record(name: str, **facts: Any) -> dict[str, Any]:
    usual = {
        "id": name, "members": {name: 1.0}, "latency_ms": 4.0, "megabytes": 1.0, "single": True,
        "readable": False, "folds": [0.8, 0.82], "worst_fold": 0.8, "log_loss": 0.4, "behind": 0.0,
        "error": 0.01, "clearly": False,
    }  # fmt: skip
    return usual | facts


VOTE = record("ensemble", members={"t0001": 0.5, "t0002": 0.5}, single=False, latency_ms=30.0)
TREES = record("t0001", latency_ms=20.0, log_loss=0.45, behind=0.05, clearly=True, worst_fold=0.74)
LINE = record("t0002", readable=True, latency_ms=3.0, worst_fold=0.79)


def test_without_an_answer_the_best_score_is_the_pick() -> None:
    verdict = rule_out([VOTE, TREES, LINE], [], "roc_auc")
    assert verdict.left == ("ensemble", "t0001", "t0002")
    assert not verdict.ruled_out


def test_each_answer_rules_out_with_its_reason() -> None:
    quick = rule_out([VOTE, TREES, LINE], ["quick"], "roc_auc")
    assert quick.left == ("t0002",)
    assert "30 ms a row, 10 times as long as the quickest" in quick.ruled_out["ensemble"]
    readable = rule_out([VOTE, TREES, LINE], ["readable"], "roc_auc")
    assert readable.left == ("t0002",)
    sure = rule_out([VOTE, TREES, LINE], ["probabilities"], "roc_auc")
    assert sure.left == ("ensemble", "t0002")
    assert sure.by == {"probabilities": ("t0001",)}
    steady = rule_out([VOTE, TREES, LINE], ["steady"], "roc_auc")
    assert steady.left == ("ensemble", "t0002")
    assert "worst fold scores 0.7400" in steady.ruled_out["t0001"]


def test_of_votes_and_single_models_none_of_which_can_be_read_the_single_ones_stay() -> None:
    verdict = rule_out([VOTE, TREES], ["readable"], "roc_auc")
    assert verdict.left == ("t0001",)
    assert "a vote of 2 models" in verdict.ruled_out["ensemble"]
    assert rule_out([VOTE], ["readable"], "roc_auc").left == ("ensemble",)


@pytest.mark.parametrize("metric", ["roc_auc", "log_loss"])
def test_something_is_always_left(metric: str) -> None:
    records = [TREES, record("t0005", clearly=True, log_loss=0.5, behind=0.1, worst_fold=0.9), VOTE]
    verdict = rule_out(records, list(QUESTIONS), metric)
    assert verdict.left
    assert set(verdict.left).isdisjoint(verdict.ruled_out)
    assert {*verdict.left, *verdict.ruled_out} == {"t0001", "t0005", "ensemble"}


def test_the_worst_fold_of_a_loss_is_the_highest() -> None:
    records = [record("t0001", worst_fold=10.0), record("t0002", worst_fold=14.0)]
    assert rule_out(records, ["steady"], "rmse").left == ("t0001",)


def test_probabilities_are_asked_about_only_where_there_are_some() -> None:
    assert questions([VOTE, LINE]) == ("readable", "quick", "probabilities")
    numbers = [{name: value for name, value in VOTE.items() if name != "log_loss"}]
    assert questions(numbers) == ("readable", "quick", "steady")
