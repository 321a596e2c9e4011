"""Rows that belong together: intervals cover, and no difference or cohort is found that is none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from explain.errors import InputError
from explain.judge.alike import design_effect
from explain.judge.calibration import calibration_of
from explain.judge.confusion import confusion_of
from explain.judge.failures import find_failures
from explain.judge.fairness import group_fairness
from explain.judge.scored import Scored

GROUPS, EACH = 60, 12


def customers(rng, *, alike=2.5):
    """Several rows of each customer, who share what the model is wrong about; sides do not differ."""
    customer = np.repeat(np.arange(GROUPS), EACH)
    own = rng.normal(0, alike, GROUPS)[customer]
    seen = rng.normal(size=GROUPS * EACH)
    truth = rng.random(GROUPS * EACH) < 1 / (1 + np.exp(-(seen + own)))
    p = 1 / (1 + np.exp(-seen / np.sqrt(1 + 0.346 * alike**2)))  # the best without knowing the customer
    frame = pd.DataFrame(
        {"side": rng.choice(["left", "right"], GROUPS)[customer], "size": rng.normal(size=GROUPS)[customer]}
    )
    return frame, truth.astype(int), p, customer


def judged(rng, *, grouped=True):
    frame, truth, p, customer = customers(rng)
    return Scored.of_predictions(
        frame, truth, probability=p, classes=(0, 1), groups=customer if grouped else None
    )


def test_the_design_effect_is_that_of_the_simulated_mean():
    rng = np.random.default_rng(0)
    code = np.repeat(np.arange(40), 8)
    means, told = [], []
    for _ in range(400):
        values = rng.normal(0, 1, 40)[code] + rng.normal(0, 2, len(code))
        means.append(values.mean())
        told.append(design_effect([values], code))
    actual = np.var(means) / (5 / len(code))  # 5: the variance of one value
    assert actual == pytest.approx(1 + 7 * 0.2, rel=0.15)
    assert np.mean(told) == pytest.approx(actual, rel=0.15)


def test_rows_that_are_strangers_count_in_full():
    rng = np.random.default_rng(1)
    values = rng.normal(size=200)
    assert design_effect([values], np.arange(200)) == 1.0
    assert design_effect([values], np.repeat(np.arange(50), 4)) < 1.5
    assert design_effect([np.ones(200)], np.repeat(np.arange(50), 4)) == 1.0
    assert design_effect([values], np.zeros(200, dtype=int)) == 200.0
    assert design_effect([values], None) == 1.0


def test_groups_without_rows_do_not_count():
    rng = np.random.default_rng(5)
    code = rng.integers(0, 40, 200)
    values = rng.normal(size=40)[code] + rng.normal(size=200)
    assert design_effect([values], 7 * code + 3) == design_effect([values], code) > 1.5


def test_as_many_groups_as_rows_are_expected():
    with pytest.raises(InputError, match=r"groups of shape \(3,\), found \(2,\)"):
        Scored.of_predictions(
            pd.DataFrame({"x": [1, 2, 3]}), [0, 1, 0], prediction=[0, 1, 0], classes=(0, 1), groups=[1, 1]
        )


def test_differences_of_sides_that_do_not_differ_are_rarely_found():
    found = {True: 0, False: 0}
    for grouped in found:
        rng = np.random.default_rng(2)
        for _ in range(60):
            found[grouped] += bool(group_fairness(judged(rng, grouped=grouped), "side", draws=300).found())
    assert found[True] <= 6, "5 % of 60 are 3"
    assert found[False] >= 10, "rows taken for strangers find much that is not there"


def test_intervals_of_accuracy_cover():
    rng = np.random.default_rng(3)
    right = np.mean([((p >= 0.5) == truth).mean() for _, truth, p, _ in (customers(rng) for _ in range(300))])
    covered = {True: 0, False: 0}
    for grouped in covered:
        rng = np.random.default_rng(4)
        for _ in range(100):
            told = confusion_of(judged(rng, grouped=grouped), draws=300)
            score = next(each for each in told.scores if each.name == "accuracy").estimate
            covered[grouped] += score.low <= right <= score.high
    assert covered[True] >= 90
    assert covered[False] < covered[True]


def test_probabilities_that_are_right_are_rarely_called_miscalibrated():
    shown = {True: 0, False: 0}
    for grouped in shown:
        rng = np.random.default_rng(5)
        for _ in range(80):
            scored = judged(rng, grouped=grouped)
            p, alike = scored.probability[:, 1], scored.inflation
            shown[grouped] += calibration_of(scored.truth == 1, p, inflation=alike).shown
    assert shown[True] <= 4
    assert shown[False] > 4, "5 % of 80 are 4"


def test_cohorts_that_are_none_are_rarely_called_weak():
    named = {True: 0, False: 0}
    for grouped in named:
        rng = np.random.default_rng(6)
        for _ in range(60):
            cohorts = find_failures(judged(rng, grouped=grouped), prune=False).leaves()
            named[grouped] += any(each.finding in ("weak", "strong") for each in cohorts)
    assert named[True] <= 3, "5 % of 60 are 3"
    assert named[False] > 3
