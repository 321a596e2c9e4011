"""Rows that are explained once, and better when there is time."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.neighbors import KNeighborsClassifier

from automl.desk.remembered import Remembered
from explain import Explainer, InputError
from explain.joined import joined


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(rng.normal(size=(2000, 9)), columns=[f"c{j}" for j in range(9)])


@pytest.fixture
def explainer(table: pd.DataFrame) -> Explainer:
    """Of a model that can only be sampled."""
    model = KNeighborsClassifier(25).fit(table, table.c0 * table.c1 + table.c2 > 0)
    return Explainer(model, table[:60])


def test_a_row_is_explained_once(explainer: Explainer, table: pd.DataFrame) -> None:
    known = Remembered(explainer, table[:60])
    first = known.explain(table[100:102])
    assert first.rows == 2
    again = known.explain(table[101:103])
    np.testing.assert_array_equal(again.values[0], first.values[1])
    assert again.milliseconds > 0
    assert known.is_final(table[100:103])
    assert not known.is_final(table[103:104])
    assert known.hasty == 0
    assert not known.refine(lambda: False)


def test_what_was_explained_in_haste_becomes_better_when_nobody_asks(
    explainer: Explainer, table: pd.DataFrame
) -> None:
    known = Remembered(explainer, table[:60])
    row = table[200:201]
    hasty = known.explain(row, time_budget=0.01)
    assert hasty.stderr is not None
    assert not known.is_final(row)
    assert known.refine(lambda: True), "dropped, since somebody asks"
    assert not known.is_final(row)
    assert known.refine(lambda: False)
    assert known.is_final(row)
    better = known.explain(row)
    assert better.stderr is not None
    assert better.stderr.mean() < 0.7 * hasty.stderr.mean()
    np.testing.assert_allclose(better.prediction, hasty.prediction)


def test_only_explanations_of_one_model_and_background_are_joined(
    explainer: Explainer, table: pd.DataFrame
) -> None:
    one = explainer.explain(table[100:101])
    assert joined([one]) is one
    both = joined([one, explainer.explain(table[101:103])])
    assert (both.rows, len(both.data)) == (3, 3)
    np.testing.assert_allclose(both.base + both.values.sum(axis=1), both.prediction, atol=1e-6)
    other = Explainer(explainer._model, table[60:90]).explain(table[101:102])
    with pytest.raises(InputError, match="the same background"):
        joined([one, other])
    with pytest.raises(InputError, match="at least one"):
        joined([])
