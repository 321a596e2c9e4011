"""Rows that belong together, and rows that count differently, in what is said of new rows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import automl
from automl.data import read_table
from automl.metrics import METRICS
from automl.monitoring import Watched, score, watched_bundle, words
from automl.monitoring.blessing import bless
from automl.monitoring.estimate import make_estimator
from automl.monitoring.estimate.gathered import Gathered
from automl.monitoring.judged import Judged, Roles
from automl.monitoring.paired import paired_gain
from automl.monitoring.performance import measure
from automl.task import Task

from .estimate.worlds import PAIR

SPEND = Task("regression", "spend", None, "mae")
SHOPS, EACH = 40, 12


def by_shop(rng: np.random.Generator, shops: int = SHOPS, each: int = EACH) -> Judged:
    """Predictions that are off alike for all rows of a shop; half of the variance is the shop's."""
    shop = np.repeat(np.arange(shops), each)
    truth = rng.normal(size=shops * each)
    off = rng.normal(size=shops)[shop] + rng.normal(size=shops * each)
    return Judged(truth, truth + off, groups=shop)


def test_which_belong_together_is_the_same_in_every_table() -> None:
    roles = Roles(groups="shop")
    one = read_table(pd.DataFrame({"shop": ["a", "b", "a", None, None]}))
    two = read_table(pd.DataFrame({"shop": ["b", "c", None]}))
    first, second = roles.together(one), roles.together(two, begin=5)
    assert first is not None
    assert second is not None
    assert first[0] == first[2] != first[1] == second[0] != second[1]
    assert len({*first.tolist(), *second.tolist()}) == 6, "rows without a shop stand for themselves"
    assert roles.together(read_table(pd.DataFrame({"town": ["a"]}))) is None


def test_weights_are_read_as_numbers() -> None:
    roles, decimal = Roles(weights="w"), pd.DataFrame({"w": ["1,5", "2,0", "-1,0", None]})
    counted = roles.counted(read_table(decimal))
    assert counted is not None
    np.testing.assert_array_equal(counted, [1.5, 2.0, np.nan, np.nan])
    words = roles.counted(read_table(pd.DataFrame({"w": ["some", "much"]})))
    assert words is not None
    assert np.isnan(words).all()
    rows = Judged(np.zeros(4), np.zeros(4), weight=counted)
    assert rows.countable().weight is None
    assert "count the same" in roles.notes(rows.countable())[0]
    assert roles.notes(rows.take(np.array([0, 1]))) == []
    none = Judged(np.zeros(2), np.zeros(2), weight=np.zeros(2))
    assert none.countable().weight is None
    assert none.mean(np.array([1.0, 2.0])) == (1.5, 2.0)


def test_weighted_rows_count_like_repeated_ones() -> None:
    rng = np.random.default_rng(0)
    truth, times = rng.normal(size=200), rng.integers(1, 4, 200)
    told = truth + rng.normal(size=200)
    one = measure(SPEND, Judged(truth, told, weight=times.astype(float)), {})
    other = measure(SPEND, Judged(np.repeat(truth, times), np.repeat(told, times)), {})
    assert one is not None
    assert other is not None
    assert one.main.score == pytest.approx(other.main.score)


def test_intervals_of_scores_know_who_belongs_together() -> None:
    true = np.sqrt(2) * np.sqrt(2 / np.pi)  # mean absolute value of what predictions are off by
    held = {True: 0, False: 0}
    for number in range(100):
        rows = by_shop(np.random.default_rng([1, number]))
        for known in held:
            found = measure(SPEND, rows if known else replace(rows, groups=None), {})
            assert found is not None
            held[known] += found.main.low <= true <= found.main.high  # type: ignore[operator]
    assert held[True] >= 83, "90 % intervals, within three standard deviations of 100 draws"
    assert held[False] <= 80


def test_two_equal_models_are_rarely_told_apart() -> None:
    sure = {True: 0, False: 0}
    for number in range(60):
        rng = np.random.default_rng([2, number])
        one = by_shop(rng)
        off = rng.normal(size=SHOPS)[one.groups] + rng.normal(size=len(one))
        for known in sure:
            here = one if known else replace(one, groups=None)
            found = paired_gain(METRICS["mae"], here, replace(here, predicted=here.truth + off))
            chance = found.probability()
            assert chance is not None
            sure[known] += chance >= 0.95
    assert sure[True] <= 8, "5 % are three of 60; within three standard deviations"
    assert sure[False] >= 9


def test_a_single_group_says_nothing_of_others() -> None:
    rows = by_shop(np.random.default_rng(3), shops=1, each=50)
    found = measure(SPEND, rows, {"mae": {"score": 1.0, "interval": [0.9, 1.1]}})
    assert found is not None
    assert (found.main.low, found.main.worse_by, found.level) == (None, None, "fine")
    assert paired_gain(METRICS["mae"], rows, rows).probability() is None


def test_means_of_rows_that_belong_together_tell_less() -> None:
    rows = by_shop(np.random.default_rng(4), shops=300)
    off = rows.truth - rows.predicted
    mean, told = rows.mean(off)
    assert mean == pytest.approx(off.mean())
    # The intraclass correlation is one half: 1 + 11 / 2 times the variance of independent rows.
    assert len(rows) / told == pytest.approx(6.5, rel=0.15)
    heavy = replace(rows, groups=None, weight=np.where(np.arange(len(rows)) < 36, 99.0, 1.0))
    assert heavy.mean(off)[1] == pytest.approx((36 * 99 + 3564) ** 2 / (36 * 99**2 + 3564))


@pytest.mark.slow
def test_estimates_without_labels_know_it_too() -> None:
    """Intervals hold what the labels of other shops show."""
    metric, held, blind = METRICS["mae"], 0, 0
    for number in range(20):
        rng = np.random.default_rng([5, number])
        frame = pd.DataFrame({"x": rng.normal(size=SHOPS * EACH), "z": rng.normal(size=SHOPS * EACH)})
        known, new = by_shop(rng), by_shop(rng)
        everyone = np.ones(len(known), dtype=np.bool_)
        made = make_estimator(
            SPEND, PAIR, frame, known.truth, known.predicted[:, None], None, everyone, ("held", "all"),
            known.groups,
        )  # fmt: skip
        assert made is not None
        assert made.alike > 1.1
        for alike in (made.alike, 1.0):
            gathered = Gathered(replace(made, alike=alike), SPEND, PAIR)
            gathered.add(frame, new.predicted, None)
            found = gathered.estimated({})
            assert found is not None
            inside = found.main.low <= new.score(metric) <= found.main.high  # type: ignore[operator]
            held, blind = held + (inside and alike > 1), blind + (inside and alike == 1.0)
    assert held >= 14, "90 % are 18 of 20, within three standard deviations"
    assert blind < held


def test_from_the_run_to_the_zip_and_what_is_said_of_new_rows(tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    shop, size = np.repeat(np.arange(60), 10), rng.normal(size=600)
    spend = 3 * size + 2 * rng.normal(size=60)[shop] + rng.normal(size=600)
    table = pd.DataFrame({"shop": [f"s{i}" for i in shop], "size": size, "spend": spend, "w": 1 + shop % 3})
    run = automl.fit(
        table, target="spend", metric="mae", groups="shop", weights="w", interpretable=True,
        max_trials=2, budget=600, n_jobs=1, home=tmp_path,
    )  # fmt: skip
    path = tmp_path / "spend.zip"
    run.export(path)
    bundle = automl.load_bundle(path)
    new = table.assign(shop=[f"t{i}" for i in shop])
    for watched in (run.watched(), watched_bundle(bundle)):
        assert watched.roles == Roles("shop", "w")
        assert watched.estimator is not None
        assert watched.estimator.alike > 1.4
        told = score(watched, new, time_budget=None).report
        bare = score(watched, new.drop(columns=["shop", "w"]), time_budget=None).report
        assert told.performance is not None
        assert bare.performance is not None
        width, narrow = (
            each.performance.main.high - each.performance.main.low  # type: ignore[union-attr,operator]
            for each in (told, bare)
        )
        assert width > 1.3 * narrow
        assert told.apart is None
        assert told.performance.notes == ()
        strangers, alike = bare.performance.notes
        assert strangers.startswith("Rows of the same shop belong together, and the new rows do not say")
        assert "as w says" in alike
        without = score(watched, new.drop(columns="spend"), time_budget=None).report
        assert without.estimated is not None
        assert without.estimated.main.estimated is not None
        assert without.estimated.main.promised is None, "of rows that count differently"
        assert words.estimated(without.estimated).endswith("there is no promise to hold it against.")
        assert "counts all of them the same" in without.estimated.notes[0]
    blessed = bless(bundle, read_table(new), champion=bundle)
    assert not any("belong together" in reason for reason in blessed.reasons)
    blind = bless(bundle, read_table(new.drop(columns="shop")), champion=bundle)
    assert any("belong together" in reason for reason in blind.reasons)
    width, narrow = (each.challenger.high - each.challenger.low for each in (blessed, blind))
    assert width > 1.3 * narrow


def test_a_model_without_such_columns_has_none_to_miss(binary: Watched) -> None:
    assert binary.roles == Roles()
    assert binary.roles.notes(Judged(np.zeros(3), np.zeros(3))) == []
