"""How a model is now, in plain words."""

from __future__ import annotations

from dataclasses import replace

from automl.workbench.health import health_of

from .made_timelines import made


def test_a_model_that_got_worse() -> None:
    timeline = made(12)
    health = health_of(timeline)
    assert health.level == "act"
    assert health.since == "since 2020-09, for 4 windows"
    assert health.window == 11
    assert "ROC AUC is not what was promised (0.7800 came, 0.8400 was promised)" in health.steps[0]
    assert "Look at c0 in 2020-12: it moves the mean prediction by +10 points" in health.steps[1]
    assert any("plan pro are predicted worse" in step for step in health.steps)


def test_a_model_that_is_fine() -> None:
    timeline = made(12)
    windows = timeline.windows[:6]
    fine = replace(timeline, windows=windows, ledger=(), segments=(), level="fine", headline="Fine.")
    health = health_of(fine)
    assert (health.level, health.since) == ("fine", "in all 6 windows")
    assert health.steps == ("Nothing. Look again when the next rows have come.",)


def test_open_alerts_come_first_and_raise_the_level() -> None:
    timeline = made(12)
    fine = replace(timeline, windows=timeline.windows[:6], ledger=(), segments=(), level="fine")
    health = health_of(fine, ["look", "act"])
    assert health.level == "act"
    assert health.steps[0].startswith("2 alerts are open")


def test_labels_are_asked_for_where_none_have_come() -> None:
    health = health_of(made(12, labels=False))
    assert any("The last 3 windows have no labels" in step for step in health.steps)


def test_one_window() -> None:
    timeline = made(12)
    one = replace(timeline, windows=timeline.windows[:1], ledger=(), segments=(), level="fine")
    assert health_of(one).since == "in 2020-01, the only window"
