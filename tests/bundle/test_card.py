"""The model card: complete, honest, escaped, and nothing loaded from anywhere."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest

import explain
from automl.report import BundleFacts, Subject, build_card
from automl.report.words import figure, interval
from explain.report import render_html, render_markdown

from ..pages import checked


@pytest.fixture(scope="module")
def card(small, bundle_path):
    """Return a function that makes the card of the small model."""
    from automl.bundle import read_bundle

    manifest = read_bundle(bundle_path).manifest
    explanation = explain.explain(small.model, small.frame.head(12), small.frame.tail(15), time_budget=5)

    def make(**changes):
        facts = BundleFacts(
            name=manifest["name"],
            run_id="customers-1",
            result=changes.pop("result", RESULT),
            source="customers.csv",
            leaderboard=BOARD,
            sha256="ab" * 32,
            rows=160,
            created="2026-01-02T03:04:05+00:00",
            version="0.1.0",
            findings=[{"severity": "warning", "message": "Two <columns> say the same."}],
        )
        settings = {
            "schema": small.schema,
            "task": small.task,
            "facts": dataclasses.replace(facts, **changes.pop("facts", {})),
            "explanation": explanation,
            "packages": manifest["packages"],
            "model_sha256": "cd" * 32,
            "sample_rows": 20,
            "background_rows": 30,
        }
        return build_card(Subject(**settings | changes))

    return make


RESULT = {
    "chosen": "ensemble",
    "metric": "roc_auc",
    "estimate": "cross-validation",
    "holdout": None,
    "metrics": {"roc_auc": {"score": 0.8123, "interval": [0.78, 0.84], "on": "out-of-fold"}},
    "dummy": 0.5,
}
BOARD = (
    {"id": "ensemble", "family": "ensemble", "score": 0.8123, "interval_low": 0.78, "interval_high": 0.84},
    {"id": "t0003", "family": "light|gbm", "score": 0.79, "interval_low": 0.75, "interval_high": 0.82},
    {"id": "t0004", "family": "mlp", "score": None},
)


def test_both_forms_say_all(card, small) -> None:
    made = card()
    page = checked(render_html(made))
    markdown = render_markdown(made)
    for text in (page.text, markdown.replace("\\", "")):
        assert "Customers <& friends>" in text
        for section in made.sections:
            assert section.title in text
        for column in small.schema.names:
            assert column in text
        for expected in (
            "ROC AUC",
            "0.8123",
            "0.78 to 0.84",
            "also chose the model",
            "light|gbm",
            "Two <columns> say the same.",
            "decimal mark “,”",
            "like %d.%m.%Y",
            "scikit-learn",
            "ab" * 32,
            "cd" * 32,
            "predict.py new.csv",
            "as confidentially as the data",
            "2026-01-02 03:04:05 UTC",
        ):
            assert expected in text, expected
        assert "mlp" not in text


def test_nothing_is_loaded(card) -> None:
    html = render_html(card())
    checked(html)
    assert "prefers-color-scheme: dark" in html
    assert "@media print" in html


def test_a_holdout_is_told_from_cross_validation(card) -> None:
    measured = {"score": 0.77, "interval": [0.7, 0.83], "on": "holdout"}
    held = RESULT | {"estimate": "holdout", "holdout": measured | {"rows": 1409}}
    held["metrics"] = RESULT["metrics"] | {RESULT["metric"]: measured}
    text = render_markdown(card(result=held))
    assert "0.77" in text
    assert "1,409 rows set aside before the search and scored once" in text
    assert "also chose the model" not in text


def test_what_was_asked_of_the_model_is_named(card) -> None:
    asked = {"monotone": {"age": "increasing"}, "interpretable": False, "max_latency_ms": 3.0}
    cost = {"latency_ms": 4.25, "preparation_ms": 4.0, "rows": 30, "megabytes": 0.0125}
    finding = {"message": "Nothing that the search found keeps within 3 ms a row."}
    result = RESULT | {"constraints": asked, "cost": cost, "findings": [finding]}
    text = render_markdown(card(result=result))
    assert "the probability of “yes” never falls when “age” alone grows" in text
    assert "at most 3 ms to predict one row" in text
    assert "4.25 ms to predict one row (median of 30" in text
    assert "12 kB" in text
    assert finding["message"] in text
    # Another model of the run keeps directions, but was not chosen within the limits, nor timed.
    other = render_markdown(card(result=result, facts={"model_id": "t0003"}))
    assert "never falls" in other
    assert "to predict one row" not in other
    assert "What it must be" not in render_markdown(card())


def test_that_rows_count_differently_is_told(card) -> None:
    level = {"level": 0.9, "measured": 0.91, "size": 1.2, "classes": [0.9, 0.92]}
    result = RESULT | {
        "weights": {"column": "survey <w>", "rows": 1200, "effective_rows": 812.4},
        "coverage": {"on": "holdout", "rows": 300, "levels": [level]},
    }
    text = render_markdown(card(result=result)).replace("\\", "")
    assert "Rows count as “survey <w>” says" in text
    assert "1,200 of them tell as much of a mean as 812 rows of equal weight" in text
    assert "the promise is about new rows of which each kind is as frequent as its weights make it" in text
    assert "count as" not in render_markdown(card()).replace("count as missing", "")


def test_another_model_than_the_chosen_one_has_its_own_score(card) -> None:
    text = render_markdown(card(facts={"model_id": "t0003"}))
    assert "not the model that the search chose" in text
    assert re.search(r"ROC AUC:\*\* 0\.79", text)
    assert "0.8123, by" not in text


def test_the_bars_are_the_explanation(card, small) -> None:
    made = card()
    bars = next(block for section in made.sections for block in section.blocks if hasattr(block, "bars")).bars
    shares = [bar.share for bar in bars]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] == 1
    assert {bar.label for bar in bars} == set(small.schema.names)
    assert "What it looks at" not in render_markdown(card(explanation=None))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.81234, "0.8123"),
        (0, "0"),
        (-0.0, "0"),
        (None, "–"),
        (float("nan"), "–"),
        (float("inf"), "–"),
        (12345.6, "12,346"),
        (1234567890.0, "1.235e+09"),
        (0.000012, "1.200e-05"),
        (np.float64(3), "3"),
    ],
)
def test_figures(value: float | None, text: str) -> None:
    assert figure(value) == text


def test_intervals() -> None:
    assert interval([0.1, 0.25]) == "0.1 to 0.25"
    assert interval(None) == interval([None, 1]) == interval([float("nan"), 1]) == ""
