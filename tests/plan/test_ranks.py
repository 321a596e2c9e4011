"""Ranks of one number are those of many, to the last bit; and scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.preprocessing import QuantileTransformer

from automl.plan.steps.ranks import Ranks


@pytest.mark.parametrize("count", [1, 2, 30])
def test_ranks(count: int) -> None:
    rng = np.random.default_rng(3)
    X = np.column_stack([rng.normal(size=200), np.round(rng.gamma(1.0, size=200)), np.full(200, 7.0)])
    fitted = QuantileTransformer(n_quantiles=count, output_distribution="normal").fit(X)
    ranks = Ranks(np.arange(3)[:, None], {"quantiles": np.ascontiguousarray(fitted.quantiles_.T)})
    ends = np.array([[-1e9, 0.0, 7.0 - 1e-8], [1e9, 1e-8, 7.0 + 1e-8], [np.inf, -np.inf, 0.0], [np.nan] * 3])
    asked = np.concatenate([X, fitted.quantiles_, np.nextafter(fitted.quantiles_, np.inf), ends])
    many = ranks.compute(asked.T)
    one_by_one = np.concatenate([ranks.compute(row[:, None]) for row in asked], axis=1)
    np.testing.assert_array_equal(one_by_one, many)
    finite = np.isfinite(asked).all(axis=1)
    np.testing.assert_allclose(many.T[finite], fitted.transform(asked[finite]), rtol=1e-12, atol=1e-12)
