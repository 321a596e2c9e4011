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


def found_of(X, y, name, seed, **options):
    found = permutation_importance(Sum(), X, y, repeats=3, seed=seed, **options)
    j = found.columns.index(name)
    return found.low[j], found.importance[j], found.high[j]


@pytest.mark.parametrize("metric", [None, "squared"])
def test_weighted_rows_stand_for_the_table_they_were_drawn_from(metric):
    """Large values were drawn three times as often as they are, and count a third: 2 β² Var(x) again."""

    def weighted(y, outputs, sample_weight):
        return float(np.average((y - outputs) ** 2, weights=sample_weight))

    options = {} if metric is None else {"metric": weighted, "higher_is_better": False}
    inside, values, plain = [], [], []
    for draw in range(120 if metric is None else 40):
        rng = np.random.default_rng(draw)
        X, y = drawn(rng, 400)
        often = np.where(np.abs(X.a) > 1, 1.0, 1 / 3)
        kept = rng.random(400) < often
        X, y, weight = X[kept].reset_index(drop=True), y[kept].to_numpy(), 1 / often[kept]
        low, value, high = found_of(X, y, "a", draw, sample_weight=weight, **options)
        inside.append(low <= 2.0 <= high)
        values.append(value)
        plain.append(found_of(X, y, "a", draw)[1])
    assert 0.88 <= np.mean(inside) <= 0.99
    assert abs(np.mean(values) - 2.0) < 0.1
    assert np.mean(plain) > 2.5


@pytest.mark.parametrize("metric", [None, "squared"])
def test_rows_of_a_group_are_not_taken_for_so_many(metric):
    """Forty groups of eight rows that share most of their value: 2 β² Var(x), for other groups."""
    options = {} if metric is None else {"metric": squared, "higher_is_better": False}
    together, alone = [], []
    for draw in range(120 if metric is None else 40):
        rng = np.random.default_rng(draw)
        group = np.repeat(np.arange(40), 8)
        X, _ = drawn(rng, 320)
        X["a"] = np.sqrt(0.9) * rng.normal(size=40)[group] + np.sqrt(0.1) * X["a"]
        y = (X.a + 0.5 * X.b + rng.normal(0, 0.7, 320)).to_numpy()
        low, _, high = found_of(X, y, "a", draw, row_groups=group, **options)
        together.append(low <= 2.0 <= high)
        low, _, high = found_of(X, y, "a", draw, **options)
        alone.append(low <= 2.0 <= high)
    assert 0.83 <= np.mean(together) <= 0.99
    assert np.mean(alone) < np.mean(together) - 0.1


def test_bad_weights_and_groups():
    X, y = drawn(np.random.default_rng(0), 60)
    with pytest.raises(InputError, match="sample_weight of shape"):
        permutation_importance(Sum(), X, y, sample_weight=np.ones(3))
    with pytest.raises(InputError, match="row_groups of shape"):
        permutation_importance(Sum(), X, y, row_groups=["a"])
    with pytest.raises(InputError, match="at least 20 groups of rows"):
        permutation_importance(Sum(), X, y, row_groups=np.arange(60) % 5)
