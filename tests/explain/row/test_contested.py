"""Contested reasons: opposite signs, and no more than that."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.tree import DecisionTreeRegressor

import explain
from explain import plots
from explain.row.contested import Contested


@pytest.fixture(scope="module")
def pair(table):
    X = table[["income", "age"]].fillna(40).assign(income=lambda f: f.income / f.income.std())
    models = {
        "up": LinearRegression().fit(X, X.income + X.age),
        "down": LinearRegression().fit(X, -X.income + X.age),
        "neither": LinearRegression().fit(X, X.age),
    }
    return {name: explain.explain(model, X[:10], X[100:130]) for name, model in models.items()}


def test_opposite_signs_are_found_with_their_strength(pair):
    i = int(np.abs(pair["up"].values[:, 0, 0]).argmax())
    found = explain.contested_reasons(pair, i)
    (reason,) = found.reasons
    assert reason.column == "income"
    up = float(pair["up"].values[i, 0, 0])
    assert reason.strength == pytest.approx(abs(up))
    assert reason.certainty is None
    assert set(reason.raises) | set(reason.lowers) == {"up", "down"}
    assert reason.unsure == ("neither",)
    assert (reason.raises == ("up",)) == (up > 0)
    total = np.mean([np.abs(e.values[i, :, 0]).sum() for e in pair.values()])
    agreed = np.mean([abs(e.values[i, 1, 0]) for e in pair.values()])
    assert found.agreed == pytest.approx(agreed / total)
    assert "income" in found.sentence()
    assert Contested.from_json(json.loads(json.dumps(found.to_json()))) == found
    assert "NaN" not in plots.contested_plot(found).to_json()


def test_noise_takes_no_side(pair):
    i = int(np.abs(pair["up"].values[:, 0, 0]).argmax())
    noisy = {
        name: replace(e, exact=False, stderr=np.abs(e.values) / ratio)
        for (name, e), ratio in zip(pair.items(), (3.0, 3.0, 1.0), strict=True)
    }
    (reason,) = explain.contested_reasons(noisy, i).reasons
    assert reason.certainty == pytest.approx(2 * 3 / np.sqrt(2))
    unclear = {**noisy, "down": replace(noisy["down"], stderr=np.abs(pair["down"].values))}
    assert explain.contested_reasons(unclear, i).reasons == ()
    assert "agree" in explain.contested_reasons(unclear, i).sentence()


def test_only_what_can_be_compared_is(pair, table):
    with pytest.raises(explain.InputError, match="at least two"):
        explain.contested_reasons({"up": pair["up"]}, 0)
    with pytest.raises(explain.InputError, match="same rows"):
        explain.contested_reasons({"a": pair["up"], "b": pair["down"].take(np.arange(9, -1, -1))}, 0)
    with pytest.raises(explain.InputError, match="background"):
        explain.contested_reasons({"a": pair["up"], "b": replace(pair["up"], background_hash="x")}, 0)


def test_a_class_is_the_same_class_in_every_model(table, answers):
    from sklearn.tree import DecisionTreeClassifier

    X = table[["income", "age"]].fillna(40)
    y = np.where(answers["binary"] == 1, "yes", "no")
    model = DecisionTreeClassifier(max_depth=3, random_state=0).fit(X, y)
    first = explain.explain(model, X[:3], X[50:80])
    swapped = replace(
        first,
        values=first.values[:, :, ::-1],
        base=first.base[::-1],
        prediction=first.prediction[:, ::-1],
        classes=first.classes[::-1],
    )
    assert explain.contested_reasons({"a": first, "b": swapped}, 0).reasons == ()


def test_a_row_that_nothing_moves(table):
    X = table[["income"]]
    flat = explain.explain(DecisionTreeRegressor().fit(X, np.ones(len(X))), X[:2], X[5:9])
    found = explain.contested_reasons({"a": flat, "b": flat}, 0)
    assert (found.reasons, found.agreed) == ((), 1.0)
