"""Groups of rows compared pair by pair."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression

from explain import InputError
from explain.judge.row_groups import group_rows
from explain.whole.cohorts import Cohorts, compare_groups, drawn_by_group


@pytest.fixture(scope="module")
def found() -> Cohorts:
    """A line in `a` and `b`; group "x" has `a` raised by 1, group "z" three rows only."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=90), "b": rng.normal(size=90)})
    side = np.repeat(["x", "y", "z"], [40, 47, 3])
    X.loc[side == "x", "a"] += 1
    line = LinearRegression().fit(X, 2 * X.a - X.b)
    groups = group_rows(pd.DataFrame({"side": side}), "side")
    return compare_groups(line, X, X[:30], groups)


def test_pairs_split_their_difference_into_columns(found: Cohorts) -> None:
    assert found.groups == ("x", "y")
    assert found.too_small == ("z",)
    pair = found.between("y", "x")
    np.testing.assert_allclose(pair.difference.sum(axis=0), pair.total, atol=1e-9)
    assert pair.rows == (47, 40)
    assert pair.columns[pair.order()[0]] == "a"
    assert pair.low[0, 0] < 2 < pair.high[0, 0]
    turned = found.between("x", "y")
    np.testing.assert_allclose(turned.low, -pair.high)
    assert turned.rows == (40, 47)


def test_the_widest_pair_goes_upwards_and_is_told(found: Cohorts) -> None:
    assert found.widest() == ("y", "x")
    assert found.sentence() == found.between("y", "x").sentence()
    again = Cohorts.from_json(json.loads(json.dumps(found.to_json(), allow_nan=False)))
    assert again.to_json() == found.to_json()


def test_one_group_alone_is_compared_with_nothing() -> None:
    X = pd.DataFrame({"a": np.arange(20.0)})
    alone = compare_groups(
        LinearRegression().fit(X, X.a), X, X[:5], group_rows(pd.DataFrame({"g": ["u"] * 20}), "g")
    )
    assert alone.widest() is None
    assert "no two groups with 10 explained rows or more" in alone.sentence()
    with pytest.raises(InputError, match="two groups out of u, found"):
        alone.between("u", "v")
    with pytest.raises(InputError, match="groups of 3 rows, found 20"):
        compare_groups(None, X[:3], X, group_rows(pd.DataFrame({"g": ["u"] * 20}), "g"))


def test_groups_get_equal_shares_as_far_as_they_have_rows() -> None:
    groups = group_rows(pd.DataFrame({"g": ["a"] * 1000 + ["b"] * 30 + ["c"] * 400}), "g")
    rows = drawn_by_group(groups, 300, seed=1)
    assert np.bincount(groups.code[rows]).tolist() == [100, 30, 100]
    assert (np.diff(rows) > 0).all()
    assert (rows == drawn_by_group(groups, 300, seed=1)).all()
    assert (rows != drawn_by_group(groups, 300, seed=2)).any()
