"""A tree that imitates a model, and its fidelity."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from lightgbm import LGBMClassifier
from sklearn.base import BaseEstimator, RegressorMixin

from explain import InputError
from explain.whole.questions import threshold_between
from explain.whole.surrogate import Surrogate, fit_surrogate, r_squared


class Rules(RegressorMixin, BaseEstimator):
    """A tree of depth 2 over a number with missing values and a label, or over a date."""

    def fit(self, X, y=None):
        return self

    def predict(self, X):
        low = X["age"].isna() | (X["age"] <= 40)
        return np.where(low, np.where(X["city"] == "Bonn", 5.0, 1.0), 9.0) + 3.0 * (
            X["since"] < pd.Timestamp("2020-06-01")
        )


def test_a_tree_is_imitated_fully(table):
    found = fit_surrogate(Rules(), table, depth=3)
    assert found.fidelity > 0.97
    assert found.agreement is None
    rules = found.rules()
    assert len(rules) == sum(node.leaf for node in found.nodes)
    assert any("age ≤ 40 or missing" in rule for rule in rules)
    assert any("city is “Bonn”" in rule for rule in rules)
    assert any("since ≤ 2020-0" in rule for rule in rules)
    np.testing.assert_allclose(sum(node.share for node in found.nodes if node.leaf), 1.0)
    exact = found.predict(table)[:, 0]
    assert np.mean(np.abs(exact - Rules().predict(table)) < 0.5) > 0.95
    assert (
        Surrogate.from_json(json.loads(json.dumps(found.to_json(), allow_nan=False))).to_json()
        == found.to_json()
    )


def test_trees_stored_with_their_first_fields_are_read(table):
    found = fit_surrogate(Rules(), table, depth=3)
    stored = found.to_json()
    for node in stored["nodes"]:
        rule, _ = node.pop("rule"), node.pop("otherwise")
        node |= dict.fromkeys(("column", "threshold", "label")) | {"kind": "number"}
        node |= {"missing_yes": False, "has_missing": False}
        if rule is not None:
            cut = rule["kind"] != "label"
            gone = bool(table[rule["column"]].isna().any())
            node |= {"column": rule["column"], "kind": rule["kind"], "has_missing": gone}
            node |= {"missing_yes": rule["missing"], "threshold": rule["upto"] if cut else None}
            node["label"] = rule["labels"][0] if rule["labels"] else None
    assert Surrogate.from_json(stored).to_json() == found.to_json()


def test_fidelity_is_measured_on_other_rows(table, answers, piped, one_hot):
    model = piped(one_hot(), LGBMClassifier(n_estimators=30, verbose=-1), table, answers["binary"])
    shallow, deeper = fit_surrogate(model, table, depth=1), fit_surrogate(model, table, depth=4)
    assert shallow.fidelity < deeper.fidelity < 1.0
    assert deeper.fidelity_low < deeper.fidelity < deeper.fidelity_high
    assert deeper.agreement_low < deeper.agreement < deeper.agreement_high
    assert deeper.learned_rows + deeper.held_out_rows == 300
    text = shallow.sentence()
    assert "rows kept aside" in text
    assert "too coarse" in text
    assert all("“1” about" in rule for rule in deeper.rules())


def test_intervals_of_fidelity():
    """R² of a fixed imitation: 1 − 0.25 / 1.25 on all rows."""
    hits = []
    for draw in range(400):
        rng = np.random.default_rng(draw)
        given = rng.normal(size=(150, 1))
        truth = given + rng.normal(0, 0.5, (150, 1))
        value, error = r_squared(truth, given)
        hits.append(abs(value - 0.8) <= 1.96 * error)
    assert 0.91 <= np.mean(hits) <= 0.98


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (29_873.5, 30_412.0, 30_000.0),
        (0.1234, 0.1301, 0.13),
        (-5.7, -2.2, -5.0),
        (0.0, 1.0, 0.0),
        (-0.3, 0.4, 0.0),
        (12.0, 13.0, 12.0),
        (1.0000001, 1.0000002, 1.0000001),
    ],
)
def test_thresholds_are_round(low, high, expected):
    assert threshold_between(np.array([low - 9, low, high]), 1.5, "number") == pytest.approx(
        expected, abs=1e-12
    )


def test_bad_input(table):
    with pytest.raises(InputError, match="depth of 1 to 6"):
        fit_surrogate(Rules(), table, depth=9)
    with pytest.raises(InputError, match="at least 60 rows"):
        fit_surrogate(Rules(), table[:30])
