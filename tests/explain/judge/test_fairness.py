"""Groups: definitions, intervals that cover, and words that claim no more than was found."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from explain.errors import InputError
from explain.judge.fairness import Fairness, group_fairness, survey
from explain.judge.fairness_text import sentence
from explain.judge.row_groups import MISSING, REST, group_rows
from explain.judge.scored import Scored
from explain.judge.spread import holm
from explain.judge.thresholds import EqualisingThresholds, equalising_thresholds

SEX = {"f": 0.45, "m": 0.6}


def population(n, rng, *, gap=0.15, groups=("f", "m")):
    """Rows whose selection rate, TPR and FPR depend on the group by ``gap`` between the first and last."""
    names = rng.choice(list(groups), n)
    step = np.linspace(0, gap, len(groups))[[groups.index(name) for name in names]]
    truth = rng.random(n) < 0.4
    chosen = rng.random(n) < np.where(truth, 0.6, 0.2) + step
    frame = pd.DataFrame({"group": pd.Series(names, dtype="str"), "x": rng.normal(size=n)})
    return Scored.of_predictions(frame, truth.astype(int), prediction=chosen.astype(int), classes=(0, 1))


@pytest.fixture(scope="module")
def scored():
    rng = np.random.default_rng(0)
    n = 1200
    frame = pd.DataFrame(
        {
            "sex": pd.Series(rng.choice(["f", "m"], n), dtype="str"),
            "age": rng.uniform(18, 80, n),
            "town": pd.Series(rng.choice(["A", "B", "C"], n, p=[0.7, 0.29, 0.01]), dtype="str"),
        }
    )
    score = rng.normal(size=n) + (frame.sex == "m")
    p = 1 / (1 + np.exp(-score.to_numpy()))
    y = np.where(rng.random(n) < p, "yes", "no")
    weight = rng.uniform(0.5, 2, n)
    return Scored.of_predictions(frame, y, probability=p, classes=("no", "yes"), sample_weight=weight)


@pytest.mark.parametrize("weighted", [False, True])
def test_measures_are_their_formulas(scored, weighted):
    import dataclasses

    if not weighted:
        scored = dataclasses.replace(scored, weight=None)
    result = group_fairness(scored, "sex")
    w = scored.weights()
    for g, name in enumerate(result.groups):
        inside = (scored.frame.sex == name).to_numpy()
        t, d = scored.truth[inside] == 1, scored.prediction[inside] == 1
        v = w[inside]
        by_hand = {
            "selection_rate": v[d].sum() / v.sum(),
            "true_positive_rate": v[t & d].sum() / v[t].sum(),
            "false_positive_rate": v[~t & d].sum() / v[~t].sum(),
            "false_negative_rate": v[t & ~d].sum() / v[t].sum(),
            "precision": v[t & d].sum() / v[d].sum(),
            "accuracy": v[t == d].sum() / v.sum(),
            "base_rate": v[t].sum() / v.sum(),
            "mean_probability": np.average(scored.probability[inside, 1], weights=v),
            "calibration_gap": np.average(t - scored.probability[inside, 1], weights=v),
        }
        assert {m.name for m in result.measures} == set(by_hand)
        for measure in result.measures:
            assert measure.values[g] == pytest.approx(by_hand[measure.name]), measure.name
            assert measure.low[g] < measure.values[g] < measure.high[g]
    for measure in result.measures:
        assert measure.difference.value == pytest.approx(np.ptp(measure.values))
        if measure.ratio is not None:
            assert measure.ratio.value == pytest.approx(measure.values.min() / measure.values.max())
            assert measure.ratio.low < measure.ratio.value < measure.ratio.high
    criteria = {c.name: c for c in result.criteria}
    rates = {name: result.measure(name) for name in ("true_positive_rate", "false_positive_rate")}
    assert (
        criteria["demographic_parity"].difference.value == result.measure("selection_rate").difference.value
    )
    assert criteria["equal_opportunity"].ratio.value == rates["true_positive_rate"].ratio.value
    worst = max(m.difference.value for m in rates.values())
    assert criteria["equalised_odds"].difference.value == worst
    assert criteria["equalised_odds"].ratio.value == min(m.ratio.value for m in rates.values())


def test_definitions_are_those_of_fairlearn(scored):
    from fairlearn import metrics

    result = group_fairness(scored, "sex")
    criteria = {c.name: c for c in result.criteria}
    options = {
        "sensitive_features": scored.frame.sex.to_numpy(dtype=object),
        "sample_weight": scored.weights(),
    }
    for ours, theirs in (
        ("demographic_parity", "demographic_parity"),
        ("equal_opportunity", "equal_opportunity"),
        ("equalised_odds", "equalized_odds"),
    ):
        for form in ("difference", "ratio"):
            value = getattr(metrics, f"{theirs}_{form}")(scored.truth, scored.prediction, **options)
            assert getattr(criteria[ours], form).value == pytest.approx(value), (ours, form)


def test_several_classes_are_measured_one_against_the_rest():
    rng = np.random.default_rng(1)
    n = 900
    frame = pd.DataFrame({"g": pd.Series(rng.choice(["a", "b"], n), dtype="str")})
    p = rng.dirichlet(np.ones(3), n)
    truth = np.array(["x", "y", "z"])[[rng.choice(3, p=row) for row in p]]
    scored = Scored.of_predictions(frame, truth, probability=p, classes=("x", "y", "z"))
    result = group_fairness(scored, "g")
    assert {m.output for m in result.measures} == {"x", "y", "z", None}
    inside = frame.g.to_numpy() == "a"
    chosen = p.argmax(axis=1)
    assert result.measure("selection_rate", "y").values[0] == pytest.approx((chosen[inside] == 1).mean())
    recall = (chosen[inside & (truth == "z")] == 2).mean()
    assert result.measure("true_positive_rate", "z").values[0] == pytest.approx(recall)
    assert len(result.criteria) == 9


def test_regression_has_residuals_and_errors():
    rng = np.random.default_rng(2)
    n = 800
    frame = pd.DataFrame({"g": pd.Series(rng.choice(["a", "b"], n), dtype="str")})
    truth = rng.normal(10, 3, n)
    predicted = truth + rng.normal(0, 1, n) - 2 * (frame.g == "b")
    result = group_fairness(Scored.of_predictions(frame, truth, prediction=predicted), "g")
    b = (frame.g == "b").to_numpy()
    assert result.measure("mean_residual").values[1] == pytest.approx((truth - predicted)[b].mean())
    assert result.measure("mean_absolute_error").values[1] == pytest.approx(
        np.abs(truth - predicted)[b].mean()
    )
    assert not result.criteria
    assert result.measure("mean_residual").difference.low > 1.5
    assert "mean residual" in result.verdict()


def test_intervals_of_rates_and_differences_cover():
    rng = np.random.default_rng(3)
    rates = {"selection_rate": (0.36, 0.51), "true_positive_rate": (0.6, 0.75)}
    hits = {f"{name} {part}": 0 for name in rates for part in ("rate", "difference", "ratio")}
    runs = 150
    for seed in range(runs):
        result = group_fairness(population(500, rng), "group", draws=400, seed=seed)
        for name, (first, last) in rates.items():
            m = result.measure(name)
            hits[f"{name} rate"] += m.low[1] <= last <= m.high[1]
            hits[f"{name} difference"] += m.difference.low <= last - first <= m.difference.high
            hits[f"{name} ratio"] += m.ratio.low <= first / last <= m.ratio.high
    for name, count in hits.items():
        assert 0.92 <= count / runs <= 0.985, (name, count / runs)


def test_groups_that_do_not_differ_are_seldom_said_to():
    """The largest of many differences is above zero in every sample: its interval must still contain zero."""
    rng = np.random.default_rng(4)
    groups = tuple("abcdef")
    runs, single, any_ = 100, 0, 0
    for seed in range(runs):
        result = group_fairness(population(1500, rng, gap=0.0, groups=groups), "group", draws=300, seed=seed)
        gap = result.measure("selection_rate").difference
        assert gap.value > 0
        assert (gap.p_value <= 0.05) == (gap.low > 0) or abs(gap.p_value - 0.05) < 0.01
        single += gap.low > 0
        any_ += bool(result.found())
    assert 0.01 <= single / runs <= 0.09
    assert any_ / runs <= 0.09


def test_the_widest_of_many_differences_is_covered():
    rng = np.random.default_rng(5)
    groups = tuple("abcde")
    hits = 0
    for seed in range(100):
        result = group_fairness(population(1500, rng, gap=0.12, groups=groups), "group", draws=300, seed=seed)
        gap = result.measure("false_positive_rate").difference
        hits += gap.low <= 0.12 <= gap.high
    assert hits / 100 >= 0.93


def test_intervals_of_weighted_rows_are_wider():
    rng = np.random.default_rng(6)
    hits, widths = 0, []
    for seed in range(100):
        scored = population(400, rng)
        weight = np.where(scored.truth == 1, 3.0, 1.0) * rng.exponential(size=400)
        weighted = Scored.of_predictions(
            scored.frame, scored.truth, prediction=scored.prediction, classes=(0, 1), sample_weight=weight
        )
        m = group_fairness(weighted, "group", draws=300, seed=seed).measure("selection_rate")
        share = 3 * 0.4 / (3 * 0.4 + 0.6)
        hits += m.low[0] <= share * 0.6 + (1 - share) * 0.2 <= m.high[0]
        if seed < 15:
            plain = group_fairness(scored, "group", draws=300, seed=seed).measure("selection_rate")
            widths.append((m.high[0] - m.low[0]) / (plain.high[0] - plain.low[0]))
    assert 0.92 <= hits / 100 <= 0.985
    assert np.mean(widths) > 1.25


def test_small_groups_are_named_but_not_ranked(scored):
    result = group_fairness(scored, "town")
    small = result.groups.index("C")
    assert result.rows[small] < 30
    for measure in result.measures:
        assert not measure.ranked[small]
        assert "C" not in (measure.difference.highest, measure.difference.lowest)
    assert "“C”" in result.verdict()
    assert "Too small" in result.verdict()


def test_a_rate_is_ranked_by_its_own_denominator():
    frame = pd.DataFrame({"g": pd.Series(["a"] * 500 + ["b"] * 500, dtype="str")})
    truth = np.r_[np.arange(500) % 2, np.arange(500) < 5].astype(int)
    result = group_fairness(Scored.of_predictions(frame, truth, prediction=truth, classes=(0, 1)), "g")
    assert result.measure("selection_rate").ranked.all()
    assert not result.measure("true_positive_rate").ranked[1]
    assert not result.measure("true_positive_rate").difference.known
    assert result.measure("true_positive_rate").high[1] == 1.0
    assert result.measure("true_positive_rate").low[1] < 0.8
    json.dumps(result.to_json(), allow_nan=False)


def test_verdicts_never_claim_fairness(scored):
    rng = np.random.default_rng(7)
    same = population(1500, rng, gap=0.0)
    for result in (
        group_fairness(scored, "sex"),
        group_fairness(same, "group"),
        *survey(scored, ["sex", "age"]),
    ):
        text = " ".join([result.verdict(), *map(sentence, result.measures)])
        assert "fair" not in text.lower()
        assert "nan" not in text.lower()
    assert "No difference" not in group_fairness(scored, "sex").verdict().split(".")[0]
    assert "no proof that there is none" in group_fairness(same, "group").verdict()


def test_survey_goes_through_columns_and_pairs_within_its_time(scored):
    everything = survey(scored, ["sex", "age", "town"])
    assert [r.columns for r in everything][3:] == [("sex", "age"), ("sex", "town"), ("age", "town")]
    assert len(survey(scored, ["sex", "age", "town"], time_budget=1e-9)) == 1


def test_json_gives_everything_back(scored):
    for columns in ("sex", ["sex", "town"]):
        result = group_fairness(scored, columns)
        text = json.dumps(result.to_json(), allow_nan=False)
        again = Fairness.from_json(json.loads(text))
        assert json.dumps(again.to_json()) == text
        assert again.verdict() == result.verdict()
        assert again.measures[0].values.tobytes() == result.measures[0].values.tobytes()
    with pytest.raises(InputError, match="format"):
        Fairness.from_json({"format": 99})


def test_groups_have_readable_names():
    frame = pd.DataFrame(
        {
            "income": np.r_[np.random.default_rng(0).lognormal(10, 1, 995), [np.nan] * 5],
            "flag": np.arange(1000) % 2 == 0,
            "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(np.arange(1000), unit="D"),
            "few": np.arange(1000) % 3,
            "many": pd.Series([f"v{i % 100}" for i in range(1000)], dtype="str"),
        }
    )
    income = group_rows(frame, "income")
    assert income.names[-1] == MISSING
    assert income.counts().tolist()[-1] == 5
    assert all(len(name) < 28 for name in income.names)
    assert min(income.counts()[:-1]) > 200
    assert group_rows(frame, "flag").names == ("False", "True")
    assert group_rows(frame, "few").names == ("0", "1", "2")
    assert "above 2021-05-01 to 2022-01-01" in " ".join(group_rows(frame, "since").names)
    many = group_rows(frame, "many", most=5)
    assert many.names[-1] == REST
    assert many.mixed.tolist() == [False] * 5 + [True]
    pair = group_rows(frame, ["flag", "few"])
    assert pair.names[0] == "False, 0"
    assert pair.counts().sum() == 1000
    for bad in ({"columns": "nowhere"}, {"columns": "few", "bins": 1}):
        with pytest.raises(InputError, match="Expected"):
            group_rows(frame, **bad)


@pytest.mark.parametrize("rate", ["selection_rate", "true_positive_rate", "false_positive_rate"])
def test_thresholds_equalise_the_rate_they_are_for(scored, rate):
    before = scored.prediction.copy()
    result = equalising_thresholds(scored, "sex", rate=rate)
    np.testing.assert_array_equal(scored.prediction, before)  # nothing is applied
    first, second = result.equalised()
    assert first.difference.value > 0.15
    assert second.difference.value < 0.08
    assert np.abs(second.values - result.target).max() < 0.06
    assert result.thresholds[0] < result.thresholds[1]  # "m" is selected more often
    accuracy = {m.name: m.overall for m in result.after}["accuracy"]
    assert result.accuracy_change.value == pytest.approx(
        accuracy - {m.name: m.overall for m in result.before}["accuracy"]
    )
    assert "not applied" in result.sentence()
    text = json.dumps(result.to_json(), allow_nan=False)
    assert EqualisingThresholds.from_json(json.loads(text)).to_json() == result.to_json()


def test_thresholds_of_small_groups_stay(scored):
    result = equalising_thresholds(scored, "town")
    assert np.isnan(result.thresholds[result.groups.index("C")])
    with pytest.raises(InputError, match="rate"):
        equalising_thresholds(scored, "town", rate="accuracy")


def test_bad_input_says_what_to_do(scored):
    frame, y = scored.frame, scored.truth
    for call, words in (
        (lambda: Scored.of_predictions(frame, y), "prediction"),
        (lambda: Scored.of_predictions(frame, y, probability=y + 1.0), "between 0 and 1"),
        (lambda: Scored.of_predictions(frame, y[:5], probability=y / 2), "length"),
        (lambda: Scored.of_predictions(frame, y, prediction=y, classes=("a", "b")), "labels"),
        (lambda: Scored.of_predictions(frame, y * np.nan, prediction=y), "missing"),
        (lambda: Scored.of_predictions(frame, y, probability=y / 2, sample_weight=-y), "sample_weight"),
        (lambda: group_fairness(scored, "sex", level=95), "level"),
    ):
        with pytest.raises(InputError, match=words):
            call()


def test_holm_by_hand():
    assert holm([0.01, float("nan"), 0.04, 0.03])[::2] == pytest.approx([0.03, 0.06])
    assert holm([0.01, float("nan"), 0.04, 0.03])[3] == pytest.approx(0.06)
