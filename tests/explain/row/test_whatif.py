"""What-if: the edited row's prediction is the model's, and the differences add up to its change."""

from __future__ import annotations

import json

import numpy as np
import pytest
from lightgbm import LGBMClassifier
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.preprocessing import OneHotEncoder

import explain
from explain import plots
from explain.row.whatif import WhatIf


@pytest.fixture(scope="module", params=["binary", "multiclass", "regression"])
def model(request, table, answers, piped, one_hot):
    kind = {
        "binary": LGBMClassifier(n_estimators=20, verbose=-1),
        "multiclass": RandomForestClassifier(10, random_state=0),
        "regression": RandomForestRegressor(10, random_state=0),
    }[request.param]
    return piped(one_hot(), kind, table, answers[request.param])


def test_differences_add_up(model, table):
    row = table.iloc[1].to_dict()
    result = explain.what_if(model, row, {"income": 60_000, "since": "2021-05-01"}, table[100:140])
    after = table.iloc[[1]].assign(income=60_000.0, since=np.datetime64("2021-05-01"))
    ask = model.predict_proba if hasattr(model, "predict_proba") else model.predict
    expected = np.ravel(ask(after) - ask(table.iloc[[1]]))
    position = result.explanation.prediction[1].argmax() if len(expected) > 2 else -1
    assert result.change() == pytest.approx(expected[position], abs=1e-9)
    tolerance = 1e-9 if result.stderr() is None else 1e-6
    assert result.differences().sum() == pytest.approx(result.change(), abs=tolerance)
    assert result.edited == ("income", "since")
    assert result.labels == (
        None if len(expected) == 1 else tuple(model.predict(table.iloc[[1]])) + tuple(model.predict(after))
    )
    text = result.sentence()
    assert text.startswith("With income 60,000 instead of ")
    assert ("says" in text) == (result.labels is not None)
    again = WhatIf.from_json(json.loads(json.dumps(result.to_json())))
    assert again.to_json() == result.to_json()
    figure = plots.what_if_bar(result, top=3)
    factor = 100 if result.explanation.scale == "probability" else 1
    bars = np.asarray(figure.data[0].x, dtype=float)
    assert bars[:-1].sum() == pytest.approx(bars[-1], abs=1e-6)
    assert bars[-1] == pytest.approx(factor * result.change())
    assert "NaN" not in figure.to_json()


def test_nothing_edited_changes_nothing(model, table):
    row = table.iloc[[0]]  # its age and city are missing
    result = explain.what_if(model, row, {"age": None, "plan": row.plan[0]}, table[100:120])
    assert result.edited == ()
    assert result.change() == 0
    assert result.flags == ()
    assert result.sentence().startswith("Nothing is edited")


def test_values_never_seen_are_flagged_and_answered(model, table):
    result = explain.what_if(model, table.iloc[[1]], {"city": "Atlantis", "income": 1e9}, table[100:140])
    assert {flag.code for flag in result.flags} >= {"unseen_value", "out_of_range"}
    assert "Take this with care" in result.sentence()


def test_what_the_row_had_before_is_not_held_against_the_edit(model, table):
    row = table.iloc[[1]].assign(income=1e9)
    result = explain.what_if(model, row, {"plan": "plus" if row.plan.iloc[0] == "basic" else "basic"}, table)
    assert "out_of_range" not in [flag.code for flag in result.flags]


def test_a_model_that_refuses_unseen_values_is_explained(table, answers, piped):
    from sklearn.compose import ColumnTransformer

    strict = ColumnTransformer([("c", OneHotEncoder(), ["plan"])])
    fitted = piped(strict, RandomForestRegressor(3, random_state=0), table[["plan"]], answers["regression"])
    with pytest.raises(explain.InputError, match="cannot take a value that it never saw: plan = gold"):
        explain.what_if(fitted, {"plan": "basic"}, {"plan": "gold"}, table[["plan"]][:20])
