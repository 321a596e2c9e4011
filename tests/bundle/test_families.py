"""Every family's candidates survive the model file: written, audited, built, equal."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from automl.bundle.trusted import dump_model, load_model
from automl.models import FAMILIES
from automl.models.base import Context

from ..families import parameters


@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
@pytest.mark.parametrize("name", parameters())
def test_candidates_survive(name: str, kind: str, small_forests: None) -> None:
    rng = np.random.default_rng(3)
    X = rng.normal(size=(90, 4))
    X[:, 3] = rng.integers(0, 6, 90)
    X[rng.random(X.shape) < 0.05] = np.nan
    signal = np.nan_to_num(X[:, 0]) + np.nan_to_num(X[:, 1]) ** 2
    y = {
        "binary": (signal > 0.6).astype(int),
        "multiclass": np.digitize(signal, [0.2, 1.2]),
        "regression": np.exp(signal),
    }[kind]
    classes = 0 if kind == "regression" else len(np.unique(y))
    context = Context(kind, 90, 4, classes, (3,), 2, 1, 0, {"regression": "rmse"}.get(kind, "log_loss"))
    context = replace(context, log_target="log" if kind == "regression" else "")
    family = FAMILIES[name]
    for params in _different(family.first_candidates(context)):
        model = family.fit(params, context, X[:60], y[:60], X_valid=X[60:], y_valid=y[60:]).estimator
        loaded = load_model(dump_model(model)).model
        method = "predict" if kind == "regression" else "predict_proba"
        np.testing.assert_array_equal(getattr(loaded, method)(X), getattr(model, method)(X))


def _different(candidates: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return one for each combination of settings that are no numbers: these decide what is stored."""
    chosen: dict[str, dict[str, Any]] = {}
    for params in candidates:
        words = {key: value for key, value in params.items() if isinstance(value, (str, bool))}
        chosen.setdefault(repr(words), params)
    return list(chosen.values())
