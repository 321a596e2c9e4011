"""Measures against scipy's, tests against their nominal level."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from automl.monitoring import measures
from automl.monitoring.counts import Counts, Grid, count_numbers, number_grid


def both(one: np.ndarray, two: np.ndarray) -> tuple[Grid, Counts, Counts]:
    grid = number_grid("x", "number", one, cuts=160)
    return grid, count_numbers(grid, one), count_numbers(grid, two)


def test_of_few_values_all_is_as_scipy_has_it() -> None:
    rng = np.random.default_rng(0)
    one, two = rng.integers(0, 12, 900).astype(float), rng.integers(1, 12, 500).astype(float)
    grid, before, after = both(one, two)
    found = measures.smirnov(before, after)
    exact = stats.ks_2samp(one, two, method="asymp")
    assert found is not None
    assert found.statistic == pytest.approx(exact.statistic, abs=1e-12)
    assert found.p == pytest.approx(exact.pvalue, rel=1e-9)
    far = measures.wasserstein(grid, before, after)
    assert far == pytest.approx(stats.wasserstein_distance(one, two), rel=1e-9)


@pytest.mark.parametrize("shift", [0.0, 0.1, 0.5, 2.0])
def test_of_continuous_values_the_gap_is_close_and_never_larger(shift: float) -> None:
    rng = np.random.default_rng(1)
    one, two = rng.normal(size=4000), rng.normal(shift, 1, 3000)
    grid, before, after = both(one, two)
    found = measures.smirnov(before, after)
    exact = stats.ks_2samp(one, two).statistic
    assert found is not None
    assert exact - 0.01 <= found.statistic <= exact + 1e-12
    far = measures.wasserstein(grid, before, after)
    assert far == pytest.approx(stats.wasserstein_distance(one, two), rel=0.02, abs=0.01)


def test_chi_square_is_scipys_where_no_cell_is_rare() -> None:
    table = [[120, 300, 80, 44], [90, 310, 70, 71]]
    found = measures.homogeneity(*table)
    exact = stats.chi2_contingency(table, correction=False)
    assert found is not None
    assert (found.statistic, found.p) == pytest.approx((exact.statistic, exact.pvalue))


def test_rare_cells_are_put_together_until_they_are_not_rare() -> None:
    merged = measures._merged(np.array([[500.0, 400, 3, 2, 1, 1], [480, 410, 1, 2, 2, 0]]))
    assert merged.tolist() == [[500, 400, 7], [480, 410, 5]]
    assert measures.homogeneity([500, 1], [480, 0]) is None, "one event says nothing by chi-square"


def test_rare_events_are_judged_by_fishers_test() -> None:
    found = measures.of_shares(0, 1000, 6, 1000)
    assert found is not None
    assert found.p == pytest.approx(stats.fisher_exact([[0, 1000], [6, 994]])[1])
    assert measures.of_shares(0, 1000, 0, 50) is None
    assert measures.of_shares(1000, 1000, 50, 50) is None


def test_jensen_shannon_is_scipys() -> None:
    from scipy.spatial.distance import jensenshannon

    one, two = [5, 0, 30, 2], [1, 9, 3, 3]
    assert measures.jensen_shannon(one, two) == pytest.approx(jensenshannon(one, two, base=2))
    assert measures.jensen_shannon([1, 0], [0, 1]) == 1
    assert measures.jensen_shannon([4, 2], [2, 1]) == pytest.approx(0, abs=1e-9)


def test_psi_of_a_shift_is_as_by_the_formula() -> None:
    rng = np.random.default_rng(0)
    _, before, after = both(rng.normal(size=200_000), rng.normal(0.5, 1, 200_000))
    # Of two normal distributions with one spread it is the squared shift; ten bins lose a little of that.
    assert measures.psi(before.cells, after.cells, ordered=True) == pytest.approx(0.25, abs=0.03)


def test_adjusted_p_values_are_scipys() -> None:
    p = np.random.default_rng(0).random(40) ** 3
    np.testing.assert_allclose(measures.adjusted(p.tolist()), stats.false_discovery_control(p))
    assert measures.adjusted([]) == []


def test_surprise_is_the_probability_of_new_extremes() -> None:
    """Of exchangeable rows: how many of 40 new ones lie outside of the range of 60 old ones."""
    rng = np.random.default_rng(0)
    draws = rng.random((20_000, 100))
    old, new = draws[:, :60], draws[:, 60:]
    outside = ((new < old.min(1, keepdims=True)) | (new > old.max(1, keepdims=True))).sum(axis=1)
    for times in (1, 2, 4):
        share = (outside >= times).mean()
        assert measures.surprise(times, 40, 1, 60) == pytest.approx(share, abs=0.012)
    assert measures.surprise(0, 40, 1, 60) == 1


@pytest.mark.parametrize(("levels", "rows"), [(3, 500), (12, 500), (50, 500), (50, 100)])
def test_labels_raise_no_more_false_alarms_than_the_level_says(levels: int, rows: int) -> None:
    rng = np.random.default_rng(levels + rows)
    shares = rng.dirichlet(np.full(levels, 0.7))
    drawn = rng.multinomial(500, shares, 1500), rng.multinomial(rows, shares, 1500)
    found = [measures.homogeneity(a.tolist(), b.tolist()) for a, b in zip(*drawn, strict=True)]
    alarms = np.mean([each is not None and each.p <= 0.05 for each in found])
    assert 0.02 <= alarms <= 0.065


@pytest.mark.parametrize("kind", ["normal", "whole", "flag"])
def test_numbers_raise_no_more_false_alarms_than_the_level_says(kind: str) -> None:
    rng = np.random.default_rng(3)
    draw = {
        "normal": lambda n: rng.normal(size=n),
        "whole": lambda n: rng.poisson(2, n).astype(float),
        "flag": lambda n: (rng.random(n) < 0.3).astype(float),
    }[kind]
    alarms, moved, chance = [], [], []
    for _ in range(600):
        _, before, after = both(draw(800), draw(300))
        found = measures.smirnov(before, after)
        assert found is not None
        alarms.append(found.p <= 0.05)
        moved.append(found.moved)
        chance.append(found.chance)
    assert np.mean(alarms) <= 0.065
    if kind == "normal":
        assert np.mean(alarms) >= 0.02
        assert np.mean(moved) == pytest.approx(np.mean(chance), rel=0.12), "what chance moves is foretold"


@pytest.mark.parametrize("freedom", [0.7, 1.6, 2.0, 7.3, 40.0, 161.5])
@pytest.mark.parametrize("probability", [0.01, 0.2, 0.5, 0.95])
def test_chi_square_quantiles_are_scipys(freedom: float, probability: float) -> None:
    expected = stats.chi2.ppf(probability, freedom)
    assert measures.chi_square_quantile(probability, freedom) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("times", "rows", "seen", "seen_in"), [(1, 40, 0, 60), (7, 400, 3, 900), (40, 50, 2, 3)]
)
def test_surprise_is_scipys_beta_binomial(times: int, rows: int, seen: int, seen_in: int) -> None:
    expected = stats.betabinom.sf(times - 1, rows, seen + 1, max(seen_in - seen, 1))
    assert measures.surprise(times, rows, seen, seen_in) == pytest.approx(expected, abs=1e-9)
