"""Two tables held against each other: the measures, and what chance alone makes of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import jensenshannon

from automl.data import Kind, read_table
from automl.data.review import (
    Constraints,
    Distribution,
    codes,
    compare_column,
    compare_tables,
    distribution_of,
    edited,
    infer_reviewed,
)
from automl.data.review.distribution import jensen_shannon, largest_difference

NUMBER = Constraints("x", Kind.NUMBER, drift=0.1)


def test_the_divergence_is_that_of_scipy_where_bars_are_the_same() -> None:
    rng = np.random.default_rng(0)
    one, other = rng.random(10), rng.random(10)
    edges = np.linspace(-3, 8, 11)
    found = jensen_shannon(Distribution.of_bars(edges, one), Distribution.of_bars(edges, other))
    assert found == pytest.approx(jensenshannon(one, other, base=2) ** 2, abs=1e-12)


def test_bars_are_cut_at_the_ends_of_both() -> None:
    one = Distribution.of_bars((0, 1, 2), (1, 1))
    other = Distribution.of_bars((1, 2, 3), (1, 1))
    assert jensen_shannon(one, other) == pytest.approx(0.5)
    assert jensen_shannon(one, Distribution.of_bars((0, 2), (5,))) == pytest.approx(0)
    point, same, elsewhere = (Distribution.of_bars((at, at), (3,)) for at in (1, 1, 2))
    assert jensen_shannon(point, same) == 0
    assert jensen_shannon(point, elsewhere) == jensen_shannon(point, one) == 1
    assert jensen_shannon(point, Distribution(0)) == 0


def test_the_largest_difference_of_a_share() -> None:
    one, other = Distribution.of_labels({"a": 6, "b": 4}), Distribution.of_labels({"a": 3, "c": 7})
    assert largest_difference(one, other) == (pytest.approx(0.7), "c")


def test_labels_that_are_numbers_count_as_numbers() -> None:
    labels = Constraints("x", Kind.CATEGORY, drift=0.1)
    found = distribution_of(labels, "INT", pd.Series(["0", "1", "1", None], dtype="str"))
    assert found is not None
    assert (found.count, found.edges[0], found.edges[-1]) == (3, 0, 1)
    assert distribution_of(Constraints("x", Kind.CATEGORY), "INT", pd.Series(["0"])) is None


def test_few_rows_differ_by_chance() -> None:
    """Rows like the earlier ones are above the threshold often, and yet hardly ever a finding."""
    rng = np.random.default_rng(1)
    above = sure = 0
    for _ in range(200):
        before, now = (pd.DataFrame({"x": rng.normal(size=rows)}) for rows in (400, 30))
        old, new = (distribution_of(NUMBER, "FLOAT", each["x"]) for each in (before, now))
        assert old is not None
        assert new is not None
        found = compare_column(NUMBER, "FLOAT", old, new, "drift")
        above += len(found)
        sure += sum(each.severity == "warning" for each in found)
    assert above > 20
    assert sure <= 2


def test_skew_has_a_threshold_of_its_own() -> None:
    before = read_table(pd.DataFrame({"plan": ["a", "b"] * 200}))
    now = read_table(pd.DataFrame({"plan": ["a"] * 300 + ["b"] * 100}))
    reviewed = edited(infer_reviewed(before), ["plan.drift=0.3", "plan.skew=0.2"])
    assert compare_tables(reviewed, before, now, "drift") == ()
    (found,) = compare_tables(reviewed, before, now, "skew")
    assert (found.code, found.severity, found.column) == (codes.SHARES, "warning", "plan")
    assert found.evidence["value"] == pytest.approx(0.25)
    assert found.evidence["threshold"] == 0.2
    assert "rows learned from" in found.message
    gone = read_table(pd.DataFrame({"other": ["a"] * 30}))
    assert compare_tables(reviewed, before, gone, "skew") == ()
