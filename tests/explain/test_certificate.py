"""Brute force against engines, and a certificate that says when something is wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression
from sklearn.neighbors import KNeighborsRegressor

import explain
from explain.brute_force import brute_force
from explain.certificate import Certificate, Check, certify, check
from explain.errors import InputError


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(rng.normal(size=(120, 9)), columns=list("abcdefghi"))


@pytest.fixture(scope="module")
def neighbours(table: pd.DataFrame) -> Any:
    """A model that can only be sampled."""
    y = table.a * table.b + np.sin(table.c) + 0.5 * table.d * table.e + table.f
    return KNeighborsRegressor(7, weights="distance").fit(table, y)


@pytest.fixture(scope="module")
def forest(table: pd.DataFrame) -> Any:
    return RandomForestClassifier(6, max_leaf_nodes=12, random_state=0).fit(table, table.a + table.b > 0)


def test_brute_force_is_the_shapley_value(table: pd.DataFrame) -> None:
    """Of a linear model: coefficient times distance from the mean; of a product: shared alike."""
    model = LinearRegression().fit(table, 3 * table.a - 2 * table.b)
    found = brute_force(model, ["a", "b"], *_still(table, ["a", "b"], 4, 7), scale="target")
    rows, background = _still(table, ["a", "b"], 4, 7)
    expected = (rows[["a", "b"]] - background[["a", "b"]].mean()) * model.coef_[:2]
    np.testing.assert_allclose(found[:, :, 0], expected, atol=1e-12)

    class Product(RegressorMixin, BaseEstimator):
        def predict(self, X: pd.DataFrame) -> np.ndarray:
            return np.asarray(X["a"] * X["b"])

    rows, background = pd.DataFrame({"a": [2.0], "b": [3.0]}), pd.DataFrame({"a": [0.0], "b": [0.0]})
    np.testing.assert_allclose(
        brute_force(Product(), ["a", "b"], rows, background, scale="target")[0, :, 0], [3.0, 3.0]
    )


def _still(table: pd.DataFrame, players: list[str], n: int, b: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    frame = table.copy()
    others = [name for name in frame.columns if name not in players]
    frame[others] = frame[others].iloc[0].to_numpy()
    return frame.head(n).reset_index(drop=True), frame.tail(b).reset_index(drop=True)


def test_exact_values_agree(table: pd.DataFrame, forest: Any) -> None:
    found = check(forest, list("abcdef"), table.head(3), table.tail(5), scale="probability")
    assert found.exact
    assert found.holds
    assert found.coalitions == 64
    assert found.values == 18
    assert found.largest_error < 1e-12 < found.largest_value
    assert "64 coalitions of 6 columns" in found.words


def test_sampled_values_stay_within_their_errors(table: pd.DataFrame, neighbours: Any) -> None:
    """A false alarm is rare, and 95 % are within two standard errors in the long run."""
    found = [
        check(neighbours, list("abcdefg"), table.iloc[k : k + 1], table.tail(6), scale="target", seed=10 * k)
        for k in range(12)
    ]
    assert all(each.repeats == 6 and not each.exact for each in found)
    assert all(each.holds for each in found)
    assert 0.9 <= np.mean([each.within for each in found]) <= 0.99


@pytest.mark.parametrize("wrong", ["values", "stderr", "still"])
def test_wrong_explanations_are_found_out(
    wrong: str, table: pd.DataFrame, neighbours: Any, forest: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from explain import api

    right = api.explain

    def spoiled(*arguments: Any, **settings: Any) -> explain.Explanation:
        found = right(*arguments, **settings)
        values = found.values.copy()
        if wrong == "values":  # still additive
            values[:, [0, 1]] = values[:, [1, 0]]
            return replace(found, values=values)
        if wrong == "still":  # a column that did not vary gets some of another's
            values[:, 8] += 0.01
            values[:, 0] -= 0.01
            return replace(found, values=values)
        assert found.stderr is not None
        return replace(found, stderr=found.stderr / 10)

    monkeypatch.setattr(api, "explain", spoiled)
    model, scale = (neighbours, "target") if wrong == "stderr" else (forest, "probability")
    assert not check(model, list("abcdefgh"), table.head(3), table.tail(6), scale=scale).holds


def test_a_certificate_says_what_was_measured(table: pd.DataFrame, forest: Any) -> None:
    background = table.tail(20)
    explanation = explain.explain(forest, table.head(15), background, seed=3)
    made = certify(forest, explanation, table.head(10), background)
    assert made.holds
    assert made.rows == 15
    assert made.background_rows == 20
    assert (made.background_hash, made.model_hash, made.seed) == (
        explanation.background_hash, explanation.model_hash, 3,
    )  # fmt: skip
    assert len(made.check.players) == 8
    assert set(explanation.global_().columns[:4]) <= set(made.check.players)
    assert Certificate.from_json(json.loads(json.dumps(made.to_json()))) == made
    assert not replace(made, additivity_error=1e-3).holds


def test_a_slow_model_gets_a_smaller_game(table: pd.DataFrame, forest: Any) -> None:
    explanation = explain.explain(forest, table.head(3), table.tail(5))
    made = certify(forest, explanation, table.head(3), table.tail(5), time_budget=1e-9)
    assert len(made.check.players) == 2
    assert made.check.rows == 1
    assert made.holds


def test_odd_columns_stand_still_too() -> None:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "n": rng.normal(size=60),
            "when": pd.date_range("2020-01-01", periods=60).where(rng.random(60) > 0.2),
            "word": pd.Series(rng.choice(["x", "y"], 60), dtype="str").where(rng.random(60) > 0.2),
            "m": rng.normal(size=60),
        }
    )

    class Model(RegressorMixin, BaseEstimator):
        def predict(self, X: pd.DataFrame) -> np.ndarray:
            late = (X["when"] > pd.Timestamp("2020-02-01")).to_numpy(dtype=float)
            return np.asarray(X["n"] * late + (X["word"] == "x").to_numpy(dtype=float) * X["m"])

    for players in (["n", "word"], ["when", "m"], ["n", "when", "word", "m"]):
        found = check(Model(), players, frame.head(3), frame.tail(5), scale="target")
        assert isinstance(found, Check)
        assert found.holds
        assert found.players == tuple(players)


def test_too_many_columns_are_refused(table: pd.DataFrame, forest: Any) -> None:
    frame = pd.concat([table, table.add_suffix("2")], axis=1)
    with pytest.raises(InputError, match="at most 16 columns"):
        brute_force(forest, list(frame.columns), frame.head(1), frame.tail(1), scale="probability")
