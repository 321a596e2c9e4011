"""The shift of the mean prediction, split: exact, and with the column that was shifted first."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression

from automl.monitoring import Watched
from automl.monitoring.parts import clear_parts, large_parts, main_label, main_output, split_shift

from ..customers import FEATURES, customers


def test_parts_add_up_to_the_shift_of_the_mean_prediction(regression: Watched) -> None:
    new = regression.schema.coerce(customers(400, 8)[list(FEATURES)].assign(visits=6)).frame
    known = regression.known.head(400)
    shift, note = split_shift(regression.scorer.model, known, new, regression.background)
    assert note == ""
    assert shift is not None
    means = [regression.scorer.predict(rows).mean() for rows in (known, new)]
    np.testing.assert_allclose(shift.means[:, 0], means, atol=1e-9)
    assert shift.difference.sum() == pytest.approx(means[1] - means[0], abs=1e-9)
    parts = clear_parts(shift)
    assert max(parts, key=lambda name: abs(parts[name])) == "visits"
    assert parts["joined"] == parts["note"] == 0, "the model does not read them"
    assert main_output(shift) == 0
    assert main_label(shift) is None


def test_large_parts_are_those_beside_the_spread_of_the_predictions(regression: Watched) -> None:
    new = regression.schema.coerce(customers(400, 8)[list(FEATURES)].assign(visits=9)).frame
    shift, _ = split_shift(regression.scorer.model, regression.known, new, regression.background)
    deviation = regression.reference.outputs[0].deviation
    assert deviation is not None
    assert list(large_parts(shift, deviation)) == ["visits"]
    assert large_parts(shift, 100 * deviation) == {}
    assert large_parts(shift, None) == large_parts(None, 1.0) == {}


def test_a_class_is_named_by_its_label(binary: Watched) -> None:
    new = binary.schema.coerce(customers(200, 8)[list(FEATURES)]).frame
    shift, _ = split_shift(binary.scorer.model, binary.known.head(200), new, binary.background, time_budget=2)
    assert shift is not None
    assert main_label(shift) == "yes"


def test_the_shifted_column_is_named_first() -> None:
    """Half a standard deviation in one of eight columns of unequal weight, found in 300 rows of noise."""
    rng = np.random.default_rng(0)
    names = [f"x{i}" for i in range(8)]
    weights = np.array([1.0, 0.8, 0.8, 0.6, 0.6, 0.4, 0.3, 0.2])
    train = pd.DataFrame(rng.normal(size=(1000, 8)), columns=names)
    model = LinearRegression().fit(train, train.to_numpy() @ weights + rng.normal(size=1000))
    first = 0
    trials = 100
    for trial in range(trials):
        shifted = names[trial % 3]
        known = pd.DataFrame(rng.normal(size=(300, 8)), columns=names)
        new = pd.DataFrame(rng.normal(size=(300, 8)), columns=names)
        new[shifted] += 0.5
        shift, _ = split_shift(model, known, new, train.head(50), seed=trial)
        assert shift is not None
        parts = clear_parts(shift)
        first += max(parts, key=lambda name: abs(parts[name])) == shifted
    assert first >= 95


def test_without_drift_hardly_any_part_is_called_clear() -> None:
    rng = np.random.default_rng(1)
    names = [f"x{i}" for i in range(10)]
    train = pd.DataFrame(rng.normal(size=(500, 10)), columns=names)
    model = LinearRegression().fit(train, train.sum(axis=1) + rng.normal(size=500))
    called = 0
    for trial in range(50):
        known, new = (pd.DataFrame(rng.normal(size=(200, 10)), columns=names) for _ in range(2))
        shift, _ = split_shift(model, known, new, train.head(50), seed=trial)
        called += any(clear_parts(shift).values())
    assert called <= 4


def test_one_row_cannot_be_compared(regression: Watched) -> None:
    shift, note = split_shift(
        regression.scorer.model, regression.known, regression.known.head(1), regression.background
    )
    assert shift is None
    assert "cannot be compared" in note
