"""The classifier that tells new rows from old ones: its level, its power, its area."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from automl.data import Column, Kind, Schema
from automl.monitoring.apart import _area, tell_apart

from ..customers import customers, dataset_of

SCHEMA = Schema(tuple(Column(name, Kind.NUMBER, False, "") for name in "ab"))


def pairs(rng: np.random.Generator, rows: int, correlation: float) -> pd.DataFrame:
    a = rng.normal(size=rows)
    b = correlation * a + np.sqrt(1 - correlation**2) * rng.normal(size=rows)
    return pd.DataFrame({"a": a, "b": b})


def test_without_drift_its_p_values_are_those_of_chance() -> None:
    rng = np.random.default_rng(0)
    p = []
    for _ in range(40):
        found = tell_apart(pairs(rng, 120, 0.5), pairs(rng, 120, 0.5), SCHEMA)
        assert found is not None
        p.append(found.p)
    assert np.mean(np.array(p) <= 0.05) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 40)
    assert 0.3 <= np.mean(p) <= 0.7
    assert norm.isf(p).std() <= 1.25, "the halves depend on each other, which the error allows for"


def test_it_sees_what_no_single_column_shows() -> None:
    rng = np.random.default_rng(0)
    found = tell_apart(pairs(rng, 600, 0.8), pairs(rng, 600, -0.8), SCHEMA)
    assert found is not None
    assert found.auc > 0.8
    assert found.low <= found.auc <= found.high
    assert found.p < 1e-6


def test_area_is_scikit_learns() -> None:
    rng = np.random.default_rng(0)
    y, score = rng.integers(0, 2, 300), rng.integers(0, 9, 300).astype(float)
    area, variance = _area(score[y == 1], score[y == 0])
    assert area == pytest.approx(roc_auc_score(y, score))
    assert 0 < variance < 0.01


def test_all_kinds_of_columns_but_dates_are_used() -> None:
    dataset = dataset_of(customers(300, 1))
    other = dataset.schema.coerce(customers(300, 2))
    found = tell_apart(dataset.frame, other.frame, dataset.schema)
    assert found is not None
    assert found.left_out == ("joined",)
    assert found.rows == (300, 300)
    assert tell_apart(dataset.frame, other.frame.head(40), dataset.schema) is None
