"""Permutation importance and what its intervals hold."""

from __future__ import annotations

import json
import time

import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.ensemble import RandomForestClassifier
from sklearn.inspection import permutation_importance as reference_importance
from sklearn.linear_model import LogisticRegression

from explain import InputError
from explain.whole.importance import PermutationImportance, permutation_importance


class Sum(RegressorMixin, BaseEstimator):
    """a + b / 2, whatever it is fitted to."""

    def fit(self, X, y=None):
        return self

    def predict(self, X):
        return X["a"].to_numpy() + 0.5 * X["b"].to_numpy()


def squared(y, outputs):
    """The mean squared error; scikit-learn's spends a hundred times as long on checks."""
    return float(np.mean((y - outputs) ** 2))


def area(y, scores):
    """The area under the ROC curve, by ranks (Mann and Whitney)."""
    positives = int((y == 1).sum())
    above = rankdata(scores)[y == 1].sum() - positives * (positives + 1) / 2
    return float(above / (positives * (len(y) - positives)))


def drawn(rng, n):
    X = pd.DataFrame({"a": rng.normal(size=n), "b": rng.normal(size=n), "c": rng.normal(size=n)})
    return X, X.a + 0.5 * X.b + rng.normal(0, 0.7, n)


@pytest.mark.parametrize(("metric", "draws"), [(None, 200), (squared, 60)])
def test_intervals_hold_the_importance_over_all_such_rows(metric, draws):
    """The truth is 2 β² Var(x): rows, receiving and giving, and shuffles are all chance here."""
    hits, widths, means = [], [], []
    for draw in range(draws):
        X, y = drawn(np.random.default_rng(draw), 80)
        found = permutation_importance(
            Sum(), X, y, metric=metric, higher_is_better=metric is None, repeats=3, seed=draw
        )
        where = {name: j for j, name in enumerate(found.columns)}
        for name, truth in (("a", 2.0), ("b", 0.5)):
            j = where[name]
            hits.append(found.low[j] <= truth <= found.high[j])
            means.append(found.importance[j] / truth)
            widths.append(found.stderr[j] / truth)
        j = where["c"]
        assert found.importance[j] == found.stderr[j] == 0.0
    # Squared losses have long tails, so that at 80 rows 95 % is not quite reached.
    assert 0.88 <= np.mean(hits) <= 0.98
    sd = np.sqrt((np.std(means[::2]) ** 2 + np.std(means[1::2]) ** 2) / 2)
    # No row keeps its own value, so nothing pulls the mean to zero; the two columns share their rows.
    assert abs(np.mean(means) - 1.0) <= 3 * sd / np.sqrt(draws)
    assert 0.8 <= np.sqrt(np.mean(np.square(widths))) / sd <= 1.3


def test_more_shuffles_leave_the_error_of_the_rows():
    X, y = drawn(np.random.default_rng(0), 200)
    few, many = (permutation_importance(Sum(), X, y, repeats=r) for r in (5, 60))
    assert many.stderr_repeats[0] < 0.6 * few.stderr_repeats[0]
    assert many.stderr_rows[0] == pytest.approx(few.stderr_rows[0], rel=0.4)
    one = permutation_importance(Sum(), X, y, repeats=1)
    assert one.stderr_repeats[0] == 0.0
    assert one.stderr[0] > many.stderr[0]


def test_raw_columns_of_a_pipeline(table, answers, piped, one_hot):
    model = piped(
        one_hot(), RandomForestClassifier(20, max_depth=5, random_state=0), table, answers["binary"]
    )
    found = permutation_importance(model, table, answers["binary"], repeats=3)
    assert found.metric == "log loss"
    losses = -np.log(model.predict_proba(table)[np.arange(300), answers["binary"]])
    assert found.level == pytest.approx(losses.mean())
    assert set(found.columns) == set(table.columns)
    assert found.importance[found.columns.index("same")] == 0.0
    assert json.loads(json.dumps(found.to_json(), allow_nan=False)) == found.to_json()
    again = PermutationImportance.from_json(found.to_json())
    assert again.to_json() == found.to_json()
    assert found.columns[0] in found.sentence()
    auc = permutation_importance(model, table, answers["binary"], metric=area, repeats=3)
    expected = reference_importance(
        model, table, answers["binary"], scoring="roc_auc", n_repeats=10, random_state=0
    )
    by_name = dict(zip(auc.columns, auc.importance, strict=True))
    for name, mean in zip(table.columns, expected.importances_mean, strict=True):
        assert by_name[name] == pytest.approx(mean, abs=0.03)


def test_a_group_is_shuffled_together():
    """Two copies of one column: each alone matters little, both together matter fully."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=400)})
    X["copy"] = X.a
    y = (X.a + rng.normal(0, 0.5, 400) > 0).astype(int)
    model = LogisticRegression().fit(X, y)
    alone = permutation_importance(model, X, y)
    together = permutation_importance(model, X, y, groups={"both": ["a", "copy"]})
    assert together.columns == ("both",)
    assert together.groups == {"both": ("a", "copy")}
    assert together.importance[0] > 2 * alone.importance.max()


def test_labels_and_bad_input():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=100)})
    y = np.where(X.a > 0, "yes", "no")
    model = LogisticRegression().fit(X, y)

    def accuracy(truth, labels):
        return float((truth == labels).mean())

    found = permutation_importance(model, X, y, metric=accuracy, response="label")
    assert found.level > 0.95
    assert found.metric == "accuracy"
    with pytest.raises(InputError, match="found 'maybe'"):
        permutation_importance(model, X, ["maybe", *y[1:]])
    with pytest.raises(InputError, match=r"y of shape \(100,\)"):
        permutation_importance(model, X, y[:50])
    with pytest.raises(InputError, match="at least 20 rows"):
        permutation_importance(model, X[:10], y[:10])
    with pytest.raises(InputError, match="finite number"):
        permutation_importance(model, X, y, metric=lambda truth, outputs: float("nan"))


def test_little_time_leaves_columns_out():
    class Slow(Sum):
        def predict(self, X):
            time.sleep(0.1)
            return super().predict(X)

    X, y = drawn(np.random.default_rng(0), 40)
    found = permutation_importance(Slow(), X, y, repeats=50, time_budget=0.5)
    assert found.repeats.sum() < 10
    assert len(found.columns) + len(found.skipped) == 3


def test_columns_named_first_are_shuffled_first():
    rng = np.random.default_rng(3)
    X = pd.DataFrame(rng.normal(size=(40, 6)), columns=[*"abcdef"])
    shuffled = []

    class Watching(Sum):
        def predict(self, rows):
            moved = [name for name in X if len(rows) == len(X) and (rows[name].to_numpy() != X[name]).any()]
            shuffled.extend(moved)
            return super().predict(rows)

    model = Watching()
    permutation_importance(model, X, X.sum(axis=1), repeats=1, first=["d", "b", "not there"])
    assert list(dict.fromkeys(shuffled)) == ["d", "b", "a", "c", "e", "f"]
