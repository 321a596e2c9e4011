"""Reason codes say what is in the row, how it compares, and what it moved."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from lightgbm import LGBMClassifier

import explain
from explain.reasons import Reason, compare
from explain.reference import Reference


@pytest.fixture(scope="module")
def binary(table, answers, piped, one_hot):
    y = np.where(answers["binary"] == 1, "yes", "no")
    model = piped(one_hot(), LGBMClassifier(n_estimators=20, verbose=-1), table, y)
    return explain.explain(model, table[:40], table[100:140])


def test_reasons_are_the_largest_contributions(binary):
    for i in range(binary.rows):
        reasons = binary.reasons(i, top=3)
        assert [(r.column, r.contribution) for r in reasons] == binary.local(i).top(3, 1)
        for reason in reasons:
            assert reason.direction == ("raises" if reason.contribution > 0 else "lowers")
            assert reason.code == f"{reason.column}:{reason.comparison.code}:{reason.direction}"
            assert f"it {reason.direction} the probability of “yes” by about " in reason.sentence
            assert reason.sentence.startswith(reason.column)
            assert not any(word in reason.sentence for word in ("cause", "nan", "None", "NaT"))


def test_what_is_within_two_standard_errors_is_no_reason(binary):
    from dataclasses import replace

    noise = np.abs(binary.values) / 1.9
    clear = binary.column_index(binary.local(0).top(1)[0][0])
    noise[:, clear] = np.abs(binary.values[:, clear]) / 2.1
    sampled = replace(binary, stderr=noise, exact=False)
    (reason,) = sampled.reasons(0)
    assert reason.column == binary.columns[clear]
    assert reason.stderr == pytest.approx(noise[0, clear, 1])
    assert " (± " in reason.sentence


def test_json_round_trip(binary):
    for reason in binary.reasons(0, top=9):
        assert Reason.from_json(json.loads(json.dumps(reason.to_json()))) == reason


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (0.0, "lowest"),
        (20.0, "below"),
        (50.0, "typical"),
        (80.0, "above"),
        (100.0, "highest"),
        (None, "missing"),
    ],
)
def test_numbers_compare(value, code):
    reference = Reference.of(pd.Series(np.arange(101.0)))
    found = compare(pd.Series([value], dtype=float), reference)
    assert (found.code, found.usual) == (code, "50")


def test_dates_and_labels_compare():
    days = pd.Series(pd.date_range("2020-01-01", periods=101))
    codes = [compare(days[[i]], Reference.of(days)).code for i in (0, 20, 50, 80, 100)]
    assert codes == ["earliest", "earlier", "typical", "later", "latest"]
    labels = pd.Series(["a", "a", "b"])
    assert [compare(labels[[i]], Reference.of(labels)).code for i in (0, 2)] == [
        "most_frequent",
        "other_label",
    ]
    assert compare(pd.Series([1.0]), Reference.of(pd.Series([np.nan, np.nan]))).code == "unknown"


def test_columns_named_alike_have_codes_of_their_own(answers):
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(300, 2)), columns=["a b", "a_b"])
    model = LGBMClassifier(n_estimators=5, verbose=-1)
    model.fit(X.to_numpy(), (X.sum(axis=1) > 0).to_numpy())
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    piped = make_pipeline(FunctionTransformer(np.asarray), model)
    result = explain.explain(piped, X[:5], X[50:80])
    assert len({reason.code for reason in result.reasons(0)}) == len(result.reasons(0)) == 2
