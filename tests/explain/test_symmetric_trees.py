"""What CatBoost has learned, handed on as LightGBM trees, is explained exactly."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from lightgbm import LGBMClassifier

import explain
from automl.extras import is_installed
from automl.models import Context, get_family

from ..conftest import require


@pytest.mark.parametrize("classes", [2, 3])
def test_splits_of_numbers_and_of_both_kinds_of_categories(classes: int, brute_force) -> None:
    require(is_installed("catboost"), "catboost")
    rng = np.random.default_rng(0)
    X = rng.normal(size=(500, 4))
    X[:, 2], X[:, 3] = rng.integers(0, 5, 500), rng.integers(0, 70, 500)
    X[rng.random(X.shape) < 0.1] = np.nan
    signal = np.nan_to_num(X[:, 0]) + 2 * (X[:, 2] == 2) + np.sin(np.nan_to_num(X[:, 3]))
    y = np.digitize(signal, np.quantile(signal, np.arange(1, classes) / classes))
    context = Context("binary" if classes == 2 else "multiclass", 500, 4, classes, (2, 3))
    family = get_family("catboost")
    params = family.first_candidates(context)[0] | {"learning_rate": 0.3}
    model = family.fit(params, context, X[:400], y[:400], X_valid=X[400:], y_valid=y[400:]).estimator
    assert type(model) is LGBMClassifier

    frame = pd.DataFrame(X, columns=list("abcd"))
    rows, background = frame[:4].copy(), frame[400:410]
    rows.loc[0, "d"] = 999.0  # a code that was not there in training
    found = explain.explain(model, rows, background, scale="margin")
    assert found.exact
    assert "trees" in found.method
    expected = brute_force(lambda part: model.predict_proba(part, raw_score=True), rows, background)
    values = found.values[:, :, 1:] if classes == 2 else found.values
    np.testing.assert_allclose(values, expected, rtol=0, atol=1e-10)
    assert (np.abs(found.values).max(axis=(0, 2)) > 0).all()  # all columns play
