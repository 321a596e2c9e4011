"""Explanations by compiled parts of a model are those by the parts themselves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from automl.models import FAMILIES
from automl.plan import CompiledParts
from automl.search.calibrators import Calibrator
from explain import Explainer

from .making import fitted, mixed_table, pipeline, voting


def model_of(kind: str, *names: str) -> tuple[Any, Any]:
    table = mixed_table(kind)
    models = []
    for name in names:
        models += fitted(name, FAMILIES[name].first_candidates(table.context)[0], table, kind, 1)
    return table, voting(kind, models)


@pytest.mark.parametrize("kind", ["binary", "regression"])
def test_the_same_explanation(kind: str, small_forests: None) -> None:
    table, vote = model_of(kind, "lightgbm", "linear", "mlp", "random_forest")
    model = pipeline(table, vote)
    rows, background = table.frame.iloc[[0, 7]].copy(), table.frame.iloc[20:50]
    rows.iloc[0, 0], rows.iloc[1, 3] = np.nan, "a city never seen"
    parts = CompiledParts(table.schema)
    quick, slow = Explainer(model, background, shortcuts=parts), Explainer(model, background)
    for _ in range(2):  # what was proven on the first call answers the second one
        found, wanted = quick.explain(rows), slow.explain(rows)
        assert found.method == wanted.method
        for name in ("values", "base", "prediction", "stderr"):
            np.testing.assert_allclose(getattr(found, name), getattr(wanted, name), rtol=1e-9, atol=1e-9)
    used = [key[0] for key, (_, part) in parts._known.items() if part is not None]
    assert used.count("transform") >= 3, "the preprocessor, and the steps of the linear model and the network"
    assert "predict_proba" in used or "predict" in used


def test_a_calibrated_vote_is_one_part() -> None:
    table, vote = model_of("binary", "lightgbm", "linear")
    map_ = Calibrator.fit("sigmoid", table.target("binary"), vote.predict_proba(table.X))
    model = map_.around(vote)
    parts = CompiledParts(table.schema)
    parts.outputs(model, "predict_proba", table.X)
    few = table.X[:3]
    found = parts.outputs(model, "predict_proba", few)
    assert found is not None
    np.testing.assert_allclose(found, model.predict_proba(few), rtol=1e-12, atol=1e-12)
    assert parts.outputs(model, "predict_proba", np.repeat(table.X, 2, axis=0)) is None, "many rows of trees"


class Shifted(StandardScaler):
    """What it says of itself is not what it does."""

    def transform(self, X: Any, copy: Any = None) -> Any:
        return super().transform(X) + 1e-6


Shifted.__module__ = "sklearn.preprocessing"
Shifted.__qualname__ = "StandardScaler"


def test_what_is_not_equal_is_not_used() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 3))
    X[3, 1] = np.nan
    for step, used in ((StandardScaler().fit(X), True), (Shifted().fit(X), False)):
        parts = CompiledParts(mixed_table("binary").schema)
        assert parts.transform([step], X[:5]) is None, "too few rows to compare on"
        np.testing.assert_array_equal(parts.transform([step], X), step.transform(X))
        found = parts.transform([step], X[:1])
        assert (found is not None) == used


def test_cells_are_taken_as_they_are() -> None:
    """A spelling that the gate would mend is unknown to the preprocessor, and to what is compiled of it."""
    table = mixed_table("binary")
    parts = CompiledParts(table.schema)
    parts.transform([table.prepare], table.frame)
    row = table.frame.iloc[[1]].assign(flag=" yes ", city=None)
    np.testing.assert_array_equal(parts.transform([table.prepare], row), table.prepare.transform(row))
