"""Clusters of columns that tell much the same."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from explain import InputError
from explain.whole.clusters import Clusters, association, cluster_columns


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(0)
    n = 600
    place = rng.integers(0, 4, n)
    income = rng.lognormal(10, 0.5, n)
    frame = pd.DataFrame(
        {
            "income": income,
            "salary": income**2 * rng.lognormal(0, 0.05, n),
            "city": pd.Series(np.array(["Bonn", "Lyon", "Graz", "Oslo"])[place], dtype="str"),
            "country": pd.Series(np.array(["DE", "FR", "AT", "NO"])[place], dtype="str"),
            "height": place * 100 + rng.normal(0, 10, n),
            "when": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, n), unit="D"),
            "code": pd.Series(rng.integers(0, 200, n).astype(str), dtype="str"),
            "alone": rng.normal(size=n),
            "same": 1.0,
        }
    )
    frame["days"] = -(frame["when"] - pd.Timestamp("2019-01-01")).dt.days.astype(float)
    frame.loc[::9, "salary"] = np.nan
    frame.loc[::13, "city"] = np.nan
    return frame


def test_associations_of_all_kinds(frame):
    columns, matrix = list(frame.columns), association(frame)

    def between(a, b):
        return matrix[columns.index(a), columns.index(b)]

    both = frame.salary.notna()
    expected = abs(spearmanr(frame.income[both], frame.salary[both]).statistic)
    assert between("income", "salary") == pytest.approx(expected, abs=1e-9)
    assert between("when", "days") == pytest.approx(1.0)
    assert between("city", "country") > 0.9
    assert between("country", "height") > 0.9
    assert between("same", "alone") == 0.0
    # 200 labels of 600 rows seem to tell a lot unless chance is taken off
    assert between("code", "alone") < 0.25
    assert between("code", "country") < 0.25
    np.testing.assert_array_equal(matrix, matrix.T)
    assert ((matrix >= 0) & (matrix <= 1)).all()


def test_clusters_their_groups_and_warnings(frame):
    found = cluster_columns(frame)
    assert set(map(frozenset, found.members)) == {
        frozenset({"income", "salary"}),
        frozenset({"city", "country", "height"}),
        frozenset({"when", "days"}),
    }
    assert found.groups()["city + 2 more"] == ("city", "country", "height")
    assert "country (" in found.warning("city")
    assert found.warning("alone") is None
    assert "income and salary" in found.sentence()
    for cluster in found.members:
        assert min(found.between(a, b) for a in cluster for b in cluster) >= 0.7
    assert (
        Clusters.from_json(json.loads(json.dumps(found.to_json(), allow_nan=False))).to_json()
        == found.to_json()
    )
    none = cluster_columns(frame[["alone", "same"]])
    assert none.members == ()
    assert "No two columns" in none.sentence()
    with pytest.raises(InputError, match="threshold above 0"):
        cluster_columns(frame, threshold=0)
    with pytest.raises(InputError, match="at least 20 rows"):
        cluster_columns(frame[:10])
