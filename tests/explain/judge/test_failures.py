"""Cohorts on which a model fails: planted ones are found, others are not made up."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from explain.cuts import roundest, roundest_moment
from explain.errors import InputError
from explain.judge.failures import Failures, failures_of, find_failures, row_loss
from explain.judge.rules import Coded, Rule, narrowed, rule_of, words
from explain.judge.scored import Scored


def frame_of(n, rng):
    frame = pd.DataFrame(
        {
            "age": rng.uniform(18, 80, n),
            "income": rng.lognormal(10, 1, n),
            "city": pd.Series(
                rng.choice(["Bonn", "Köln", "Ulm", "Trier"], n, p=[0.4, 0.3, 0.2, 0.1]), dtype="str"
            ),
            "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 1000, n), unit="D"),
            "id": pd.Series(rng.integers(0, n // 3, n).astype(str), dtype="str"),
            "flag": rng.random(n) < 0.5,
        }
    )
    frame.loc[rng.random(n) < 0.1, "income"] = np.nan
    return frame


@pytest.mark.parametrize(
    "segment",
    [
        lambda f: (f.city.isin(["Ulm", "Trier"]) & (f.age > 50)).to_numpy(),
        lambda f: f.income.isna().to_numpy(),
        lambda f: (f.since >= "2022-01-01").to_numpy(),
        lambda f: (f.flag & (f.age <= 40)).to_numpy(dtype=bool),
    ],
    ids=["labels and number", "missing", "date", "flag and number"],
)
def test_a_planted_segment_is_found(segment):
    rng = np.random.default_rng(0)
    frame = frame_of(4000, rng)
    inside = segment(frame)
    loss = rng.exponential(size=4000) * np.where(inside, 2.5, 1.0)
    result = failures_of(loss, frame)
    worst = result.weak()[0]
    found = worst.mask(frame)
    assert (found & inside).sum() / (found | inside).sum() > 0.8, worst.words
    assert worst.loss.low < 2.5 < worst.loss.high
    assert worst.lift > 1.4
    assert worst.words in result.sentence()
    assert "“" not in worst.words or "is" in worst.words


def test_findings_that_are_none_are_rare():
    """With no weak segment at all, the chance that any cohort is said to differ is the nominal one."""
    rng = np.random.default_rng(1)
    runs, false, pruned, picked = 100, 0, 0, []
    for seed in range(runs):
        frame = frame_of(600, rng)
        loss = rng.exponential(size=600)
        leaves = failures_of(loss, frame, prune=False, seed=seed).leaves()
        false += any(c.finding in ("weak", "strong") for c in leaves)
        picked.append(max(c.grown_loss for c in leaves))
        leaves = failures_of(loss, frame, seed=seed).leaves()
        pruned += any(c.finding in ("weak", "strong") for c in leaves)
    assert np.mean(picked) > 1.2  # on the rows they were found on, all of them look bad
    assert 0.01 <= false / runs <= 0.10  # 5 % and its error
    assert pruned / runs <= 0.05


def test_intervals_of_cohorts_cover():
    rng = np.random.default_rng(2)
    hits = total = 0
    for seed in range(40):
        frame = frame_of(800, rng)[["age", "city"]]
        truth = np.where(frame.age > 50, 2.0, 1.0)
        result = failures_of(truth * rng.gamma(2, 0.5, 800), frame, prune=False, seed=seed)
        for cohort in result.leaves():
            expected = truth[cohort.mask(frame)].mean()
            hits += cohort.loss.low <= expected <= cohort.loss.high
            total += 1
    assert 0.92 <= hits / total <= 0.98


def test_a_tree_is_cohorts_within_cohorts():
    rng = np.random.default_rng(3)
    frame = frame_of(3000, rng)
    loss = rng.exponential(size=3000) * np.where((frame.city == "Bonn") & (frame.age < 30), 3.0, 1.0)
    weight = rng.uniform(0.2, 2, 3000)
    result = failures_of(loss, frame, sample_weight=weight)
    assert result.cohorts[0].words == "all rows"
    assert result.cohorts[0].coverage == 1.0
    leaves = np.array([cohort.mask(frame) for cohort in result.leaves()])
    np.testing.assert_array_equal(leaves.sum(axis=0), 1)
    for place, cohort in enumerate(result.cohorts[1:], start=1):
        assert cohort.parent < place
        parent = result.cohorts[cohort.parent]
        assert cohort.depth == parent.depth + 1 <= 3
        assert not (cohort.mask(frame) & ~parent.mask(frame)).any()
        assert len(cohort.rules) == len({rule.column for rule in cohort.rules})
    text = json.dumps(result.to_json(), allow_nan=False)
    again = Failures.from_json(json.loads(text))
    assert again == result or json.dumps(again.to_json()) == text
    assert again.cohorts[-1].rules == result.cohorts[-1].rules


def test_losses_are_their_formulas():
    frame = pd.DataFrame({"x": np.arange(4.0)})
    y, p = np.array([0, 1, 1, 0]), np.array([0.1, 0.9, 0.2, 0.6])
    binary = Scored.of_predictions(frame, y, probability=p)
    np.testing.assert_allclose(row_loss(binary)[0], (y - p) ** 2)
    np.testing.assert_allclose(row_loss(binary, "log")[0], -np.log(np.where(y == 1, p, 1 - p)))
    np.testing.assert_allclose(row_loss(binary, "error")[0], [0, 0, 1, 1])
    three = np.array([[0.5, 0.3, 0.2]] * 4)
    several = Scored.of_predictions(frame, [0, 1, 2, 0], probability=three, classes=(0, 1, 2))
    by_hand = [((three[0] - np.eye(3)[k]) ** 2).sum() for k in (0, 1, 2, 0)]
    np.testing.assert_allclose(row_loss(several)[0], by_hand)
    line = Scored.of_predictions(frame, [1.0, 2, 3, 4], prediction=[1.0, 1, 1, 1])
    np.testing.assert_allclose(row_loss(line)[0], [0, 1, 2, 3])
    with pytest.raises(InputError, match="absolute, squared"):
        row_loss(line, "log")


def test_the_tree_of_a_model():
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(4)
    X = pd.DataFrame({"a": rng.normal(size=3000), "b": rng.normal(size=3000)})
    y = (X.a + np.where(X.b > 1, -2, 1) * X.a > 0).astype(int)  # turns around where b is high
    model = LogisticRegression().fit(X[:1000], y[:1000])
    result = find_failures(Scored.of_model(model, X[1000:], y[1000:]))
    assert result.loss == "brier"
    assert any(rule.column == "b" and rule.above > 0.8 for rule in result.weak()[0].rules)
    assert "times that of all rows" in result.sentence()


def test_rules_read_well():
    rule = Rule("age", "number", above=30, upto=50)
    assert rule.words == "30 < age ≤ 50"
    assert (
        Rule("city", "label", labels=("a",), inside=False, missing=True).words == "city is not “a” or missing"
    )
    assert Rule("city", "label", inside=True, missing=True).words == "city is missing"
    assert Rule("x", "number", above=float("inf"), missing=True).words == "x is missing"
    assert Rule("x", "number").words == "x is known"
    merged = narrowed(
        (Rule("city", "label", labels=("a", "b")),), Rule("city", "label", labels=("b",), inside=False)
    )
    assert words(merged) == "city is “a”"
    assert Rule.from_json(json.loads(json.dumps(rule.to_json()))) == rule


def test_rare_labels_share_a_place():
    rng = np.random.default_rng(5)
    column = pd.Series(["a"] * 100 + ["b"] * 100 + [f"r{i}" for i in range(50)] + [None] * 10, name="c")
    coded = Coded.of(column, rng.exponential(size=260), 30)
    assert sorted(coded.levels) == ["", "a", "b"]
    assert np.isnan(coded.codes[-10:]).all()
    place = coded.levels.index("")
    sides = [rule_of(coded, 0.5, below=below, missing=below) for below in (True, False)]
    frame = pd.DataFrame({"c": pd.Series([*column[:-1], "never seen"], dtype=object)})
    masks = np.array([side.mask(frame) for side in sides])
    np.testing.assert_array_equal(masks.sum(axis=0), 1)
    assert masks[0, -1] == (place == 0)


@pytest.mark.parametrize(
    ("low", "high", "cut"),
    [
        (40, 41, 40),
        (39.2, 41.7, 40),
        (-0.3, 0.2, 0),
        (21380, 21940, 21500),
        (0.312, 0.3121, 0.312),
        (3.0, 3.0, 3.0),
        (-7.9, -7.1, -7.5),
    ],
)
def test_cuts_are_round(low, high, cut):
    assert roundest(low, high) == cut


def test_cuts_of_dates_are_round():
    def seconds(text):
        return pd.Timestamp(text).timestamp()

    assert roundest_moment(seconds("2020-11-03"), seconds("2021-02-03")) == seconds("2021-01-01")
    assert roundest_moment(seconds("2020-11-03"), seconds("2020-12-03")) == seconds("2020-12-01")
    assert roundest_moment(seconds("2020-11-03 05:00"), seconds("2020-11-04 07:00")) == seconds("2020-11-04")


def test_too_few_rows_are_refused():
    with pytest.raises(InputError, match="100 rows"):
        failures_of(np.ones(20), pd.DataFrame({"x": np.arange(20)}))


def test_nothing_to_divide():
    result = failures_of(np.ones(200), pd.DataFrame({"x": np.arange(200)}))
    assert len(result.cohorts) == 1
    assert "No rows were found" in result.sentence()
    json.dumps(result.to_json(), allow_nan=False)
