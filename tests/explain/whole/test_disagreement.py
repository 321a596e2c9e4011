"""Two kinds of importance side by side, in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression

import explain
from explain.whole.disagreement import disagreement


def test_the_column_that_is_furthest_apart_is_named() -> None:
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(60, 5)), columns=list("abcde"))
    y = X @ np.array([5.0, 4.0, 3.0, 2.0, 1.0])
    line = LinearRegression().fit(X, y)
    moved = explain.explain(line, X[:30], X[30:])
    missed = explain.permutation_importance(line, X, y, repeats=2)
    assert "much the same order" in disagreement(missed, moved)
    order = [4, 0, 1, 2, 3]  # "e", the last in moving predictions, comes first
    other = replace(missed, columns=tuple(np.array(list("abcde"))[order].tolist()))
    assert "Furthest apart here is e: number 5 in moving predictions, number 1 in" in disagreement(
        other, moved
    )
    fewer = replace(missed, columns=("a", "b"))
    assert "Furthest" not in disagreement(fewer, moved)
    assert "much the same" not in disagreement(fewer, moved)
