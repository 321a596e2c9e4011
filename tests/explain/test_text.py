"""Plain sentences."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

import explain
from explain import formats
from explain.outputs import SCALES
from explain.reference import Reference


@pytest.fixture(scope="module")
def binary(table, answers, piped, one_hot):
    y = np.where(answers["binary"] == 1, "yes", "no")
    model = piped(one_hot(), LGBMClassifier(n_estimators=30, verbose=-1), table, y)
    return explain.explain(model, table[:60], table[100:160])


def test_every_sentence_says_what_the_model_used(binary):
    for i in range(binary.rows):
        text = explain.sentence(binary, i)
        assert text.startswith("The model gives “yes” a probability of ")
        assert "The model used " in text
        assert text.endswith(".")
        assert not any(word in text.lower() for word in ("cause", "because", "nan", "none", "same ="))


def test_direction_follows_the_sign(binary):
    for i in range(binary.rows):
        text = explain.sentence(binary, i, top=1)
        (_, value), *_ = binary.local(i).top(1, 1)
        assert ("raises it" in text) == (value > 0)
        assert ("lowers it" in text) == (value < 0)
        assert (f"{formats.MINUS}" in text.split("used")[1].split("; ")[-1]) == (value < 0)


def test_the_other_class_is_the_mirror_image(binary):
    assert explain.sentence(binary, 0, "no").startswith("The model gives “no”")
    raised = "raise" in explain.sentence(binary, 0, "yes", top=1)
    assert raised != ("raise" in explain.sentence(binary, 0, "no", top=1))


def test_missing_values_and_typical_ones(binary):
    row = int(np.flatnonzero(binary.data["age"].isna())[0])
    assert explain.reason(binary, row, "age").startswith("age = missing (usually ")
    cities = [explain.reason(binary, i, "city") for i in range(20)]
    assert any("the most frequent value" in city for city in cities)
    assert any("most often " in city for city in cities)
    dates = [explain.reason(binary, i, "since") for i in range(40)]
    assert any("later than about" in date for date in dates)
    assert any("earlier than about" in date for date in dates)


def test_regression_names_no_class(table, answers, piped, one_hot):
    model = piped(one_hot(), RandomForestRegressor(10, random_state=0), table, 1000 * answers["regression"])
    text = explain.sentence(explain.explain(model, table[:1], table[100:130]), 0)
    assert text.startswith("The model predicts ")
    assert "average prediction" in text
    assert "“" not in text


def test_nothing_to_say(table, answers, piped, one_hot):
    model = piped(one_hot(), RandomForestRegressor(3, random_state=0), table, answers["regression"])
    text = explain.sentence(explain.explain(model, table[:1], table[:1]), 0)
    assert text.endswith("No column moves it noticeably from there.")


def test_years_are_written_without_a_comma():
    years = Reference.of(pd.Series([1872, 1950, 1979, 2010]))
    assert formats.cell(1997, years) == "1997"
    assert formats.typical(Reference.of(pd.Series([1950, 1979, 2010]))) == "1979"
    assert formats.cell(12_000, years) == "12,000", "which is no year"
    areas = Reference.of(pd.Series([334, 1004, 1979, 5642]))
    assert formats.cell(1997, areas) == "1,997"


def test_global_sentence(binary):
    text = explain.global_sentence(binary)
    assert text.startswith("Over 60 rows the model used ")
    assert binary.global_().columns[0] in text


def test_global_sentence_of_one_class(table, answers, piped, one_hot):
    kinds = np.where(answers["binary"] == 1, "a", np.where(answers["regression"] > 0, "b", "c"))
    model = piped(one_hot(), RandomForestClassifier(5, max_depth=3, random_state=0), table, kinds)
    made = explain.explain(model, table[:20], table[:10])
    for k, name in enumerate(made.classes):
        sizes = np.abs(made.values[:, :, k]).mean(axis=0)
        text = explain.global_sentence(made, name, top=1)
        share = formats.percent(sizes.max() / sizes.sum())
        assert f"used {made.columns[int(sizes.argmax())]} ({share}) most for “{name}”;" in text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (1234567.0, "1,234,567"),
        (0.012345, "0.0123"),
        (-3.5, "−3.5"),
        (1e-7, "1.00e-07"),
        (99.96, "100"),
    ],
)
def test_numbers(value, text):
    assert formats.number(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.5, "50 %"),
        (0.1234, "12.3 %"),
        (0.00001, "under 0.1 %"),
        (0.99999, "over 99.9 %"),
        (0.0, "0 %"),
        (1.0, "100.0 %"),
    ],
)
def test_levels(value, text):
    assert formats.level(value, "probability") == text


def test_cells(binary):
    references = dict(zip(binary.columns, binary.reference, strict=True))
    assert formats.cell(pd.Timestamp("2021-02-03"), references["since"]) == "2021-02-03"
    assert formats.cell(40.0, references["age"]) == "40"
    assert formats.cell(12345.678, references["income"]) == "12,346"
    assert formats.cell("x" * 60, references["city"]) == "x" * 39 + "…"


def test_a_logarithm_is_called_one(table, answers, piped, one_hot):
    model = LGBMRegressor(n_estimators=10, objective="poisson", verbose=-1)
    fitted = piped(one_hot(), model, table, np.exp(answers["regression"] / 10))
    found = explain.explain(fitted, table[:5], table[100:130], scale="log")
    assert explain.sentence(found, 0).startswith("The logarithm of the model's prediction is ")
    assert set(formats.UNITS) == set(SCALES)
